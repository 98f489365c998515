"""Reports as a partner sends them, and what others can see of them."""

from sqlalchemy import select

from registry.alerts.models import Alert
from registry.outbox.models import Event, EventAudience

NUMBER = "CJIB-2026-000123"
STORY = "Hij stond weer voor de deur bij Vosmeer, Verborgenlaan 77."
REPORT = {"kind": "contact", "occurredAt": "2026-11-23T10:00:00Z", "description": STORY}
BSN = "999990019"
WISHES = {"wantsToHear": True, "how": "Bellen op 0687654321", "safeTimes": "Overdag"}


def send(chain, by=None, **changes):
    answer = (by or chain.partner).post("/v1/reports", REPORT | changes)
    assert answer.status_code == 201, answer.json
    return answer.json


def alerts(shared):
    with shared.database.reading() as session:
        found = list(session.scalars(select(Alert).order_by(Alert.id)))
        session.expunge_all()
    return found


def news(shared, organisation_id):
    """The events about reports that an organisation hears: (what happened, data)."""
    with shared.database.reading() as session:
        heard = select(Event).join(EventAudience).where(EventAudience.organisation_id == organisation_id)
        rows = session.scalars(heard.where(Event.type.like("%.report.%")).order_by(Event.id)).all()
        return [(row.type.split(".")[3], row.data) for row in rows]


def link_of(chain, receipt, by=None):
    return (by or chain.police).get(f"/v1/reports/{receipt['id']}").json["link"]
