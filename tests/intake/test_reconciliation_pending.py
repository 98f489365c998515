from sqlalchemy import select, update

from registry.intake.reconciliation.reconciling import Reconciler, reconcile_pending
from registry.intake.reconciliation.settling import fill_digests
from registry.orders.models import OrderVersion
from tests.intake.conftest import many
from tests.intake.messages import row
from tests.intake.statements import counted, differences, line


def test_more_than_a_thousand_lines_are_compared_by_the_worker_also_unsorted(cjib, deliver, state, shared):
    rows = many(3)
    deliver(*rows)
    others = [
        {"orderNumber": f"X-{number * 7919 % 2500:05d}", "version": 1, "checksum": None} for number in range(2500)
    ]
    answer = state(*others, *map(line, rows))
    assert (answer.status_code, answer.json["status"]) == (202, "judging"), answer.text
    reconcile_pending(shared)
    reconcile_pending(shared)
    report = cjib.get(answer.headers["Location"])
    assert (report.json["status"], counted(report)) == ("done", {"confirmed": 3, "missingHere": 2500, "opened": 2500})
    page = cjib.get("/v1/differences?limit=200").json
    following = cjib.get(f"/v1/differences?limit=200&cursor={page['next']}").json["differences"]
    assert not {one["id"] for one in page["differences"]} & {one["id"] for one in following}


def test_a_statement_broken_off_anywhere_goes_on_and_counts_each_line_once(cjib, deliver, state, shared):
    rows = many(40)
    deliver(*rows[:35])
    others = [{"orderNumber": f"X-{number:05d}", "version": 1, "checksum": None} for number in range(1200)]
    answer = state(*others, *map(line, rows[5:]), others[0])
    for turn in range(30):
        ticks = iter(range(turn % 3 + 1))
        reconciler = Reconciler(shared)
        reconciler._page_orders = 90
        reconciler.go_on(reconciler.waiting()[0], lambda ticks=ticks: next(ticks, None) is None)
        if not reconciler.waiting():
            break
    report = cjib.get(answer.headers["Location"])
    assert report.json["status"] == "done"
    assert counted(report) == {"confirmed": 30, "missingHere": 1205, "missingThere": 5, "opened": 1210}
    assert (report.json["faulty"], [one["code"] for one in report.json["faults"]]) == (1, ["order_number_repeated"])


def test_a_statement_waits_for_the_messages_that_came_before_it(cjib, deliver, state, shared):
    rows = [*many(2), *[b'{"orderNumber": "X-%d"}' % number for number in range(1000)]]
    assert deliver(*rows).status_code == 202
    answer = state(*map(line, rows[:2]))
    assert answer.status_code == 202
    assert Reconciler(shared).waiting() == []
    assert differences(cjib) == []


def test_the_digests_of_versions_recorded_before_they_were_kept_are_computed(deliver, state, shared):
    rows = many(2)
    deliver(*rows, row(messageId="M-8", orderNumber="CJIB-2026-000008", kind="withdrawal", order=None))
    with shared.database.transaction() as session:
        before = session.execute(select(OrderVersion.id, OrderVersion.order_digest)).all()
        session.execute(update(OrderVersion).values(order_digest=None))
    stated = [*map(line, rows), {"orderNumber": "CJIB-2026-000008", "version": 1, "checksum": None}]
    assert counted(state(*stated)) == {"unchecked": 3}
    fill_digests(shared)
    fill_digests(shared)
    with shared.database.reading() as session:
        assert set(session.execute(select(OrderVersion.id, OrderVersion.order_digest)).all()) == set(before)
    assert counted(state(*stated)) == {"confirmed": 3}
