"""What an order means for whom it protects, in plain Dutch (B1), by regime and condition."""
