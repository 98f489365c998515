"""`flask openapi write|check`: the API description and its drift."""

import json
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from registry.enforcement.procedure.page import page as procedure_page
from registry.enforcement.procedure.table import load as procedures
from registry.http.spec import build
from registry.intake import catalogue
from registry.law import load
from registry.law.terms.page import page as term_page
from registry.outbox.rules import FIELDS
from registry.outbox.schemas import json_schema

_FOLDER = Path("api_spec")


@click.group()
def openapi() -> None:
    """What api_spec holds of the API: its description, the schema of each event, the codes and the legal terms."""


def _described() -> str:
    document = build(current_app._get_current_object(), _FOLDER / "examples")  # type: ignore[attr-defined]
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _files() -> dict[Path, str]:
    files = {
        _FOLDER / "openapi.json": _described(),
        _FOLDER / "finding-codes.md": catalogue.page(),
        _FOLDER / "terms.md": term_page(load().terms),
        _FOLDER / "procedures.md": procedure_page(procedures(), load().terms),
    }
    for kind, allowed in FIELDS.items():
        files[_FOLDER / "events" / f"{kind.short}.json"] = json.dumps(json_schema(kind, allowed), indent=2) + "\n"
    return files


@openapi.command("write")
@with_appcontext
def write() -> None:
    """Generate the description from the code."""
    (_FOLDER / "events").mkdir(exist_ok=True)
    for file, content in _files().items():
        file.write_text(content, encoding="utf-8")


@openapi.command("check")
@with_appcontext
def check() -> None:
    """Exit with 1 when the description on disk is not what the code says."""
    for file, content in _files().items():
        if not file.exists() or file.read_text(encoding="utf-8") != content:
            raise click.ClickException(f"{file} differs from the code; run `make openapi`.")
    click.echo("every file that api_spec generates is what the code says")
