"""A protected person's own device: consent, her positions apart from all others, and who hears that he is near."""

from datetime import timedelta

import pytest

from registry.access.rules import Scope
from registry.http.fields import format_instant
from registry.monitoring.companions.models import NearnessRevision
from registry.monitoring.engine.judge import Judge
from registry.monitoring.models import EpisodeRecord
from tests.monitoring.pairs import Two, at, goes, stays, told_to
from tests.monitoring.wearers import ping
from tests.world import NOW


@pytest.fixture
def two(field):
    return Two.of(field)


def test_he_comes_near_her_and_who_must_act_hears_it_at_once(two):
    companion = two.consented()
    two.she(*stays(-600, 0))
    two.he(*goes(-600, -300, 4000, 3500))
    assert (two.nearnesses(), two.alerts()) == ([], [])
    two.he(*goes(-285, 0, 3300, 0))
    [one] = two.nearnesses()
    assert (one["companionId"], one["verdict"], one["cause"], one["mover"]) == (
        companion["id"], "confirmed", "came_near", "wearer",
    )  # fmt: skip
    assert two.alerts() == [("nearness", 1, "Drager en beschermde zijn dicht bij elkaar")]
    [told] = told_to(two, two.partner)
    assert told == {
        "type": "nl.beschermingsbevel.companion.nearby.v1",
        "companionId": companion["id"], "status": "near", "occurredAt": format_instant(NOW),
    }  # fmt: skip
    assert told_to(two, two.field.supervisor) == told_to(two, two.field.provider) == []
    # Nothing of it is held against him by itself, and nothing of it is among his own episodes.
    assert two.field.verdicts() == []
    assert two.field.supervisor.get("/v1/breaches").json["breaches"] == []
    two.field.world.clock.forward(seconds=300)
    two.she(*stays(15, 300))
    two.he(*goes(15, 300, 100, 4000))
    [one] = two.nearnesses()
    assert (one["status"], one["endCause"]) == ("closed", "apart")
    assert [each["status"] for each in told_to(two, two.partner)] == ["near", "over"]
    assert len(two.alerts()) == 1


def test_the_two_on_one_motorway_are_recorded_and_explained_and_no_siren_sounds(two):
    two.consented()
    two.he(*goes(-600, 0, -500, 18_700))
    two.she(*goes(-600, 0, 0, 18_000))
    [one] = two.nearnesses()
    assert (one["verdict"], one["way"]) == ("suspected", "same_way")
    assert (
        one["explanation"].startswith("Wie naar wie toe kwam")
        and "op één snelweg of in één trein" in one["explanation"]
    )
    [(alert_class, priority, title)] = two.alerts()
    assert (alert_class, priority) == ("nearness_suspected", 3)
    assert title.endswith("onderweg op dezelfde weg of in dezelfde trein")
    assert told_to(two, two.partner) == []


def test_she_who_walks_towards_him_is_told_as_her_coming_and_is_no_breach(two):
    two.consented()
    two.he(*stays(-1200, 0))
    two.she(*goes(-1200, 0, 1800, 120))
    [one] = two.nearnesses()
    assert (one["verdict"], one["mover"]) == ("confirmed", "protected")
    assert "hem wordt dat hier niet aangerekend" in one["explanation"]
    assert two.field.supervisor.get("/v1/breaches").json["breaches"] == []
    assert two.alerts()[0][1] == 1


def test_where_she_was_not_placed_lately_it_is_unknown_and_never_far(two):
    companion = two.consented()
    assert two.standing(companion)["standing"] == "unknown"
    two.he(*stays(-900, 0, 4000.0))
    two.she(*stays(-900, -600))
    stands = two.standing(companion)
    assert (stands["standing"], stands["distanceM"], stands["contactS"]) == ("unknown", None, None)
    assert stands["protectedPlacedAt"] == format_instant(NOW - timedelta(seconds=600))
    assert stands["wearerPlacedAt"] == format_instant(NOW)
    two.she(*stays(-15, 0))
    stands = two.standing(companion)
    assert (stands["standing"], stands["distanceM"], stands["uncertaintyM"]) == ("apart", 4000, 50)
    two.field.world.clock.forward(seconds=60)
    two.he(*goes(15, 60, 900.0, 700.0))
    two.she(*stays(15, 60))
    stands = two.standing(companion)
    assert (stands["standing"], stands["distanceM"], stands["closingMps"]) == ("near", 700, 4.5)
    assert stands["contactS"] == 160
    # Somebody placed by a mast alone may be anywhere about it, beside him too.
    two.field.world.clock.forward(seconds=60)
    two.he((120, 700.0))
    two.she((120, 600.0), accuracyM=8000)
    assert two.standing(companion)["standing"] == "unknown"


def test_late_positions_are_found_late_and_call_quietly(two):
    two.consented()
    two.he(*goes(-5400, -4200, 5000, 50), *goes(-4185, -3000, 50, 5000), *stays(-600, 0, 5000.0))
    two.she(*stays(-600, 0))
    assert two.nearnesses() == []
    two.she(*stays(-5400, -3000))
    [one] = two.nearnesses()
    assert (one["verdict"], one["foundLate"], one["endCause"]) == ("confirmed", True, "apart")
    assert two.alerts() == [("nearness_late", 3, "Drager en beschermde waren dicht bij elkaar (achteraf gevonden)")]
    assert told_to(two, two.partner) == []


