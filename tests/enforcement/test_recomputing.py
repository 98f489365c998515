import csv
import dataclasses
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from registry.access.models import AuditEntry
from registry.access.service import system_actor
from registry.enforcement.models import Deadline, DeadlineMove
from registry.enforcement.procedure import rules as procedure_rules
from registry.enforcement.recomputing import running, service
from registry.enforcement.recomputing.watch import follow_law
from registry.enforcement.watch import watch_deadlines
from registry.law.terms import Extension, Nature
from registry.law.working_days import ExtraDays, Holidays
from registry.orders.force import standing
from registry.outbox.delivery import position_events
from registry.outbox.models import Event
from tests.enforcement.conftest import fact, instant, on, refuse
from tests.world import NOW

ANOTHER = "f" * 64


@pytest.fixture
def change_law():
    """Put another table of law in the place of the present one, as a new release of the service would."""
    own = standing.measures()

    def change(*extra, **more):
        holidays = Holidays(own.law.holidays.rows, (*own.law.holidays.extra, *extra))
        changed = dataclasses.replace(own.law, **{"holidays": holidays, "hash": ANOTHER} | more)
        standing.configure(changed, own.unconfirmed_after)

    yield change
    standing.configure(own.law, own.unconfirmed_after)


@pytest.fixture
def recompute(app):
    def run(*more):
        done = app.test_cli_runner().invoke(args=["deadlines", "recompute", "--for", "CJIB", *more])
        return done.exit_code, done.stdout, done.stderr

    return run


def holiday(*days):
    """A decree that puts these days on a par with a holiday."""
    return ExtraDays(min(days).year, max(days).year, days, "Besluit", "found")


def suspended(chain, number="CJIB-2026-000123"):
    """The judge lifts a suspension: the prosecution has fourteen days to appeal, until Monday 7 December."""
    started = chain.proceeding("SVH", number=number)
    chain.record(started, fact("filing", instant(chain.clock.now()), demand="custody"))
    lifted = fact("examining_judge_decision", instant(chain.clock.now()), decision="granted")
    assert chain.record(started, lifted).status_code == 201
    return started


def appeal(chain, started):
    shown = chain.police.get(f"/v1/proceedings/{started['id']}").json
    return on(shown, "T13")


MONDAY = date(2026, 12, 7)


def test_a_new_holiday_moves_what_ends_on_it_and_says_from_when_to_when_and_why(
    chain, shared, recompute, change_law, tmp_path
):
    started = suspended(chain)
    before = appeal(chain, started)
    assert before["dueOn"] == "2026-12-07"
    change_law(holiday(MONDAY))
    code, said, _ = recompute("--list", str(tmp_path / "moves.csv"))
    assert (code, said.splitlines()[0]) == (0, "1 proceedings computed again, 1 deadlines moved")
    after = appeal(chain, started)
    assert (after["id"], after["dueOn"], after["lawHash"]) == (before["id"], "2026-12-08", ANOTHER)
    assert any("gelijkgestelde dag" in step for step in after["steps"])
    (move,) = chain.prosecution.get("/v1/deadlines/moves").json["moves"]
    assert (move["deadlineId"], move["rule"], move["cause"]) == (before["id"], "T13", "law")
    assert (move["formerDueOn"], move["dueOn"]) == ("2026-12-07", "2026-12-08")
    assert (move["formerLawHash"], move["lawHash"]) == (before["lawHash"], ANOTHER)
    (row,) = csv.DictReader((tmp_path / "moves.csv").read_text(encoding="utf-8").splitlines())
    assert (row["deadline"], row["from"], row["to"], row["cause"]) == (
        before["id"],
        "2026-12-07T23:00:00Z",
        "2026-12-08T23:00:00Z",
        "law",
    )
    for other in (chain.stranger, chain.partner):
        assert other.get("/v1/deadlines/moves").json["moves"] == []


def test_what_does_not_move_takes_the_new_table_and_is_not_listed(chain, shared, recompute, change_law):
    started = suspended(chain)
    change_law(holiday(date(2027, 8, 2)))
    assert recompute()[1].splitlines() == ["1 proceedings computed again, 0 deadlines moved"]
    assert appeal(chain, started)["lawHash"] == ANOTHER
    assert chain.prosecution.get("/v1/deadlines/moves").json["moves"] == []
    assert events(shared, "moved") == []


def events(shared, happened):
    with shared.database.reading() as session:
        return session.scalars(select(Event.data).where(Event.type.like(f"%.deadline.{happened}.v1"))).all()


