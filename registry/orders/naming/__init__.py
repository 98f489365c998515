"""How people and numbers are written in the Kingdom: identifiers, the rules of names, and the keys that follow."""
