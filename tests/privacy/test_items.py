from dataclasses import replace

import pytest
from sqlalchemy import func, select

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind, Scope
from registry.jobs import JOBS
from registry.outbox.models import Event
from registry.privacy import watching
from registry.privacy.models import LookupTrace, PrivacyItem, UnexplainedLookup
from registry.privacy.reviews import watch_reviews
from registry.privacy.watching import watch_incidents, watch_questions
from tests.world import some_id

PERSON = {"name": "Beatrix Verzonnen", "birthDate": "1970-01-31", "bsn": "999994013"}
# No waiting until questions are settled.
AT_ONCE_S = -1.0
BSNS = ["999990019", "900000016", "999990111", "999990123", "999990135", "999990147"]


@pytest.fixture(autouse=True)
def _small(shared, monkeypatch):
    """Small limits."""
    small = replace(shared.settings.vigilance, people_without_incident=4, same_person_occasions=3, same_person_days=10)
    monkeypatch.setattr(shared, "settings", replace(shared.settings, vigilance=small))


@pytest.fixture
def items(officer, shared):
    """What the officer is shown once the jobs have run, twice: they tell nothing twice."""

    def items(**query):
        for _ in range(2):
            watch_questions(shared, AT_ONCE_S)
            watch_incidents(shared)
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        return officer.get(f"/v1/privacy-items?{asked}").json["items"]

    return items


def kinds(shown):
    return sorted(each["kind"] for each in shown)


def test_an_incident_that_is_missing_after_the_shift_is_an_item_until_it_is_named(ask, room, items, clock):
    missing, explained = ask(bsn=BSNS[0])["lookupId"], ask(bsn=BSNS[0])["lookupId"]
    ask(bsn=BSNS[1], incidentNumber="I-1")
    room.put(f"/v1/lookups/{explained}/incident", {"incidentNumber": "I-2"})
    clock.forward(hours=11.9)
    assert items() == []
    clock.forward(hours=0.2)
    (item,) = items()
    assert (item["kind"], item["lookups"], item["status"]) == ("incident_missing", [missing], "open")
    assert item["askedBy"] == {"endUser": "tester-1", "unit": "unit-1", "role": "role-1"}
    room.put(f"/v1/lookups/{missing}/incident", {"incidentNumber": "I-3"})
    assert [(each["status"], each["handling"]) for each in items()] == [("resolved", None)]
    assert items(status="open") == []


def test_many_people_without_an_incident_are_an_item_and_with_one_they_are_not(ask, room, items, clock):
    for bsn in BSNS:
        ask(bsn=bsn, incidentNumber="I-1")
    for bsn in BSNS[:3]:
        ask(bsn=bsn)
        ask(bsn=bsn)
    assert items() == []
    room.headers["End-User"] = "tester-2"
    ask(bsn=BSNS[3])
    assert items() == []
    room.headers["End-User"] = "tester-1"
    ask(bsn=BSNS[4])
    (item,) = items()
    assert (item["kind"], item["count"], item["askedBy"]["endUser"]) == ("many_without_incident", 7, "tester-1")
    ask(bsn=BSNS[5])
    (item,) = items()
    assert item["count"] == 8


def test_the_same_person_again_and_again_is_an_item_however_he_is_asked_for(register, noise, ask, room, items, clock):
    register()
    asking = ({"bsn": "999990019"}, {"name": "Jan van den Berg", "birthDate": "1985-03-12"}, {"plate": "12ABC3"})
    for number, asked in enumerate(asking):
        assert items() == []
        for _ in range(3):
            ask(**asked, incidentNumber=f"I-{number}")
        room.headers["End-User"] = "tester-2"
        ask(bsn=BSNS[number], incidentNumber=f"I-{number}")
        room.headers["End-User"] = "tester-1"
        clock.forward(days=1)
    (item,) = items()
    assert (item["kind"], item["count"], item["askedBy"]["endUser"]) == ("same_person", 9, "tester-1")


def test_what_was_asked_long_ago_counts_no_more_and_is_dropped(ask, items, shared, clock):
    for number in range(2):
        ask(bsn=BSNS[0], incidentNumber=f"I-{number}")
    clock.forward(days=11)
    ask(bsn=BSNS[0], incidentNumber="I-3")
    assert items() == []
    with shared.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(LookupTrace)) == 1


def test_the_own_name_and_a_listed_person_are_items_and_a_namesake_is_none(ask, room, officer, items, world):
    listed = officer.post("/v1/watched-persons", PERSON)
    staff = officer.post("/v1/watched-persons", {"name": "Piet Puk", "bsn": BSNS[1], "endUser": "mk-3041"})
    assert listed.status_code == staff.status_code == 201
    for asked in ({"bsn": PERSON["bsn"]}, {"name": "verzonnen", "birthDate": "31-01-1970"}, {"name": "Jan Kuiper"}):
        ask(**asked, incidentNumber="I-1")
    ask(name="Beatrix", birthDate="1970-01-30", incidentNumber="I-1")
    (item,) = items()
    assert (item["kind"], item["count"], item["watchedPersonId"]) == ("watched_person", 2, listed.json["id"])
    for end_user, asked in (("mk-3041", {"bsn": BSNS[1]}), ("J. Kuiper", {"name": "Jan Kuiper"})):
        room.headers["End-User"] = end_user
        ask(**asked, incidentNumber="I-1")
    assert [each["askedBy"]["endUser"] for each in items(kind="own_name")] == ["J. Kuiper", "mk-3041"]
    other = world.caller("POL-LI", OrganisationKind.POLICE)
    other.post("/v1/lookups", {"purpose": "report", "bsn": PERSON["bsn"], "incidentNumber": "I-1"})
    assert len(items()) == 3


