from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.law import load
from registry.law.terms import DUTCH_TIME
from registry.reports.receipt import complaint_of
from tests.reports.told import NUMBER, send

LAW = load()
EARLIEST = datetime(1, 1, 2, tzinfo=UTC)
LATER = datetime(2027, 6, 1, tzinfo=UTC)


def test_the_receipt_says_what_it_is_not_and_what_she_can_do(chain):
    receipt = send(chain)
    told = " ".join(receipt["notices"])
    assert "geen aangifte" in told and "geen 112-melding" in told
    options = {one["code"]: one for one in receipt["options"]}
    assert options["european_protection_order"]["source"] == "art. 5.8.15 Sv"
    assert "Europees beschermingsbevel" in options["european_protection_order"]["text"]
    assert "14 dagen" in options["case_information"]["text"]
    complaint = receipt["complaint"]
    assert (complaint["until"], complaint["arguableUntil"]) == ("2027-02-21", "2027-02-22")
    assert "zondag 21 februari 2027" in complaint["text"] and "art. 66 Sr" in complaint["source"]


@pytest.mark.parametrize(
    ("happened_at", "until", "arguable"),
    [
        # The day is the Dutch one: half past midnight there is still yesterday in UTC.
        ("2026-11-22T23:30:00+00:00", "2027-02-21", "2027-02-22"),
        ("2026-11-22T22:30:00+00:00", "2027-02-20", "2027-02-22"),
        ("2026-11-24T12:00:00+00:00", "2027-02-22", None),
        ("2026-09-26T12:00:00+00:00", "2026-12-25", "2026-12-28"),
    ],
)
def test_the_term_for_a_complaint_runs_ninety_days_from_the_dutch_day_and_the_earlier_day_counts(
    happened_at, until, arguable
):
    at = datetime.fromisoformat(happened_at)
    found = complaint_of(at, at, LAW)
    assert (str(found.until), found.arguable_until and str(found.arguable_until)) == (until, arguable)


def test_a_term_that_is_over_says_so_and_whom_to_ask():
    happened_at = datetime(2026, 1, 5, 12, tzinfo=UTC)
    found = complaint_of(happened_at, LATER, LAW)
    assert "liep tot en met zondag 5 april 2026" in found.text_nl and "advocaat" in found.text_nl
    open_yet = complaint_of(happened_at, datetime(2026, 4, 7, 12, tzinfo=UTC), LAW)
    assert "Misschien kan het nog tot en met dinsdag 7 april 2026" in open_yet.text_nl
    assert "liep tot en met" not in open_yet.text_nl


@given(st.integers(0, 800_000).map(lambda hours: EARLIEST + timedelta(hours=hours * 20)), st.integers(0, 400))
def test_any_report_has_a_complaint_term_of_ninety_days_and_never_a_later_one_that_counts(happened_at, days_after):
    found = complaint_of(happened_at, happened_at + timedelta(days=days_after), LAW)
    assert found.until == happened_at.astimezone(DUTCH_TIME).date() + timedelta(days=90)
    assert found.arguable_until is None or found.until < found.arguable_until <= found.until + timedelta(days=5)
    assert ("liep tot" in found.text_nl) is (
        days_after > ((found.arguable_until or found.until) - _day(happened_at)).days
    )


def _day(at) -> date:
    return at.astimezone(DUTCH_TIME).date()


def test_a_report_of_the_first_day_there_is_gets_a_receipt(chain):
    receipt = send(chain, occurredAt="0001-01-01T00:00:00Z")
    assert receipt["complaint"]["until"] == "0001-04-01"


def test_a_receipt_asked_again_after_the_term_is_the_same(chain):
    first = send(chain, reference="SHN-1", orderNumber=NUMBER)
    chain.clock.forward(days=400)
    assert send(chain, reference="SHN-1", orderNumber=NUMBER) == first
