"""On the room's own machine: a key pair of its own, asking its offline copy, and sending back what was asked."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import click
import orjson
import urllib3
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from marshmallow import ValidationError

from registry.clock import Clock
from registry.dispatch.schemas import NewLookupSchema
from registry.dispatch.snapshot.asking import Asker, OpenCopy, Trust, open_copy
from registry.dispatch.snapshot.container import Refused
from registry.dispatch.snapshot.journal import Record, read_journal
from registry.dispatch.snapshot.keys import public_key
from registry.dispatch.snapshot.schemas import MOST_RECORDS
from registry.dispatch.snapshot.telling import answer_nl
from registry.errors import RegistryError
from registry.http import as_json
from registry.http.operation import faults_of
from registry.law import load as load_law
from registry.privacy.commands import write_private_key
from registry.privacy.sealing import NotOpened, key_id, read_private_key

_ENCRYPTED = b"ENCRYPTED PRIVATE KEY"
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FIELDS = ("bsn", "skn", "name", "birth-date", "sex", "postcode", "house-number", "suffix", "phone", "plate")
_BY = ("end-user", "unit", "role")


@click.command("new-room-key")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--passphrase/--no-passphrase", default=True, help="Whether opening a copy asks for a passphrase.")
def new_room_key(file: Path, passphrase: bool) -> None:
    """Make a key pair for a room: write the private half to FILE, and print the public half.

    An operator of the service registers the public half with `flask client snapshot-key`.
    """
    asked = click.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True) if passphrase else None
    public = write_private_key(file, asked)
    click.echo(base64.b64encode(public).decode())
    click.echo(f"The private half of key {key_id(public)} is in {file}.", err=True)


def _named(command: Any) -> Any:
    """The options that say who asks."""
    for each in reversed(_BY):
        command = click.option(f"--{each}", required=True)(command)
    return command


def _asked(command: Any) -> Any:
    """The options that make a question."""
    for each in reversed(("incident-number", *_FIELDS, "break-glass-reason")):
        command = click.option(f"--{each}")(command)
    return command


@click.command("ask-snapshot")
@click.argument("file", type=_FILE)
@click.option("--key", "key_file", required=True, type=_FILE, help="The private key of this room.")
@click.option("--signed-by", required=True, help="What `flask snapshot signing-key` printed.")
@click.option("--journal", type=click.Path(file_okay=False, path_type=Path), help="Folder of the journal.")
@click.option("--policy", type=_FILE, help="The POLICY_FILE of the service, if it has one.")
@click.option("--purpose", default="acute_call", show_default=True)
@click.option("--json", "is_json", is_flag=True, help="Answer in JSON, as POST /v1/lookups does.")
@click.option("--lines", type=click.File("rb"), help="Questions, one in JSON on each line (- for standard input).")
@_named
@_asked
def ask_snapshot(file: Path, key_file: Path, signed_by: str, lines: IO[bytes] | None, **told: Any) -> None:
    """Ask the offline copy in FILE; each question is journaled before its answer is shown."""
    folder = told["journal"] or file.parent
    asker = Asker(told["end_user"], told["unit"], told["role"])
    try:
        trust = Trust(_private(key_file), public_key(signed_by), load_law(told["policy"]))
        with open_copy(file, trust, folder, Clock().now()) as copy:
            for typed in _questions(lines, told):
                click.echo(_answered(copy, asker, typed, is_json=told["is_json"]))
    except (Refused, NotOpened, ValueError) as error:
        raise click.ClickException(str(error)) from error


def _private(file: Path) -> X25519PrivateKey:
    pem = file.read_bytes()
    passphrase = click.prompt("Passphrase", hide_input=True, err=True) if _ENCRYPTED in pem else None
    return read_private_key(pem, passphrase)


def _questions(lines: IO[bytes] | None, told: Mapping[str, Any]) -> Iterator[Any]:
    if lines is None:
        names = ("purpose", "incident_number", "break_glass_reason", *(each.replace("-", "_") for each in _FIELDS))
        schema = NewLookupSchema()
        yield {schema.fields[name].data_key or name: told[name] for name in names if told[name] is not None}
        return
    for line in iter(lines.readline, b""):
        if line.strip():
            yield line


def _answered(copy: OpenCopy, asker: Asker, typed: Any, *, is_json: bool) -> str:
    """The answer, or what was wrong with the question: that costs no later question anything."""
    try:
        asked = orjson.loads(typed) if isinstance(typed, bytes) else typed
        answer = copy.ask(asker, Clock().now(), NewLookupSchema().load(asked))
    except orjson.JSONDecodeError:
        said = ["This line is not JSON: give one question on each line."]
    except ValidationError as error:
        said = [f"{each.pointer}: {each.detail}" for each in faults_of(error.messages)]
    except RegistryError as error:
        said = [each.detail for each in error.faults] or [error.detail]
    else:
        return as_json(answer).decode() if is_json else answer_nl(answer)
    return orjson.dumps({"faults": said}).decode() if is_json else "\n".join(said)


@click.command("upload-journal")
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option("--url", required=True, help="Where the service answers, such as https://HOST.")
@click.option("--api-key", "api_key_file", required=True, type=_FILE, help="A file with the key of this room's client.")
@_named
def upload_journal(files: tuple[Path, ...], url: str, api_key_file: Path, **by: str) -> None:
    """Send the journals in FILES to the service; a journal may be sent again and again, and is kept here."""
    key = api_key_file.read_text(encoding="ascii").strip()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    headers |= {"End-User": by["end_user"], "End-User-Unit": by["unit"], "End-User-Role": by["role"]}
    is_broken = False
    for file in files:
        try:
            snapshot_id, journal_id, records = read_journal(file, must_hold=False)
        except Refused as error:
            raise click.ClickException(str(error)) from error
        for first in range(0, len(records), MOST_RECORDS):
            body = {"snapshotId": snapshot_id, "journalId": journal_id, "first": first + 1}
            body["records"] = [_wire(each) for each in records[first : first + MOST_RECORDS]]
            told = _posted(f"{url.rstrip('/')}/v1/dispatch-snapshot-journals", headers, orjson.dumps(body))
            click.echo(f"{file.name}: {told['recorded']} nieuw, {told['inChain']} in het logboek van de dienst.")
            if told["brokenAt"]:
                is_broken = True
                click.echo(told["brokenNl"], err=True)
                break
    if is_broken:
        raise SystemExit(1)


def _wire(record: Record) -> dict[str, str]:
    return {"link": record.link.hex(), "sealed": base64.b64encode(record.sealed).decode()}


def _posted(url: str, headers: Mapping[str, str], body: bytes) -> Any:
    try:
        answer = urllib3.PoolManager(timeout=30.0, retries=False).request("POST", url, body=body, headers=dict(headers))
    except urllib3.exceptions.HTTPError as error:
        raise click.ClickException(f"De dienst is niet bereikbaar ({type(error).__name__}).") from error
    if answer.status != 200:
        raise click.ClickException(f"De dienst antwoordt {answer.status}: {answer.data[:500].decode(errors='replace')}")
    return orjson.loads(answer.data)
