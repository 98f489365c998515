"""What somebody must be told about orders before it happens: ends, conflicts and gaps between orders, releases."""
