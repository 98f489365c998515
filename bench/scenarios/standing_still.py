"""Scenarios of somebody who is at rest: beside the edge, inside it, in a street between high walls."""

from bench.scenarios.receiver import Receiver
from bench.scenarios.scene import Scene, banned, banned_box
from bench.scenarios.story import Sky, begins

_BESIDE = banned_box(0, -1_000, 2_000, 1_000)

SCENES = (
    Scene(
        "sleeps 60 m outside the edge, in a street between high walls",
        [_BESIDE],
        begins(-60, 0, Sky.CANYON).rests(8 * 60),
        device=Receiver(error_m=20.0),
        begins_at="2026-11-24T23:00",
    ),
    Scene(
        "sleeps 25 m outside the edge, indoors",
        [_BESIDE],
        begins(-25, 0, Sky.INDOORS).rests(8 * 60),
        begins_at="2026-11-24T23:00",
    ),
    Scene(
        "sleeps 100 m outside, a receiver that errs by 40 m",
        [_BESIDE],
        begins(-100).rests(8 * 60),
        device=Receiver(error_m=40.0),
        begins_at="2026-11-24T23:00",
    ),
    Scene(
        "lives 40 m from the edge and the receiver jumps by reflection six times an hour",
        [_BESIDE],
        begins(-40).rests(6 * 60),
        device=Receiver(jumps_an_hour=6.0),
        begins_at="2026-11-24T23:00",
    ),
    Scene(
        "lives 60 m outside the edge, and after a night at rest walks 80 m into the area",
        [_BESIDE],
        begins(-60).rests(4 * 60).walks_to(80, 0).rests(20),
        ["siren"],
        begins_at="2026-11-25T03:00",
    ),
    Scene(
        "lives 60 m outside the edge, and after a night at rest cycles in, error 20 m",
        [_BESIDE],
        begins(-60).rests(4 * 60).cycles_to(150, 0).rests(20),
        ["siren"],
        Receiver(error_m=20.0),
        begins_at="2026-11-25T03:00",
    ),
    Scene(
        "lives 200 m from the edge, and after a night at rest drives in and parks",
        [_BESIDE],
        begins(-200).rests(4 * 60).drives_to(150, 0).rests(20),
        ["siren"],
        begins_at="2026-11-25T03:00",
    ),
    Scene(
        "comes by night to the street between high walls, 80 m inside, and stays",
        [_BESIDE],
        begins(-600).rests(5).walks_to(-150, 0).under(Sky.CANYON).walks_to(80, 0).rests(60),
        ["siren"],
    ),
    Scene(
        "visits the house of a friend 60 m inside, indoors",
        [_BESIDE],
        begins(-600).rests(5).walks_to(60, 0).under(Sky.INDOORS).rests(45).under(Sky.OPEN).walks_to(-600, 0).rests(5),
        ["siren"],
    ),
    Scene(
        "sits in a car 40 m inside the edge, error 20 m",
        [_BESIDE],
        begins(-3_000).drives_to(40, 0).rests(40).drives_to(-3_000, 0),
        ["siren"],
        Receiver(error_m=20.0),
    ),
    Scene(
        "is found inside when the device comes on for the first time",
        [banned()],
        begins(30, 40).rests(30),
        ["siren"],
    ),
    Scene(
        "the area is drawn round him while he is parked in it",
        [banned()],
        begins(50, -50).rests(90),
        ["siren"],
        known_after=40.0,
    ),
)