def test_those_concerned_hear_of_a_move_and_the_warnings_follow_it(chain, shared, clock, recompute, change_law):
    started = suspended(chain)
    change_law(holiday(MONDAY))
    recompute()
    position_events(shared.database, NOW)
    types = "types=nl.beschermingsbevel.deadline.moved.v1"
    (told,) = [one["data"] for one in chain.prosecution.get(f"/v1/events?{types}").json["events"]]
    assert (told["rule"], told["cause"], told["formerDueOn"], told["dueOn"]) == (
        "T13",
        "law",
        "2026-12-07",
        "2026-12-08",
    )
    assert chain.stranger.get(f"/v1/events?{types}").json["events"] == []
    assert appeal(chain, started)["warnings"][-1] == {"stage": "last_working_day", "at": "2026-12-08T08:00:00Z"}
    clock.forward(days=14)
    watch_deadlines(shared)
    assert events(shared, "missed") == []
    assert [one["stage"] for one in events(shared, "near")] == ["quarter"]


def test_a_run_that_was_broken_off_goes_on_where_it_was(chain, shared, recompute, change_law, monkeypatch):
    all_of_them = [suspended(chain, f"CJIB-2026-00060{number}") for number in range(5)]
    change_law(holiday(MONDAY))
    monkeypatch.setattr(running, "_FEWEST", 1)
    monkeypatch.setattr(running, "_TURN_S", 0)
    monkeypatch.setattr(running, "_TURN_OF_A_SERVER_S", 0)
    real, computed = service.recompute, []

    def breaking(session, actor, now, proceeding_ids):
        done = real(session, actor, now, proceeding_ids[:1])
        if len(computed) == 2:
            raise KeyboardInterrupt
        computed.extend(done.moved)
        return done

    monkeypatch.setattr(service, "recompute", breaking)
    with pytest.raises(KeyboardInterrupt):
        running.Run(shared, system_actor(chain.prosecution.organisation_id, "recompute"), at_once=1).go(lambda _: None)
    assert len([one for one in all_of_them if appeal(chain, one)["dueOn"] == "2026-12-08"]) == 2
    monkeypatch.setattr(service, "recompute", real)
    code, said, _ = recompute()
    assert (code, said.splitlines()[0]) == (0, "3 proceedings computed again, 3 deadlines moved")
    assert {appeal(chain, one)["dueOn"] for one in all_of_them} == {"2026-12-08"}
    assert len(chain.prosecution.get("/v1/deadlines/moves").json["moves"]) == 5
    assert len(said.splitlines()) == 6
    assert recompute()[1].splitlines()[0] == "0 proceedings computed again, 0 deadlines moved"


def test_one_that_cannot_be_computed_is_named_and_the_others_are_computed(
    chain, shared, recompute, change_law, monkeypatch
):
    bad, good = suspended(chain, "CJIB-2026-000610"), suspended(chain, "CJIB-2026-000611")
    change_law(holiday(MONDAY))
    refuse(monkeypatch, bad)
    code, said, faults = recompute()
    assert (code, said.splitlines()[0]) == (1, "1 proceedings computed again, 1 deadlines moved")
    assert bad["id"] in faults and good["id"] not in faults
    assert (appeal(chain, bad)["dueOn"], appeal(chain, good)["dueOn"]) == ("2026-12-07", "2026-12-08")


def test_the_audit_says_who_computed_again_and_what_moved(chain, shared, recompute, change_law):
    started = suspended(chain)
    change_law(holiday(MONDAY))
    recompute()
    with shared.database.reading() as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.role == "deadlines recompute")).all()
        told = {row.object_ref: row.details for row in rows}
    assert told == {
        f"proceeding:{started['id']}": {"moved": [appeal(chain, started)["id"]]},
        "deadlines": {"proceedings": 1, "moved": 1, "law_hash": ANOTHER},
    }
    assert {row.action for row in rows} == {"changed"}


def test_a_term_that_the_new_law_does_not_know_is_superseded_and_listed_as_ended(chain, recompute, change_law):
    started = suspended(chain)
    law = standing.measures().law
    rest = tuple(row for row in law.terms if row.id != "T13")
    change_law(terms=dataclasses.replace(law.terms, rows=rest))
    assert "1 deadlines moved" in recompute()[1]
    assert appeal(chain, started)["state"] == "superseded"
    (move,) = chain.prosecution.get("/v1/deadlines/moves?cause=law").json["moves"]
    assert (move["formerDueOn"], move["dueAt"], move["dueOn"]) == ("2026-12-07", None, None)


