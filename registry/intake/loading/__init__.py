"""Taking in a file of millions of messages by hand, piece by piece, so that it can go on after a kill."""