def test_what_was_told_stays_told_where_later_positions_say_otherwise(two):
    two.consented()
    two.he(*stays(-600, 0, 200.0))
    two.she((-600, 0.0), (-450, 0.0), (-300, 0.0), (-150, 0.0), (0, 0.0))
    assert two.verdicts() == ["confirmed"]
    # What she sent meanwhile comes later, and she was far away all the time but at those instants.
    two.she(*((at_s, 9000.0) for at_s in range(-590, 0, 10) if at_s % 150))
    shown = two.nearnesses()
    assert [one["status"] for one in shown if one["verdict"] == "confirmed" and one["status"] != "withdrawn"] == []
    assert two.field.count(NearnessRevision) >= 1


def test_what_a_device_said_before_it_was_known_who_wears_it_is_held_against_hers_too(two):
    number = two.number = two.field.order()
    companion = two.consented(device="SA-2")
    two.field.send(*(ping(at_s, at(100.0), "EB-2") for at_s in range(-300, 1, 15)))
    two.she(*stays(-300, 0), device="SA-2")
    assert two.nearnesses() == []
    assert two.field.couple("EB-2", number).status_code == 201
    two.field.judge.tick()
    [one] = two.nearnesses()
    assert (one["companionId"], one["verdict"]) == (companion["id"], "confirmed")


def test_silence_ends_a_stretch_as_out_of_sight_by_the_clock_alone(two):
    two.consented()
    two.he(*stays(-300, 0, 100.0))
    two.she(*stays(-300, 0))
    two.field.world.clock.forward(minutes=8)
    two.field.shared.get(Judge).tick()
    [one] = two.nearnesses()
    assert (one["status"], one["endCause"]) == ("closed", "out_of_sight")
    assert two.alerts()[0][2].endswith("; daarna was een van beiden uit beeld")
    assert [each["status"] for each in told_to(two, two.partner)] == ["near", "unknown"]


def test_an_order_that_ends_ends_the_stretch(two):
    companion = two.consented()
    two.he(*stays(-300, 0, 100.0))
    two.she(*stays(-300, 0))
    two.field.order(number=two.number, version=2, kind="withdrawal", effective_at=NOW)
    two.field.world.clock.forward(seconds=60)
    two.field.judge.tick()
    [one] = two.nearnesses()
    assert (one["status"], one["endCause"]) == ("closed", "no_longer_holds")
    assert two.she((30, 0.0), (-30, 1.0)) == ["not_stored", "conflict"]
    two.he((60, 200.0))
    stands = two.standing(companion)
    assert (stands["standing"], stands["distanceM"], stands["protectedPlacedAt"]) == ("unknown", None, None)


def test_the_judge_that_takes_over_goes_on_where_the_other_was(two):
    two.consented()
    two.he(*stays(-300, 0, 100.0))
    two.she(*stays(-300, 0))
    two.field.restart()
    two.field.world.clock.forward(seconds=60)
    two.he(*stays(15, 60, 100.0))
    two.she(*stays(15, 60))
    assert two.verdicts() == ["confirmed"]
    two.field.restart()
    two.field.world.clock.forward(minutes=8)
    two.field.judge.tick()
    assert [one["endCause"] for one in two.nearnesses()] == ["out_of_sight"]


def test_without_sight_of_protected_persons_no_number_is_shown(two):
    companion = two.consented()
    two.he(*stays(-300, 0, 120.0))
    two.she(*stays(-300, 0))
    blind = two.field.world.caller_of(two.field.supervisor, Scope.NEARNESS_READ)
    [one] = two.nearnesses(blind)
    numbers = ("distanceM", "uncertaintyM", "chance", "closingMps", "contactS")
    assert one["verdict"] == "confirmed"
    assert {step[name] for step in (*one["reasons"], one["closest"]) for name in numbers} == {None}
    stands = blind.get(f"/v1/companions/{companion['id']}/standing").json
    assert (stands["standing"], stands["distanceM"], stands["closingMps"]) == ("near", None, None)
    assert two.nearnesses()[0]["closest"]["distanceM"] == 100
    assert two.field.supervisor.get(f"/v1/nearnesses/{one['id']}").json["closest"]["distanceM"] == 100


def test_who_reads_his_positions_and_may_not_see_her_is_not_told_when_he_was_near(two):
    companion = two.consented()
    two.he(*stays(-300, 0, 120.0))
    two.she(*stays(-300, 0))
    [one] = two.nearnesses()
    paths = ("/v1/nearnesses", f"/v1/nearnesses/{one['id']}", f"/v1/companions/{companion['id']}/standing")
    for scope in (Scope.POSITIONS_READ, Scope.HISTORIES_READ, Scope.HISTORIES_EXPORT, Scope.EVIDENCE_EXPORT):
        both = two.field.world.caller_of(two.field.supervisor, Scope.NEARNESS_READ, scope)
        answers = [both.get(path) for path in paths]
        assert {(answer.status_code, one["startedAt"] in answer.text) for answer in answers} == {(403, False)}
    entitled = two.field.world.caller_of(
        two.field.supervisor, Scope.NEARNESS_READ, Scope.HISTORIES_READ, Scope.PROTECTED_READ
    )
    assert {entitled.get(path).status_code for path in paths} == {200}


def test_what_is_between_a_wearer_and_his_own_areas_stays_as_it_was(two):
    two.consented()
    two.field.send(*(ping(second, (52.0907, 5.1214)) for second in (-60, -45, -30)))
    two.she(*stays(-60, 0))
    assert two.field.verdicts() == ["confirmed"]
    assert two.field.count(EpisodeRecord) == 1 and two.nearnesses() == []
