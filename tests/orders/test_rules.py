from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.orders.rules import ENDING_KINDS, MessageKind, OrderFacts, VersionFacts, fold

START_AT = datetime(2026, 11, 1, 9, tzinfo=UTC)
ORDER = OrderFacts("VV", decided_on=date(2026, 11, 1), starts_on=date(2026, 11, 1), ends_on=date(2028, 10, 31))


def message(version, kind, effective_at=None, order=ORDER, after_h=None, corrects=None):
    hours = version if after_h is None else after_h
    return VersionFacts(version, MessageKind(kind), START_AT + timedelta(hours=hours), effective_at, order, corrects)


def timeless(current):
    blocks = [
        [(b.kind, b.version, b.to_be_verified) for b in blocks] for blocks in (current.endings, current.suspensions)
    ]
    return (current.version, current.facts, current.gaps, current.missing, blocks, current.after_ending)


chains = st.lists(st.sampled_from(list(MessageKind)), min_size=1, max_size=6).flatmap(
    lambda kinds: st.sets(st.integers(1, 9), min_size=len(kinds), max_size=len(kinds)).map(
        lambda versions: [message(version, kind) for version, kind in zip(sorted(versions), kinds, strict=True)]
    )
)


@settings(max_examples=100)
@given(chains, st.randoms(use_true_random=False))
def test_the_same_messages_in_any_order_give_the_same_current_view(chain, random):
    shuffled = random.sample(chain, len(chain))
    assert fold(shuffled) == fold(chain)


@settings(max_examples=100)
@given(
    st.lists(st.sampled_from(["new", "change", "extension", "merge", "split", "suspension", "correction"]), max_size=5),
    st.randoms(use_true_random=False),
)
def test_a_withdrawal_wins_in_any_order_of_arrival_unless_a_correction_that_names_it_lifts_it(kinds, random):
    versions = random.sample(range(1, 20), len(kinds) + 1)
    arrivals = [
        message(version, kind, after_h=at)
        for at, (version, kind) in enumerate(zip(versions, [*kinds, "withdrawal"], strict=True))
    ]
    assert fold(arrivals).ending is not None
    mended = fold([*arrivals, message(30, "correction")])
    assert mended.ending is not None
    corrected = fold([*arrivals, message(30, "correction", corrects=fold(arrivals).ending.version)])
    assert corrected.ending is None
    assert corrected.lifted_by == 30


def test_the_times_of_arrival_change_nothing_but_themselves():
    kinds = ["new", "suspension", "resumption", "change", "end", "extension", "withdrawal"]
    forwards = [message(number, kind, after_h=number) for number, kind in enumerate(kinds, start=1)]
    backwards = [message(number, kind, after_h=-number) for number, kind in enumerate(kinds, start=1)]
    assert timeless(fold(forwards))[:4] == timeless(fold(backwards))[:4]
    assert fold(forwards).ending.version == fold(backwards).ending.version == 7


def test_the_highest_version_applies_at_once_and_the_gap_below_it_is_shown():
    later = OrderFacts("VV", ends_on=date(2029, 1, 1))
    current = fold([message(1, "new"), message(5, "change", order=later)])
    assert (current.version, current.facts, current.gaps, current.missing) == (5, later, (2, 3, 4), 3)


def test_an_earlier_version_that_arrives_last_does_not_overwrite():
    older = OrderFacts("GDA")
    assert fold([message(2, "change", after_h=1), message(1, "new", order=older, after_h=9)]).facts == ORDER


def test_a_leap_in_the_numbers_lists_a_hundred_gaps_and_counts_them_all():
    current = fold([message(1, "new"), message(999_999, "change")])
    assert len(current.gaps) == 100
    assert current.missing == 999_997


@pytest.mark.parametrize("kind", ["end", "withdrawal", "annulment"])
def test_an_ending_above_a_gap_works_and_is_to_be_verified(kind):
    current = fold([message(1, "new"), message(4, kind, order=None)])
    assert current.ending.kind == kind
    assert current.ending.to_be_verified
    assert current.facts == ORDER


def test_an_ending_without_a_gap_need_not_be_verified():
    assert not fold([message(1, "new"), message(2, "end")]).ending.to_be_verified


def test_an_ending_alone_is_an_order_of_which_nothing_else_is_known():
    current = fold([message(3, "withdrawal", order=None)])
    assert current.facts is None
    assert current.ending.version == 3


@pytest.mark.parametrize(
    "kind", sorted(set(MessageKind) - ENDING_KINDS - {MessageKind.CORRECTION, MessageKind.EXTENSION})
)
def test_what_follows_an_ending_leaves_it_ended_and_is_noted(kind):
    current = fold([message(1, "new"), message(2, "end"), message(3, kind)])
    assert current.ending.version == 2
    assert current.after_ending == (3,)


@pytest.mark.parametrize(("ending", "lifted"), [("end", True), ("withdrawal", False), ("annulment", False)])
def test_an_extension_lifts_only_a_plain_end(ending, lifted):
    current = fold([message(1, "new"), message(2, ending), message(3, "extension")])
    assert (current.ending is None) is lifted


def test_a_lower_correction_lifts_nothing():
    assert fold([message(3, "withdrawal", after_h=1), message(2, "correction", after_h=9)]).ending is not None


def test_the_earliest_ending_governs():
    late, early = START_AT + timedelta(days=90), START_AT + timedelta(days=9)
    current = fold([message(1, "new"), message(2, "end", late), message(3, "withdrawal", early)])
    assert current.ending.effective_at == early


def test_a_resumption_lifts_a_suspension_from_its_own_instant():
    later = START_AT + timedelta(days=30)
    current = fold([message(1, "new"), message(2, "suspension"), message(3, "resumption", later)])
    assert current.suspensions[0].until_at == later
    assert current.suspensions[0].covers(later - timedelta(seconds=1))
    assert not current.suspensions[0].covers(later)


def test_a_resumption_lifts_no_ending():
    current = fold([message(1, "new"), message(2, "suspension"), message(3, "end"), message(4, "resumption")])
    assert current.suspension is None
    assert current.ending.version == 3


def test_an_order_without_versions_and_a_version_below_one_are_refused():
    with pytest.raises(ValueError, match="at least one"):
        fold([])
    with pytest.raises(ValueError, match="from 1"):
        fold([message(0, "new")])
