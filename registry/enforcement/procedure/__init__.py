"""What follows a breach under each regime: one table that a lawyer can read, and what is computed from it."""
