"""The catalogue of findings as it is published: on the wire, and as a page that goes with the API description."""

from __future__ import annotations

from registry.intake.findings import CATALOGUE, Code

Wire = dict[str, str]

_SEVERITIES = {
    "rejected": "Nothing can be done with the row. It is kept, and found as delivered and not processed.",
    "conflict": "The row contradicts what is recorded, and changes nothing.",
    "warning": "The order is accepted and shown. The sender should look at it again.",
}


def listed() -> list[Wire]:
    """Every code with its severity, message and action."""
    return [
        {"code": one.code, "severity": one.severity, "messageNl": one.message_nl, "actionNl": one.action_nl}
        for one in CATALOGUE.values()
    ]


def page() -> str:
    """The catalogue in Markdown; generated, never written by hand."""
    parts = ["# Finding codes", _INTRODUCTION]
    for severity, meaning in _SEVERITIES.items():
        codes = sorted((one for one in CATALOGUE.values() if one.severity == severity), key=lambda one: one.code)
        parts += [f"## {severity} ({len(codes)})", meaning, "\n".join([_HEAD, *map(_line, codes)])]
    return "\n\n".join(parts) + "\n"


_INTRODUCTION = """What the report of a delivery can say of a row. Each finding has a `code`, the `field` it is about
as a JSON pointer into the message, a message and an action in Dutch, and sometimes a finer `cause`; it never repeats a
value. A code keeps its meaning. Generated from `registry/intake/findings.toml`; also at `GET /v1/finding-codes`."""
_HEAD = "| code | message | action |\n|---|---|---|"


def _line(one: Code) -> str:
    return f"| `{one.code}` | {one.message_nl} | {one.action_nl} |"
