"""An answer of an offline copy as a dispatcher reads it on the screen of his own machine, in Dutch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

Wire = Mapping[str, Any]

_ZONE = ZoneInfo("Europe/Amsterdam")


def answer_nl(told: Wire) -> str:
    """All that an answer says, the age of the copy first."""
    return "\n".join(_lines(told))


def _lines(told: Wire) -> Iterator[str]:
    copy = told["copy"]
    yield copy["textNl"]
    yield f"Stand van {_at(copy['takenAt'])}; te raadplegen tot {_at(copy['validUntil'])}."
    yield f"Vraag {copy['journalNumber']} van het logboek van deze kopie."
    for each in told["unusable"]:
        yield f"Niet gebruikt: {each['textNl']}"
    yield from told["assumedNl"]
    if told["noOrderKnown"]:
        yield told["noOrderKnown"]["textNl"]
    if told["moreNl"]:
        yield told["moreNl"]
    if told["deliveredNotProcessedNl"]:
        yield told["deliveredNotProcessedNl"]
    for place, hit in enumerate(told["hits"], start=1):
        yield ""
        yield from _hit(place, hit)
    yield ""
    yield from (_source(each) for each in told["sources"] if each["late"] or each["statementLate"])
    yield told["notice"]


def _hit(place: int, hit: Wire) -> Iterator[str]:
    person, status = hit["person"], hit["status"]
    yield f"{place}. Bevel {hit['orderNumber']} ({hit['regimeNl']}): {hit['relationNl']}, kans {hit['score']:.2f}"
    if person:
        minor = ", minderjarig" if person["minor"] else ""
        yield f"   {person['calledNl']}: {person['name']}, geboren {person['birthDate'] or 'onbekend'}{minor}"
    if hit["identityWarning"]:
        yield f"   {hit['identityWarning']}"
    for each in hit["matchedOn"]:
        yield f"   {'+' if each['agrees'] else '-'} {each['how']}"
    yield f"   Status: {status['textNl']}. {' '.join(status['reasonsNl'])}"
    for each in hit["protected"]:
        named = f", {each['name']}" if each["name"] else ""
        yield f"   Beschermd: {each['reference']}{named}"
    for each in hit["conditions"]:
        yield f"   {each['textNl']}"
        yield from (f"     Uitzondering: {one}" for one in each["exceptionsNl"])
    yield from _powers(hit["powers"])
    contact = hit["contacts"]["supervision"]
    if contact["phone"]:
        yield f"   Bel: {contact['organisation'] or 'toezicht'}, {contact['phone']}"


def _powers(powers: Wire) -> Iterator[str]:
    yield f"   {powers['titleNl']}"
    yield from (f"     {each['textNl']}" for each in powers["steps"])
    for half in powers["halves"]:
        yield f"     {half['titleNl']}"
        yield from (f"       {each['textNl']}" for each in half["steps"])
    yield from (f"     {each}" for each in powers["callNl"])
    yield from (f"     {each['textNl']}" for each in powers["always"])


def _source(source: Wire) -> str:
    return f"Let op: van {source['name']} kwam te lang geen bericht of volledige opgave; dat kan ook na de kopie zijn."


def _at(at: datetime) -> str:
    return f"{at.astimezone(_ZONE):%d-%m-%Y %H:%M}"
