from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.access.rules import OrganisationKind, Scope
from registry.http.fields import format_instant
from registry.law import load
from registry.law.table import read
from registry.orders import service
from registry.orders.force import standing
from registry.orders.force.lawbook import note_measures
from tests.orders.orders import CONTACT_BAN, SUBJECT, area_ban, content, message, sender
from tests.world import NOW

_numbers = count()
DAY = timedelta(days=1)
OTHER = replace(SUBJECT, bsn="999991176", skn="5550001", surname="Linden", prefix=None)


@pytest.fixture
def police(world):
    return world.caller("POL-MN", OrganisationKind.POLICE, Scope.ORDERS_READ, Scope.DETENTIONS_WRITE)


@pytest.fixture
def at(police):
    """Ask for an order at two times."""

    def at(order_id, as_of=None, known_at=None):
        times = {"asOf": as_of, "knownAt": known_at}
        asked = "&".join(f"{name}={format_instant(value)}" for name, value in times.items() if value)
        return police.get(f"/v1/orders/{order_id}?{asked}")

    return at


def test_what_was_known_at_an_instant_is_told_as_it_was_known(clock, deliver, at):
    order_id = deliver(message())
    then = clock.now()
    clock.forward(days=2)
    deliver(message(2, "withdrawal", None, effective_at=then - DAY))
    assert at(order_id).json["status"]["code"] == "ended"
    assert at(order_id, known_at=then).json["status"]["code"] == "in_force"
    assert at(order_id, as_of=then).json["status"]["code"] == "ended"
    assert at(order_id, as_of=then - 2 * DAY).json["status"]["code"] == "in_force"
    assert [one["version"] for one in at(order_id, known_at=then).json["versions"]] == [1]


def test_the_conditions_are_those_of_the_version_whose_instant_had_come(clock, deliver, at):
    order_id = deliver(message(told=content(conditions=(area_ban(),))))
    clock.forward(days=5)
    changed = clock.now() - DAY
    deliver(message(2, "change", content(conditions=(CONTACT_BAN,)), effective_at=changed))
    before = at(order_id, as_of=changed - DAY).json
    assert [one["reference"] for one in before["conditions"]] == ["C1"]
    assert (before["knowledge"]["contentVersion"], before["knowledge"]["datesVersion"]) == (1, 2)
    assert "die van bericht 1" in before["knowledge"]["notes"][-1]
    assert [one["reference"] for one in at(order_id, as_of=changed).json["conditions"]] == ["C2"]


def test_an_order_that_was_not_known_yet_is_told_so_in_words_and_nothing_of_it(clock, deliver, at):
    before = clock.now() - DAY
    order_id = deliver(message())
    answer = at(order_id, known_at=before)
    assert answer.status_code == 200
    assert answer.json["status"]["code"] == "not_known"
    assert "nog geen bericht ontvangen" in answer.json["status"]["reasons"][0]["text"]
    assert (answer.json["version"], answer.json["parties"], answer.json["regime"]) == (None, [], None)


def test_a_time_before_the_first_message_is_answered_by_what_came_later_and_says_so(clock, deliver, at):
    order_id = deliver(message())
    clock.forward(days=1)
    answer = at(order_id, as_of=NOW - 2 * DAY).json
    assert answer["status"]["code"] == "in_force"
    assert "Het antwoord rust op wat daarna bekend werd." in answer["knowledge"]["notes"][0]


@pytest.mark.parametrize(
    ("query", "pointers"),
    [
        ("asOf=gisteren", ["?asOf"]),
        ("asOf=2026-11-20", ["?asOf"]),
        ("knownAt=2026-11-20T09:00:00", ["?knownAt"]),
        ("knownAt=2027-11-20T09:00:00Z", ["?knownAt"]),
        ("asOf=0001-01-01T00:00:00Z&knownAt=0001-01-01T00:00:00Z", ["?asOf", "?knownAt"]),
        ("asOf=9999-12-31T23:59:59Z", ["?asOf"]),
        ("asof=2026-11-20T09:00:00Z", ["?asof"]),
    ],
)
def test_a_time_that_cannot_be_is_refused_by_name(deliver, police, query, pointers):
    order_id = deliver(message())
    answer = police.get(f"/v1/orders/{order_id}?{query}")
    assert answer.status_code == 400
    assert [fault["pointer"] for fault in answer.json["errors"]] == pointers


