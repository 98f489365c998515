import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from registry.alerts.models import Alert
from registry.alerts.rules import NewAlert, ladder_of, next_level, step
from registry.alerts.service import close_alert, count_open
from registry.http import Runtime
from tests.alerts.conftest import Raise
from tests.world import NOW, Caller, HandClock, some_id

Events = Callable[..., list[dict[str, Any]]]


def test_an_alert_is_shown_to_those_it_concerns_and_told_to_them(
    probation: Caller, police: Caller, raised: Raise, events: Events
) -> None:
    alert_id = raised(supervising_org_id=probation.organisation_id)
    raised(supervising_org_id=probation.organisation_id, police_org_id=police.organisation_id)
    shown = probation.get(f"/v1/alerts/{alert_id}").json
    assert (shown["class"], shown["priority"], shown["status"], shown["level"]) == ("zone_breach", 1, "open", 0)
    assert shown["context"].keys() == {"orderId", "foundLate"}
    assert shown["nextEscalationAt"] == "2026-11-23T12:05:00Z"
    assert police.get(f"/v1/alerts/{alert_id}").status_code == 404
    assert len(police.get("/v1/alerts").json["alerts"]) == 1
    told = events(probation, "raised.v1")
    assert [event["subject"] for event in told][0] == f"alert:{alert_id}"
    assert told[0]["data"]["orderId"] == shown["context"]["orderId"]
    assert len(events(police)) == 1


def test_the_same_class_and_subject_raise_one_alert(probation: Caller, raised: Raise, events: Events) -> None:
    owner = {"supervising_org_id": probation.organisation_id}
    subject = f"episode:{uuid.uuid4()}"
    first = raised(subject=subject, **owner)
    assert raised(subject=subject, **owner) == first
    assert raised(subject=subject, alert_class="feed_late", **owner) != first
    probation.post(f"/v1/alerts/{first}/acknowledgement", {"note": "Gezien."})
    assert raised(subject=subject, **owner) == first
    assert len(events(probation, "raised.v1")) == 2


def test_many_at_once_raise_one_alert(probation: Caller, raised: Raise, shared: Runtime) -> None:
    subject, found = f"episode:{uuid.uuid4()}", []

    def work() -> None:
        found.append(raised(subject=subject, supervising_org_id=probation.organisation_id))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1
    with shared.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Alert)) == 1


def test_when_its_cause_is_over_a_next_occurrence_raises_a_new_one(
    probation: Caller, raised: Raise, shared: Runtime
) -> None:
    owner = {"supervising_org_id": probation.organisation_id}
    first = raised(subject="episode:1", **owner)
    with shared.database.transaction() as session:
        close_alert(session, NOW, "zone_breach", "episode:1")
    assert probation.get(f"/v1/alerts/{first}").json["status"] == "closed"
    assert probation.post(f"/v1/alerts/{first}/acknowledgement", {"note": "Gezien."}).status_code == 409
    assert raised(subject="episode:1", **owner) != first


def test_an_alert_is_taken_by_a_named_person_with_a_note(
    probation: Caller, raised: Raise, events: Events, clock: HandClock, shared: Runtime
) -> None:
    alert_id = raised(supervising_org_id=probation.organisation_id)
    clock.forward(minutes=2)
    taken = probation.post(
        f"/v1/alerts/{alert_id}/acknowledgement", {"note": "Politie gebeld."}, headers={"End-User": "medewerker-17"}
    )
    assert taken.json["acknowledgement"] == {
        "at": "2026-11-23T12:02:00Z",
        "by": "medewerker-17",
        "note": "Politie gebeld.",
    }
    assert (taken.json["status"], taken.json["nextEscalationAt"]) == ("acknowledged", None)
    second = probation.post(f"/v1/alerts/{alert_id}/acknowledgement", {"note": "Ik ook."})
    assert (second.status_code, second.json["code"]) == (409, "already_acknowledged")
    assert "medewerker-17" in second.json["detail"]
    assert probation.get(f"/v1/alerts/{alert_id}").json == taken.json
    (told,) = events(probation, "acknowledged.v1")
    assert "medewerker-17" not in str(told)
    with shared.database.reading() as session:
        assert b"Politie" not in (session.scalars(select(Alert)).one().note_sealed or b"")
        assert count_open(session) == {}


