"""What a dispatcher typed, read field by field: what can be searched on, and what cannot, in words for a dispatcher."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from geo.projection import territory_at
from registry.errors import Fault, Invalid
from registry.http.fields import camel
from registry.orders.naming.identifiers import (
    DEFAULT_SKN_PATTERN,
    Address,
    IdentifierError,
    PartialDate,
    parse_birth_date,
    parse_bsn,
    parse_house_number,
    parse_phone,
    parse_postcode,
    parse_skn,
)
from registry.orders.naming.matching import NameQuery
from registry.orders.naming.names import query_tokens
from registry.orders.naming.search_keys import Identifiers, any_plate

DEFAULT_ACCURACY_M, MOST_ACCURACY_M, MOST_RADIUS_M = 50.0, 5_000.0, 5_000.0

# As it is said and as it is registered.
_SEXES = dict.fromkeys(("m", "man", "mannelijk"), "M")
_SEXES |= dict.fromkeys(("v", "f", "vrouw", "vrouwelijk"), "V")
_SEXES |= dict.fromkeys(("x", "o", "onbekend"), "X")

# How long what somebody types in a field can be, in characters; what is longer is not that.
_LONGEST = {
    "bsn": 40,
    "skn": 40,
    "name": 200,
    "birth_date": 40,
    "sex": 20,
    "phone": 40,
    "plate": 20,
    "postcode": 20,
    "house_number": 20,
    "suffix": 20,
    "incident_number": 64,
}
_INCIDENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./_-]*")

Value = TypeVar("Value")


class Field(StrEnum):
    """What a question can be asked with, as the wire names it."""

    BSN = "bsn"
    SKN = "skn"
    NAME = "name"
    BIRTH_DATE = "birthDate"
    SEX = "sex"
    ADDRESS = "address"
    PHONE = "phone"
    PLATE = "plate"
    LOCATION = "location"


@dataclass(frozen=True, slots=True, repr=False)
class Spot:
    """A coordinate with the radius in which it is certain, and one within which places are asked for."""

    lat_deg: float
    lon_deg: float
    accuracy_m: float
    is_accuracy_assumed: bool = False
    radius_m: float = 0.0

    @property
    def reach_m(self) -> float:
        """How far a place may lie."""
        return max(self.accuracy_m, self.radius_m)


@dataclass(frozen=True, slots=True, repr=False)
class Question:
    """What can be searched on, and what was named but cannot be."""

    identifiers: Identifiers
    name: NameQuery
    name_alone: NameQuery
    spot: Spot | None
    unusable: tuple[Fault, ...]
    sex: str | None = None
    incident_number: str | None = None

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields that are searched on; a birth date or a sex finds nobody by itself, and weighs with the others."""
        asked = self.identifiers
        usable = {
            Field.BSN: asked.bsn,
            Field.SKN: asked.skn,
            Field.NAME: self.name.text,
            Field.ADDRESS: asked.addresses,
            Field.PHONE: asked.phones,
            Field.PLATE: asked.plates,
            Field.LOCATION: self.spot,
        }
        found = tuple(name for name, value in usable.items() if value)
        if not found:
            return ()
        beside = ((Field.BIRTH_DATE, self.name.birth_on), (Field.SEX, self.sex))
        return (*found, *(field for field, value in beside if value))


