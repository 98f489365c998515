"""Scenarios on foot, by bicycle and by car: approach, entry, passing by, turning back."""

from bench.scenarios.receiver import Receiver
from bench.scenarios.scene import Scene, banned, banned_box, banned_road, banned_shape
from bench.scenarios.story import begins

_ONCE_A_MINUTE = Receiver(every_s=60.0)
_GOOD, _MIDDLING, _POOR = Receiver(error_m=3.0), Receiver(error_m=20.0), Receiver(error_m=40.0)
_WALK_IN = begins(-700).rests(10).walks_to(-60, 0).rests(20).walks_to(-700, 0).rests(10)

SCENES = (
    Scene("walks in, error 3 m", [banned()], _WALK_IN, ["siren"], _GOOD),
    Scene("walks in, error 10 m", [banned()], _WALK_IN, ["siren"]),
    Scene("walks in, error 20 m", [banned()], _WALK_IN, ["siren"], _MIDDLING),
    Scene("walks in, error 40 m", [banned()], _WALK_IN, ["siren"], _POOR),
    Scene("walks in, one fix a minute", [banned()], _WALK_IN, ["siren"], _ONCE_A_MINUTE),
    Scene("walks in, one fix a second", [banned()], _WALK_IN, ["siren"], Receiver(every_s=1.0)),
    Scene("walks in, one fix in 5 s, error 20 m", [banned()], _WALK_IN, ["siren"], Receiver(error_m=20.0, every_s=5.0)),
    Scene("walks in, one fix in 30 s", [banned()], _WALK_IN, ["siren"], Receiver(every_s=30.0)),
    Scene(
        "walks in, error 40 m, one fix a minute", [banned()], _WALK_IN, ["siren"], Receiver(error_m=40.0, every_s=60.0)
    ),
    Scene(
        "runs in, stays six minutes, runs off",
        [banned()],
        begins(-500).rests(5).runs_to(0, 0).rests(6).runs_to(500, 0).rests(10),
        ["siren"],
    ),
    Scene(
        "cycles in and stays",
        [banned()],
        begins(-2_000, 300).cycles_to(-40, 0).rests(20).cycles_to(-2_000, 300),
        ["siren"],
    ),
    Scene(
        "drives in through town and parks",
        [banned(400)],
        begins(-5_000, 500).rests(2).drives_to(-100, 50).rests(25).drives_to(-5_000, 500),
        ["siren"],
    ),
    Scene(
        "drives in and parks, one fix a minute",
        [banned(400)],
        begins(-5_000, 500).rests(2).drives_to(-100, 50).rests(25).drives_to(-5_000, 500),
        ["siren"],
        _ONCE_A_MINUTE,
    ),
    Scene(
        "past on the motorway, through a corner of the area",
        [banned_box(-600, -150, 600, 2_000)],
        begins(-9_000, 0).speeds_to(9_000, 0).rests(5),
        ["quiet"],
    ),
    Scene(
        "comes off the motorway into the area and parks",
        [banned_box(-600, -150, 600, 2_000)],
        begins(-9_000, 0).speeds_to(-200, 0).drives_to(0, 200).rests(15).drives_to(-400, 0).speeds_to(-9_000, 0),
        ["siren"],
    ),
    Scene(
        "by train through the area",
        [banned(800)],
        begins(-12_000, 200).rests(3).takes_the_train_to(12_000, 200).rests(5),
        ["quiet"],
    ),
    Scene(
        "by train to a station in the area, and out of it there",
        [banned(900)],
        begins(-12_000, 100).takes_the_train_to(0, 100).rests(4).walks_to(300, 250).rests(20),
        ["siren"],
    ),
    Scene(
        "along the fence, 60 m outside, there and back",
        [banned_box(0, -800, 1_000, 800)],
        begins(-60, -700).rests(2).walks_to(-60, 700).rests(5).walks_to(-60, -700).rests(2),
    ),
    Scene(
        "along the fence, 30 m outside, error 10 m",
        [banned_box(0, -800, 1_000, 800)],
        begins(-30, -700).rests(2).walks_to(-30, 700).rests(5).walks_to(-30, -700).rests(2),
    ),
    Scene(
        "by bicycle past a corner, 80 m outside",
        [banned_box(0, 0, 900, 900)],
        begins(-1_500, -80).cycles_to(2_500, -80).rests(5),
    ),
    Scene(
        "turns back 150 m before the edge, three times",
        [banned()],
        begins(-900).walks_to(-400, 0).walks_to(-700, 0).walks_to(-400, 0).walks_to(-700, 0).walks_to(-400, 0).rests(5),
    ),
    Scene(
        "cuts through a narrow area by car, seen before and after only",
        [banned_box(-30, -500, 30, 500)],
        begins(-3_000, 0).drives_to(3_000, 0).rests(5),
        ["quiet"],
        Receiver(every_s=60.0),
    ),
    Scene(
        "in the street that the area leaves open, walls of it 60 m on both sides",
        [banned_shape((-900, 60), (900, 60), (900, 900), (-900, 900)), banned_box(-900, -900, 900, -60)],
        begins(-1_200, 0).walks_to(1_200, 0).rests(5),
    ),
    Scene(
        "strolls in the ring of 500 m around the area, and goes home",
        [banned(150).with_ring(500)],
        begins(-1_500).walks_to(-400, 0).rests(10).walks_to(-1_500, 0).rests(5),
        ["quiet"],
    ),
    Scene(
        "through the ring into the area",
        [banned(200).with_ring(500)],
        begins(-1_500).walks_to(-50, 0).rests(10).walks_to(-1_500, 0).rests(5),
        ["quiet", "siren"],
    ),
    Scene(
        "walks down the banned street",
        [banned_road(40, (-600, 0), (600, 0))],
        begins(-300, -500).rests(5).walks_to(-300, 0).walks_to(400, 0).rests(5).walks_to(400, 600),
        ["siren"],
    ),
    Scene(
        "crosses the banned street at the lights, by car",
        [banned_road(40, (-600, 0), (600, 0))],
        begins(0, -2_000).drives_to(0, 2_000).rests(5),
        ["quiet"],
    ),
    Scene(
        "walks along the canal, 120 m beside the banned street",
        [banned_road(40, (-600, 0), (600, 0))],
        begins(-700, 120).walks_to(700, 120).rests(5),
    ),
    Scene(
        "in and out and in again",
        [banned()],
        begins(-700)
        .rests(5)
        .walks_to(0, 0)
        .rests(10)
        .walks_to(-700, 0)
        .rests(15)
        .walks_to(0, 0)
        .rests(10)
        .walks_to(-700, 0)
        .rests(5),
        ["siren", "siren"],
    ),
)
