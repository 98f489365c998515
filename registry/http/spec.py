"""The API description (OpenAPI 3.0.3), generated from the routes; `api_spec/openapi.json` holds the result."""

import inspect
import json
import re
from pathlib import Path
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from marshmallow import fields
from werkzeug.routing import Rule

from registry import __version__
from registry.http.fields import Date, Instant, QueryInteger, StrictString, WireSchema, camel
from registry.http.operation import JSON, Description
from registry.http.problems import PROBLEM

_CONVERTERS = {
    "UUIDConverter": {"type": "string", "format": "uuid"},
    "IntegerConverter": {"type": "integer", "minimum": 0},
}
_VERSION_HEADER = {"API-Version": {"$ref": "#/components/headers/APIVersion"}}
_STANDARD_ERRORS = {
    400: "Invalid input",
    401: "No valid key",
    403: "Scope missing",
    404: "Not found, or not yours",
    406: "Not acceptable",
    503: "Unavailable now, see Retry-After",
}
_ERROR_NAMES = _STANDARD_ERRORS | {
    409: "Conflict with the register's state",
    413: "Body too large",
    415: "Media type not supported",
}


class FaultSchema(WireSchema):
    """One fault: where, and what to do."""

    pointer = StrictString(required=True, metadata={"example": "#/bsn"})
    detail = StrictString(required=True, metadata={"example": "Give a date as YYYY-MM-DD."})
    code = StrictString()


class ProblemSchema(WireSchema):
    """An error as RFC 9457 has it."""

    type = StrictString()
    title = StrictString(required=True)
    status = fields.Integer(required=True)
    code = StrictString()
    detail = StrictString(required=True)
    errors = fields.List(fields.Nested(FaultSchema))


def build(app: Flask, examples_dir: Path) -> dict[str, Any]:
    """Describe every operation under /v1 of an application, with the examples found in a folder."""
    plugin = MarshmallowPlugin(schema_name_resolver=lambda schema: _schema_name(schema))
    spec = APISpec("Beschermingsbevelen", __version__, "3.0.3", plugins=[plugin], **_document())
    for stock, ours in ((fields.DateTime, Instant), (fields.Date, Date), (fields.Integer, QueryInteger)):
        plugin.map_to_openapi_type(ours, stock)  # type: ignore[no-untyped-call]
    spec.components.schema("Problem", schema=ProblemSchema)
    spec.components.header(
        "APIVersion", {"description": "Full version of the API.", "schema": {"type": "string", "example": __version__}}
    )
    for name, text in _CALLER_HEADERS.items():
        spec.components.parameter(camel(name.replace("-", "_").lower()), "header", _header(name, text))
    spec.components.security_scheme("key", {"type": "http", "scheme": "bearer"})
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        view = app.view_functions[rule.endpoint]
        if rule.rule.startswith("/v1/") and hasattr(view, "__operation__"):
            _add(spec, rule, view, examples_dir)
    document: dict[str, Any] = _portable(json.loads(json.dumps(spec.to_dict())))
    return document


def _portable(node: Any) -> Any:
    """Say in the specification's words what the libraries say in Python's."""
    if isinstance(node, list):
        return [_portable(one) for one in node]
    if not isinstance(node, dict):
        return node
    plain = {name: _portable(value) for name, value in node.items()}
    if isinstance(plain.get("pattern"), str):
        plain["pattern"] = plain["pattern"].replace("(?s).*", "").replace(r"\A", "^").replace(r"\Z", "$")
    if plain.get("nullable") and "enum" in plain and "type" not in plain:
        plain["type"] = "string"
    if plain == {"nullable": True}:
        # A value of any kind: an empty schema says so, and null is one of them.
        del plain["nullable"]
    if isinstance(plain.get("birthDate"), dict) and plain["birthDate"].get("type") == "string":
        # Parts of it may be unknown (1985-00-00), so it is no calendar date.
        plain["birthDate"].setdefault("format", "partial-date")
    return plain


_CALLER_HEADERS = {
    "End-User": "The person on whose behalf the client asks, as the client's organisation knows him.",
    "End-User-Unit": "The unit that person works in.",
    "End-User-Role": "The role in which he asks.",
}


def _document() -> dict[str, Any]:
    return {
        "info": {
            "description": "Registry and enforcement service for protection orders (beschermingsbevelen). "
            "The interface is in English; api_spec/glossary.md pairs each term with the Dutch one.",
            "contact": {
                "name": "Beschermingsbevelen",
                "url": "https://example.org/beschermingsbevelen",
                "email": "beschermingsbevelen@example.org",
            },
            "license": {"name": "EUPL-1.2", "url": "https://eupl.eu/1.2/en/"},
        },
        "servers": [{"url": "https://beschermingsbevelen.example.org/v1"}],
        "tags": [],
    }


