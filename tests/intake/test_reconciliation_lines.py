import gzip
import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from registry.http.fields import format_instant
from registry.intake.reconciliation.models import Statement
from tests.intake.conftest import many
from tests.intake.messages import MESSAGE
from tests.intake.statements import counted, differences, line
from tests.world import NOW


@pytest.mark.parametrize("count", [2, 4], ids=["too few", "too many"])
def test_a_truncated_statement_says_nothing_of_what_it_does_not_list(cjib, deliver, state, count):
    rows = many(4)
    deliver(*rows)
    state(line(rows[0]), line(many(1, 8)[0]))
    before = differences(cjib)
    answer = state(*map(line, rows[:3]), count=count)
    assert (answer.json["whole"], counted(answer)) == (False, {"confirmed": 3, "resolved": 2})
    assert differences(cjib) == [one for one in before if one[0] in ("000004", "000008")]


def test_the_count_may_stand_in_the_last_line_and_must_be_the_same_as_at_the_head(cjib, deliver, clock):
    rows = many(2)
    deliver(*rows)

    def send(*documents):
        clock.forward(minutes=1)
        head, *rest = documents
        lines = [{"madeAt": format_instant(clock.now())} | head, *rest]
        data = "\n".join(map(json.dumps, lines))
        answer = cjib.post("/v1/statements", data=data, headers={"Content-Type": "application/ndjson"})
        assert answer.status_code == 200, answer.text
        return answer.json["count"], answer.json["whole"], answer.json["counts"]["missingThere"]

    one = line(rows[0])
    assert send({}, one, {"count": 1}) == (1, True, 1)
    assert send({"count": 1}, one, {"count": 1}) == (1, True, 1)
    assert send({"count": 2}, one, {"count": 1}) == (1, False, 0)
    assert send({}, one) == (None, False, 0)
    assert send({}, {"count": 1}, one) == (1, False, 0)


def test_each_faulty_line_is_named_and_costs_no_other(cjib, deliver, state):
    rows = many(4)
    deliver(*rows)
    stated = [
        line(rows[0]),
        b"geen json",
        line(rows[1], version="2"),
        line(rows[2], checksum="abc"),
        {"version": 1, "checksum": None},
        line(rows[0]),
        b'{"orderNumber": "' + b"x" * 5000 + b'"}',
        b"[]",
        b'{"orderNumber": 12, "version": 1, "checksum": null}',
        {"orderNumber": "CJIB-2026-000004", "version": 1},
        line(many(1, 9)[0], version=0),
    ]
    answer = state(*stated)
    assert [(one["line"], one["code"]) for one in answer.json["faults"]] == [
        (2, "line_not_json"),
        (3, "version_unreadable"),
        (4, "checksum_unreadable"),
        (5, "order_number_missing"),
        (6, "order_number_repeated"),
        (7, "line_too_large"),
        (8, "line_not_json"),
        (9, "order_number_missing"),
        (10, "checksum_unreadable"),
        (11, "version_unreadable"),
    ]
    assert all(one["messageNl"].endswith(".") and one["actionNl"].endswith(".") for one in answer.json["faults"])
    assert (answer.json["whole"], answer.json["faulty"], counted(answer)) == (
        False,
        10,
        {"confirmed": 1, "unreadable": 4},
    )
    page = cjib.get(f"/v1/statements/{answer.json['id']}?limit=3&cursor=4").json
    assert ([one["line"] for one in page["faults"]], page["next"]) == ([5, 6, 7], "7")


def test_a_line_that_names_an_order_and_cannot_be_read_further_keeps_its_difference(cjib, deliver, state):
    rows = many(2)
    deliver(rows[0])
    state(line(rows[0], version=2), line(rows[1]))
    before = differences(cjib)
    answer = state(line(rows[0], version=None), line(rows[1], checksum="?"))
    assert (answer.json["whole"], differences(cjib)) == (True, before)


def test_the_same_statement_again_is_the_same_report_and_an_older_one_is_refused(cjib, deliver, state, clock):
    rows = many(1)
    deliver(*rows)
    made_at = clock.now()
    first = state(line(rows[0]), made_at=made_at)
    again = state(line(rows[0]), made_at=made_at)
    assert (again.status_code, again.json) == (200, first.json)
    older = state(made_at=made_at - timedelta(hours=1))
    other = state(made_at=made_at)
    assert [(answer.status_code, answer.json["code"]) for answer in (older, other)] == [(409, "statement_outdated")] * 2
    assert [one["id"] for one in cjib.get("/v1/statements").json["statements"]] == [first.json["id"]]


UNUSABLE = {
    "empty": b"",
    "no heading": b"{}",
    "no instant": b'{"madeAt": "gisteren"}',
    "count": b'{"madeAt": "2026-11-23T12:00:00Z", "count": -1}',
    "not text": b"\xff\xfe",
    "deep": b"[" * 9999,
    "future": b'{"madeAt": "2026-11-24T12:00:00Z", "orders": []}',
    "unknown": b'{"madeAt": "2026-11-23T12:00:00Z", "x": 1}',
}


@pytest.mark.parametrize("body", UNUSABLE.values(), ids=UNUSABLE)
@pytest.mark.parametrize("media_type", ["application/x-ndjson", "application/json"])
def test_a_statement_without_a_usable_heading_is_refused_and_leaves_nothing(cjib, body, media_type):
    answer = cjib.post("/v1/statements", data=body, headers={"Content-Type": media_type})
    assert answer.status_code == 400, answer.text
    assert answer.json["errors"]
    assert cjib.get("/v1/statements").json["statements"] == []


def test_a_statement_in_json_or_packed_says_the_same(cjib, deliver, state, clock):
    rows = many(2)
    deliver(*rows)
    document = {"madeAt": format_instant(clock.now()), "count": 2, "orders": [line(each) for each in rows]}
    answer = cjib.post("/v1/statements", document)
    assert (answer.status_code, counted(answer)) == (200, {"confirmed": 2})
    assert counted(state(*map(line, rows), **{"Content-Encoding": "gzip"})) == {"confirmed": 2}


def test_a_statement_cut_short_is_refused_and_leaves_nothing(cjib, state, shared):
    body = gzip.compress(json.dumps({"madeAt": format_instant(NOW)}).encode() + b"\n{}" * 3000)
    headers = {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}
    answer = cjib.post("/v1/statements", data=body[:-9], headers=headers)
    assert answer.status_code == 400
    with shared.database.reading() as session:
        assert session.scalars(select(Statement)).all() == []


def test_the_checksum_is_of_the_order_as_it_was_sent(deliver, state):
    order = MESSAGE["order"] | {"nieuw": 1.0, "€": "\U0001f600", "grens": 1e21}
    raw = json.dumps(MESSAGE | {"order": order}).encode()
    deliver(raw)
    assert counted(state(line(raw))) == {"confirmed": 1}
