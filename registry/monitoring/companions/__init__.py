"""A protected person's own device: her consent, her positions apart from all others, and when he was near her."""
