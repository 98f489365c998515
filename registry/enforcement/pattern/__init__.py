"""Breaches together: the n-th of an order and of a pair, the trend, and when small ones come to something."""
