"""Fictional data, a simulator of wearers, the tour along every role, and the replay of real tracks."""
