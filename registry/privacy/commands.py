"""At the desk of the privacy officer, away from the service: a key pair of his own, and opening a question with it."""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path
from typing import IO
from uuid import UUID

import click
import orjson

from registry.privacy.sealing import NotOpened, key_id, key_setting, new_private_key, read_private_key, unseal
from registry.privacy.service import place_of

OFFICERS_FILE_NAME = "privacy-officer.key"
_ENCRYPTED = b"ENCRYPTED PRIVATE KEY"


@click.command("new-privacy-key")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--passphrase/--no-passphrase", default=True, help="Whether opening asks for a passphrase.")
def new_privacy_key(file: Path, passphrase: bool) -> None:
    """Make a key pair: write the private half to FILE, and print the public half for the setting PRIVACY_KEY.

    The private half is for the privacy officer alone, on a machine of his own. Without it no question can be opened.
    """
    asked = click.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True) if passphrase else None
    public = write_private_key(file, asked)
    click.echo(key_setting(public), nl=False)
    click.echo(f"The private half of key {key_id(public)} is in {file}.", err=True)


def write_private_key(file: Path, passphrase: str | None) -> bytes:
    """Write a new private half to a file that only its owner reads, and return the public half."""
    pem, public = new_private_key(passphrase)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be made ({error.strerror}): a key is never overwritten.") from error
    with os.fdopen(handle, "wb") as private:
        private.write(pem)
    return public


@click.command("open-question")
@click.option("--key", "key_file", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("release", type=click.File("rb"), default="-")
def open_question(key_file: Path, release: IO[bytes]) -> None:
    """Open the question in RELEASE, an answer of the service as JSON, with a private key, and print it."""
    pem = key_file.read_bytes()
    passphrase = click.prompt("Passphrase", hide_input=True, err=True) if _ENCRYPTED in pem else None
    try:
        told = orjson.loads(release.read())
        sealed, place = base64.b64decode(told["sealed"], validate=True), place_of(UUID(told["lookupId"]))
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError, ValueError, binascii.Error) as error:
        raise click.ClickException("This is no answer of POST /v1/lookups/{lookupId}/question-releases.") from error
    try:
        question = orjson.loads(unseal(sealed, read_private_key(pem, passphrase), place))
    except NotOpened as error:
        raise click.ClickException(str(error)) from error
    click.echo(orjson.dumps(question, option=orjson.OPT_INDENT_2))
