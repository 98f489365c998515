"""The files of a bundle that are data: how an episode's case is written to them, and read again."""

import csv
import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson
import shapely
from shapely.geometry import MultiPolygon, mapping
from shapely.geometry.polygon import orient

from geo.episode import Episode
from geo.overlap import outline
from geo.projection import Floats
from geo.shapes import CircleShape, Shape
from geo.spans import Span, instant
from geo.track import TrackState
from registry.http.fields import format_instant
from registry.monitoring.evidence.archive import EPISODE, FIXES, POLICY, TRACK, ZONES
from registry.monitoring.evidence.rules import Begin, Case, KeptFix, Use, Worn, method_from, zone_from, zone_to

MOST_FIXES = 250_000
_COLUMNS = (
    *("at", "at_ms", "sequence", "device_id", "received_at_ms", "lat_deg", "lon_deg", "accuracy_m", "hdop"),
    *("speed_mps", "use", "reason"),
)


class Unreadable(Exception):
    """A file of a bundle is not of the form it should have; `name` says which."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of an episode: the record, as the API shows it, and the episode itself; None once withdrawn."""

    record: Mapping[str, Any]
    found: Episode
    is_withdrawn: bool


def files_of(told: Told, case: Case, drawn: Mapping[str, Mapping[str, Any]]) -> dict[str, bytes]:
    """The data of a bundle; `drawn` tells the shape of each zone, by its id, as it was delivered."""
    zones = [zone_to(zone, drawn[zone.id]) for zone in case.zones]
    episode = {
        "record": told.record,
        "found": told.found.to_dict(),
        "isWithdrawn": told.is_withdrawn,
        "personId": case.person_id,
        "worn": [
            {"deviceId": one.device_id, "fromMs": one.worn.from_ms, "untilMs": one.worn.until_ms} for one in case.worn
        ],
        "judgedAtMs": case.judged_at_ms,
        "begin": case.begin.value,
        "state": None if case.state is None else case.state.to_dict(),
    }
    return {
        EPISODE: _json(episode),
        ZONES: _json({"zones": zones}),
        POLICY: _json({"method": asdict(case.method), "zonePolicies": {one["id"]: one["policy"] for one in zones}}),
        FIXES: _fixes_to(case.fixes),
        TRACK: _geojson(told, case),
    }


def case_from(files: Mapping[str, bytes]) -> tuple[Told, Case]:
    """Read what `files_of` wrote; raises Unreadable with the name of the file that is not of that form."""
    episode = _read(EPISODE, files, _episode_from)
    zones = _read(ZONES, files, lambda content: tuple(zone_from(one) for one in orjson.loads(content)["zones"]))
    method = _read(POLICY, files, lambda content: method_from(orjson.loads(content)["method"]))
    fixes = _read(FIXES, files, _fixes_from)
    told, person_id, worn, (judged_at_ms, begin, state) = episode
    return told, Case(person_id, worn, fixes, zones, method, begin, state, judged_at_ms)


def _read(name: str, files: Mapping[str, bytes], reader: Any) -> Any:
    try:
        return reader(files[name])
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError, csv.Error) as error:
        raise Unreadable(name) from error


def _episode_from(content: bytes) -> tuple[Told, str, tuple[Worn, ...], tuple[int, Begin, TrackState | None]]:
    read = orjson.loads(content)
    told = Told(dict(read["record"]), Episode.from_dict(read["found"]), bool(read["isWithdrawn"]))
    worn = tuple(Worn(str(one["deviceId"]), Span(int(one["fromMs"]), one["untilMs"])) for one in read["worn"])
    state = None if read["state"] is None else TrackState.from_dict(read["state"])
    return told, str(read["personId"]), worn, (int(read["judgedAtMs"]), Begin(read["begin"]), state)


def _json(content: Any) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS) + b"\n"


def _fixes_to(fixes: Iterable[KeptFix]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for one in fixes:
        told = [format_instant(instant(one.at_ms)), *(getattr(one, name) for name in _COLUMNS[1:])]
        writer.writerow(["" if value is None else value for value in told])
    return text.getvalue().encode()


def _fixes_from(content: bytes) -> tuple[KeptFix, ...]:
    rows = csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
    if tuple(rows.fieldnames or ()) != _COLUMNS:
        raise ValueError("other columns")
    found: list[KeptFix] = []
    for row in rows:
        if len(found) >= MOST_FIXES or None in row:
            raise ValueError("more rows, or more in one, than a bundle has")
        numbers = {name: _number(row[name]) for name in ("accuracy_m", "hdop", "speed_mps")}
        place = {"lat_deg": _number(row["lat_deg"], 90.0), "lon_deg": _number(row["lon_deg"], 180.0)}
        counts = {name: int(row[name]) for name in ("at_ms", "sequence", "received_at_ms")}
        reason = row["reason"] or None
        found.append(
            KeptFix(row["device_id"], use=Use(row["use"]), reason=reason, **counts, **place, **numbers)  # type: ignore[arg-type]
        )
    return tuple(found)


def _number(text: str, most: float = math.inf) -> float | None:
    if not text:
        return None
    read = float(text)
    if not math.isfinite(read) or abs(read) > most:
        raise ValueError("no such number")
    return read


def _geojson(told: Told, case: Case) -> bytes:
    """The zones and the positions, to open in any program for maps (RFC 7946)."""
    zones = [_zone_feature(zone.id, zone.version, zone.kind, zone.shape) for zone in case.zones]
    fixes = [_fix_feature(one) for one in case.fixes]
    of_record = {"episodeId": told.record.get("id"), "personId": case.person_id}
    return _json({"type": "FeatureCollection", "features": [*zones, *fixes], **of_record})


def _zone_feature(zone_id: str, version: int, kind: str, shape: Shape) -> dict[str, Any]:
    told: dict[str, Any] = {"is": "zone", "zoneId": zone_id, "zoneVersion": version, "kind": kind}
    if isinstance(shape, CircleShape):
        told |= {"center": [shape.lon_deg, shape.lat_deg], "radiusM": shape.radius_m}
    return {"type": "Feature", "geometry": _outlined(shape), "properties": told}


def _outlined(shape: Shape) -> dict[str, Any]:
    """The outline in degrees, longitude first, outer rings counterclockwise; of a circle one of many short edges."""
    plane = shape.territory.plane

    def degrees(places_m: Floats) -> Floats:
        return plane.all_to_degrees(places_m)[:, ::-1].round(7)

    area = outline(shape)
    parts = [orient(part) for part in shapely.get_parts(area).tolist()]
    return dict(mapping(shapely.transform(parts[0] if len(parts) == 1 else MultiPolygon(parts), degrees)))


def _fix_feature(one: KeptFix) -> dict[str, Any]:
    placed = one.lat_deg is not None and one.lon_deg is not None
    geometry = {"type": "Point", "coordinates": [one.lon_deg, one.lat_deg]} if placed else None
    told: dict[str, Any] = {"is": "position", "at": format_instant(instant(one.at_ms)), "deviceId": one.device_id}
    told |= {"use": one.use.value, "reason": one.reason}
    return {"type": "Feature", "geometry": geometry, "properties": told | {"accuracyM": one.accuracy_m}}