@pytest.mark.parametrize("name", ["Beatriks Verzonnen", "verzonen, Beatrix", "Beatrix Versonnen"])
def test_a_listed_person_is_recognised_though_the_name_is_misspelt(ask, officer, items, name):
    listed = officer.post("/v1/watched-persons", PERSON).json
    officer.post("/v1/watched-persons", {"name": "Willem Verzonnen"})
    ask(name=name, incidentNumber="I-1")
    ask(name="Verzonnne", birthDate="31-01-1970", incidentNumber="I-1")
    (item,) = items()
    assert (item["kind"], item["count"], item["watchedPersonId"]) == ("watched_person", 2, listed["id"])


def test_a_name_like_that_of_a_listed_person_is_none_of_his(ask, officer, items):
    officer.post("/v1/watched-persons", PERSON)
    officer.post("/v1/watched-persons", {"name": "Piet Puk"})
    other = ("Beatrix Verzinner", "Beata Verzonnen", "Verzonnen", "Beatrix", "Piet Pak", "Piet Puik", "Pieter Puk")
    for name in other:
        ask(name=name, incidentNumber="I-1")
    ask(name="Verzonnen", birthDate="30-01-1970", incidentNumber="I-1")
    assert items() == []


def test_two_spellings_of_a_name_are_two_names_to_who_counts_questions_about_one_person(ask, items):
    for number, name in enumerate(("Jan Verzonnen", "Jan Verzonen", "Jan Versonnen")):
        ask(name=name, incidentNumber=f"I-{number}")
    assert items() == []


def test_an_item_is_handled_once_with_a_note_by_a_named_person_who_did_not_ask(ask, room, officer, items, shared):
    room.headers["End-User"] = "J. Kuiper"
    ask(name="Jan Kuiper", incidentNumber="I-1")
    (item,) = items()
    path = f"/v1/privacy-items/{item['id']}/handling"
    assert officer.post(path, {"note": " "}).status_code == 400
    himself = officer.post(path, {"note": "Niets aan de hand."}, headers={"End-User": "j. kuiper"})
    assert (himself.status_code, himself.json["code"]) == (409, "own_item")
    done = officer.post(path, {"note": "Besproken met Kuiper."}).json
    assert (done["status"], done["handling"]["by"], done["handling"]["note"]) == (
        "handled",
        "pf-1",
        "Besproken met Kuiper.",
    )
    assert officer.post(path, {"note": "Nog eens."}).status_code == 409
    assert officer.get(f"/v1/privacy-items/{item['id']}").json == done
    assert items() == [done]
    ask(name="Jan Kuiper", incidentNumber="I-2")
    assert [each["status"] for each in items()] == ["open", "handled"]
    with shared.database.reading() as session:
        rows = session.scalars(select(PrivacyItem)).all()
        told = [str(each.details) for each in session.scalars(select(AuditEntry))]
        events = session.scalar(select(func.count()).select_from(Event))
    assert events == 0
    for row in rows:
        assert "Kuiper" not in str((row.context, row.subject_ref)) and b"Kuiper" not in row.asked_by_sealed
        assert b"Besproken" not in (row.note_sealed or b"")
    assert not any("Kuiper" in each or "Besproken" in each for each in told)


def test_a_pattern_that_goes_on_after_it_was_handled_is_told_anew_from_what_came_since(ask, officer, items, clock):
    for number in range(3):
        ask(bsn=BSNS[0], incidentNumber=f"I-{number}")
    (item,) = items()
    officer.post(f"/v1/privacy-items/{item['id']}/handling", {"note": "Terecht."})
    clock.forward(minutes=1)
    for number in range(3, 5):
        ask(bsn=BSNS[0], incidentNumber=f"I-{number}")
    assert items(status="open") == []
    ask(bsn=BSNS[0], incidentNumber="I-5")
    (again,) = items(status="open")
    assert again["count"] == 3


def test_an_item_is_overdue_after_its_term(ask, room, officer, items, clock):
    room.headers["End-User"] = "J. Kuiper"
    ask(name="Jan Kuiper", incidentNumber="I-1")
    (item,) = items()
    clock.forward(days=14)
    assert items(status="overdue") == []
    clock.forward(seconds=1)
    assert [(each["id"], each["status"]) for each in items(status="overdue")] == [(item["id"], "overdue")]
    assert officer.get("/v1/privacy-items?limit=1").json["next"] == item["id"]
    assert officer.get(f"/v1/privacy-items?cursor={item['id']}").json["items"] == []


