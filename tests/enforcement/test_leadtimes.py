import csv
import io
import re
import subprocess
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.console import paper
from registry.enforcement.leadtimes.rules import Heard, LeadTime, Milestone, Month, Reached, known_at, lead_times
from registry.enforcement.leadtimes.service import Asked, month_of
from tests.enforcement.conftest import fact, instant

KNOWN = datetime(2026, 11, 1, 12, tzinfo=UTC)


def reached(days, unit="ZSM", milestone=Milestone.DECISION, in_time=None, month=None):
    at = KNOWN + timedelta(days=days)
    return Reached(milestone, unit, month or month_of(at), KNOWN, at, in_time)


def essence(one: LeadTime):
    return (one.unit, one.number, one.median_days, one.ninety_percent_days, one.longest_days, one.judged, one.in_time)


def test_a_month_has_its_units_and_all_of_them_together_first():
    november = Month(2026, 11)
    found = lead_times(
        [
            reached(1, "B", in_time=True),
            reached(2, "A", in_time=False),
            reached(6, "A", month=november),
            reached(3, "B"),
        ]
    )
    assert [essence(one) for one in found] == [
        (None, 4, 2.5, 6, 6, 2, 1),
        ("A", 2, 4, 6, 6, 1, 0),
        ("B", 2, 2, 3, 3, 1, 1),
    ]
    assert [one.share_in_time for one in found] == [0.5, 0, 1]


def test_milestones_come_in_the_order_of_the_proceeding_and_months_in_that_of_the_calendar():
    found = lead_times([reached(40), reached(1), reached(1, milestone=Milestone.ASSESSMENT)])
    assert [(one.milestone.value, str(one.month)) for one in found if one.unit is None] == [
        ("assessment", "2026-11"),
        ("decision", "2026-11"),
        ("decision", "2026-12"),
    ]


def test_what_came_before_the_breach_was_known_took_no_time():
    assert lead_times([reached(-3)])[0].longest_days == 0


def test_a_breach_is_known_by_the_earliest_account_that_stands_and_where_none_does_by_the_earliest():
    early, late = Heard(KNOWN), Heard(KNOWN + timedelta(days=2))
    withdrawn = Heard(KNOWN - timedelta(days=1), stands=False)
    assert known_at([late, withdrawn, early]) == KNOWN
    assert known_at([withdrawn, Heard(KNOWN, stands=False)]) == KNOWN - timedelta(days=1)


def test_without_a_term_there_is_no_share():
    assert lead_times([reached(1)])[0].share_in_time is None
    assert lead_times([]) == []


@given(st.lists(st.tuples(st.floats(0, 400), st.sampled_from("ABC"), st.sampled_from([None, True, False])), min_size=1))
def test_units_add_up_to_the_whole_and_no_measure_leaves_its_bounds(told):
    month = Month(2026, 11)
    found = lead_times([reached(days, unit, in_time=good, month=month) for days, unit, good in told])
    (whole,) = [one for one in found if one.unit is None]
    units = [one for one in found if one.unit is not None]
    assert whole.number == sum(one.number for one in units) == len(told)
    assert whole.judged == sum(one.judged for one in units) == sum(good is not None for *_, good in told)
    assert whole.in_time == sum(one.in_time for one in units) <= whole.judged
    for one in found:
        assert 0 <= one.median_days <= one.longest_days
        assert one.ninety_percent_days <= one.longest_days
        mine = [days for days, unit, _ in told if one.unit in (None, unit)]
        assert sum(days <= one.ninety_percent_days + 0.01 for days in mine) >= 0.9 * len(mine)


