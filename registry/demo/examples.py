"""The messages of the API description: what it shows as an example is what the demo sends.

Only what a run alone can know is put in: numbers, instants, and the address of a receiver.
"""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).resolve().parents[2] / "api_spec" / "examples"


class NoSuchField(Exception):
    """A value was to be put where the example has none: the message would no longer be the example's."""


def request(operation_id: str, which: str | None = None, /, **values: Any) -> Any:
    """Return the request example of an operation, or another of its requests by name, with values put in.

    A mapping goes into the mapping that stands there, and a list of mappings goes in one by one.

    >>> request("monitoringEndCoupling", until="2027-01-01T00:00:00Z")
    {'until': '2027-01-01T00:00:00Z'}
    """
    file = _read(operation_id)
    example = copy.deepcopy(file["request"] if which is None else file["requests"][which])
    return _with(example, values, operation_id) if values else example


@cache
def _read(operation_id: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((_FOLDER / f"{operation_id}.json").read_text(encoding="utf-8"))
    return read


def _with(example: Any, value: Any, place: str) -> Any:
    if isinstance(value, dict) and isinstance(example, dict):
        missing = value.keys() - example.keys()
        if missing:
            raise NoSuchField(f"{place} has no {', '.join(sorted(missing))}")
        return example | {name: _with(example[name], one, f"{place}.{name}") for name, one in value.items()}
    if isinstance(example, list) and any(isinstance(one, dict) for one in example):
        return [_with(*pair, place) for pair in zip(example, value, strict=True)]
    return value
