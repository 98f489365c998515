"""Playing scenarios: every run of every scenario is a wearer of his own, all of them to one service at once."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

from bench.scenarios.home_unit import HomeUnit, said
from bench.scenarios.receiver import Message, sent
from bench.scenarios.scene import Scene, banned, degrees
from bench.scenarios.service import Call, Service

_A_DAY_MS = 86_400_000
_TICK_MS = 60_000
_ELSEWHERE = (60_000.0, 60_000.0)


@dataclass(frozen=True)
class Run:
    """One scenario with one seed, on one wearer."""

    number: int
    scene: Scene
    seed: int
    messages: Sequence[Message]
    of_hers: Sequence[Message] = ()

    @classmethod
    def of(cls, number: int, scene: Scene, seed: int) -> "Run":
        """A run with what the device sends in it, the same for the same scenario and seed."""
        if isinstance(scene.device, HomeUnit):
            return cls(number, scene, seed, said(scene.story, scene.device))
        his = sent(scene.story, scene.device, random.Random(f"{scene.name}/{seed}"))
        if scene.hers is None:
            return cls(number, scene, seed, his)
        hers = sent(scene.hers, scene.her_device, random.Random(f"{scene.name}/{seed}/hers"))
        return cls(number, scene, seed, his, hers)

    @property
    def device(self) -> str:
        """The number of the device."""
        return f"EB-{self.number:05d}"

    @property
    def her_device(self) -> str:
        """The number of hers."""
        return f"SA-{self.number:05d}"

    def degrees(self, message: Message) -> tuple[float, float]:
        """Where a message says he is, in degrees; raises ValueError for one without a position."""
        if message.seen is None:
            raise ValueError("the message has no position")
        return degrees(message.seen)

    def at_ms(self, at_s: float) -> int:
        """A second of the story in epoch ms."""
        return self.scene.begins_ms + round(at_s * 1000)

    def at_s(self, at_ms: int) -> float:
        """An instant (epoch ms) in seconds of the story."""
        return (at_ms - self.scene.begins_ms) / 1000.0


@dataclass(frozen=True, slots=True)
class _Arrival:
    """Something that reaches the service at an instant: a ping, or the order that a scenario comes to know late."""

    at_ms: int
    run: Run
    ping: dict[str, Any] | None
    is_hers: bool = False


def play(service: Service, runs: Sequence[Run]) -> dict[int, list[Call]]:
    """Play them all; return by run the calls on a human that it led to."""
    service.set_clock(min(run.scene.begins_ms for run in runs) - _A_DAY_MS)
    for run in runs:
        _set_up(service, run)
    ticked_ms = 0
    arrivals = sorted((one for run in runs for one in _arrivals(run)), key=lambda one: one.at_ms)
    for at_ms, together in groupby(arrivals, key=lambda one: one.at_ms):
        service.set_clock(at_ms)
        _take(service, list(together))
        if at_ms - ticked_ms >= _TICK_MS:
            service.tick()
            ticked_ms = at_ms
    service.set_clock(arrivals[-1].at_ms + _TICK_MS)
    service.tick()
    calls = service.calls()
    return {run.number: [call for call in calls if call.device == run.device] for run in runs}


def _set_up(service: Service, run: Run) -> None:
    """His order and his device; who comes under the scenario's order later is followed for another one until then."""
    is_elsewhere = run.scene.known_after is not None or run.scene.hers is not None
    areas = [banned(at=_ELSEWHERE)] if is_elsewhere else run.scene.areas
    number = f"CJIB-2026-{run.number:06d}"
    service.order(run.number, number, [area.condition(place) for place, area in enumerate(areas, 1)], _day(run, -30))
    service.couple(run.device, number, "C1" if run.scene.by_home_unit else None)
    if run.scene.hers is not None:
        service.accompany(run.her_device, number, run.device)


def _take(service: Service, together: list[_Arrival]) -> None:
    for is_hers in (False, True):
        pings = [one.ping for one in together if one.ping is not None and one.is_hers is is_hers]
        if pings:
            service.receive(pings, is_hers=is_hers)
    for one in together:
        if one.ping is None:
            conditions = [area.condition(place) for place, area in enumerate(one.run.scene.areas, 1)]
            service.order(one.run.number, f"CJIB-2026-9{one.run.number:05d}", conditions, _day(one.run, 0))


def _arrivals(run: Run) -> Iterator[_Arrival]:
    if run.scene.known_after is not None:
        yield _Arrival(run.at_ms(60.0 * run.scene.known_after), run, None)
    for number, message in enumerate(run.messages):
        yield _Arrival(run.at_ms(message.arrives_s), run, _ping(run, number, message))
    for number, message in enumerate(run.of_hers):
        ping = _ping(run, number, message) | {"device": run.her_device}
        yield _Arrival(run.at_ms(message.arrives_s), run, ping, is_hers=True)


def _ping(run: Run, number: int, message: Message) -> dict[str, Any]:
    at = datetime.fromtimestamp(run.at_ms(message.at_s) / 1000.0, UTC).isoformat().replace("+00:00", "Z")
    ping = {"device": run.device, "sequence": number, **message.told}
    if message.seen is None or run.scene.by_home_unit:
        return ping | {"messageTime": at}
    lat_deg, lon_deg = run.degrees(message)
    return ping | {"fixTime": at, "lat": round(lat_deg, 7), "lon": round(lon_deg, 7)}


def _day(run: Run, days: int) -> date:
    begun = datetime.fromisoformat(run.scene.begins_at)
    return (begun + timedelta(days=days)).date()
