"""Calendar feeds: deadlines under an address that a calendar program reads by itself, until it is revoked."""
