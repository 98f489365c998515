"""Dispatch: one question in, the orders it concerns out, with the reason of each match; it owns no facts."""