def test_months_are_those_of_the_dutch_calendar():
    assert str(month_of(datetime(2026, 10, 31, 23, 0, tzinfo=UTC))) == "2026-11"
    assert str(month_of(datetime(2026, 10, 31, 22, 59, tzinfo=UTC))) == "2026-10"
    asked = Asked(Month(2026, 11), Month(2026, 11))
    assert (asked.since_at, asked.until_at) == (
        datetime(2026, 10, 31, 23, tzinfo=UTC),
        datetime(2026, 11, 30, 23, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-00", "2026", "26-01", "2026-1", "1999-12", "2026-0x", "", "2026-011"]
)
def test_what_is_no_month_is_refused(text):
    with pytest.raises(ValueError, match="month"):
        Month.parse(text)


@pytest.fixture
def course(chain, clock):
    """Assessed after a day, arrested in the act, filed and decided: once in time and once too late."""
    for number, hours in ((0, 24), (1, 80)):
        breach = chain.breach(chain.order("VBM", number=f"CJIB-2026-00070{number}"))
        filed_at = clock.at
        event = fact("arrest", instant(clock.at - timedelta(hours=1)))
        started = chain.police.post("/v1/proceedings", {"breachId": breach["id"], "event": event}).json
        clock.forward(hours=1)
        chain.record(started, fact("filing", instant(filed_at), demand="custody"))
        clock.forward(hours=hours)
        found = {"status": "plausible", "reason": "Gezien.", "provable": "well"}
        assert chain.prosecution.post(f"/v1/breaches/{breach['id']}/assessments", found).status_code == 201
        chain.record(started, fact("examining_judge_decision", instant(clock.at), decision="granted"))
    return clock.at


def listed(caller, query=""):
    return caller.get(f"/v1/lead-times?from=2026-11&until=2026-12{query}").json["leadTimes"]


def test_lead_times_run_from_when_the_breach_was_known_to_each_step_with_the_share_in_time(chain, course):
    whole = {one["milestone"]: one for one in listed(chain.prosecution) if one["unit"] is None}
    assert set(whole) == {"assessment", "arrest", "demand", "decision"}
    assert (whole["decision"]["number"], whole["decision"]["judged"], whole["decision"]["inTime"]) == (2, 2, 1)
    assert (whole["decision"]["shareInTime"], whole["decision"]["medianDays"]) == (0.5, round((25 + 81) / 48, 2))
    assert whole["arrest"]["longestDays"] == 0
    assert (whole["assessment"]["judged"], whole["assessment"]["shareInTime"]) == (0, None)
    units = {one["unit"] for one in listed(chain.prosecution)}
    assert units == {None, "unit-1"}


def test_lead_times_run_from_when_she_told_or_probation_knew_however_much_later_it_was_recorded(chain, clock):
    orders = [str(chain.order("VBM", number=f"CJIB-2026-00071{number}")) for number in range(4)]
    happened = {"kind": "contact", "occurredAt": instant(clock.at - timedelta(days=2)), "description": "Hij belde."}
    told = happened | {"reportedAt": instant(clock.at - timedelta(days=1))}
    reports = [chain.partner.post("/v1/reports", one).json["id"] for one in (told, happened)]
    clock.forward(days=5)
    breaches = [
        chain.police.post(f"/v1/reports/{one}/link", {"orderId": order}).json["link"]["breachId"]
        for one, order in zip(reports, orders, strict=False)
    ]
    times = {"occurredFrom": instant(clock.at - timedelta(days=4)), "awareAt": instant(clock.at - timedelta(days=3))}
    breaches.append(chain.probation.post("/v1/breaches", {"orderId": orders[2]} | times).json["id"])
    breaches.append(chain.breach(orders[3])["id"])
    clock.forward(days=1)
    for breach in breaches:
        found = {"status": "unfounded", "reason": "Niets te zien."}
        assert chain.prosecution.post(f"/v1/breaches/{breach}/assessments", found).status_code == 201
    (whole,) = [one for one in listed(chain.prosecution) if one["unit"] is None]
    assert (whole["milestone"], whole["number"]) == ("assessment", 4)
    # Seven days after she told, six after it was received, four after probation knew, one after the police recorded it.
    assert (whole["medianDays"], whole["longestDays"]) == ((6 + 4) / 2, 7)


def test_who_has_nothing_to_do_with_a_breach_counts_it_nowhere(chain, course):
    assert listed(chain.stranger) == []
    assert listed(chain.police) == listed(chain.prosecution)


def test_a_period_and_an_origin_bound_what_is_counted(chain, course):
    asked = chain.prosecution.get("/v1/lead-times?from=2026-12&until=2027-01").json
    assert (asked["from"], asked["until"], asked["leadTimes"]) == ("2026-12", "2027-01", [])
    assert listed(chain.prosecution, "&origin=monitor") == []
    assert listed(chain.prosecution, "&origin=police") == listed(chain.prosecution)
    present = chain.prosecution.get("/v1/lead-times").json
    assert (present["from"], present["until"]) == ("2026-06", "2026-11")
    assert chain.prosecution.get("/v1/lead-times?from=2026-01").json["until"] == "2026-06"


def test_what_was_corrected_and_what_came_again_is_not_counted(chain, clock, course):
    before = listed(chain.prosecution)
    proceedings = chain.prosecution.get("/v1/deadlines?state=met").json["deadlines"]
    again = fact("filing", instant(clock.at), demand="custody")
    assert chain.record({"id": proceedings[0]["proceedingId"]}, again).status_code == 201
    assert listed(chain.prosecution) == before


@pytest.mark.parametrize(
    "query", ["from=9999-12", "from=2026-13", "from=2026-11&until=2026-10", "from=2020-01&until=2026-01", "origin=x"]
)
def test_a_period_that_makes_no_sense_is_refused(chain, query):
    for path in ("/v1/lead-times", "/lead-times"):
        assert chain.prosecution.get(f"{path}?{query}").status_code == 400


def test_the_sheet_says_the_same(chain, course):
    asked = chain.prosecution.get("/v1/lead-times?from=2026-11", headers={"Accept": "text/csv"})
    assert asked.content_type == "text/csv; charset=utf-8; header=present"
    rows = list(csv.DictReader(io.StringIO(asked.text)))
    shown = listed(chain.prosecution)
    assert [(one["milestone"], one["unit"], int(one["number"])) for one in rows] == [
        (one["milestone"], one["unit"] or "", one["number"]) for one in shown
    ]


def test_the_page_draws_each_milestone_and_says_it_in_a_table_too(chain, course):
    page = chain.prosecution.get("/lead-times?from=2026-11&until=2026-12")
    assert page.content_type == "text/html; charset=utf-8"
    assert page.text.count("<svg") == 4 == page.text.count("<table>")
    assert "In deze maanden was er geen zitting." in page.text
    assert (
        ">50 %</text>" in page.text
        and "50 % tijdig" in page.text
        and "alle eenheden" in page.text
        and 'lang="nl"' in page.text
    )
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "script-src" not in policy
    for inline in ("<script", "style=", "<style", "javascript:", 'src="http', 'href="http'):
        assert inline not in page.text
    assert chain.stranger.get("/lead-times").text.count("<svg") == 0
    assert chain.world.app.test_client().get("/lead-times").status_code == 401


def test_a_unit_is_text_on_the_page_whatever_it_is_called(chain, course):
    headers = {"End-User-Unit": "<script>alert(1)</script>=1"}
    breach = chain.breach(chain.order("VV", number="CJIB-2026-000799"))
    found = {"status": "unfounded", "reason": "Niets te zien."}
    chain.prosecution.post(f"/v1/breaches/{breach['id']}/assessments", found, headers=headers)
    assert "<script>" not in chain.prosecution.get("/lead-times").text
    assert "&lt;script&gt;" in chain.prosecution.get("/lead-times").text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_on_paper_it_is_a_tagged_document_in_dutch(chain, course):
    asked = chain.prosecution.get("/lead-times?from=2026-11", headers={"Accept": "application/pdf"})
    assert (asked.status_code, asked.content_type) == (200, "application/pdf")
    assert asked.headers["Content-Disposition"] == 'inline; filename="doorlooptijden-2026-11-2027-04.pdf"'
    assert asked.data.startswith(b"%PDF-") and b"%%EOF" in asked.data[-10:]
    content = unpacked(asked.data)
    for told in (b"/MarkInfo", b"/StructTreeRoot", b"/Lang (nl)", b"pdfuaid", b"/TH", b"/Figure"):
        assert told in content


def unpacked(pdf):
    """What is written in a PDF, its compressed parts opened."""
    packed = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    return pdf + b"".join(zlib.decompressobj().decompress(one) for one in packed if one[:1] == b"x")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_where_nothing_can_draw_it_the_answer_says_so(chain, course, monkeypatch):
    monkeypatch.setattr(paper.sys, "executable", "/bin/false")
    refused = chain.prosecution.get("/lead-times", headers={"Accept": "application/pdf"})
    assert refused.status_code == 503 and "text/html" in refused.json["detail"]


def test_what_draws_knows_no_secret_and_fetches_nothing_from_elsewhere(monkeypatch):
    seen = {}

    def run(program, **told):
        seen.update(told)
        return subprocess.CompletedProcess(program, 0, b"%PDF-", b"")

    monkeypatch.setenv("DATA_KEYS", "1:geheim")
    monkeypatch.setattr(paper.subprocess, "run", run)
    assert paper.as_pdf("<p>") == b"%PDF-"
    assert "geheim" not in str(seen["env"]) and set(seen["env"]) <= set(paper._KEPT)