def test_of_two_who_take_it_at_once_one_hears_who_was_first(probation: Caller, raised: Raise) -> None:
    alert_id = raised(supervising_org_id=probation.organisation_id)
    answers = []

    def take(name: str) -> None:
        headers = probation.headers | {"End-User": name}
        client = probation.app.test_client()
        path = f"/v1/alerts/{alert_id}/acknowledgement"
        answers.append((name, client.post(path, json={"note": "Gezien."}, headers=headers)))

    threads = [threading.Thread(target=take, args=(f"medewerker-{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first = [name for name, answer in answers if answer.status_code == 200]
    assert len(first) == 1
    assert all(first[0] in answer.json["detail"] for _, answer in answers if answer.status_code == 409)


@pytest.mark.parametrize(
    "document",
    [{}, {"note": ""}, {"note": "  "}, {"note": "\u200b"}, {"note": "-"}, {"note": None}, {"note": "x", "by": "Jan"}],
)
def test_taking_an_alert_without_a_note_is_refused(probation: Caller, raised: Raise, document: dict[str, Any]) -> None:
    alert_id = raised(supervising_org_id=probation.organisation_id)
    assert probation.post(f"/v1/alerts/{alert_id}/acknowledgement", document).status_code == 400
    assert probation.get(f"/v1/alerts/{alert_id}").json["status"] == "open"


@pytest.mark.parametrize("nobody", ["", " ", "\u00a0", "\u00ad", "-", "...", "\t \t"])
@pytest.mark.parametrize("header", ["End-User", "End-User-Unit", "End-User-Role"])
def test_an_alert_is_taken_by_a_named_person_and_by_nobody_else(
    probation: Caller, raised: Raise, header: str, nobody: str
) -> None:
    other, alert_id = (raised(supervising_org_id=probation.organisation_id, subject=f"episode:{n}") for n in range(2))
    answer = probation.post(f"/v1/alerts/{alert_id}/acknowledgement", {"note": "Gezien."}, headers={header: nobody})
    assert (answer.status_code, [one["pointer"] for one in answer.json["errors"]]) == (400, [f"header {header}"])
    shown = probation.get(f"/v1/alerts/{alert_id}").json
    assert (shown["status"], shown["acknowledgement"]) == ("open", None)
    assert probation.post(f"/v1/alerts/{other}/acknowledgement", {"note": "Gezien."}).status_code == 200


@pytest.mark.parametrize("nobody", ["", " ", "\u200b", "-", "--"])
@pytest.mark.parametrize("field", ["name", "contact"])
def test_a_duty_has_a_name_and_a_way_to_reach_it(probation: Caller, field: str, nobody: str) -> None:
    duty = {"name": "Piket", "contact": "030 1234567"}
    assert probation.put("/v1/duties", {"duties": [duty]}).status_code == 200
    assert probation.put("/v1/duties", {"duties": [duty | {field: nobody}]}).status_code == 400
    assert [one["name"] for one in probation.get("/v1/duties").json["duties"]] == ["Piket"]


def test_another_organisation_cannot_take_it(probation: Caller, police: Caller, raised: Raise) -> None:
    alert_id = raised(supervising_org_id=probation.organisation_id)
    for one in (alert_id, some_id()):
        assert police.post(f"/v1/alerts/{one}/acknowledgement", {"note": "Gezien."}).status_code == 404
    assert probation.get(f"/v1/alerts/{alert_id}").json["status"] == "open"


def test_the_list_filters_and_comes_in_pieces_newest_first(probation: Caller, raised: Raise) -> None:
    owner = {"supervising_org_id": probation.organisation_id}
    made = [raised(**owner) for _ in range(3)]
    other = raised(alert_class="feed_late", priority=2, **owner)
    probation.post(f"/v1/alerts/{made[0]}/acknowledgement", {"note": "Gezien."})

    def ids(query: str) -> list[str]:
        return [alert["id"] for alert in probation.get(f"/v1/alerts?{query}").json["alerts"]]

    assert ids("status=acknowledged") == [made[0]]
    assert ids("status=open") == [other, made[2], made[1]]
    assert ids("status=closed") == []
    assert ids("class=feed_late") == [other]
    page = probation.get("/v1/alerts?limit=3").json
    assert ids(f"limit=3&cursor={page['next']}") == [made[0]]
    for query in ("status=x", "limit=0", "cursor=1", "colour=red"):
        assert probation.get(f"/v1/alerts?{query}").status_code == 400


def test_a_class_and_a_priority_are_checked() -> None:
    for alert_class, priority in (("Zone Breach", 1), ("zone_breach", 0), ("", 1)):
        with pytest.raises(ValueError, match="class"):
            NewAlert(alert_class, priority, "Titel", "episode:1", {}, {})


def test_the_ladder_is_the_supervisors_before_anyone_elses() -> None:
    supervisor, police, prosecutor, sender = (uuid.uuid4() for _ in range(4))
    owners: dict[str, uuid.UUID | None] = {
        "sending_org_id": sender,
        "prosecuting_org_id": prosecutor,
        "police_org_id": police,
        "supervising_org_id": supervisor,
    }
    for name, expected in (
        ("supervising_org_id", supervisor),
        ("police_org_id", police),
        ("prosecuting_org_id", prosecutor),
        ("sending_org_id", sender),
    ):
        assert ladder_of(owners) == expected
        owners[name] = None
    assert ladder_of(owners) is None


def test_steps_follow_priority_and_class() -> None:
    assert [step("zone_breach", priority).total_seconds() for priority in (1, 2, 3)] == [300, 1800, 28800]
    assert step("feed_late", 2).total_seconds() == 3600
    assert [next_level(level, 2) for level in (0, 1, 2, 3)] == [1, 2, 2, 2]
