import itertools
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.access.checkpoints import verify
from registry.access.rules import Actor, OrganisationKind, Purpose
from registry.http import Runtime
from registry.intake import judging
from registry.intake.crossing import packed, unpacked
from registry.intake.delivery import Body, receive
from registry.intake.judging import AtOnce
from registry.intake.processing import Judge, Pace
from registry.intake.reading import Reading
from tests.intake.conftest import many
from tests.intake.messages import ABSENT, row
from tests.intake.register_dump import dump, empty, entries
from tests.world import Caller

ONE_BY_ONE, TOGETHER, IN_PIECES = Pace(1, 1, 60, 60), Pace(64, 64, 60, 60), Pace(7, 3, 60, 60)
NUMBERS = ("A-1", "B-2", "C-3", "D-4")
PERSONS = ({"bsn": "111222333", "skn": "1"}, {"bsn": "123456782", "skn": "1"}, {"bsn": "123456782"}, {"skn": "1"}, {})
NAMES = (("de Vries", "1985-03-12"), ("de Vreis", "1985-12-03"), ("Yilmaz", "1999-04-02"), ("Yilmaz", None))
KINDS = ("new", "new", "new", "change", "correction", "extension", "suspension", "resumption", "end", "withdrawal")
CONTENTLESS = ("suspension", "end", "withdrawal")


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    number, version = draw(st.sampled_from(NUMBERS)), draw(st.sampled_from([1, 1, 1, 2, 3, None]))
    kind = draw(st.sampled_from((*KINDS, "merge", "split")))
    bound, safe = draw(st.sampled_from(PERSONS)), draw(st.sampled_from(PERSONS))
    changes: dict[str, Any] = {f"order/subject/{name}": bound.get(name) for name in ("bsn", "skn")}
    changes["order/protected/0/bsn"] = safe.get("bsn")
    surname, born_on = draw(st.sampled_from(NAMES))
    changes |= {"order/subject/surname": surname, "order/subject/birthDate": born_on, "order/subject/aliases": []}
    changes["order/court"] = draw(st.sampled_from(["Rechtbank A", "Rechtbank B"]))
    if draw(st.booleans()):
        changes["order/conditions/0/zone"] = ABSENT
    if draw(st.integers(0, 9)) == 0:
        changes["order/regime"] = "XX"
    envelope = {"orderNumber": number, "version": version, "kind": kind, "effectiveAt": "2026-11-20T08:00:00Z"}
    envelope["messageId"] = draw(st.sampled_from([f"{number}/{version}/{kind}", "M-REUSED", None]))
    if kind == "merge":
        envelope["subjectLink"] = {"orderNumber": draw(st.sampled_from(NUMBERS))}
    if kind in CONTENTLESS and draw(st.booleans()):
        return row(**(envelope | {"order": ABSENT}))
    return row(changes, **envelope)


deliveries = st.lists(messages(), min_size=2, max_size=14)


def actor(caller: Caller) -> Actor:
    return Actor(
        None, caller.organisation_id, OrganisationKind.CJIB, frozenset(), "one", "unit", "role", Purpose.INTAKE
    )


def judged(shared: Runtime, by: Actor, rows: list[bytes], pace: Pace, stops: int = 0) -> Any:
    """What the register comes to; `stops` times the process ends after a group and another goes on."""
    audited = entries(shared)
    delivery_id = receive(
        shared.database, shared.clock, by, Body("application/x-ndjson", iter(rows), lambda: "")
    ).delivery_id
    for _ in range(stops):
        turn = itertools.count()
        Judge(shared, announce=True, pace=pace).go_on(delivery_id, lambda turn=turn: next(turn) == 1)  # type: ignore[misc]
    Judge(shared, announce=True, pace=pace).go_on(delivery_id, lambda: False)
    told = dump(shared, audited)
    empty(shared)
    return told


def for_any_rows(shared: Runtime, check: Callable[[list[bytes]], None]) -> None:
    few = settings(max_examples=40 if shared.database.is_sqlite else 5)
    few(given(deliveries)(check))()


def test_rows_judged_together_come_out_as_one_by_one(cjib: Caller, shared: Runtime) -> None:
    def check(rows: list[bytes]) -> None:
        alone = judged(shared, actor(cjib), rows, ONE_BY_ONE)
        assert judged(shared, actor(cjib), rows, TOGETHER) == alone

    for_any_rows(shared, check)


def test_rows_from_another_process_come_out_the_same_also_after_stops(cjib: Caller, shared: Runtime) -> None:
    crossed, here = Reading(None), Reading(None)
    crossed.read = lambda request: unpacked(packed(here.read(request)), here.parsing(request))  # type: ignore[method-assign]

    def check(rows: list[bytes]) -> None:
        shared.add(here)
        alone = judged(shared, actor(cjib), rows, ONE_BY_ONE)
        shared.add(crossed)
        assert judged(shared, actor(cjib), rows, IN_PIECES, stops=2) == alone

    for_any_rows(shared, check)


def plain(count: int) -> list[bytes]:
    """Messages of as many orders and persons, and here and there a second version."""
    rows = []
    for number in range(count):
        changes = {"order/subject/bsn": None, "order/subject/skn": f"{number // 3:08d}"}
        rows.append(row(changes, orderNumber=f"N-{number}", messageId=f"M-{number}"))
        if number % 10 == 9:
            rows.append(row(changes, orderNumber=f"N-{number}", messageId=f"M-{number}-2", version=2, kind="change"))
    return rows


def test_many_orders_come_out_the_same_on_the_way_for_many(cjib: Caller, shared: Runtime) -> None:
    rows = plain(60)
    alone = judged(shared, actor(cjib), rows, ONE_BY_ONE)
    assert judged(shared, actor(cjib), rows, TOGETHER) == alone
    with shared.database.reading() as session:
        assert verify(session, shared.settings.state_dir, shared.settings.keys.checkpoint_seed).faults == ()


@pytest.mark.parametrize("poisoned", [1, 8, 40])
def test_a_row_that_fails_costs_the_others_of_its_group_nothing(
    cjib: Caller, shared: Runtime, monkeypatch: pytest.MonkeyPatch, poisoned: int
) -> None:
    together, groups = judging.register_new, []

    def register_new(session: Any, by: Any, now: Any, drafts: Any) -> Any:
        groups.append(len(drafts))
        taken = together(session, by, now, drafts)
        if any(one.number == f"CJIB-2026-{poisoned:06d}" for one in drafts):
            raise RuntimeError("a defect")
        return taken

    monkeypatch.setattr(judging, "register_new", register_new)
    told = judged(shared, actor(cjib), many(40), TOGETHER)
    assert (len(told["orders"]), len(told["rows"]), len(told["keys"])) == (39, 40, 39 * 4)
    assert [one for one in told["rows"] if "'outcome': 'pending'" in one] == [
        one for one in told["rows"] if f"'row_number': {poisoned}," in one
    ]
    # By halves it is found in a few tries, not row by row.
    assert len(groups) < 20


def test_more_orders_are_written_together_while_nobody_waits() -> None:
    wanted = [True]
    at_once = AtOnce(8, lambda: True, 32, lambda: wanted[0])
    assert [at_once.are_enough(number) for number in (7, 8, 31)] == [False, True, True]
    wanted[0] = False
    assert [at_once.are_enough(number) for number in (7, 8, 31, 32)] == [False, False, False, True]
