from datetime import datetime, timedelta
from uuid import UUID

from registry.privacy.patterns import (
    Asked,
    Finding,
    ItemKind,
    Limits,
    Trace,
    Watched,
    about_the_listed,
    many_without_incident,
    same_person,
)
from tests.world import NOW

LIMITS = Limits(timedelta(hours=12), 3, 3, timedelta(days=30), timedelta(days=14))
POLICE, OTHER = UUID(int=1), UUID(int=2)


def asked(number: int, person: bytes | None = b"p", about: tuple[bytes, ...] = (), **more: bool) -> Asked:
    at = NOW + timedelta(minutes=number)
    return Asked(UUID(int=number), b"asker", POLICE, at, "I-1", person, about, **more)


def traces(pair: bytes, *occasions: str, at: datetime = NOW) -> list[Trace]:
    return [Trace(pair, UUID(int=number), at, occasion) for number, occasion in enumerate(occasions, start=1)]


def same(found: list[Trace], since=None) -> list[Finding]:
    return same_person(found, dict.fromkeys({each.pair for each in found}, asked(1)), since or {}, LIMITS)


def test_the_same_person_on_many_occasions_is_found_and_many_questions_on_one_are_not():
    (found,) = same([*traces(b"a", "I-1", "I-2", "I-3"), *traces(b"b", "I-1", "I-1", "I-1", "I-1", "I-2")])
    assert (found.kind, found.subject_ref) == (ItemKind.SAME_PERSON, b"a".hex())
    assert found.lookups == (UUID(int=1), UUID(int=2), UUID(int=3))


def test_a_lookup_that_is_seen_twice_counts_once():
    twice = traces(b"a", "I-1", "I-2") * 2
    assert same(twice) == []


def test_what_was_looked_into_before_counts_no_more():
    old = traces(b"a", "I-1", "I-2", "I-3")
    assert same(old, {b"a": NOW}) == []
    assert same(old, {b"a": NOW - timedelta(seconds=1)}) != []


def test_a_person_asked_for_in_several_ways_at_once_is_one_finding_and_two_persons_are_two():
    found = same([*traces(b"a", "1", "2", "3"), *traces(b"b", "1", "2", "3", "4")])
    assert [each.subject_ref for each in found] == [b"b".hex()]
    apart = [Trace(b"c", UUID(int=90 + number), NOW, str(number)) for number in range(3)]
    assert len(same([*traces(b"a", "1", "2", "3"), *apart])) == 2


def test_many_people_without_an_incident_are_found_whoever_was_asked_twice_or_explained_is_not_counted():
    people = [asked(number, bytes([number])) for number in range(1, 4)]
    found = many_without_incident(people, (), None, LIMITS)
    assert found and (found.kind, found.lookups) == (
        ItemKind.MANY_WITHOUT_INCIDENT,
        tuple(UUID(int=number) for number in (1, 2, 3)),
    )
    again = [asked(number, b"p") for number in range(1, 9)]
    places = [asked(number, None) for number in range(1, 9)]
    assert many_without_incident(again, (), None, LIMITS) is None
    assert many_without_incident(places, (), None, LIMITS) is None
    assert many_without_incident(people, [UUID(int=2)], None, LIMITS) is None
    assert many_without_incident(people, (), NOW + timedelta(minutes=1), LIMITS) is None


def test_a_listed_person_is_told_of_to_his_organisation_only_and_a_member_of_staff_about_himself_too():
    famous = Watched(UUID(int=10), POLICE, frozenset({b"x"}), None)
    elsewhere = Watched(UUID(int=11), OTHER, frozenset({b"x"}), None)
    himself = Watched(UUID(int=12), POLICE, frozenset({b"y"}), b"asker")
    colleague = Watched(UUID(int=13), POLICE, frozenset({b"z"}), b"somebody")
    listed = [famous, elsewhere, himself, colleague]

    def told(*about: bytes, **more: bool):
        return [(each.kind, each.watched_id) for each in about_the_listed(asked(1, about=about, **more), listed)]

    assert told(b"x", b"w") == [(ItemKind.WATCHED_PERSON, UUID(int=10))]
    assert told(b"y") == [(ItemKind.OWN_NAME, None)]
    assert told(b"z") == [(ItemKind.WATCHED_PERSON, UUID(int=13))]
    assert told(names_asker=True) == [(ItemKind.OWN_NAME, None)]
    assert told(b"w") == []