def _header(name: str, text: str) -> dict[str, Any]:
    return {"name": name, "required": True, "description": text, "schema": {"type": "string", "maxLength": 200}}


def _schema_name(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__.removesuffix("Schema")


def _add(spec: APISpec, rule: Rule, view: Any, examples_dir: Path) -> None:
    path = re.sub(r"<(?:[a-z]+(?:\([^)]*\))?:)?(\w+)>", lambda match: "{" + camel(match[1]) + "}", rule.rule)
    operations: dict[str, Any] = {}
    for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
        operations[method.lower()] = _operation(rule, view, examples_dir)
    spec.path(path.removeprefix("/v1"), operations=operations)


def _operation(rule: Rule, view: Any, examples_dir: Path) -> dict[str, Any]:
    description: Description = view.__operation__
    operation_id = camel(rule.endpoint.replace(".", "_"))
    examples = _examples(examples_dir / f"{operation_id}.json")
    summary, _, more = inspect.cleandoc(view.__doc__ or "").partition("\n")
    scope = getattr(view, "__scope__", None)
    result: dict[str, Any] = {
        "operationId": operation_id,
        "summary": summary,
        "description": more.strip() + (f"\n\nScope: `{scope}`." if scope else ""),
        "tags": [rule.endpoint.split(".")[0]],
        "parameters": _parameters(rule, description, scope is not None),
        "responses": _responses(description, examples, bool(rule.arguments)),
        "security": [{"key": []}] if scope else [],
    }
    result["description"] = result["description"].strip()
    body = _request_body(description, examples)
    return result | ({"requestBody": body} if body else {})


def _examples(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {}
    read: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return read


def _parameters(rule: Rule, description: Description, authenticated: bool) -> list[Any]:
    found: list[Any] = []
    for name in sorted(rule.arguments):
        schema = _CONVERTERS.get(type(rule._converters[name]).__name__, {"type": "string"})
        found.append({"in": "path", "name": camel(name), "required": True, "schema": schema})
    if description.query is not None:
        found.append({"in": "query", "schema": description.query})
    for name, text in description.headers.items():
        schema = {"type": "string", "maxLength": 1000}
        found.append({"in": "header", "name": name, "required": False, "description": text, "schema": schema})
    if authenticated:
        found += [camel(name.replace("-", "_").lower()) for name in _CALLER_HEADERS]
    return found


def _request_body(description: Description, examples: dict[str, Any]) -> dict[str, Any] | None:
    if description.body is not None:
        return {"required": True, "content": {JSON: {"schema": description.body} | _example(JSON, examples)}}
    if description.raw_body:
        content = {
            media_type: {"schema": _raw_schema(media_type, description.message)} | _example(media_type, examples)
            for media_type in description.raw_body
        }
        return {"required": True, "content": content}
    return None


def _raw_schema(media_type: str, message: Any) -> dict[str, Any]:
    """One message or a list of them; of another media type the description says what it holds."""
    if media_type != JSON:
        return {"type": "string"} | ({"format": "binary"} if media_type == "application/octet-stream" else {})
    return {"oneOf": [message, {"type": "array", "items": message}]} if message else {"type": "object"}


def _example(media_type: str, examples: dict[str, Any]) -> dict[str, Any]:
    """The request of a file of examples; by name where the file has more of them."""
    if "request" not in examples:
        return {}
    named = {"request": examples["request"]} | examples.get("requests", {})
    shown = {name: one if media_type == JSON else json.dumps(one) for name, one in named.items()}
    if len(shown) == 1:
        return {"example": shown["request"]}
    return {"examples": {name: {"value": one} for name, one in shown.items()}}


def _responses(description: Description, examples: dict[str, Any], has_path: bool) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, schema in description.answers.items():
        responses[str(status)] = {"description": _SUCCESS.get(status, "Done"), "headers": _VERSION_HEADER}
        if isinstance(schema, str):
            responses[str(status)]["content"] = {schema: {"schema": {"type": "string"}}}
        elif schema is not None:
            example = {"example": examples[str(status)]} if str(status) in examples else {}
            responses[str(status)]["content"] = {JSON: {"schema": schema} | example}
            also = {media_type: {"schema": {"type": "string"}} for media_type in description.also}
            responses[str(status)]["content"] |= also
    standard = set(_STANDARD_ERRORS) if has_path else set(_STANDARD_ERRORS) - {404}
    for status in sorted(standard | set(description.errors) | ({413, 415} if _takes_body(description) else set())):
        responses[str(status)] = _error(status)
    return responses


_SUCCESS = {200: "The answer", 201: "Created", 202: "Taken in; being processed", 204: "Done, no content"}


def _takes_body(description: Description) -> bool:
    return description.body is not None or bool(description.raw_body)


def _error(status: int) -> dict[str, Any]:
    return {
        "description": _ERROR_NAMES[status],
        "headers": _VERSION_HEADER,
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
