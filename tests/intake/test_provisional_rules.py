from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.intake.provisional.rules import (
    Course,
    ProvisionalState,
    Told,
    contradicts,
    is_likely,
    is_sure,
    likeness,
    type_of,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
WHOLE = Told("VV", "16/123456-26", date(2026, 11, 23), "111222333", "12345678", frozenset({b"vos"}))

told = st.builds(
    Told,
    regime=st.sampled_from(["VV", "GDA"]),
    case_number=st.sampled_from([None, "16/123456-26", "16/999999-26"]),
    decided_on=st.sampled_from([None, date(2026, 11, 23), date(2026, 11, 1)]),
    bsn=st.sampled_from([None, "111222333", "999990019"]),
    skn=st.sampled_from([None, "12345678", "87654321"]),
    name_keys=st.sampled_from([frozenset(), frozenset({b"vos"}), frozenset({b"vos", b"berg"})]),
)


@given(told, told)
def test_whichever_comes_first_the_two_are_compared_alike(one, other):
    assert likeness(one, other) == likeness(other, one)
    assert is_sure(one, other) == is_sure(other, one)
    assert is_likely(one, other) == is_likely(other, one)


@given(told, told)
def test_what_is_sure_has_the_case_the_regime_and_a_number_in_common_and_nothing_against_it(one, other):
    if is_sure(one, other):
        assert one.regime == other.regime and one.case_number == other.case_number is not None
        assert (one.bsn and one.bsn == other.bsn) or (one.skn and one.skn == other.skn)
        assert not contradicts(one, other) and is_likely(one, other)


@given(told)
def test_nothing_is_sure_of_a_person_without_a_number(one):
    nameless = Told(one.regime, one.case_number, one.decided_on, None, None, one.name_keys)
    assert not is_sure(nameless, WHOLE)


@pytest.mark.parametrize(
    ("start", "media_type"),
    [
        (b"%PDF-1.4 x", "application/pdf"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"II*\x00", "image/tiff"),
        (b"MM\x00*", "image/tiff"),
        (b"<html>%PDF-", None),
        (b"PK\x03\x04", None),
        (b"", None),
    ],
    ids=["pdf", "jpeg", "png", "tiff-little", "tiff-big", "page", "archive", "nothing"],
)
def test_a_document_is_what_it_begins_with(start, media_type):
    assert type_of(start) == media_type


def test_a_course_has_one_state_at_a_time():
    expires_at = NOW + timedelta(days=21)
    assert Course(expires_at).state(NOW) is ProvisionalState.WAITING
    assert Course(expires_at).state(expires_at) is ProvisionalState.EXPIRED
    assert Course(expires_at, replaced_at=NOW).state(expires_at) is ProvisionalState.REPLACED
    assert Course(expires_at, withdrawn_at=NOW).state(expires_at) is ProvisionalState.WITHDRAWN
