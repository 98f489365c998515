"""Devices, couplings and pings, and the engine that turns pings into episodes."""