def test_a_detention_counts_from_when_it_was_recorded(clock, deliver, at, police):
    order_id = deliver(message())
    unaware = clock.now()
    clock.forward(days=3)
    since = format_instant(unaware - DAY)
    body = {"orderId": str(order_id), "kind": "detained", "fromAt": since, "source": "DJI"}
    detention_id = police.post("/v1/detentions", body).json["id"]
    aware = clock.now()
    clock.forward(days=3)
    police.post(f"/v1/detentions/{detention_id}/withdrawal")
    asked = {"as_of": unaware, "known_at": unaware}, {"as_of": unaware, "known_at": aware}, {"as_of": unaware}
    found = [at(order_id, **times).json["status"]["code"] for times in asked]
    assert found == ["in_force", "paused", "in_force"]


def test_a_merge_changes_who_he_is_from_when_it_was_recorded(clock, deliver, at):
    target = deliver(message(number="A"))
    source = deliver(message(told=content(subject=OTHER), number="B"))
    before = clock.now() + timedelta(milliseconds=1)
    clock.forward(days=1)
    deliver(message(2, "merge", content(subject=OTHER), number="B", subject_link="A"))
    clock.forward(days=1)

    def person(order_id, known_at=None):
        return at(order_id, known_at=known_at).json["parties"][0]["personId"]

    assert person(source) == person(target) == person(target, before)
    assert person(source, before) != person(target, before)


@pytest.fixture
def other_law():
    """Put another table of law in the place of the present one, as a new release of the service would."""
    own = standing.measures()

    def replace_law(clock_source):
        changed = read(load().text.replace("art. 6:1:18 lid 3 Sv", clock_source))
        standing.configure(changed, own.unconfirmed_after)

    yield replace_law
    standing.configure(own.law, own.unconfirmed_after)


def noted(shared, at):
    with shared.database.transaction() as session:
        note_measures(session, at)


def source_of_clock(answer):
    (step,) = [each for each in answer.json["status"]["steps"] if each["code"] == "clock"]
    return step["reasons"][0]["source"]


def test_an_earlier_answer_is_given_by_the_law_of_that_time(shared, clock, deliver, at, other_law):
    noted(shared, clock.now() - DAY)
    order_id = deliver(message())
    then = clock.now()
    clock.forward(days=10)
    other_law("art. 1 Nieuwe wet")
    noted(shared, clock.now())
    noted(shared, clock.now())
    clock.forward(days=1)
    old, new = at(order_id, known_at=then), at(order_id)
    assert (source_of_clock(old), source_of_clock(new)) == ("art. 6:1:18 lid 3 Sv", "art. 1 Nieuwe wet")
    assert old.json["knowledge"]["lawHash"] == old.json["knowledge"]["lawHashOfVersion"]
    assert new.json["knowledge"]["lawHash"] != new.json["knowledge"]["lawHashOfVersion"]
    assert old.json["knowledge"]["notes"] == []


def test_law_of_a_time_of_which_none_was_kept_is_told_to_be_unsure(shared, clock, deliver, at):
    order_id = deliver(message())
    then = clock.now()
    assert "niet vastgelegd" in at(order_id, known_at=then).json["knowledge"]["notes"][0]
    clock.forward(days=1)
    noted(shared, clock.now())
    assert "niet vastgelegd" in at(order_id, known_at=then).json["knowledge"]["notes"][0]
    assert at(order_id, known_at=clock.now()).json["knowledge"]["notes"] == []


