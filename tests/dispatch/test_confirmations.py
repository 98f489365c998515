import pytest
from sqlalchemy import select

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind
from registry.alerts.escalation import escalate
from registry.alerts.models import Alert
from registry.dispatch.confirmations.watch import watch_confirmations
from tests.world import some_id


@pytest.fixture
def source(world):
    cjib = world.caller("CJIB", OrganisationKind.CJIB)
    ladder = [{"name": "Piket AICE", "contact": "058 1"}, {"name": "Hoofd AICE", "contact": "058 2"}]
    assert cjib.put("/v1/duties", {"duties": ladder}).status_code == 200
    return cjib


@pytest.fixture
def request_of(room):
    """Ask for a confirmation as the room."""

    def ask(order_id, urgency="urgent", **more):
        body = {"orderId": str(order_id), "urgency": urgency, "purpose": "acute_call"} | more
        return room.post("/v1/confirmations", body)

    return ask


def alerts(shared):
    with shared.database.reading() as session:
        return [
            (one.alert_class, one.priority, one.level, one.closed_at is None)
            for one in session.scalars(select(Alert).order_by(Alert.id))
            if one.subject_ref.startswith("confirmation:")
        ]


@pytest.mark.parametrize(("urgency", "minutes"), [("urgent", 10), ("routine", 60)])
def test_a_request_has_its_clock_and_is_told_as_late_when_it_has_passed(
    room, request_of, register, clock, urgency, minutes
):
    made = request_of(register(), urgency)
    assert (made.status_code, made.json["status"], made.json["answeredAt"]) == (201, "asked", None)
    asked_at = clock.now()
    clock.forward(minutes=minutes, seconds=-1)
    path = f"/v1/confirmations/{made.json['id']}"
    assert room.get(path).json["status"] == "asked"
    clock.forward(seconds=1)
    late = room.get(path).json
    assert late["status"] == "overdue" and "moeten zijn. Nog niet bevestigd." in late["textNl"]
    assert late["dueAt"] == clock.now().isoformat().replace("+00:00", "Z") and asked_at < clock.now()


def test_asking_again_while_it_is_open_changes_nothing_and_another_room_asks_for_itself(
    room, request_of, register, world, source, clock
):
    prosecution = world.caller("OM-MN", OrganisationKind.PROSECUTION)
    order_id = register()
    first = request_of(order_id).json
    clock.forward(minutes=2)
    again = request_of(order_id)
    assert (again.status_code, again.json) == (200, first)
    assert request_of(order_id, "routine").json["id"] != first["id"]
    other = {"orderId": str(order_id), "urgency": "urgent", "purpose": "enforcement"}
    assert prosecution.post("/v1/confirmations", other).json["id"] != first["id"]
    assert source.post(f"/v1/confirmations/{first['id']}/answer", {"outcome": "confirmed"}).status_code == 200
    assert request_of(order_id).json["id"] != first["id"]


def test_the_worker_calls_the_source_once_climbs_its_ladder_and_calls_louder_when_it_is_late(
    request_of, register, source, shared, clock
):
    made = request_of(register()).json
    assert alerts(shared) == []
    for _ in range(2):
        watch_confirmations(shared)
    assert alerts(shared) == [("confirmation_urgent", 2, 0, True)]
    clock.forward(minutes=5)
    escalate(shared)
    assert alerts(shared) == [("confirmation_urgent", 2, 1, True)]
    (alert,) = source.get("/v1/alerts").json["alerts"]
    assert (alert["subject"], alert["duty"]["name"]) == (f"confirmation:{made['id']}", "Piket AICE")
    source.post(f"/v1/alerts/{alert['id']}/acknowledgement", {"note": "Wordt uitgezocht."})
    clock.forward(minutes=5)
    for _ in range(2):
        watch_confirmations(shared)
    assert alerts(shared) == [("confirmation_late", 1, 0, True)]
    clock.forward(minutes=5)
    escalate(shared)
    assert alerts(shared) == [("confirmation_late", 1, 1, True)]


def test_an_answer_of_the_source_closes_the_call_and_is_given_once(room, request_of, register, source, shared, clock):
    made = request_of(register()).json
    watch_confirmations(shared)
    clock.forward(minutes=3)
    path = f"/v1/confirmations/{made['id']}/answer"
    answered = source.post(path, {"outcome": "not_in_force"}).json
    assert (answered["status"], answered["outcome"], answered["answeredBy"]) == ("answered", "not_in_force", "tester-1")
    assert source.post(path, {"outcome": "confirmed"}).status_code == 409
    assert room.get(f"/v1/confirmations/{made['id']}").json == answered
    clock.forward(minutes=30)
    watch_confirmations(shared)
    assert alerts(shared) == [("confirmation_urgent", 2, 0, False)]