def test_moves_can_be_asked_for_by_deadline_and_cause_in_pieces(chain, recompute, change_law):
    all_of_them = [suspended(chain, f"CJIB-2026-00062{number}") for number in range(3)]
    change_law(holiday(MONDAY))
    recompute()
    first = chain.prosecution.get("/v1/deadlines/moves?limit=2").json
    rest = chain.prosecution.get(f"/v1/deadlines/moves?limit=2&cursor={first['next']}").json
    assert len({one["id"] for one in first["moves"] + rest["moves"]}) == 3
    wanted = appeal(chain, all_of_them[0])["id"]
    (one,) = chain.prosecution.get(f"/v1/deadlines/moves?deadline={wanted}").json["moves"]
    assert one["deadlineId"] == wanted
    assert chain.prosecution.get("/v1/deadlines/moves?cause=detention").json["moves"] == []
    assert chain.prosecution.get("/v1/deadlines/moves?cause=weather").status_code == 400


def test_an_event_that_is_recorded_under_the_new_law_notes_the_move_too(chain, change_law):
    started = suspended(chain)
    change_law(holiday(MONDAY))
    chain.record(started, fact("probation_report", instant(chain.clock.now())))
    moves = chain.prosecution.get("/v1/deadlines/moves").json["moves"]
    assert [(one["rule"], one["cause"]) for one in moves] == [("T13", "law")]


def test_what_an_event_begins_or_ends_is_no_move(chain, clock):
    started = chain.proceeding("VV")
    steps = (("prosecutor_decision", "execution"), ("filing", None), ("examining_judge_decision", "granted"))
    for kind, decision in steps:
        details = {"decision": decision} if decision else {"demand": "custody"}
        assert chain.record(started, fact(kind, instant(clock.now()), **details)).status_code == 201
        clock.forward(minutes=1)
    shown = chain.police.get(f"/v1/proceedings/{started['id']}").json
    assert on(shown, "T06")["state"] == "superseded"
    assert chain.prosecution.get("/v1/deadlines/moves").json["moves"] == []


def test_a_detention_moves_a_term_that_stands_still_meanwhile(chain, shared, clock, recompute, change_law):
    """No clock of a procedure stands still today: one that would is put in the place of the appeal."""
    law = standing.measures().law
    pausing = [
        dataclasses.replace(row, nature=Nature.MAXIMUM, pauses=True, extension=Extension.NO) if row.id == "T13" else row
        for row in law.terms
    ]
    still = [dataclasses.replace(row, clock_stops=("detained",)) for row in law.regimes]
    change_law(terms=dataclasses.replace(law.terms, rows=tuple(pausing)), regimes=tuple(still), hash="e" * 64)
    follow_law(shared)
    started = suspended(chain)
    before = appeal(chain, started)
    clock.forward(minutes=1)
    held = {
        "orderId": started["orderId"],
        "kind": "detained",
        "fromAt": instant(clock.at - timedelta(minutes=1)),
        "untilAt": instant(clock.at + timedelta(days=3)),
        "source": "DJI",
    }
    other = suspended(chain, "CJIB-2026-000630")
    assert chain.prosecution.post("/v1/detentions", held).status_code == 201
    clock.forward(minutes=1)
    assert recompute()[1].splitlines()[0] == "1 proceedings computed again, 1 deadlines moved"
    (move,) = chain.prosecution.get("/v1/deadlines/moves").json["moves"]
    after = appeal(chain, started)
    assert (move["cause"], move["formerDueOn"], move["dueOn"]) == ("detention", before["dueOn"], after["dueOn"])
    assert date.fromisoformat(after["dueOn"]) - date.fromisoformat(before["dueOn"]) == timedelta(days=2)
    assert any("stil" in step for step in after["steps"])
    assert appeal(chain, other)["dueOn"] == before["dueOn"]
    assert recompute()[1].splitlines()[0] == "0 proceedings computed again, 0 deadlines moved"


def test_the_command_wants_an_organisation_that_exists_and_runs_once_at_a_time(
    chain, shared, app, recompute, settings, clock
):
    nobody = app.test_cli_runner().invoke(args=["deadlines", "recompute", "--for", "NIEMAND"])
    assert nobody.exit_code == 1 and "NIEMAND" in nobody.stderr
    suspended(chain)
    lock = shared.database.lock("deadlines-recompute")
    assert lock.acquire()
    code, _, said = recompute()
    lock.release()
    assert code == 1 and "already" in said
    assert recompute()[0] == 0


def test_nothing_is_stale_under_the_law_it_was_computed_by(chain, shared):
    suspended(chain)
    with shared.database.reading() as session:
        assert service.count_stale(session) == 0
        assert session.scalar(select(func.count()).select_from(DeadlineMove)) == 0
        assert session.scalar(select(func.count()).select_from(Deadline)) > 0
    assert procedure_rules.Frame("VV", date(2026, 1, 1)).stretches == ()
