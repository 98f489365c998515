import json

from sqlalchemy import select

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind, Scope
from registry.intake.reconciliation.models import Difference
from registry.intake.reconciliation.settling import settle_differences
from registry.outbox.models import Event
from registry.outbox.rules import EventType
from tests.intake.conftest import many
from tests.intake.statements import counted, differences, later, line
from tests.world import some_id


def test_a_difference_that_stays_is_confirmed_and_not_opened_again(cjib, deliver, state, clock):
    deliver(*many(1))
    first = state(line(many(1)[0]), line(many(1, 2)[0]))
    clock.forward(days=1)
    second = state(line(many(1)[0]), line(many(1, 2)[0]))
    assert (first.json["counts"]["opened"], second.json["counts"]["opened"]) == (1, 0)
    (one,) = cjib.get("/v1/differences").json["differences"]
    assert (one["firstStatementId"], one["lastStatementId"]) == (first.json["id"], second.json["id"])
    assert one["ageS"] == 86_460


def test_a_later_statement_resolves_what_it_no_longer_shows(cjib, deliver, state):
    rows = many(3)
    deliver(rows[0], rows[1])
    state(line(rows[0]), line(rows[2]), line(many(1, 7)[0]))
    assert [one[:2] for one in differences(cjib)] == [
        ("000002", "missing_there"),
        ("000003", "missing_here"),
        ("000007", "missing_here"),
    ]
    answer = state(line(rows[0]), line(rows[1]), line(rows[2]))
    assert (answer.json["counts"]["resolved"], differences(cjib)) == (2, [("000003", "missing_here", 1, None)])
    (gone,) = [
        one for one in cjib.get("/v1/differences?status=resolved").json["differences"] if "7" in one["orderNumber"]
    ]
    assert gone["resolution"]["by"] == "statement"


def test_a_later_message_resolves_a_difference_and_an_unrelated_one_does_not(cjib, deliver, state, shared, clock):
    rows = many(4)
    deliver(rows[0], rows[1])
    state(line(rows[0], version=2), line(rows[2]), line(rows[3]))
    clock.forward(minutes=1)
    deliver(later(1, 2), rows[2])
    settle_differences(shared)
    settle_differences(shared)
    assert [one[:2] for one in differences(cjib)] == [("000002", "missing_there"), ("000004", "missing_here")]
    resolved = cjib.get("/v1/differences?status=resolved").json["differences"]
    assert {one["resolution"]["by"] for one in resolved} == {"message"}


def test_another_sender_compares_with_its_own_orders_only(cjib, deliver, state, world):
    deliver(*many(2))
    other = world.caller("GEM-1", OrganisationKind.OTHER_SENDER)
    answer = state(line(many(1)[0]), by=other)
    assert counted(answer) == {"missingHere": 1, "opened": 1}
    assert differences(cjib) == []
    (found,) = other.get("/v1/differences").json["differences"]
    assert cjib.get(f"/v1/statements/{answer.json['id']}").status_code == 404
    assert cjib.get(f"/v1/statements/{some_id()}").status_code == 404
    told = {"owner": "sender", "assignee": None}
    assert cjib.post(f"/v1/differences/{found['id']}/assignment", told).status_code == 404
    assert cjib.post(f"/v1/differences/{found['id']}/resolution", {"reason": "x"}).status_code == 404


def test_only_senders_with_the_scope_send_statements(state, world):
    assert state(by=world.caller("POL-1", OrganisationKind.POLICE)).status_code == 403
    assert state(by=world.caller("CJIB", OrganisationKind.CJIB, Scope.STATEMENTS_READ)).status_code == 403


def test_a_difference_is_assigned_and_resolved_by_a_person_with_a_reason_once(cjib, deliver, state, shared):
    deliver(*many(1))
    state()
    (one,) = cjib.get("/v1/differences").json["differences"]
    place = f"/v1/differences/{one['id']}"
    taken = cjib.post(f"{place}/assignment", {"owner": "registry", "assignee": "A. Bakker"}).json
    assert (taken["owner"], taken["assignment"]["assignee"], taken["assignment"]["by"]) == (
        "registry",
        "A. Bakker",
        "tester-1",
    )
    assert cjib.post(f"{place}/resolution", {"reason": " "}).status_code == 400
    closed = cjib.post(f"{place}/resolution", {"reason": "Proefbevel."}).json["resolution"]
    assert (closed["by"], closed["user"], closed["reason"]) == ("person", "tester-1", "Proefbevel.")
    assert cjib.post(f"{place}/resolution", {"reason": "Nogmaals."}).status_code == 409
    assert cjib.post(f"{place}/assignment", {"owner": "sender", "assignee": None}).status_code == 409
    with shared.database.reading() as session:
        entries = session.scalars(select(AuditEntry.details).where(AuditEntry.object_ref == f"difference:{one['id']}"))
        assert [set(each) for each in entries] == [{"owner", "assigned"}, {"resolved"}]
        assert "Proefbevel" not in str(
            session.get(Difference, one["id"] and closed and session.scalar(select(Difference.id))).reason_sealed
        )
    state()
    assert [each["id"] == one["id"] for each in cjib.get("/v1/differences?status=open").json["differences"]] == [False]


def test_its_sender_is_told_by_count_alone(deliver, state, shared):
    deliver(*many(2))
    answer = state(line(many(1)[0]), line(many(1, 5)[0]))
    with shared.database.reading() as session:
        query = select(Event.subject_ref, Event.data).where(Event.type == EventType.STATEMENT_RECONCILED)
        ((subject_ref, told),) = session.execute(query)
    assert (told["opened"], told["missing_here"], told["missing_there"], told["whole"]) == (2, 1, 1, True)
    assert subject_ref == f"statement:{answer.json['id']}"
    assert "CJIB-2026" not in json.dumps(told, default=str)
