"""The offline copy of a room: an encrypted, signed, short-lived file, asked on the room's own machine."""