def test_only_the_source_answers_and_others_see_nothing(request_of, register, world, source, room):
    made = request_of(register()).json
    path = f"/v1/confirmations/{made['id']}"
    for caller in (
        room,
        world.caller("POL-MN", OrganisationKind.POLICE),
        world.caller("GEM", OrganisationKind.OTHER_SENDER),
    ):
        assert caller.post(f"{path}/answer", {"outcome": "confirmed"}).status_code in (403, 404)
    stranger = world.caller("POL-LI", OrganisationKind.POLICE)
    assert stranger.get(path).status_code == 404
    assert stranger.get("/v1/confirmations").json["confirmations"] == []
    body = {"orderId": made["orderId"], "urgency": "urgent", "purpose": "acute_call"}
    assert stranger.post("/v1/confirmations", body).status_code == 404
    assert room.post("/v1/confirmations", body | {"orderId": str(some_id())}).status_code == 404
    assert source.get(path).json == made


def test_requests_are_listed_by_how_they_stand_page_by_page(request_of, register, source, room, clock):
    made = [request_of(register(f"CJIB-2026-{number}")).json["id"] for number in range(3)]
    source.post(f"/v1/confirmations/{made[0]}/answer", {"outcome": "confirmed"})
    clock.forward(minutes=10)
    late = request_of(register("CJIB-2026-8")).json["id"]

    def listed(query):
        return [one["id"] for one in source.get(f"/v1/confirmations?{query}").json["confirmations"]]

    assert (listed("status=answered"), listed("status=overdue"), listed("status=asked")) == (
        [made[0]],
        [made[2], made[1]],
        [late],
    )
    first = room.get("/v1/confirmations?limit=3").json
    rest = room.get(f"/v1/confirmations?limit=3&cursor={first['next']}").json
    assert [one["id"] for one in first["confirmations"] + rest["confirmations"]] == [late, *made[::-1]]
    assert rest["next"] is None


def test_a_lookup_and_a_briefing_tell_what_was_asked_in_the_last_day_and_what_the_source_said(
    ask, request_of, register, noise, source, room, clock
):
    order_id = register()
    request_of(register("CJIB-2026-OTHER", conditions=()))

    def told():
        hits = {hit["orderId"]: hit["confirmations"] for hit in ask(bsn="999990019")["hits"]}
        briefing = room.get(f"/v1/orders/{order_id}/briefing?purpose=acute_call").json
        assert hits[str(order_id)] == briefing["confirmations"]
        return briefing["confirmations"]

    assert told() == []
    made = request_of(order_id).json
    (one,) = told()
    assert one["textNl"] == (
        "Bevestiging met spoed gevraagd op 23 november 2026 om 13:00 uur;"
        " antwoord uiterlijk op 23 november 2026 om 13:10 uur. Nog niet bevestigd."
    )
    assert "askedBy" not in one
    source.post(f"/v1/confirmations/{made['id']}/answer", {"outcome": "confirmed"})
    (one,) = told()
    assert one["textNl"] == "De bron heeft het bevel bevestigd op 23 november 2026 om 13:00 uur."
    clock.forward(hours=24)
    assert told() == []


def test_who_asked_for_what_and_who_answered_is_in_the_audit(request_of, register, source, shared, ask):
    order_id = register()
    lookup_id = ask(bsn="999990019")["lookupId"]
    made = request_of(order_id, lookupId=lookup_id, incidentNumber="2026-7").json
    source.post(f"/v1/confirmations/{made['id']}/answer", {"outcome": "differs"})
    with shared.database.reading() as session:
        own = AuditEntry.object_ref == f"confirmation:{made['id']}"
        entries = session.scalars(select(AuditEntry).where(own).order_by(AuditEntry.at, AuditEntry.action)).all()
    kept = {one.action: one for one in entries}
    assert {action: one.purpose for action, one in kept.items()} == {
        "collected": "acute_call",
        "changed": "enforcement",
    }
    asked = kept["collected"]
    assert asked.details == {"urgency": "urgent", "order": str(order_id), "incident": "2026-7", "lookup": lookup_id}


@pytest.mark.parametrize("changes", [{"urgency": "soon"}, {"purpose": None}, {"orderId": "x"}, {"note": "thuis"}])
def test_a_faulty_request_is_named_and_asks_nobody(room, register, changes, source):
    body = {"orderId": str(register()), "urgency": "urgent", "purpose": "acute_call"} | changes
    answer = room.post("/v1/confirmations", body)
    assert (answer.status_code, len(answer.json["errors"])) == (400, 1)
    assert source.get("/v1/confirmations").json["confirmations"] == []
