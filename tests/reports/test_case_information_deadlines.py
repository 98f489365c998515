"""Case information stands among the other deadlines: in the list, the calendar, the feed and the list of the day."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from icalendar import Calendar
from sqlalchemy import insert, select, text

from registry.access.rules import OrganisationKind, Scope
from registry.alerts.escalation import escalate
from registry.db import new_id
from registry.enforcement.daylists.sending import send_daylists
from registry.enforcement.models import DeadlineMove
from registry.enforcement.watch import watch_deadlines
from registry.outbox.delivery import position_events
from registry.schema import migrate
from tests.enforcement.conftest import fact, instant
from tests.reports.told import NUMBER, alerts, send
from tests.world import NOW

VERSIONS = Path(__file__).resolve().parents[2] / "migrations" / "versions"
SECRETS = ("Vosmeer", "Berg", "Verborgenlaan", "Dorpsstraat", "3511AB", "9712XK", "999990019", "tester-1")


def asked(chain, at=NOW, **changes):
    receipt = send(chain, **changes)
    answer = chain.partner.post(f"/v1/reports/{receipt['id']}/case-information", {"askedAt": instant(at)})
    assert answer.status_code == 201, answer.json
    return answer.json | {"report": receipt["id"]}


@pytest.fixture
def owed(chain):
    """One request on an order, after a proceeding with deadlines of its own."""
    chain.record(chain.proceeding("VV", number="CJIB-2026-000700"), fact("filing", instant(NOW), demand="custody"))
    chain.order()
    return asked(chain, orderNumber=NUMBER)


def listed(caller, query=""):
    return caller.get(f"/v1/deadlines{query}").json["deadlines"]


def of_hers(rows):
    return [one for one in rows if one["rule"] == "RVZ2"]


def test_it_is_listed_like_every_deadline_with_its_stages_and_steps_and_without_a_name(chain, owed):
    rows = listed(chain.prosecution)
    assert [one["dueAt"] or one["targetAt"] for one in rows] == sorted(one["dueAt"] or one["targetAt"] for one in rows)
    (one,) = of_hers(rows)
    assert (one["id"], one["subject"], one["proceedingId"], one["startEvent"]) == (
        owed["deadlineId"],
        f"case_information:{owed['id']}",
        None,
        None,
    )
    assert (one["dueOn"], one["state"], one["nature"]) == ("2026-12-07", "open", "H")
    assert one["ownerOrganisationId"] == str(chain.prosecution.organisation_id)
    assert [stage["stage"] for stage in one["warnings"]] == ["half", "quarter", "last_working_day"]
    assert "Regeling verstrekken zaaksinformatie aan slachtoffers" in one["source"]
    assert any("maandag 7 december 2026" in step for step in one["steps"])
    answer = chain.prosecution.get(f"/v1/deadlines/{one['id']}")
    assert answer.json == one
    assert not any(secret in answer.text for secret in SECRETS)


def test_owner_nature_regime_district_and_state_choose_it_or_leave_it_out(chain, owed):
    mine = f"?owner={chain.prosecution.organisation_id}"
    for query in (mine, "?nature=H", "?regime=VV", "?arrondissement=midden-nederland", "?state=open"):
        assert len(of_hers(listed(chain.prosecution, query))) == 1, query
    theirs = f"?owner={chain.police.organisation_id}"
    for query in (theirs, "?nature=P", "?regime=SVH", "?arrondissement=limburg", "?state=missed"):
        assert of_hers(listed(chain.prosecution, query)) == [], query


def test_pages_hold_each_deadline_once_soonest_first_also_where_two_end_at_the_same_time(chain, owed):
    for _ in range(3):
        asked(chain, orderNumber=NUMBER)
    everything, pages, cursor = listed(chain.prosecution), [], ""
    while cursor is not None:
        page = chain.prosecution.get(f"/v1/deadlines?limit=2{cursor}").json
        pages += page["deadlines"]
        cursor = page["next"] and f"&cursor={page['next']}"
    assert pages == everything
    assert (len(of_hers(everything)), len({one["id"] for one in everything})) == (4, len(everything))
    assert len({one["rule"] for one in everything}) > 1


def test_what_was_sent_is_met_and_leaves_the_list(chain, owed):
    sent = {"sentAt": instant(NOW), "channel": "email", "proof": {"reference": "OM-1"}}
    assert chain.prosecution.post(f"/v1/case-information/{owed['id']}/sending", sent).json["state"] == "sent"
    assert of_hers(listed(chain.prosecution)) == []
    (met,) = of_hers(listed(chain.prosecution, "?state=met"))
    assert met["id"] == owed["deadlineId"]


def test_others_and_the_partner_who_asked_do_not_see_it_among_the_deadlines(chain, owed):
    for other in (chain.stranger, chain.partner):
        assert listed(other) == []
        assert other.get(f"/v1/deadlines/{owed['deadlineId']}").status_code == 404


def test_the_calendar_and_the_feed_hold_it_with_an_id_that_stays_and_without_a_name(app, chain, owed):
    feed = chain.prosecution.post("/v1/calendar-feeds", {"name": "Tafel"}).json["url"].rpartition("/")[2]
    for answer in (
        chain.prosecution.get("/v1/deadlines/calendar"),
        app.test_client().get(f"/calendars/{feed}"),
    ):
        uid = f"deadline-{owed['deadlineId']}@beschermingsbevelen"
        (entry,) = [one for one in Calendar.from_ical(answer.data).walk("VEVENT") if one["uid"] == uid]
        assert entry.decoded("dtstart") == datetime(2026, 12, 7, 23, tzinfo=UTC)
        assert "14 dagen" in str(entry["description"])
        assert str(entry["url"]).endswith(f"/v1/deadlines/{owed['deadlineId']}")
        assert not any(secret in answer.text.replace("\r\n ", "") for secret in SECRETS)


def test_the_list_of_the_day_holds_it_once_it_ends_within_seven_days(chain, shared, clock, owed):
    for day in (30, 1):
        clock.at = datetime(2026, 11 if day == 30 else 12, day, 6, 30, tzinfo=UTC)
        send_daylists(shared)
    position_events(shared.database, clock.at)
    types = "types=nl.beschermingsbevel.daylist.*"
    first, second = [one["data"] for one in chain.prosecution.get(f"/v1/events?{types}").json["events"]]
    hers = [one for one in second["entries"] if one["rule"] == "RVZ2"]
    assert [one for one in first["entries"] if one["rule"] == "RVZ2"] == []
    assert [(one["deadlineId"], one["dueOn"], "proceedingId" in one) for one in hers] == [
        (owed["deadlineId"], "2026-12-07", False)
    ]
    assert chain.prosecution.get(f"/v1/daylists/{second['daylistId']}").json["entries"] == second["entries"]


def test_while_nobody_knows_whose_it_is_those_who_may_link_it_see_it_and_afterwards_only_whose_it_is(
    chain, shared, clock
):
    owed = asked(chain)
    assert len(of_hers(listed(chain.stranger))) == 1
    assert listed(chain.partner) == listed(chain.probation) == []
    clock.forward(days=15)
    watch_deadlines(shared)
    chain.order()
    (order,) = chain.prosecution.get(f"/v1/orders?number={NUMBER}").json["orders"]
    linked = chain.prosecution.post(f"/v1/reports/{owed['report']}/link", {"orderId": order["id"]})
    assert linked.status_code == 200, linked.json
    assert of_hers(listed(chain.stranger)) == []
    (mine,) = of_hers(listed(chain.prosecution, f"?owner={chain.prosecution.organisation_id}"))
    assert (mine["id"], mine["orderId"], mine["state"]) == (owed["deadlineId"], order["id"], "missed")
    assert [one for one in alerts(shared) if one.alert_class == "deadline_missed" and one.closed_at is None] == []
    watch_deadlines(shared)
    (late,) = [one for one in alerts(shared) if one.alert_class == "deadline_missed" and one.closed_at is None]
    assert late.ladder_org_id == chain.prosecution.organisation_id


def uids(answer):
    assert answer.status_code == 200
    return {str(one["uid"]) for one in Calendar.from_ical(answer.data).walk("VEVENT")}


def feed_of(app, caller):
    made = caller.post("/v1/calendar-feeds", {"name": "Tafel"}).json["url"].rpartition("/")[2]
    return lambda: uids(app.test_client().get(f"/calendars/{made}"))


def daily(shared, clock, caller):
    """What the newest list of the day tells an organisation."""
    position_events(shared.database, clock.at)
    told = caller.get("/v1/events?types=nl.beschermingsbevel.daylist.*").json["events"]
    return [one["deadlineId"] for one in told[-1]["data"]["entries"]] if told else []


def test_until_a_report_is_linked_its_term_is_every_police_organisations_in_list_calendar_and_feed(app, chain, world):
    chain.order()
    bound, owed = asked(chain, orderNumber=NUMBER), asked(chain)
    uid = f"deadline-{owed['deadlineId']}@beschermingsbevelen"
    narrow = world.caller_of(chain.stranger, Scope.DEADLINES_READ)
    for one in (chain.police, chain.stranger, narrow):
        query = f"?owner={one.organisation_id}"
        assert [row["id"] for row in of_hers(listed(one, query))] == [owed["deadlineId"]]
        assert uid in uids(one.get(f"/v1/deadlines/calendar{query}"))
        assert one.get(f"/v1/deadlines/{owed['deadlineId']}").status_code == 200
    mine = of_hers(listed(chain.prosecution, f"?owner={chain.prosecution.organisation_id}"))
    assert [row["id"] for row in mine] == [bound["deadlineId"]], "who may link it as well is no owner"
    unlinking = world.caller("OM-LIM", OrganisationKind.PROSECUTION, Scope.DEADLINES_READ, Scope.CALENDARS_MANAGE)
    assert listed(unlinking) == listed(chain.partner) == []
    feeds = [feed_of(app, one) for one in (chain.police, chain.stranger, chain.prosecution)]
    nowhere = [feed_of(app, one) for one in (unlinking, chain.probation)]
    assert all(uid in read() for read in feeds) and not any(uid in read() for read in nowhere)
    link(chain, owed)
    assert [uid in read() for read in feeds] == [True, False, True]
    assert of_hers(listed(chain.police, f"?owner={chain.police.organisation_id}")) == []


def test_until_a_report_is_linked_each_police_organisation_has_its_term_in_the_list_of_the_day_and_is_called(
    chain, shared, clock
):
    chain.order()
    bound, owed = asked(chain, orderNumber=NUMBER)["deadlineId"], asked(chain)
    police, mine = (chain.police, chain.stranger), owed["deadlineId"]
    for caller in (*police, chain.prosecution):
        caller.put("/v1/duties", {"duties": [{"name": "Piket", "contact": "+31 30 555 0101"}]})
    clock.at = datetime(2026, 12, 1, 6, 30, tzinfo=UTC)
    send_daylists(shared)
    assert [daily(shared, clock, one) for one in police] == [[mine]] * 2
    assert daily(shared, clock, chain.prosecution) == [bound] and daily(shared, clock, chain.probation) == []
    clock.forward(days=7)
    watch_deadlines(shared)
    clock.forward(minutes=6)
    escalate(shared)
    missed = [one for one in alerts(shared) if one.alert_class == "deadline_missed" and one.level == 1]
    called = {one.ladder_org_id for one in missed if one.context["deadline_id"] == mine}
    assert called == {one.organisation_id for one in police}
    link(chain, owed)
    clock.forward(days=1)
    send_daylists(shared)
    assert set(daily(shared, clock, chain.prosecution)) == {mine, bound}
    assert [daily(shared, clock, one) for one in police] == [[mine]] * 2, "the newest is that of the day before"


def link(chain, owed):
    (order,) = chain.police.get(f"/v1/orders?number={NUMBER}").json["orders"]
    assert chain.police.post(f"/v1/reports/{owed['report']}/link", {"orderId": order["id"]}).status_code == 200


def test_the_term_of_a_report_whose_order_only_supervision_watches_over_is_theirs(chain):
    chain.order(police_unit=None, prosecution=None)
    asked(chain, orderNumber=NUMBER)
    (one,) = of_hers(listed(chain.probation))
    assert one["ownerOrganisationId"] == str(chain.probation.organisation_id)
    assert listed(chain.police) == listed(chain.stranger) == []


def below_this_migration():
    """The revision before the one that made a deadline of it."""
    (file,) = VERSIONS.glob("*_case_information_deadlines.py")
    return f"{int(file.name[:4]) - 1:04d}"


def test_going_back_to_a_table_of_its_own_and_forth_again_keeps_what_she_is_owed_and_every_move(chain, shared, owed):
    """SQLite makes the table of deadlines anew, while moves refer to it."""
    kept = listed(chain.prosecution)
    other = next(one for one in kept if one["rule"] != "RVZ2")
    with shared.database.transaction() as session:
        row = {"id": new_id(), "deadline_id": UUID(other["id"]), "moved_at": NOW, "cause": "law", "law_hash": "a" * 64}
        session.execute(insert(DeadlineMove).values(row))
    migrate(shared.database, below_this_migration())
    with shared.database.reading() as session:
        (before,) = session.execute(text("SELECT * FROM case_information_request")).mappings().all()
        assert session.scalar(text("SELECT count(*) FROM deadline WHERE term_id = 'RVZ2'")) == 0
    assert (str(before["due_on"]), before["sent_at"], len(before["law_hash"])) == ("2026-12-07", None, 64)
    migrate(shared.database)
    (again,) = of_hers(listed(chain.prosecution))
    (was,) = of_hers(kept)
    assert again | {"id": was["id"]} == was
    assert [one for one in listed(chain.prosecution) if one["rule"] != "RVZ2"] == [
        one for one in kept if one["rule"] != "RVZ2"
    ]
    (request,) = chain.prosecution.get("/v1/case-information").json["requests"]
    assert request | {"deadlineId": owed["deadlineId"]} == {name: owed[name] for name in request}
    with shared.database.reading() as session:
        assert session.scalar(select(DeadlineMove.deadline_id)) == UUID(other["id"])
