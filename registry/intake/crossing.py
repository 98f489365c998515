"""Rows that were read, on their way from one process of the service to another.

Of the first message of an order hardly anything is needed but its draft. What else it says does not come along, and is
read once more should somebody ask for it: packing and unpacking it all costs a third of what reading it does.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from functools import cached_property
from typing import Any, NamedTuple

from registry.intake.findings import Finding
from registry.intake.judging import ReadRow
from registry.intake.rules import OrderMessage, Parsed
from registry.orders.register.content import OrderContent
from registry.orders.rules import OrderFacts
from registry.orders.service import Draft, is_plain

_MESSAGE = tuple(each.name for each in fields(OrderMessage) if each.name not in ("content", "raw"))
Parse = Callable[[bytes], Parsed]

_PROTOCOL = pickle.HIGHEST_PROTOCOL


class _Light(NamedTuple):
    """The first message of an order, without its content, its raw fields and its subject."""

    row_number: int
    raw: bytes
    draft: Draft
    findings: tuple[Finding, ...]
    told: tuple[Any, ...]
    facts: OrderFacts


def packed(rows: Sequence[ReadRow]) -> bytes:
    """Return rows as bytes; they hold personal data, and go nowhere but to `unpacked`."""
    return pickle.dumps([_light(row) or row for row in rows], _PROTOCOL)


def unpacked(sent: bytes, parse: Parse) -> list[ReadRow]:
    """Return the rows that `packed` was given; only for bytes of a process of our own."""
    return [row if isinstance(row, ReadRow) else _row(row, parse) for row in pickle.loads(sent)]


def _light(row: ReadRow) -> _Light | None:
    parsed, message = row.parsed, row.parsed.message
    if message is None or message.content is None or row.draft is None or not is_plain(message.kind):
        return None
    told = tuple(getattr(message, name) for name in _MESSAGE)
    return _Light(row.row_number, row.raw, row.draft, parsed.findings, told, message.content.facts)


def _row(light: _Light, parse: Parse) -> ReadRow:
    later = _Later(light.raw, parse)
    content = _made(_Content, later, {"facts": light.facts})
    message = _made(_Message, later, dict(zip(_MESSAGE, light.told, strict=True)) | {"content": content})
    told = {"message": message, "findings": light.findings, "order_number": message.order_number}
    return ReadRow(light.row_number, light.raw, _made(_Parsed, later, told), light.draft)


def _made(kind: type, later: _Later, values: Mapping[str, Any]) -> Any:
    made: Any = object.__new__(kind)
    object.__setattr__(made, "later", later)
    for name, value in values.items():
        object.__setattr__(made, name, value)
    return made


class _Later:
    """A row that is read once more when somebody asks for all it says."""

    def __init__(self, raw: bytes, parse: Parse) -> None:
        self._raw, self._parse = raw, parse

    @cached_property
    def parsed(self) -> Parsed:
        return self._parse(self._raw)

    @property
    def message(self) -> OrderMessage:
        if self.parsed.message is None:
            raise ValueError("a row that was readable is so again")
        return self.parsed.message


# Python asks __getattr__ only for what is not there: the fields that were left out when the object was made.


class _Content(OrderContent):
    __slots__ = ("later",)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.later.message.content, name)


class _Message(OrderMessage):
    __slots__ = ("later",)

    def __getattr__(self, name: str) -> Any:
        if name != "raw":
            raise AttributeError(name)
        return self.later.message.raw


class _Parsed(Parsed):
    __slots__ = ("later",)

    def __getattr__(self, name: str) -> Any:
        if name != "subject":
            raise AttributeError(name)
        return self.later.parsed.subject
