"""The plain check, for the difference: each fix by itself, inside or not, and an alarm at each entry.

As trackers do it: what is older than the newest fix is dropped, no accuracy is looked at and no line is drawn.
"""

from collections.abc import Iterator

from bench.scenarios.playing import Run


def alarms(run: Run) -> Iterator[tuple[float, float]]:
    """For each alarm the second of the story at which the fix was made, and at which it was raised."""
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
