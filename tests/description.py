"""What the API description says of an answer, as JSON Schema."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator

from registry.http.spec import build

_EXAMPLES = Path(__file__).resolve().parent.parent / "api_spec" / "examples"
_described: dict[str, Any] = {}
_converted: dict[str, Any] = {}


def description(app: Flask) -> dict[str, Any]:
    """Return the API description of the application, generated once."""
    if not _described:
        _described.update(build(app, _EXAMPLES))
    return _described


def schema_of(app: Flask, method: str, path: str, status: int) -> dict[str, Any] | None:
    """Return the schema of an answer's body; fails when an operation gives a status that is not described."""
    document = description(app)
    template = _template(tuple(document["paths"]), path.partition("?")[0].removeprefix("/v1"))
    operation = document["paths"].get(template, {}).get(method.lower())
    if operation is None or status == 405:
        return None
    assert str(status) in operation["responses"], f"{method} {template} answers {status}, which is not described"
    for media_type, content in operation["responses"][str(status)].get("content", {}).items():
        if "json" in media_type:
            schema: dict[str, Any] = json_schema(content["schema"]) | {"components": _components(app)}
            return schema
    return None


_validators: dict[tuple[str, str | None, int], Draft202012Validator | None] = {}


def validator_of(app: Flask, method: str, path: str, status: int) -> Draft202012Validator | None:
    """Return what holds an answer's body against its schema, made once for each operation and status."""
    template = _template(tuple(description(app)["paths"]), path.partition("?")[0].removeprefix("/v1"))
    asked = method, template, status
    if asked not in _validators:
        schema = schema_of(app, method, path, status)
        _validators[asked] = None if schema is None else Draft202012Validator(schema)
    return _validators[asked]


def _components(app: Flask) -> Any:
    if not _converted:
        _converted.update(json_schema(description(app)["components"]))
    return _converted


@cache
def _template(templates: tuple[str, ...], path: str) -> str | None:
    exact = [template for template in templates if template == path]
    fitting = [one for one in templates if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", one), path)]
    return next(iter(exact + fitting), None)


def json_schema(node: Any) -> Any:
    """Turn OpenAPI 3.0's `nullable` into JSON Schema's null type."""
    if isinstance(node, list):
        return [json_schema(one) for one in node]
    if not isinstance(node, dict):
        return node
    plain = {name: json_schema(value) for name, value in node.items() if name != "nullable"}
    if node.get("nullable"):
        return {"anyOf": [plain, {"type": "null"}]}
    return plain
