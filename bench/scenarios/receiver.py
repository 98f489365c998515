"""Simulated devices: what they send of a story, with errors that hang together in time; seeded.

An error is a Gauss-Markov process on each axis: it resembles that of half a minute ago and forgets itself in
`correlation_s`. `error_m` is the radius that holds 68 % of all fixes, which is what phones and trackers report.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from bench.scenarios.story import Sky, Spot, Story

_SIGMAS_IN_RADIUS = math.sqrt(-2.0 * math.log(1.0 - 0.68))
_M_PER_HDOP = 5.0
_TIMES_WORSE = {Sky.CANYON: 2.0, Sky.INDOORS: 2.0}
_LOST_SHARE = {Sky.CANYON: 0.1, Sky.INDOORS: 0.4}
_CANYON_JUMPS_AN_HOUR, _CANYON_JUMP_M, _JUMP_S = 12.0, (40.0, 150.0), (10.0, 60.0)
_CELL_SIGMA_M, _CELL_TELLS_M, _NEXT_MAST_S = 350.0, (500.0, 1_000.0), 180.0
_BACK_AFTER_S = 5.0


@dataclass(frozen=True, slots=True)
class Receiver:
    """A device: how far off it is, how often it sends, and what it tells of its own quality.

    `tells` is the share of its true error that it reports: 0.3 flatters itself, 3 is too modest. `lost_share` of the
    fixes never come about; jumps by reflection are in the number an hour, 40 to 150 m far.
    """

    error_m: float = 10.0
    every_s: float = 15.0
    quality: Literal["accuracy", "hdop", "nothing"] = "accuracy"
    tells: float = 1.0
    correlation_s: float = 60.0
    jumps_an_hour: float = 0.0
    lost_share: float = 0.01
    tells_speed: bool = True

    @property
    def sigma_m(self) -> float:
        """Standard deviation on each axis under the open sky."""
        return self.error_m / _SIGMAS_IN_RADIUS


@dataclass(frozen=True, slots=True)
class Message:
    """What was sent: seconds of the story at which it was made and at which it arrived, and where he truly was."""

    at_s: float
    arrives_s: float
    spot: Spot
    seen: Spot | None
    told: dict[str, Any]


def sent(story: Story, receiver: Receiver, dice: random.Random) -> list[Message]:
    """All that a device sends during a story, in the order in which it was made."""
    wander = _Wander(receiver, dice)
    at_s = 5.0 * dice.randrange(max(1, round(receiver.every_s / 5.0)))
    made = [_alarm(story, said_s, alarm) for said_s, alarm in story.said]
    while at_s < story.seconds:
        made += _message(story, wander, at_s)
        at_s += receiver.every_s
    return sorted(made, key=lambda one: one.at_s)


def _alarm(story: Story, at_s: float, alarm: str) -> Message:
    leg = story.leg(at_s)
    arrives_s = _online_again_s(story, at_s) + _BACK_AFTER_S if leg.sky is Sky.OFFLINE else at_s
    return Message(at_s, arrives_s, leg.spot(at_s), None, {"kind": "alarm", "alarm": alarm})


def _message(story: Story, wander: "_Wander", at_s: float) -> Iterator[Message]:
    leg = story.leg(at_s)
    spot, arrives_s = leg.spot(at_s), at_s
    off_m, size_m = wander.off(at_s, leg.sky)
    if leg.sky is Sky.SILENT:
        return
    if leg.sky is Sky.OFFLINE:
        arrives_s = _online_again_s(story, at_s) + _BACK_AFTER_S
    if leg.sky is Sky.UNDERGROUND or wander.is_lost(leg.sky):
        yield Message(at_s, arrives_s, spot, None, {"kind": "status"})
        return
    seen = (spot[0] + off_m[0], spot[1] + off_m[1])
    told = wander.quality(leg.sky, size_m)
    if wander.receiver.tells_speed and leg.sky is not Sky.CELL_ONLY:
        told["speedMps"] = round(abs(leg.speed_mps + wander.dice.gauss(0.0, 0.3)), 1)
    yield Message(at_s, arrives_s, spot, seen, told)


def _online_again_s(story: Story, at_s: float) -> float:
    while at_s < story.seconds and story.leg(at_s).sky is Sky.OFFLINE:
        at_s = story.leg(at_s).until_s
    return at_s


class _Wander:
    """The error of one receiver as time passes."""

    def __init__(self, receiver: Receiver, dice: random.Random) -> None:
        self.receiver, self.dice = receiver, dice
        self._error = (dice.gauss(0, 1), dice.gauss(0, 1))
        self._jump_m, self._lands_s = (0.0, 0.0), 0.0
        self._mast_m, self._next_mast_s = (0.0, 0.0), -1.0
        self._last_s = 0.0

    def off(self, at_s: float, sky: Sky) -> tuple[Spot, float]:
        """How far off the fix at a second is, east and north, and the standard deviation of its error there."""
        after_s, self._last_s = at_s - self._last_s, at_s
        self._pass(after_s)
        if sky is Sky.CELL_ONLY:
            return self._mast(at_s), _CELL_SIGMA_M
        self._may_jump(at_s, after_s, self.receiver.jumps_an_hour + _CANYON_JUMPS_AN_HOUR * (sky is Sky.CANYON))
        jump_m = self._jump_m if at_s < self._lands_s else (0.0, 0.0)
        size_m = self.receiver.sigma_m * _TIMES_WORSE.get(sky, 1.0)
        return (size_m * self._error[0] + jump_m[0], size_m * self._error[1] + jump_m[1]), size_m

    def is_lost(self, sky: Sky) -> bool:
        """Whether no fix comes about."""
        return self.dice.random() < max(self.receiver.lost_share, _LOST_SHARE.get(sky, 0.0))

    def quality(self, sky: Sky, size_m: float) -> dict[str, Any]:
        """What the device tells of a fix."""
        if sky is Sky.CELL_ONLY:
            return {"accuracyM": round(self.dice.uniform(*_CELL_TELLS_M))}
        if self.receiver.quality == "nothing":
            return {}
        size_m *= self.receiver.tells
        if self.receiver.quality == "hdop":
            return {"hdop": round(max(size_m / _M_PER_HDOP, 0.5), 1)}
        return {"accuracyM": round(size_m * _SIGMAS_IN_RADIUS, 1)}

    def _pass(self, after_s: float) -> None:
        kept = math.exp(-after_s / self.receiver.correlation_s)
        fresh = math.sqrt(1.0 - kept * kept)
        east, north = self._error
        self._error = (kept * east + fresh * self.dice.gauss(0, 1), kept * north + fresh * self.dice.gauss(0, 1))

    def _may_jump(self, at_s: float, after_s: float, jumps_an_hour: float) -> None:
        if at_s >= self._lands_s and self.dice.random() < jumps_an_hour * after_s / 3_600.0:
            turn, far_m = self.dice.uniform(0.0, math.tau), self.dice.uniform(*_CANYON_JUMP_M)
            self._jump_m = (far_m * math.sin(turn), far_m * math.cos(turn))
            self._lands_s = at_s + self.dice.uniform(*_JUMP_S)

    def _mast(self, at_s: float) -> Spot:
        if at_s >= self._next_mast_s:
            self._mast_m = (self.dice.gauss(0, _CELL_SIGMA_M), self.dice.gauss(0, _CELL_SIGMA_M))
            self._next_mast_s = at_s + _NEXT_MAST_S
        return self._mast_m
