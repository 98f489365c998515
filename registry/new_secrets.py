"""`python -m registry new-secrets`."""

import click

from registry.config import random_secrets


@click.command("new-secrets")
def new_secrets() -> None:
    """Print a fresh set of secrets as NAME=VALUE lines."""
    click.echo(random_secrets(), nl=False)
