"""How long positions are kept: what proved nothing is removed, what a case or a recorded hold needs stays."""
