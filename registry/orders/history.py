"""The history of an order on the wire: who changed what, when and why, version by version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registry.http.fields import format_instant
from registry.orders import showing
from registry.orders.answering import gaps
from registry.orders.register.chronicle import Chapter, Chronicle, Taken
from registry.orders.register.views import View
from registry.orders.showing import Wire

_BY_REFERENCE = {"parties": ("role", "reference"), "conditions": ("reference",)}
# What the register gave itself, and what follows from other fields.
_OWN = frozenset({"id", "personId", "summary", "monitored", "notMonitoredBecause"})


def told(found: Chronicle, now: datetime, *, opened: bool) -> Wire:
    """A piece of the history; `opened` shows the values of fields that tell who is protected, or where."""
    return {
        "orderId": found.order.id,
        "versions": [_chapter(each, found, opened=opened) for each in found.chapters],
        "gaps": gaps(found.current, now),
        "subjectLinks": [showing.link(each) for each in found.asked],
        "identities": [_taken(each) for each in found.taken],
        "detentions": [showing.detention(each, found.codes) for each in found.detentions],
    }


def _chapter(chapter: Chapter, found: Chronicle, *, opened: bool) -> Wire:
    version = chapter.version
    compared = chapter.below.version.version if chapter.below and chapter.below.version and chapter.told else None
    return {
        **showing.recorded(version),
        "sender": {"code": found.sender.code, "name": found.sender.name},
        "correctsVersion": version.corrects_version,
        "comparedWith": compared,
        "changes": changes(chapter.told, chapter.below, opened=opened) if chapter.told and chapter.below else [],
    }


def _taken(taken: Taken) -> Wire:
    link = taken.link
    return {
        "version": taken.version,
        "personId": link.person_id,
        "cause": link.cause,
        "recordedAt": format_instant(link.recorded_at),
        "replacedAt": link.replaced_at and format_instant(link.replaced_at),
    }


def changes(after: View, before: View, *, opened: bool) -> list[Wire]:
    """The fields in which two versions differ, by name; a protected value only to who may see it."""
    new, old = _Told.of(after), _Told.of(before)
    differing = sorted(name for name in new.whole.keys() | old.whole.keys() if new.value(name) != old.value(name))
    return [
        {
            "field": name,
            "protected": new.hides(name) or old.hides(name),
            "before": old.shown(name, opened=opened),
            "after": new.shown(name, opened=opened),
        }
        for name in differing
    ]


@dataclass(frozen=True, slots=True)
class _Told:
    """The fields of a version by name: all of them, and what everybody may see who may see the order."""

    whole: Mapping[str, Any]
    plain: Mapping[str, Any]

    @classmethod
    def of(cls, view: View) -> _Told:
        return cls(*(dict(_flat("", showing.content(view, opened=opened))) for opened in (True, False)))

    def value(self, name: str) -> Any:
        return self.whole.get(name)

    def hides(self, name: str) -> bool:
        return name in self.whole and self.plain.get(name) != self.whole[name]

    def shown(self, name: str, *, opened: bool) -> Any:
        return self.whole.get(name) if opened or not self.hides(name) else None


def _flat(place: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Every field with its path; parties and conditions by their references, other lists and shapes whole."""
    if place in _BY_REFERENCE:
        for each in value:
            yield from _flat(".".join([place, *(str(each[name]) for name in _BY_REFERENCE[place])]), each)
    elif isinstance(value, Mapping) and not place.endswith(".geometry"):
        for name, nested in value.items():
            if name not in _OWN:
                yield from _flat(f"{place}.{name}" if place else name, nested)
    else:
        yield place, value
