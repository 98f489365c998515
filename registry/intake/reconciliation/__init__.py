"""Comparing the register with a sender's full statement, and keeping each difference until it is resolved."""
