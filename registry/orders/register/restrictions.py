"""The bans and duties of a version, and their zones, as rows."""

from __future__ import annotations

from uuid import UUID

from registry.db import new_id
from registry.db.bulk import Row
from registry.orders.models import Condition, ZoneRecord
from registry.orders.register.areas import document_of, extent_row, judged_form, likeness_of
from registry.orders.register.content import ConditionContent, OrderContent


def conditions_of(content: OrderContent, version_id: bytes) -> tuple[list[Row], list[Row], list[Row]]:
    """The rows of the conditions, those of their zones without order and version, and those of where these lie."""
    conditions: list[Row] = []
    zones: list[Row] = []
    places: list[Row] = []
    for each in content.conditions:
        condition_id = new_id()
        conditions.append(_condition(each, condition_id, version_id))
        if each.zone is None:
            continue
        zone_id, area = new_id(), document_of(each, each.zone, content.facts.time_zone)
        sealed = ZoneRecord.geometry.close(zone_id, area)
        likeness = likeness_of(each, each.zone, area)
        judged = judged_form(zone_id, each.zone, area)
        zones.append((zone_id.bytes, condition_id.bytes, each.zone.kind, likeness, sealed, judged))
        if each.zone.shape is not None:
            places.append(extent_row(zone_id.bytes, each.zone.shape, each.ends_on or content.facts.ends_on))
    return conditions, zones, places


def _condition(condition: ConditionContent, condition_id: UUID, version_id: bytes) -> Row:
    document = {
        "text": condition.text,
        "protects": condition.protects,
        "electronic_monitoring": condition.electronic_monitoring,
        "distance_m": condition.distance_m,
        "scheduled": condition.schedule is not None,
        "exceptions": [each.document() for each in condition.exceptions],
        "raw": {name: value for name, value in condition.raw.items() if name != "zone"},
    }
    return (
        condition_id.bytes,
        version_id,
        condition.reference,
        condition.type.value,
        None if condition.starts_on is None else condition.starts_on.isoformat(),
        None if condition.ends_on is None else condition.ends_on.isoformat(),
        condition.can_be_monitored,
        _obstacle(condition),
        Condition.content.close(condition_id, document),
    )


def _obstacle(condition: ConditionContent) -> str | None:
    """Why positions cannot be held against a condition."""
    if condition.can_be_monitored:
        return None
    if condition.zone is None:
        return "no_zone"
    if condition.zone.shape is None:
        return "address_not_located" if condition.zone.address else "zone_unreadable"
    return "schedule_unreadable"
