"""A simulated home unit: it hears the band of its wearer within its reach, tells each change, and repeats how it is."""

import math
from dataclasses import dataclass

from bench.scenarios.receiver import Message
from bench.scenarios.story import Sky, Story


@dataclass(frozen=True, slots=True)
class HomeUnit:
    """A unit in the middle of the scene, which sends nothing while the story is `SILENT`.

    It places nobody: that it hears him is true, so that its error is 0.
    """

    every_s: float = 300.0
    reach_m: float = 60.0
    error_m: float = 0.0


def said(story: Story, unit: HomeUnit) -> list[Message]:
    """All that a unit sends during a story, in the order in which it was made."""
    made: list[Message] = []
    former: bool | None = None
    for second in range(int(story.seconds)):
        at_s = float(second)
        leg = story.leg(at_s)
        spot = leg.spot(at_s)
        home = math.dist(spot, (0.0, 0.0)) <= unit.reach_m
        if leg.sky is Sky.SILENT or (home is former and at_s % unit.every_s):
            continue
        former = home
        made.append(Message(at_s, at_s, spot, spot, {"kind": "present" if home else "absent"}))
    return made
