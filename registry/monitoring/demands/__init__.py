"""Recorded demands (vorderingen): under one, another organisation reads the positions of a wearer in a window."""
