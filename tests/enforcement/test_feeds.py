import io

import pytest
import structlog
from icalendar import Calendar
from sqlalchemy import select

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind, Scope
from registry.db import Base
from registry.enforcement import agenda
from registry.enforcement.feeds.models import CalendarFeed
from registry.http import problems
from tests.enforcement.conftest import fact, instant
from tests.world import some_id


def filed(chain, regime="VV", number="CJIB-2026-000123"):
    started = chain.proceeding(regime, number=number)
    chain.record(started, fact("filing", instant(chain.clock.now()), demand="custody"))
    return started


def made(caller, **chosen):
    answer = caller.post("/v1/calendar-feeds", {"name": "Agenda van de tafel"} | chosen)
    assert answer.status_code == 201, answer.json
    return answer.json


def read(app, feed):
    """As a calendar program does: with nothing but the address."""
    return app.test_client().get("/calendars/" + feed["url"].rpartition("/")[2])


def uids(answer):
    assert answer.status_code == 200
    return {str(one["uid"]) for one in Calendar.from_ical(answer.data).walk("VEVENT")}


def test_a_calendar_program_reads_what_its_organisation_sees_with_ids_that_stay(app, chain, clock):
    filed(chain)
    feed = made(chain.prosecution)
    first = read(app, feed)
    assert first.mimetype == "text/calendar"
    listed = chain.prosecution.get("/v1/deadlines").json["deadlines"]
    assert uids(first) == {
        f"deadline-{one['id']}@beschermingsbevelen" for one in listed if one["dueAt"] or one["targetAt"]
    }
    clock.forward(hours=1)
    assert uids(read(app, feed)) == uids(first)
    other = made(chain.stranger)
    assert uids(read(app, other)) == set()


def test_a_feed_names_nobody_and_not_itself(app, chain):
    filed(chain)
    content = read(app, made(chain.police)).text.replace("\r\n ", "")
    assert "BEGIN:VEVENT" in content
    for secret in ("Berg", "Vosmeer", "Verborgenlaan", "Dorpsstraat", "3511AB", "999990019", "tester-1", "tafel"):
        assert secret not in content


def test_a_feed_holds_what_its_owner_chose(app, chain):
    for number, regime in enumerate(("VV", "SVH")):
        filed(chain, regime, f"CJIB-2026-00050{number}")
    everything = uids(read(app, made(chain.prosecution)))
    suspended = uids(read(app, made(chain.prosecution, regime="SVH")))
    assert len(suspended) == 1 and suspended < everything
    mine = made(chain.prosecution, owner=str(chain.police.organisation_id))
    assert len(uids(read(app, mine))) == 1
    assert uids(read(app, made(chain.prosecution, arrondissement="limburg"))) == set()
    assert uids(read(app, made(chain.prosecution, nature="M"))) == set()
    chosen = made(chain.prosecution, regime="VV", nature="H", arrondissement="midden-nederland")
    assert len(uids(read(app, chosen))) == 1
    assert (chosen["regime"], chosen["nature"], chosen["owner"]) == ("VV", "H", None)


def test_what_is_met_leaves_the_feed(app, chain, clock):
    started = filed(chain)
    feed = made(chain.prosecution, nature="H")
    assert len(uids(read(app, feed))) == 1
    chain.record(started, fact("examining_judge_decision", instant(clock.now()), decision="granted"))
    assert uids(read(app, feed)) == set()


def test_a_revoked_feed_is_unknown_at_once_and_stays_so(app, chain):
    filed(chain)
    feed, other = made(chain.prosecution), made(chain.prosecution)
    assert chain.prosecution.delete(f"/v1/calendar-feeds/{feed['id']}").status_code == 204
    gone, never = read(app, feed), app.test_client().get("/calendars/cal_verzonnen.ics")
    assert (gone.status_code, never.status_code) == (404, 404)
    assert gone.json == never.json
    assert chain.prosecution.delete(f"/v1/calendar-feeds/{feed['id']}").status_code == 204
    assert uids(read(app, other))
    shown = {one["id"]: one["revokedAt"] for one in chain.prosecution.get("/v1/calendar-feeds").json["calendarFeeds"]}
    assert shown[feed["id"]] == instant(chain.clock.now()) and shown[other["id"]] is None


