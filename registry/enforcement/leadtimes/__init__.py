"""How long what follows a breach takes, by unit and month, and the share that came in time."""
