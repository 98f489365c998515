"""What needs no running application: `python -m registry run`, `python -m registry new-secrets`."""

from registry.launch import commands

if __name__ == "__main__":
    commands()
