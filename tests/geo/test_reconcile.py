from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.episode import Cause, Episode
from geo.reconcile import Known, Revision, RevisionKind, reconcile


def episode(start_ms: int, end_ms: int | None, zone_id: str = "Z", version: int = 1) -> Episode:
    return Episode(zone_id, version, start_ms, end_ms, Cause.ENTERED)


def told(*spans: tuple[int, int | None]) -> list[Known]:
    return [Known(name, episode(*span)) for name, span in zip("ABCDE", spans, strict=False)]


def outcome(revisions: tuple[Revision, ...]) -> list[tuple[str, str | None, str | None]]:
    return [(str(revision.kind), revision.id, revision.other_id) for revision in revisions]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([], [], []),
        ([], [(0, 9)], [("opened", None, None)]),
        ([(0, 9)], [], [("withdrawn", "A", None)]),
        ([(0, 9)], [(0, 9)], [("kept", "A", None)]),
        ([(0, None)], [(0, 9)], [("revised", "A", None)]),
        ([(0, 9)], [(3, None)], [("revised", "A", None)]),
        ([(0, 9)], [(9, 12)], [("withdrawn", "A", None), ("opened", None, None)]),
        ([(5, 5)], [(5, 9)], [("revised", "A", None)]),
        ([(0, 9), (20, 29)], [(0, 29)], [("revised", "A", None), ("merged_into", "B", "A")]),
        ([(20, 29), (0, 9)], [(0, 29)], [("revised", "A", None), ("merged_into", "B", "A")]),
        ([(0, 29)], [(0, 9), (20, 29)], [("revised", "A", None), ("split_from", None, "A")]),
        ([(0, 29)], [(20, 29), (0, 9)], [("revised", "A", None), ("split_from", None, "A")]),
        ([(0, 9), (20, 29)], [(20, 29), (0, 5)], [("revised", "A", None), ("kept", "B", None)]),
        ([(0, 30), (40, 50)], [(0, 10), (20, 50)], [("revised", "A", None), ("revised", "B", None)]),
    ],
)
def test_what_was_told_keeps_the_oldest_id_it_overlaps(old, new, expected):
    assert outcome(reconcile(told(*old), [episode(*span) for span in new])) == expected


def test_another_zone_at_the_same_time_is_another_episode():
    revisions = reconcile(told((0, 9)), [episode(0, 9, zone_id="Y")])
    assert outcome(revisions) == [("withdrawn", "A", None), ("opened", None, None)]


def test_a_new_version_of_the_zone_revises_what_was_told():
    assert outcome(reconcile(told((0, 9)), [episode(0, 9, version=2)])) == [("revised", "A", None)]


def test_a_withdrawn_one_that_is_found_again_comes_back_under_its_own_id():
    gone = [Known("A", episode(0, 9), withdrawn=True)]
    assert outcome(reconcile(gone, [episode(2, 9)])) == [("restored", "A", None)]
    assert reconcile(gone, []) == ()


def test_a_merged_one_stays_merged():
    merged = [Known("A", episode(0, 29)), Known("B", episode(20, 29), superseded_by="A")]
    assert outcome(reconcile(merged, [episode(0, 9), episode(20, 29)])) == [
        ("revised", "A", None),
        ("split_from", None, "A"),
    ]


@st.composite
def computed(draw: st.DrawFn) -> list[Episode]:
    found = []
    for zone_id, version in (("Y", 1), ("Z", 1), ("Z", 2)):
        edges = draw(st.lists(st.integers(0, 60), max_size=8, unique=True).map(sorted))
        found += [episode(*edges[at : at + 2], zone_id, version) for at in range(0, len(edges) - 1, 2)]
        if len(edges) % 2:
            found.append(episode(edges[-1], None, zone_id, version))
    return draw(st.permutations(found))


def applied(old: list[Known], revisions: tuple[Revision, ...]) -> list[Known]:
    by_id = {revision.id: revision for revision in revisions if revision.id is not None}
    result = []
    for known in old:
        revision = by_id.get(known.id)
        if revision is None:
            result.append(known)
        elif revision.kind is RevisionKind.MERGED_INTO:
            result.append(Known(known.id, known.episode, superseded_by=revision.other_id))
        elif revision.episode is None:
            result.append(Known(known.id, known.episode, withdrawn=True))
        else:
            result.append(Known(known.id, revision.episode))
    fresh = [revision.episode for revision in revisions if revision.id is None]
    return result + [Known(f"N{len(result) + place}", found) for place, found in enumerate(fresh)]


@given(rounds=st.lists(computed(), min_size=1, max_size=5))
def test_no_id_is_lost_or_doubled_and_each_episode_has_just_one(rounds):
    known: list[Known] = []
    for found in rounds:
        revisions = reconcile(known, found)
        live = {one.id for one in known if not one.withdrawn and one.superseded_by is None}
        mentioned = Counter(revision.id for revision in revisions if revision.id is not None)
        assert set(mentioned.values()) <= {1}
        assert live <= set(mentioned) <= {one.id for one in known if one.superseded_by is None}
        assert Counter(revision.episode for revision in revisions if revision.episode) == Counter(found)

        after = applied(known, revisions)
        assert {one.id for one in known} <= {one.id for one in after}
        known = after
        now_live = {one.id: one.episode for one in known if not one.withdrawn and one.superseded_by is None}
        assert Counter(now_live.values()) == Counter(found)
        pointed_at = {revision.other_id for revision in revisions if revision.other_id is not None}
        assert pointed_at <= set(now_live)


@given(found=computed())
def test_the_same_computation_again_changes_nothing(found):
    known = applied([], reconcile([], found))
    assert {revision.kind for revision in reconcile(known, found)} <= {RevisionKind.KEPT}
