"""Provisional orders: entered by the prosecution on the day they are given, and joined to the CJIB's message later."""
