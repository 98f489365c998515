"""Trying zones before they go live."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint

from geo.errors import GeoError, ScheduleError
from geo.schedule import Schedule
from geo.spans import instant
from geo.track import Fix
from geo.wire import shape_from_geojson, shape_to_geojson
from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.errors import Fault, Invalid
from registry.http import operation, runtime
from registry.http.fields import format_instant
from registry.monitoring.dry_run import service
from registry.monitoring.dry_run.lines import transit_lines
from registry.monitoring.dry_run.rules import TEXTS_NL, Calls
from registry.monitoring.dry_run.schemas import DryRunSchema, NewDryRunSchema
from registry.monitoring.pings import epoch_ms
from registry.orders.register.geocoding import PdokLocatieserver

blueprint = Blueprint("dry_run", __name__, url_prefix="/v1")

_NOT_CHECKED_NL = {
    "history": "Er zijn geen posities om de gebieden op te proberen: geen voorbeeld, en geen van een drager van u.",
    "home": "De afstand tot zijn woning is niet bekeken: zijn woning is niet bekend.",
    "transit_lines": "Hoofdwegen en spoorlijnen zijn niet bekeken: er is geen bestand ingesteld (TRANSIT_LINES_FILE).",
}


@blueprint.post("/zones/dry-run")
@requires(Scope.ZONES_TRY, Purpose.SUPERVISION)
@operation(body=NewDryRunSchema, answers={200: DryRunSchema}, errors=(404,))
def try_zones(actor: Actor, body: dict[str, Any]) -> Any:
    """Try zones before they go live: how often they would have called, what they give away, and a shape that does not.

    The history of a wearer is for the organisation that supervises him; others try zones on a sample. The answer holds
    counts and no position, and nothing of it is kept but who asked.
    """
    zones, order_id = _zones(body), body["order_id"]
    home = body["home"] and (body["home"]["lat"], body["home"]["lon"])
    if home is None and order_id is not None:
        home = _home_of(actor, order_id)
    file = runtime().settings.transit_lines_file
    sample = tuple(Fix(epoch_ms(one["at"]), one["lat"], one["lon"], one["accuracy_m"]) for one in body["sample"])
    trial = service.Trial(zones, order_id, body["days"], sample, home, transit_lines(file) if file else None)
    with consultation() as session:
        outcome = service.try_zones(session, actor, runtime().clock.now(), trial)
    return _told(outcome)


def _zones(body: Mapping[str, Any]) -> tuple[service.TriedZone, ...]:
    read, faults = [], []
    for place, told in enumerate(body["zones"]):
        try:
            read.append(_zone(told, body["time_zone"]))
        except ScheduleError as error:
            at = "#/timeZone" if error.path == "/timeZone" else f"#/zones/{place}/schedule{error.path}"
            faults.append(Fault(at, error.message))
        except GeoError as error:
            at = error.path if error.path in ("/bufferM", "/crs") else f"/shape{error.path}"
            faults.append(Fault(f"#/zones/{place}{at}", error.message))
    if faults:
        raise Invalid(faults)
    return tuple(read)


def _zone(told: Mapping[str, Any], time_zone: str) -> service.TriedZone:
    shape = shape_from_geojson(told["shape"], told["crs"], told["buffer_m"])
    wide_m = told["buffer_m"] + told["warning_m"]
    warns = told["warning_m"] > 0.0 and told["kind"] == "exclusion"
    ring = shape_from_geojson(told["shape"], told["crs"], wide_m) if warns else None
    schedule = None if told["schedule"] is None else Schedule.from_wire(told["schedule"], time_zone)
    return service.TriedZone(told["kind"], shape, schedule, ring)


def _home_of(actor: Actor, order_id: Any) -> tuple[float, float] | None:
    """The spot of the first address of his that a gazetteer knows; asked outside of any transaction."""
    shared = runtime()
    if shared.settings.geocoder_url is None:
        return None
    with shared.database.reading() as session:
        addresses = service.home_addresses(session, actor, order_id)
    finder = PdokLocatieserver(shared.settings.geocoder_url)
    spot = next((found for found in map(finder.find, addresses) if found is not None), None)
    return None if spot is None else (spot.lat_deg, spot.lon_deg)


def _told(outcome: service.Outcome) -> dict[str, Any]:
    track = outcome.track
    return {
        "triedOn": track.source,
        "from": format_instant(instant(track.from_ms)),
        "until": format_instant(instant(track.until_ms)),
        "fixes": len(track.fixes),
        "alerts": _calls(outcome.calls),
        "warnings": [
            {
                "code": one.code.value,
                "zones": list(one.places),
                "text": TEXTS_NL[one.code],
                "distanceM": one.distance_m,
                "areaM2": one.area_m2,
            }
            for one in outcome.warnings
        ],
        "alternatives": [
            {
                "zones": list(one.warning.places),
                "insteadOf": one.warning.code.value,
                "shape": shape_to_geojson(one.shape),
                "alerts": _calls(one.calls),
            }
            for one in outcome.alternatives
        ],
        "notChecked": [{"what": name, "text": _NOT_CHECKED_NL[name]} for name in outcome.not_checked],
    }


def _calls(calls: Calls | None) -> dict[str, Any] | None:
    if calls is None:
        return None
    counts = {name: getattr(calls, name) for name in ("sirens", "quiet", "near")}
    return counts | {f"{name}AWeek": calls.a_week(count) for name, count in counts.items()}
