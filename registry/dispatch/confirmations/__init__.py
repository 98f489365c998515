"""Requests to the source of an order to confirm it, held against a clock."""