def test_the_last_minute_is_not_settled_yet(clock, deliver, at):
    order_id = deliver(message())
    known_at = clock.now()
    assert at(order_id, known_at=known_at).json["knowledge"]["settled"] is False
    clock.forward(minutes=1)
    assert at(order_id, known_at=known_at).json["knowledge"]["settled"] is True


def test_gaps_are_shown_with_their_age(clock, deliver, at):
    order_id = deliver(message())
    clock.forward(days=2)
    deliver(message(3, "change"))
    clock.forward(days=4)
    answer = at(order_id).json
    assert answer["gaps"] == [{"version": 2, "missingSince": format_instant(clock.now() - 4 * DAY), "ageDays": 4}]
    assert at(order_id, known_at=clock.now() - 5 * DAY).json["gaps"] == []


_TOLD = st.tuples(
    st.integers(1, 8),
    st.sampled_from(["change", "correction", "suspension", "resumption", "extension", "end", "withdrawal", "split"]),
    st.sampled_from([None, -9, -2, 2]),
    st.sampled_from([None, CONTACT_BAN, area_ban()]),
)
_DETAINED = st.tuples(st.integers(-9, 5), st.none() | st.integers(6, 20))
_facts = st.lists(st.one_of(_TOLD, _DETAINED), min_size=2, max_size=6)


@settings(max_examples=10)
@given(_facts, st.lists(st.tuples(st.integers(-8, 12), st.integers(0, 5)), min_size=3, max_size=3))
def test_an_answer_for_two_times_never_changes_whatever_is_recorded_later(shared, world, at, clock, facts, asked):
    cjib = sender(world.organisation("CJIB", OrganisationKind.CJIB))
    number, begun = f"T-{next(_numbers)}", clock.forward(hours=1)
    subject = replace(SUBJECT, bsn=None, skn=None)
    with shared.database.transaction() as session:
        first = message(told=content(subject=subject), number=number)
        order_id = service.register(session, cjib, begun, first).order_id
    seen, taken = {}, {1}
    for place, fact in enumerate(facts):
        now = clock.forward(hours=1)
        with shared.database.transaction() as session:
            if len(fact) == 2:
                from_at, until_at = (None if days is None else begun + days * DAY for days in fact)
                told = service.NewDetention("detained", from_at, until_at, "DJI")
                service.record_detention(session, cjib, now, order_id, told)
            elif fact[0] not in taken:
                taken.add(fact[0])
                service.register(session, cjib, now, _message(fact, number, begun, subject))
        for days, back in asked:
            times = begun + days * DAY, now - timedelta(minutes=30 + 60 * min(back, place))
            answer = comparable(at(order_id, *times).json)
            assert seen.setdefault(times, answer) == answer
    plain, now = comparable(at(order_id).json), clock.forward(seconds=1)
    for times in ((now, now), (None, now), (now, None)):
        answer = comparable(at(order_id, *times).json)
        assert told_alone(answer) == told_alone(plain)


def _message(fact, number, begun, subject):
    version, kind, days, condition = fact
    told = content(subject=subject, conditions=(condition,)) if condition else None
    if told is None and kind not in ("suspension", "end", "withdrawal"):
        told = content(subject=subject)
    return message(version, kind, told, number=number, effective_at=None if days is None else begun + days * DAY)


def comparable(answer):
    """All of an answer but what tells when it was asked, and which law was kept by then."""
    knowledge = {"contentVersion", "datesVersion", "versionsKnown"}
    return {
        **{name: value for name, value in answer.items() if name not in ("knowledge", "gaps")},
        "gaps": [(one["version"], one["missingSince"]) for one in answer["gaps"]],
        "knowledge": {name: answer["knowledge"][name] for name in knowledge},
    }


def told_alone(answer):
    """An answer without the sentences that name the instant asked for."""
    steps = [(one["code"], one["outcome"]) for one in answer["status"]["steps"]]
    return {**answer, "status": {**answer["status"], "steps": steps}}
