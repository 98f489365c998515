"""Held positions stay held when the wearer turns out to be another person."""

from sqlalchemy import select

from registry.access.models import AuditEntry
from registry.monitoring.retention.models import PositionHold
from registry.orders import service as orders
from tests.monitoring.test_holds import asked
from tests.monitoring.test_leaving import LEYLA, deliver
from tests.monitoring.test_retention import LONG_AGO, after, at, days
from tests.monitoring.wearers import FAR, OUTSIDE, circle, stay
from tests.orders.orders import SUBJECT

__all__ = ["days"]


def test_what_was_held_stays_until_both_holds_are_released_when_the_wearer_is_somebody_else(days):
    deliver(days, SUBJECT, "A", circle(*FAR))
    hers = deliver(days, SUBJECT, "B", circle(*FAR))
    days.couple("EB-1", "A", begins=LONG_AGO)
    wearer = days.couple("EB-2", "B", begins=LONG_AGO).json
    days.send(*stay(OUTSIDE, -80, -60, -50, -30, device="EB-2"))
    held = days.supervisor.post("/v1/position-holds", asked(wearer)).json
    over = {"from": "2026-11-01T11:00:00Z", "until": "2026-11-02T11:00:00Z"}
    assert days.supervisor.post("/v1/position-holds", asked(wearer, **over)).status_code == 201
    deliver(days, LEYLA, "B", circle(*FAR), 2, "correction")
    for _ in range(2):
        days.judge.tick()
    shown = days.supervisor.get("/v1/position-holds").json["positionHolds"]
    with days.shared.database.reading() as session:
        leyla = str(orders.subject_of(session, hers))
    (copy,) = [one for one in shown if one["personId"] == leyla]
    assert (len(shown), copy["reason"], copy["from"]) == (3, held["reason"], held["from"])
    (told,) = days.rows(select(AuditEntry.details).where(AuditEntry.object_ref == f"position-hold:{copy['id']}"))
    assert told == {"person": leyla, "follows": held["id"]}
    after(days, days=40)
    assert at(days, "EB-2")[:2] == [-60, -50]
    for one in (held, copy):
        days.supervisor.post(f"/v1/position-holds/{one['id']}/release", {"reason": "Afgedaan."})
    after(days, days=1)
    assert not {-60, -50} & set(at(days, "EB-2"))
    assert days.count(PositionHold, PositionHold.released_at.is_(None)) == 1