def test_only_its_own_organisation_lists_and_revokes_a_feed(app, chain):
    feed = made(chain.prosecution)
    for other in (chain.police, chain.stranger):
        assert other.get("/v1/calendar-feeds").json == {"calendarFeeds": [], "next": None}
        assert other.delete(f"/v1/calendar-feeds/{feed['id']}").status_code == 404
        assert other.delete(f"/v1/calendar-feeds/{some_id()}").status_code == 404
    assert read(app, feed).status_code == 200
    unscoped = chain.world.caller("OM-LIM", OrganisationKind.PROSECUTION, Scope.DEADLINES_READ)
    assert unscoped.post("/v1/calendar-feeds", {"name": "x"}).status_code == 403


def test_the_list_of_feeds_comes_in_pieces_and_never_shows_an_address_again(chain):
    ids = [made(chain.prosecution)["id"] for _ in range(3)]
    first = chain.prosecution.get("/v1/calendar-feeds?limit=2").json
    rest = chain.prosecution.get(f"/v1/calendar-feeds?limit=2&cursor={first['next']}").json
    assert [one["id"] for one in first["calendarFeeds"] + rest["calendarFeeds"]] == ids[::-1]
    assert all("url" not in one for one in first["calendarFeeds"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": None},
        {"regime": "ABC"},
        {"nature": "X"},
        {"arrondissement": "utrecht"},
        {"owner": "01900000-0000-7000-8000-000000000000"},
        {"colour": "red"},
    ],
    ids=str,
)
def test_a_feed_of_nothing_that_exists_is_refused(chain, wrong):
    answer = chain.prosecution.post("/v1/calendar-feeds", {"name": "Agenda"} | wrong)
    assert answer.status_code == 400
    assert next(iter(wrong)) in answer.json["errors"][0]["pointer"]
    assert chain.prosecution.get("/v1/calendar-feeds").json["calendarFeeds"] == []


def test_fifty_feeds_are_enough_and_a_revoked_one_makes_room(chain, shared):
    first = made(chain.prosecution)
    with shared.database.transaction() as session:
        for number in range(49):
            kept = {"organisation_id": chain.prosecution.organisation_id, "created_at": chain.clock.now()}
            session.add(CalendarFeed(name="Agenda", secret_hash=b"%d" % number, **kept))
    assert chain.prosecution.post("/v1/calendar-feeds", {"name": "Te veel"}).json["code"] == "too_many_feeds"
    assert made(chain.police)
    chain.prosecution.delete(f"/v1/calendar-feeds/{first['id']}")
    assert made(chain.prosecution)


def test_the_address_is_kept_nowhere_and_no_log_shows_it(app, chain, shared, monkeypatch):
    said = log_of(problems, monkeypatch)
    filed(chain)
    feed = made(chain.prosecution)
    secret = feed["url"].rpartition("/")[2].removesuffix(".ics")
    assert read(app, feed).status_code == 200

    def broken(*_):
        raise OSError(secret)

    monkeypatch.setattr(agenda, "calendar", broken)
    failed = read(app, feed)
    assert failed.status_code == 500 and secret not in failed.text
    chain.prosecution.delete(f"/v1/calendar-feeds/{feed['id']}")
    assert secret not in read(app, feed).text
    line = said.getvalue()
    assert "request_failed" in line and "/calendars/<secret>.ics" in line and secret not in line
    with shared.database.reading() as session:
        tables = [session.execute(select(table)).all() for table in Base.metadata.sorted_tables]
        kept = str(tables)
    assert feed["id"] in kept and secret not in kept
    metrics = chain.prosecution.get("/metrics").text
    assert "/calendars/<secret>.ics" in metrics and secret not in metrics


def log_of(module, monkeypatch):
    """What a module logs, as it would be written."""
    stream = io.StringIO()
    logger = structlog.wrap_logger(structlog.PrintLogger(stream), processors=structlog.get_config()["processors"])
    monkeypatch.setattr(module, "_log", logger)
    return stream


def test_each_reading_is_audited_by_the_name_of_the_feed(app, chain, shared):
    filed(chain)
    feed = made(chain.prosecution)
    read(app, feed)
    app.test_client().get("/calendars/cal_verzonnen.ics")
    with shared.database.reading() as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.role == "calendar")).all()
        assert [(one.unit, one.action, one.object_ref) for one in rows] == [
            (f"calendar-feed:{feed['id']}", "consulted", "deadlines")
        ]
        assert rows[0].organisation_id == chain.prosecution.organisation_id
        assert len(rows[0].details["shown"]) >= 1