def test_an_item_past_its_term_calls_whoever_minds_the_alerts_without_saying_what_until_it_is_handled(
    ask, room, officer, items, clock, world, shared
):
    room.headers["End-User"] = "J. Kuiper"
    ask(name="Jan Kuiper", incidentNumber="I-1")
    (item,) = items()
    desk = world.caller("POL-MN", OrganisationKind.POLICE, Scope.ALERTS_READ)
    other = world.caller("POL-LI", OrganisationKind.POLICE)

    def alerts(caller):
        for _ in range(2):
            watch_reviews(shared)
        return [(each["class"], each["status"]) for each in caller.get("/v1/alerts").json["alerts"]]

    clock.forward(days=14)
    assert alerts(desk) == []
    clock.forward(seconds=1)
    assert alerts(desk) == [("privacy_review_late", "open")] and alerts(other) == []
    assert "Kuiper" not in desk.get("/v1/alerts").text and item["id"] not in desk.get("/v1/alerts").text
    officer.post(f"/v1/privacy-items/{item['id']}/handling", {"note": "Besproken."})
    assert alerts(desk) == [("privacy_review_late", "closed")]


def test_a_finding_that_rests_on_earlier_lookups_only_is_told_too(ask, room, officer, items, clock):
    for bsn in BSNS[:4]:
        ask(bsn=bsn)
    (item,) = items()
    officer.post(f"/v1/privacy-items/{item['id']}/handling", {"note": "Drukke dienst."})
    clock.forward(minutes=1)
    for bsn in BSNS[:4]:
        ask(bsn=bsn)
    named = ask(bsn=BSNS[5])
    room.put(f"/v1/lookups/{named['lookupId']}/incident", {"incidentNumber": "I-1"})
    assert [each["count"] for each in items(status="open")] == [4]
    late = ask(bsn=BSNS[5])
    room.put(f"/v1/lookups/{late['lookupId']}/incident", {"incidentNumber": "I-1"})
    assert [each["count"] for each in items(status="open")] == [4]


def test_items_and_the_list_are_for_the_privacy_officer_of_the_organisation_alone(ask, room, officer, items, world):
    room.headers["End-User"] = "J. Kuiper"
    ask(name="Jan Kuiper", incidentNumber="I-1")
    (item,) = items()
    listed = officer.post("/v1/watched-persons", PERSON).json
    other = world.caller("POL-LI", OrganisationKind.POLICE)
    for path in ("/v1/privacy-items", "/v1/watched-persons", f"/v1/privacy-items/{item['id']}"):
        assert room.get(path).status_code == 403
    assert other.get("/v1/privacy-items").json["items"] == []
    assert other.get("/v1/watched-persons").json["persons"] == []
    assert other.get(f"/v1/privacy-items/{item['id']}").status_code == 404
    assert other.post(f"/v1/privacy-items/{item['id']}/handling", {"note": "x"}).status_code == 404
    assert other.delete(f"/v1/watched-persons/{listed['id']}").status_code == 404
    assert officer.get(f"/v1/privacy-items/{some_id()}").status_code == 404
    assert officer.get("/v1/watched-persons").json["persons"] == [listed]
    assert officer.delete(f"/v1/watched-persons/{listed['id']}").status_code == 204
    assert officer.get("/v1/watched-persons").json["persons"] == []


def test_a_person_by_whom_nobody_could_be_recognised_is_not_listed(officer):
    vague = officer.post("/v1/watched-persons", {"name": "Verzonnen"})
    assert vague.status_code == 400 and "geboortedatum" in vague.json["errors"][0]["detail"]
    wrong = officer.post("/v1/watched-persons", {"name": "Verzonnen", "bsn": "1", "phone": "x", "birthDate": "x"})
    assert {each["pointer"] for each in wrong.json["errors"]} == {"#/bsn", "#/phones/0", "#/birthDate"}
    assert officer.get("/v1/watched-persons").json["persons"] == []


def test_lookups_are_answered_however_many_are_asked_and_a_job_that_was_cut_off_goes_on_where_it_was(
    ask, items, shared, monkeypatch
):
    for number in range(30):
        ask(bsn=BSNS[number % 6])
    usual = watching._settle
    monkeypatch.setattr(watching, "_AT_ONCE", 7)

    def breaks(session, now, view, limits):
        usual(session, now, view, limits)
        raise RuntimeError("cut off")

    monkeypatch.setattr(watching, "_settle", breaks)
    with pytest.raises(RuntimeError):
        watch_questions(shared, AT_ONCE_S)
    monkeypatch.setattr(watching, "_settle", usual)
    (item,) = items()
    assert (item["kind"], item["count"]) == ("many_without_incident", 30)
    with shared.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(UnexplainedLookup)) == 30


def test_the_worker_runs_the_jobs():
    assert {"watch_questions", "watch_incidents", "watch_reviews"} <= {job.name for job in JOBS}
