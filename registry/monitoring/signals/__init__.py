"""Everything a device tells that is not a position, and what its silence tells."""
