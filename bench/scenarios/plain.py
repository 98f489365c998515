"""The plain check, for the difference: each fix by itself, inside or not, and an alarm at each entry.

As trackers do it: what is older than the newest fix is dropped, no accuracy is looked at and no line is drawn. Of two
devices the newest fix of each counts, however old it is.
"""

import math
from collections.abc import Iterator

from bench.scenarios.playing import Run
from bench.scenarios.receiver import Message
from registry.monitoring.companions.rules import NEAR_M


def alarms(run: Run) -> Iterator[tuple[float, float]]:
    """For each alarm the second of the story at which the fix was made, and at which it was raised."""
    if run.scene.hers is not None:
        yield from _of_two(run)
        return
    zones = [area.zone() for area in run.scene.areas]
    was_against = [False] * len(zones)
    known_s, newest_s = 60.0 * (run.scene.known_after or 0.0), -1.0
    for number in sorted(range(len(run.messages)), key=lambda place: run.messages[place].arrives_s):
        message = run.messages[number]
        if message.seen is None or message.at_s <= newest_s or message.at_s < known_s:
            continue
        newest_s, at_ms = message.at_s, run.at_ms(message.at_s)
        for place, zone in enumerate(zones):
            against = zone.held(at_ms) is not None and zone.breached_at(*run.degrees(message))
            if against and not was_against[place]:
                yield message.at_s, message.arrives_s
            was_against[place] = against


def _of_two(run: Run) -> Iterator[tuple[float, float]]:
    told = [(one, 0) for one in run.messages] + [(one, 1) for one in run.of_hers]
    newest: list[Message | None] = [None, None]
    was_near = False
    for message, whose in sorted(told, key=lambda one: one[0].arrives_s):
        former = newest[whose]
        if message.seen is None or (former is not None and message.at_s <= former.at_s):
            continue
        newest[whose] = message
        his, hers = newest
        if his is None or hers is None or his.seen is None or hers.seen is None:
            continue
        near = math.dist(his.seen, hers.seen) <= NEAR_M
        if near and not was_near:
            yield message.at_s, message.arrives_s
        was_near = near
