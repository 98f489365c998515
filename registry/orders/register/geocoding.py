"""Finding the spot of an address, for a circle around it; asked before a transaction, never inside one."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import urlencode

from geopy.adapters import URLLibAdapter
from geopy.exc import GeopyError
from geopy.geocoders.base import Geocoder
from geopy.location import Location
from geopy.util import logger as geopy_logger

from geo.errors import GeometryError
from geo.wire import shape_from_geojson
from registry.orders.register.content import ConditionContent, OrderContent, PostalAddress, ZoneContent

_POINT = re.compile(r"POINT\((-?\d+(?:\.\d+)?) (-?\d+(?:\.\d+)?)\)")
_FIELDS = "id,type,weergavenaam,postcode,huisnummer,huisletter,huisnummertoevoeging,centroide_ll"
_MOST_ANSWERS = 50
_PATIENCE_S = 3

# Its lines hold the address that was asked for.
geopy_logger.setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an address is, in degrees."""

    lat_deg: float
    lon_deg: float


class AddressFinder(Protocol):
    """Whatever knows where addresses are."""

    def find(self, address: PostalAddress) -> Spot | None:
        """The spot of an address; None when it is not known, or nobody answers."""


class PdokLocatieserver(Geocoder):  # type: ignore[misc]
    """The national address service (PDOK Locatieserver v3.1), or one of the same form under another URL."""

    def __init__(self, url: str, timeout_s: float = _PATIENCE_S) -> None:
        scheme = url.partition("://")[0]
        super().__init__(scheme=scheme, timeout=timeout_s, adapter_factory=URLLibAdapter)
        self._url = url.rstrip("/")

    def geocode(self, query: Mapping[str, str], *, exactly_one: bool = True, timeout: float | None = None) -> Any:
        """The addresses that fit field by field, as geopy locations; None, or an empty list, without any."""
        filters = [("fq", f"{name}:{value}") for name, value in sorted({"type": "adres", **query}.items())]
        asked = [("q", "*:*"), *filters, ("fl", _FIELDS), ("rows", str(_MOST_ANSWERS))]

        def read(answer: Mapping[str, Any]) -> Any:
            found = [place for place in map(_location, answer["response"].get("docs", ())) if place is not None]
            return next(iter(found), None) if exactly_one else found

        return self._call_geocoder(f"{self._url}/free?{urlencode(asked)}", read, timeout=timeout or self.timeout)

    def find(self, address: PostalAddress) -> Spot | None:
        """The spot of a Dutch address: of its suffix, or else of the house without any; never of another number."""
        if not (address.postcode and address.house_number):
            return None
        try:
            asked = {"postcode": address.postcode, "huisnummer": str(address.house_number)}
            found = self.geocode(asked, exactly_one=False)
        except (GeopyError, KeyError, TypeError, ValueError, AttributeError):
            return None
        return _best([place for place in found if _is_at(place.raw, address)], address.suffix)


def _location(document: Mapping[str, Any]) -> Location | None:
    point = _POINT.fullmatch(document.get("centroide_ll", ""))
    if point is None:
        return None
    return Location(document.get("weergavenaam", ""), (float(point[2]), float(point[1])), dict(document))


def _is_at(document: Mapping[str, Any], address: PostalAddress) -> bool:
    return document.get("postcode") == address.postcode and document.get("huisnummer") == address.house_number


def _best(places: Sequence[Location], suffix: str) -> Spot | None:
    by_suffix = {_suffix(place.raw): place for place in reversed(places)}
    place = by_suffix.get(suffix.upper()) or by_suffix.get("")
    return None if place is None else Spot(place.latitude, place.longitude)


def _suffix(document: Mapping[str, Any]) -> str:
    parts = f"{document.get('huisletter') or ''}{document.get('huisnummertoevoeging') or ''}"
    return "".join(char for char in parts.upper() if char.isalnum())


def located(content: OrderContent, finder: AddressFinder | None) -> OrderContent:
    """The order with a shape for each circle around an address that the finder knows; the others stay not monitored."""
    if finder is None or not any(_is_waiting(each) for each in content.conditions):
        return content
    return replace(content, conditions=tuple(_located(each, finder) for each in content.conditions))


def _is_waiting(condition: ConditionContent) -> bool:
    zone = condition.zone
    return zone is not None and zone.shape is None and zone.address is not None and zone.radius_m is not None


def _located(condition: ConditionContent, finder: AddressFinder) -> ConditionContent:
    zone = condition.zone
    if zone is None or zone.address is None or not _is_waiting(condition):
        return condition
    spot = finder.find(zone.address)
    return condition if spot is None else replace(condition, zone=_around(zone, spot))


def _around(zone: ZoneContent, spot: Spot) -> ZoneContent:
    circle = {"type": "Circle", "center": [spot.lon_deg, spot.lat_deg], "radiusM": zone.radius_m}
    try:
        located = replace(zone, shape=shape_from_geojson(circle, buffer_m=zone.buffer_m))
    except GeometryError:
        return zone
    try:
        shape_from_geojson(circle, buffer_m=zone.buffer_m + zone.warning_m)
    except GeometryError:
        return replace(located, warning_m=0.0)
    return located
