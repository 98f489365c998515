"""`flask openapi write|check`: the API description and its drift."""

import json
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from registry.http.spec import build

_FOLDER = Path("api_spec")


@click.group()
def openapi() -> None:
    """The API description in api_spec/openapi.json."""


def _described() -> str:
    document = build(current_app._get_current_object(), _FOLDER / "examples")  # type: ignore[attr-defined]
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


@openapi.command("write")
@with_appcontext
def write() -> None:
    """Generate the description from the code."""
    (_FOLDER / "openapi.json").write_text(_described(), encoding="utf-8")


@openapi.command("check")
@with_appcontext
def check() -> None:
    """Exit with 1 when the description on disk is not what the code says."""
    if (_FOLDER / "openapi.json").read_text(encoding="utf-8") != _described():
        raise click.ClickException("api_spec/openapi.json differs from the code; run `make openapi`.")
    click.echo("api_spec/openapi.json is what the code says")
