"""Holds: what somebody needs is kept, by name and with a reason, until it is released."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind
from registry.http.fields import format_instant
from registry.monitoring.retention.models import PositionHold
from registry.monitoring.retention.removing import remove_positions
from tests.monitoring.test_retention import LONG_AGO, after, at, days
from tests.monitoring.wearers import OUTSIDE, stay
from tests.world import NOW, some_id

__all__ = ["days"]
WORDS = "De verdediging wil laten zien dat hij thuis was."


def asked(wearer, **more):
    window = {"from": format_instant(NOW - timedelta(seconds=70)), "until": format_instant(NOW - timedelta(seconds=40))}
    return {"personId": wearer["personId"], "ground": "defence", "reason": WORDS} | window | more


def test_a_hold_keeps_the_positions_of_its_window_wherever_he_was_until_a_named_person_releases_it(days):
    wearer = days.wearer(begins=LONG_AGO)
    days.send(*stay(OUTSIDE, -80, -60, -50, -30), *stay(OUTSIDE, -60, -50, -30, device="EB-noise"))
    held = days.supervisor.post("/v1/position-holds", asked(wearer))
    assert (held.status_code, held.json["removedBeforeOn"]) == (201, None)
    after(days, days=40)
    after(days, days=1)
    # The last one is where each was seen last, from which he is judged on.
    assert (at(days)[:3], at(days, "EB-noise")[0]) == ([-60, -50, -30], -30)
    path = f"/v1/position-holds/{held.json['id']}/release"
    released = days.supervisor.post(path, {"reason": "Afgedaan."}).json
    assert (released["releasedBy"] is not None, released["releaseReason"]) == (True, "Afgedaan.")
    assert days.supervisor.post(path, {"reason": "Nogmaals."}).status_code == 409
    after(days, days=1)
    assert at(days)[0] == -30
    entries = days.rows(select(AuditEntry).where(AuditEntry.object_ref == f"position-hold:{held.json['id']}"))
    told = {one.action: one.details for one in entries}
    assert told == {
        "collected": {"person": wearer["personId"], "ground": "defence"},
        "changed": {"released": True},
    }


def test_a_hold_that_is_recorded_while_a_removal_is_under_way_counts_at_once(days):
    wearer = days.wearer(begins=LONG_AGO)
    days.send(*stay(OUTSIDE, -80, -60, -50, -30))
    days.world.clock.forward(days=40)
    assert days.supervisor.post("/v1/position-holds", asked(wearer)).status_code == 201
    remove_positions(days.shared)
    # The last one is where he was seen last.
    assert at(days) == [-60, -50, -30]


def test_why_positions_are_held_is_sealed(days):
    wearer = days.wearer(begins=LONG_AGO)
    days.supervisor.post("/v1/position-holds", asked(wearer))
    (sealed,) = days.rows(select(PositionHold.reason_sealed))
    assert WORDS.encode() not in sealed
    (shown,) = days.supervisor.get("/v1/position-holds").json["positionHolds"]
    assert shown["reason"] == WORDS


def test_nobody_holds_or_releases_what_does_not_concern_him(days):
    wearer = days.wearer(begins=LONG_AGO)
    held = days.supervisor.post("/v1/position-holds", asked(wearer)).json
    stranger = days.world.caller("OM-X", OrganisationKind.PROSECUTION)
    assert stranger.post("/v1/position-holds", asked(wearer)).status_code == 404
    assert days.supervisor.post("/v1/position-holds", asked(wearer, personId=str(some_id()))).status_code == 404
    assert stranger.get("/v1/position-holds").json["positionHolds"] == []
    assert stranger.post(f"/v1/position-holds/{held['id']}/release", {"reason": "Weg."}).status_code == 404
    assert days.provider.post("/v1/position-holds", asked(wearer)).status_code == 403
    assert days.count(PositionHold, PositionHold.released_at.is_(None)) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"until": "2026-11-23T11:00:00Z"}, {"until": "2028-11-23T11:00:00Z"}, {"reason": "  "}, {"ground": "because"}],
)
def test_a_hold_that_ends_before_it_begins_lasts_too_long_or_says_nothing_is_refused(days, wrong):
    wearer = days.wearer(begins=LONG_AGO)
    assert days.supervisor.post("/v1/position-holds", asked(wearer, **wrong)).status_code == 400
    assert days.count(PositionHold) == 0
