"""Scenarios of receivers that see nothing, lie, or are told late: underground, in foil, by mast, hours offline."""

from bench.scenarios.receiver import Receiver
from bench.scenarios.scene import Scene, banned, banned_box
from bench.scenarios.story import Sky, begins

_WIDE = banned(400)

SCENES = (
    Scene(
        "goes underground outside, and comes up inside",
        [_WIDE],
        begins(-1_500).rests(5).under(Sky.UNDERGROUND).walks_to(0, 0).under(Sky.OPEN).rests(20),
        ["siren"],
    ),
    Scene(
        "wraps the band in foil before the edge, and unwraps it inside",
        [_WIDE],
        begins(-900).rests(10).under(Sky.SILENT).walks_to(100, 0).rests(5).under(Sky.OPEN).rests(20),
        ["siren"],
    ),
    Scene(
        "battery empty at the edge, charged inside an hour later",
        [_WIDE],
        begins(-1_000).walks_to(-420, 0).under(Sky.SILENT).walks_to(-100, 0).rests(60).under(Sky.OPEN).rests(15),
        ["siren"],
    ),
    Scene(
        "cuts the strap at home",
        [_WIDE],
        begins(-1_500).rests(10).and_the_device_says("strap").rests(20),
        of_device=["device_strap"],
    ),
    Scene(
        "opens the case inside the area",
        [_WIDE],
        begins(-900).rests(5).walks_to(0, 0).rests(10).and_the_device_says("case").rests(10),
        ["siren"],
        of_device=["device_case"],
    ),
    Scene(
        "offline for two hours with a stay inside, long over when the backlog comes",
        [_WIDE],
        begins(-1_500)
        .rests(5)
        .under(Sky.OFFLINE)
        .walks_to(0, 0)
        .rests(25)
        .walks_to(-1_500, 0)
        .rests(60)
        .under(Sky.OPEN)
        .rests(20),
        ["late"],
    ),
    Scene(
        "offline for an hour and still inside when the backlog comes",
        [_WIDE],
        begins(-1_500).rests(5).under(Sky.OFFLINE).walks_to(0, 0).rests(45).under(Sky.OPEN).rests(15),
        ["siren"],
    ),
    Scene(
        "thrown into the area by the cell mast, while he is at home 1 km off",
        [_WIDE],
        begins(-1_400).rests(20).under(Sky.CELL_ONLY).rests(40).under(Sky.OPEN).rests(20),
    ),
    Scene(
        "at home 300 m from the edge, only the mast for an hour",
        [_WIDE],
        begins(-700).rests(20).under(Sky.CELL_ONLY).rests(60).under(Sky.OPEN).rests(20),
    ),
    Scene(
        "walks in while only the mast is heard, and stays under the open sky",
        [_WIDE],
        begins(-1_500).rests(5).under(Sky.CELL_ONLY).walks_to(-50, 0).under(Sky.OPEN).rests(20),
        ["siren"],
    ),
    Scene(
        "a receiver that flatters itself: 30 m off, tells 10 m, 60 m outside",
        [banned_box(0, -1_000, 2_000, 1_000)],
        begins(-60).rests(4 * 60),
        device=Receiver(error_m=30.0, tells=0.33),
    ),
    Scene(
        "a receiver that flatters itself: 30 m off, tells 10 m, walks in",
        [banned()],
        begins(-700).rests(10).walks_to(-60, 0).rests(20).walks_to(-700, 0).rests(10),
        ["siren"],
        Receiver(error_m=30.0, tells=0.33),
    ),
    Scene(
        "a receiver too modest: 5 m off, tells 30 m, walks in",
        [banned()],
        begins(-700).rests(10).walks_to(-60, 0).rests(20).walks_to(-700, 0).rests(10),
        ["siren"],
        Receiver(error_m=5.0, tells=6.0),
    ),
    Scene(
        "a receiver that tells nothing of its quality walks in",
        [banned()],
        begins(-700).rests(10).walks_to(-60, 0).rests(20).walks_to(-700, 0).rests(10),
        ["siren"],
        Receiver(quality="nothing", tells_speed=False),
    ),
    Scene(
        "walks in at HDOP 4, as poor as a badly placed receiver",
        [banned()],
        begins(-700).rests(10).walks_to(-60, 0).rests(20).walks_to(-700, 0).rests(10),
        ["siren"],
        Receiver(error_m=30.0, quality="hdop"),
    ),
    Scene(
        "one fix in three is lost, walks in",
        [banned()],
        begins(-700).rests(10).walks_to(-60, 0).rests(20).walks_to(-700, 0).rests(10),
        ["siren"],
        Receiver(lost_share=0.33),
    ),
)
