"""What a named person of police or prosecution lets a victim's partner know, and from when."""
