"""What the page of the demo shows: the maps, and where the fictional wearers are now.

It opens no sealed value: names and areas are those of the demo's own files, by device and order number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from registry.access.models import Organisation
from registry.alerts.models import Alert
from registry.console.scene import Disc, Label, Line, MapView, Scene
from registry.demo.places import CITIES, WIDTH, City, drawn_at, height_of, on_paper
from registry.demo.wearers import WEARERS, Wearer
from registry.http.fields import format_instant
from registry.monitoring.models import Coupling, Device, EpisodeRecord, PingRow
from registry.monitoring.rules import EpisodeStatus, bucket_of
from registry.orders.models import Order

_PROVIDER = "DVO"
_RECENT = timedelta(minutes=2)
_LOOK_BACK = timedelta(minutes=30)
_ALERTS_SHOWN = 7


def scene() -> Scene:
    """Return the demo as the page shows it."""
    return Scene(tuple(_map(city) for city in CITIES), _state)


def _map(city: City) -> MapView:
    discs: list[Disc] = []
    areas: list[Line] = []
    for wearer in WEARERS:
        if wearer.city is city:
            title = f"Verboden gebied van drager {wearer.id}"
            discs += _discs(wearer, title)
            areas += _areas(wearer, title)
    return MapView(
        id=city.id,
        title=city.title,
        width=WIDTH,
        height=height_of(city),
        lines=[Line(_points(city, points), kind) for kind, points in city.lines],
        areas=areas,
        discs=discs,
        labels=[Label(*drawn_at(city, point), name) for name, point in city.names],
    )


def _points(city: City, points: Sequence[tuple[float, float]]) -> str:
    return " ".join("{},{}".format(*drawn_at(city, point)) for point in points)


def _discs(wearer: Wearer, title: str) -> Iterator[Disc]:
    if wearer.shape["type"] == "Circle":
        lon_deg, lat_deg = wearer.shape["center"]
        x, y = drawn_at(wearer.city, (lat_deg, lon_deg))
        yield Disc(x, y, on_paper(wearer.city, wearer.shape["radiusM"]), title)


def _areas(wearer: Wearer, title: str) -> Iterator[Line]:
    coordinates = wearer.shape.get("coordinates", [])
    for polygon in coordinates if wearer.shape["type"] == "MultiPolygon" else [coordinates] if coordinates else []:
        rings = (_points(wearer.city, [(lat_deg, lon_deg) for lon_deg, lat_deg in ring]) for ring in polygon)
        yield Line(" ".join(f"M{ring}Z" for ring in rings), "zone", title)


def _state(session: Session, now: datetime) -> dict[str, Any]:
    worn = {row.name: row for row in session.execute(_devices())}
    inside = set(session.scalars(_inside([row.person_id for row in worn.values()])))
    orders = session.scalar(select(func.count()).select_from(Order)) or 0
    alerts = list(_alerts(session))
    waiting = sum(alert["open"] for alert in alerts)
    return {
        "wearers": [_wearer(session, now, wearer, (worn.get(wearer.device), inside)) for wearer in WEARERS],
        "alerts": alerts,
        "summary": f"Bevelen in het register: {orders}. Dragers nu in een verboden gebied: {len(inside)}. "
        f"Van de laatste alarmen nog niet opgepakt: {waiting}.",
    }


def _devices() -> Any:
    return (
        select(Device.name, Device.number, Coupling.person_id)
        .join(Organisation, Organisation.id == Device.sending_org_id)
        .join(Coupling, Coupling.device_id == Device.id)
        .where(Organisation.code == _PROVIDER, Coupling.until_at.is_(None))
        .where(Device.name.in_([wearer.device for wearer in WEARERS]))
    )


def _inside(persons: Sequence[UUID]) -> Any:
    going_on = EpisodeRecord.status == EpisodeStatus.OPEN.value
    return select(EpisodeRecord.person_id).where(EpisodeRecord.person_id.in_(persons), going_on)


def _wearer(
    session: Session, now: datetime, wearer: Wearer, known: tuple[Row[Any] | None, set[UUID]]
) -> dict[str, Any]:
    device, inside = known
    fix = None if device is None else session.execute(_newest(device.number, now)).first()
    x, y = drawn_at(wearer.city, (fix.lat_deg, fix.lon_deg)) if fix else (None, None)
    at = datetime.fromtimestamp(fix.at_ms / 1000, now.tzinfo) if fix else None
    state = "inside" if device is not None and device.person_id in inside else "outside"
    return {
        "id": wearer.id,
        "name": wearer.name,
        "called": wearer.called_nl,
        "order": wearer.order,
        "map": wearer.city.id,
        "x": x,
        "y": y,
        "at": at and format_instant(at),
        "state": "silent" if at is None or at < now - _RECENT else state,
    }


def _newest(number: int, now: datetime) -> Any:
    since_ms = int((now - _LOOK_BACK).timestamp() * 1000)
    return (
        select(PingRow.at_ms, PingRow.lat_deg, PingRow.lon_deg)
        .where(PingRow.bucket == bucket_of(number), PingRow.at_ms > since_ms, PingRow.device_number == number)
        .where(PingRow.lat_deg.is_not(None))
        .order_by(PingRow.at_ms.desc())
        .limit(1)
    )


def _alerts(session: Session) -> Iterator[dict[str, Any]]:
    newest = select(Alert).where(Alert.closed_at.is_(None)).order_by(Alert.id.desc())
    rows = session.scalars(newest.limit(_ALERTS_SHOWN)).all()
    names = _names_by_order(session, rows)
    for alert in rows:
        yield {
            "id": str(alert.id),
            "at": format_instant(alert.raised_at),
            "priority": alert.priority,
            "title": alert.title_nl,
            "who": names.get(str(alert.context.get("order_id")), ""),
            "open": alert.acknowledged_at is None,
            "status": _status_nl(alert),
        }


def _status_nl(alert: Alert) -> str:
    if alert.acknowledged_at is not None:
        return "opgepakt"
    return f"nog niet opgepakt, trede {alert.level}" if alert.level else "nog niet opgepakt"


def _names_by_order(session: Session, alerts: Sequence[Alert]) -> Mapping[str, str]:
    ids = {UUID(str(alert.context["order_id"])) for alert in alerts if alert.context.get("order_id")}
    numbers = session.execute(select(Order.id, Order.number).where(Order.id.in_(ids)))
    names = {wearer.order: f"drager {wearer.id}" for wearer in WEARERS}
    return {str(order_id): names.get(number, number) for order_id, number in numbers}
