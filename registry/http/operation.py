"""The decorator that makes a function an operation of the API: it parses every location, and reports all faults."""

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
from flask import Response, request
from marshmallow import Schema, ValidationError

from registry.errors import Fault, Invalid, RegistryError
from registry.http.bodies import MIB, decode_json, read_body, require_media_type
from registry.http.fields import format_instant

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation returns when it is not simply 200 with a document; an iterator of bytes is sent as it comes."""

    content: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = JSON


@dataclass(frozen=True, slots=True)
class Description:
    """What the API description says of an operation; `registry.http.spec` reads it."""

    body: Schema | None
    raw_body: tuple[str, ...]
    query: Schema | None
    answers: Mapping[int, Schema | str | None]
    errors: tuple[int, ...]
    also: tuple[str, ...] = ()
    message: Schema | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)


class Forms(NamedTuple):
    """A document that comes as another media type too, and at other addresses as yet others: (media type, address)."""

    document: type[Schema] | str
    also: str
    elsewhere: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Messages:
    """A body of one message or of many, which the function reads itself; their form is for the description only."""

    media_types: tuple[str, ...]
    form: type[Schema]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as the body, and the headers that the function reads beside it, each with what it says."""

    media_types: tuple[str, ...]
    headers: Mapping[str, str]


def operation(
    *,
    answers: Mapping[int, type[Schema] | tuple[type[Schema] | str, str] | Forms | str | None],
    body: type[Schema] | None = None,
    query: type[Schema] | None = None,
    raw_body: tuple[str, ...] | Messages | Upload = (),
    errors: tuple[int, ...] = (),
) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """Parse `body` and `query` into keyword arguments, and send what the function returns as JSON.

    `answers` maps a status to the schema of its document, to a media type where it is none, or to both where the caller
    may ask for either (`asked_for` says which he did). With `raw_body` (media types) the function reads the body
    itself. `errors` lists statuses beyond those every operation can give.
    """
    first = {status: answer[0] if isinstance(answer, tuple) else answer for status, answer in answers.items()}
    description = Description(
        body=body() if body else None,
        raw_body=raw_body if isinstance(raw_body, tuple) else raw_body.media_types,
        query=query() if query else None,
        answers={status: schema() if isinstance(schema, type) else schema for status, schema in first.items()},
        errors=errors,
        message=raw_body.form() if isinstance(raw_body, Messages) else None,
        headers=raw_body.headers if isinstance(raw_body, Upload) else {},
        also=tuple(answer[1] for answer in answers.values() if isinstance(answer, tuple)),
        elsewhere=dict(pair for answer in answers.values() if isinstance(answer, Forms) for pair in answer.elsewhere),
    )

    def decorate(function: Callable[..., Any]) -> Callable[..., Response]:
        @functools.wraps(function)
        def view(**arguments: Any) -> Response:
            _require_acceptable(description)
            arguments |= _parsed(description)
            answer = function(**arguments)
            return _response(answer if isinstance(answer, Answer) else Answer(answer))

        view.__operation__ = description  # type: ignore[attr-defined]
        return view

    return decorate


def _parsed(description: Description) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    faults: list[Fault] = []
    if description.query is not None:
        arguments["query"] = _load(description.query, _query_arguments(faults), "?", faults)
    elif request.query_string:
        faults += [Fault(f"?{name}", "This operation has no query parameters.") for name in request.args]
    if description.raw_body:
        require_media_type(*description.raw_body)
    if description.body is not None:
        require_media_type(JSON)
        largest = getattr(description.body, "largest_mib", 1) * MIB
        arguments["body"] = _load(description.body, decode_json(read_body(largest)), "#", faults)
    if faults:
        raise Invalid(faults)
    return arguments


def _query_arguments(faults: list[Fault]) -> dict[str, str]:
    for name, values in request.args.lists():
        if len(values) > 1:
            faults.append(Fault(f"?{name}", "Give this parameter once."))
    return request.args.to_dict()


def _load(schema: Schema, document: Any, root: str, faults: list[Fault]) -> Any:
    try:
        return schema.load(document)
    except ValidationError as error:
        faults += faults_of(error.messages, root)
    return None


def faults_of(messages: Any, root: str = "#") -> list[Fault]:
    """Turn marshmallow's nested messages into faults with a JSON pointer each."""
    if isinstance(messages, dict):
        below: list[Fault] = []
        for name, nested in messages.items():
            pointer = root if name == "_schema" else _below(root, str(name))
            below += faults_of(nested, pointer)
        return below
    if isinstance(messages, list):
        return [fault for message in messages for fault in faults_of(message, root)]
    return [Fault(root, str(messages))]


def _below(root: str, name: str) -> str:
    if root == "?":
        return f"?{name}"
    return f"{root}/{name.replace('~', '~0').replace('/', '~1')}"


def _require_acceptable(description: Description) -> None:
    if "Accept" not in request.headers:
        return
    offered = [schema if isinstance(schema, str) else JSON for schema in description.answers.values()]
    offered += description.also
    if not any(request.accept_mimetypes[media_type] for media_type in offered):
        detail = f"This operation answers with {' or '.join(sorted(set(offered)))}."
        detail += "".join(f" {media_type} is at {at}." for media_type, at in description.elsewhere.items())
        raise RegistryError("not_acceptable", 406, detail)


def asked_for(media_type: str) -> bool:
    """Say whether the caller prefers this media type to JSON."""
    return request.accept_mimetypes.best_match([JSON, media_type]) == media_type


def _response(answer: Answer) -> Response:
    content = answer.content
    if content is None:
        content = b""
    elif not isinstance(content, bytes | str | Iterator):
        content = as_json(content)
    return Response(content, answer.status, dict(answer.headers), content_type=answer.media_type)


def as_json(content: Any) -> bytes:
    """A document as it goes over the wire."""
    return orjson.dumps(content, default=_plain, option=orjson.OPT_UTC_Z)


def _plain(value: Any) -> Any:
    if hasattr(value, "astimezone"):
        return format_instant(value)
    if isinstance(value, frozenset | set | tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} is not part of the wire format")