class _Reader:
    """Reads one field after the other and remembers why it could not use one; blank is not given."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.unusable: list[Fault] = []
        self._body = {name: value for name, value in body.items() if not self._is_too_long(name, value)}

    def _is_too_long(self, name: str, value: Any) -> bool:
        if name not in _LONGEST or len(str(value or "").strip()) <= _LONGEST[name]:
            return False
        self.refuse(f"#/{camel(name)}", "too_long", "Dit is te lang: geef alleen het gegeven zelf.")
        return True

    def text(self, name: str) -> str:
        return str(self._body.get(name) or "").strip()

    def one(self, name: str, pointer: str, parse: Callable[[str], Value]) -> Value | None:
        typed = self.text(name)
        if not typed:
            return None
        try:
            return parse(typed)
        except IdentifierError as error:
            self.refuse(pointer, error.code, error.detail_nl)
            return None

    def refuse(self, pointer: str, code: str, detail_nl: str) -> None:
        self.unusable.append(Fault(pointer, detail_nl, code))


def read(body: Mapping[str, Any], skn_pattern: str = DEFAULT_SKN_PATTERN, today: date | None = None) -> Question:
    """Every field on its own; raises Invalid, with every reason, when not one of them can be searched on.

    A birth date after `today` is none.
    """
    reader = _Reader(body)
    bsn = reader.one("bsn", "#/bsn", parse_bsn)
    skn = reader.one("skn", "#/skn", lambda text: parse_skn(text, skn_pattern))
    born_on = reader.one("birth_date", "#/birthDate", lambda text: _born(text, today))
    phone = reader.one("phone", "#/phone", parse_phone)
    plate = reader.one("plate", "#/plate", any_plate)
    address = _address(reader)
    name = _name(reader)
    question = Question(
        identifiers=Identifiers(
            bsn=bsn,
            skn=skn,
            phones=(phone,) if phone else (),
            plates=(plate,) if plate else (),
            addresses=(address,) if address else (),
        ),
        name=NameQuery(name, born_on),
        name_alone=NameQuery(name),
        spot=_spot(reader, body.get("location")),
        sex=reader.one("sex", "#/sex", _sex),
        incident_number=reader.one("incident_number", "#/incidentNumber", _incident),
        unusable=tuple(reader.unusable),
    )
    if not question.fields:
        raise Invalid(_nothing_usable(question), "Met deze vraag kan niet worden gezocht.")
    return question


def _nothing_usable(question: Question) -> tuple[Fault, ...]:
    if question.name.birth_on:
        alone = "Met alleen een geboortedatum kan niet worden gezocht: voeg een naam of ander gegeven toe."
        return (*question.unusable, Fault("#/birthDate", alone, "birth_date_alone"))
    nothing = "Geef ten minste één gegeven: BSN, SKN, naam, adres, telefoonnummer, kenteken of locatie."
    return question.unusable or (Fault("#", nothing, "nothing_asked"),)


def _born(text: str, today: date | None) -> PartialDate:
    born_on = parse_birth_date(text)
    if today is not None and (born_on.year, born_on.month or 0, born_on.day or 0) > (
        today.year,
        today.month,
        today.day,
    ):
        raise IdentifierError("date_future", "Deze geboortedatum ligt in de toekomst: controleer het jaar.")
    return born_on


def _incident(text: str) -> str:
    if not _INCIDENT.fullmatch(text):
        raise IdentifierError("incident_form", "Geef alleen het nummer van het incident; het kan ook later.")
    return text


def _sex(text: str) -> str:
    try:
        return _SEXES[text.casefold()]
    except KeyError:
        raise IdentifierError("sex_form", "Geef als geslacht man, vrouw of onbekend.") from None


def _name(reader: _Reader) -> str:
    text = reader.text("name")
    if text and not query_tokens(text).words:
        reader.refuse("#/name", "name_form", "Geef ten minste één hele voornaam of achternaam, niet alleen letters.")
        return ""
    return text


def _address(reader: _Reader) -> Address | None:
    postcode = reader.one("postcode", "#/postcode", parse_postcode)
    house = reader.one("house_number", "#/houseNumber", lambda text: parse_house_number(text, reader.text("suffix")))
    if postcode and not reader.text("house_number"):
        reader.refuse("#/houseNumber", "house_number_missing", "Bij een postcode hoort een huisnummer.")
    if not reader.text("postcode"):
        for name, pointer in (("house_number", "#/houseNumber"), ("suffix", "#/suffix")):
            if reader.text(name):
                reader.refuse(pointer, "postcode_missing", "Hiermee wordt alleen gezocht samen met een postcode.")
    return Address(postcode, house.number, house.suffix) if postcode and house else None


def _spot(reader: _Reader, location: Mapping[str, Any] | None) -> Spot | None:
    if not location:
        return None
    lat_deg, lon_deg, accuracy_m = (location.get(name) for name in ("lat", "lon", "accuracy_m"))
    if lat_deg is None or lon_deg is None:
        reader.refuse("#/location", "location_incomplete", "Geef van een locatie de breedte (lat) en de lengte (lon).")
        return None
    if territory_at(lat_deg, lon_deg) is None:
        swapped = territory_at(lon_deg, lat_deg) is not None
        hint = "zijn breedte en lengte verwisseld?" if swapped else "controleer breedte en lengte."
        reader.refuse("#/location", "location_outside", f"Deze plaats ligt buiten het Koninkrijk: {hint}")
        return None
    used_m = _accuracy(reader, accuracy_m)
    is_assumed = accuracy_m is None or used_m != accuracy_m
    return Spot(lat_deg, lon_deg, used_m, is_assumed, _radius(reader, location.get("radius_m")))


def _radius(reader: _Reader, radius_m: float | None) -> float:
    if radius_m is None or 0.0 < radius_m <= MOST_RADIUS_M:
        return radius_m or 0.0
    used_m = MOST_RADIUS_M if radius_m > MOST_RADIUS_M else 0.0
    done = f"gezocht is binnen {used_m:.0f} meter" if used_m else "hij is weggelaten"
    reader.refuse("#/location/radiusM", "radius_range", f"Een straal is 1 tot {MOST_RADIUS_M:.0f} meter; {done}.")
    return used_m


def _accuracy(reader: _Reader, accuracy_m: float | None) -> float:
    if accuracy_m is None:
        return DEFAULT_ACCURACY_M
    if 0.0 <= accuracy_m <= MOST_ACCURACY_M:
        return accuracy_m
    used_m = MOST_ACCURACY_M if accuracy_m > MOST_ACCURACY_M else DEFAULT_ACCURACY_M
    detail = f"Een nauwkeurigheid is 0 tot {MOST_ACCURACY_M:.0f} meter; gerekend is met {used_m:.0f} meter."
    reader.refuse("#/location/accuracyM", "accuracy_range", detail)
    return used_m
