"""The replay: real tracks as wearers, a named area as their ban, through a service whose clock follows the track."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from registry.config import random_secrets
from registry.demo.caller import Caller, Reply
from registry.demo.loading import couple
from registry.demo.receiver import Receiver
from registry.demo.tracks import TrackFix, batches
from registry.http.fields import format_instant, parse_instant
from registry.privacy.sealing import key_of_nobody

CLOCK_FILE_NAME = "clock"
_OWN_NAMES = (
    *("DATA_KEYS", "INDEX_KEY", "API_KEY_PEPPER", "CHECKPOINT_SEED", "PRIVACY_KEY", "SECRETS_FILE"),
    *("DEMO", "PUBLIC_URL"),
)
_TYPES = [
    "nl.beschermingsbevel.alert.raised.v1",
    "nl.beschermingsbevel.episode.opened.v1",
    "nl.beschermingsbevel.episode.confirmed.v1",
    "nl.beschermingsbevel.episode.closed.v1",
    "nl.beschermingsbevel.breach.suspected.v1",
]
_VERDICTS_NL = {
    "suspected": "vermoeden",
    "confirmed": "verblijf",
    "passed": "doorgang",
    "withdrawn": "ingetrokken",
}
_PENDING = ("events_unpositioned ", "webhook_deliveries_pending ")
_ALL_TOLD_WITHIN_S = 120.0


class ReplayFailed(Exception):
    """The service did not take what it was given; the text says what."""


def own_environ(folder: Path) -> dict[str, str]:
    """Return the environment of a service of its own in a folder that is thrown away, on a free port."""
    environ = {name: value for name, value in os.environ.items() if name not in _OWN_NAMES}
    (folder / "secrets.env").write_text(random_secrets() + key_of_nobody(), encoding="ascii")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return environ | {
        "MODE": "replay",
        "STATE_DIR": str(folder),
        "CLOCK_FOLLOWS": str(folder / CLOCK_FILE_NAME),
        "BIND": "127.0.0.1",
        "PORT": str(port),
        "WEBHOOK_PRIVATE_HOSTS": "127.0.0.1",
        "LOG_LEVEL": "ERROR",
    }


def set_clock(folder: Path, at: datetime) -> None:
    """Let the service's clock say an instant; readers see the former or this one, and nothing between."""
    new = folder / f"{CLOCK_FILE_NAME}.new"
    new.write_text(at.isoformat(), encoding="ascii")
    new.replace(folder / CLOCK_FILE_NAME)


@dataclass(frozen=True, slots=True)
class Found:
    """What a replay found, in an order that does not depend on how fast it went."""

    episodes: Sequence[tuple[str, str, str | None, str]]
    breaches: int
    webhooks: Mapping[str, int]
    badly_signed: int

    @property
    def fingerprint(self) -> str:
        """Equal for equal results."""
        content = [self.episodes, self.breaches, sorted(self.webhooks.items())]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


class Replay:
    """One run against a service that answers, with a receiver of its own."""

    def __init__(self, by: Mapping[str, Caller], folder: Path, receiver: Receiver) -> None:
        self._by = by
        self._folder = folder
        self._receiver = receiver

    def prepare(self, fixes: Sequence[TrackFix], area: Mapping[str, Any]) -> None:
        """Deliver an order for each phone with the area as its ban, couple the phones, subscribe the receiver."""
        devices = sorted({fix.device for fix in fixes})
        days = (fixes[0].at.date() - timedelta(days=1), fixes[-1].at.date() + timedelta(days=1))
        messages = [_message(number, device, (days, area)) for number, device in enumerate(devices, start=1)]
        reply = self._tell("CJIB", "/v1/deliveries", {"messages": messages}, 200)
        refused = [row for row in reply.body["results"] if row["outcome"] != "accepted"]
        if refused:
            raise ReplayFailed(f"An order was not taken: {json.dumps(refused)}")
        for number, device in enumerate(devices, start=1):
            couple(self._by["RN-MN"], device, _order_number(number), f"{days[0]}T00:00:00Z")
        wish = {"url": self._receiver.url, "types": _TYPES}
        self._secret = self._tell("RN-MN", "/v1/subscriptions", wish, 201).body["secret"]

    def walk(self, fixes: Sequence[TrackFix], console: Console) -> None:
        """Send the fixes in batches, the clock going before each; with a bar that shows how far it is."""
        columns = (TextColumn("posities"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("", total=len(fixes))
            for batch in batches(fixes):
                set_clock(self._folder, batch[-1].at)
                self._send([fix.as_ping() for fix in batch])
                progress.advance(task, len(batch))

    def _send(self, pings: list[dict[str, Any]]) -> None:
        for _ in range(50):
            reply = self._by["DVO"].post("/v1/pings", {"pings": pings})
            if reply.status != 503:
                break
            time.sleep(0.2)
        if reply.status != 200:
            raise ReplayFailed(f"A batch was answered {reply.status}: {reply.body}")

    def found(self) -> Found:
        """Wait until everything is told, and read what was found."""
        self._wait_until_told()
        episodes = sorted(self._episodes(), key=lambda one: (parse_instant(one[1]), one[0]))
        breaches = sum(1 for _ in self._all("/v1/breaches", "breaches"))
        received = self._receiver.all()
        types = [one.event["type"] for one in received]
        return Found(
            episodes,
            breaches,
            {name: types.count(name) for name in sorted(set(types))},
            sum(not one.is_signed_with(self._secret) for one in received),
        )

    def _wait_until_told(self) -> None:
        until_s = time.monotonic() + _ALL_TOLD_WITHIN_S
        while time.monotonic() < until_s:
            lines = str(self._by["RN-MN"].get("/metrics").body).splitlines()
            if all(f"{name}0.0" in lines for name in _PENDING):
                return
            time.sleep(0.2)
        raise ReplayFailed("Not everything was told to the receiver in time.")

    def _episodes(self) -> Iterator[tuple[str, str, str | None, str]]:
        names = {one["personId"]: one["device"] for one in self._all("/v1/couplings", "couplings")}
        for one in self._all("/v1/episodes", "episodes"):
            if one["status"] in ("open", "closed"):
                yield names[one["personId"]], one["startedAt"], one["endedAt"], one["verdict"]

    def _all(self, path: str, name: str) -> Iterator[dict[str, Any]]:
        cursor: str | None = ""
        while cursor is not None:
            reply = self._by["RN-MN"].get(f"{path}?limit=200" + (f"&cursor={cursor}" if cursor else ""))
            if reply.status != 200:
                raise ReplayFailed(f"{path} was answered {reply.status}: {reply.body}")
            yield from reply.body[name]
            cursor = reply.body["next"]

    def _tell(self, who: str, path: str, document: Any, expect: int) -> Reply:
        reply = self._by[who].post(path, document)
        if reply.status != expect:
            raise ReplayFailed(f"{path} was answered {reply.status}: {reply.body}")
        return reply


def _order_number(number: int) -> str:
    return f"REPLAY-{number}"


def _message(number: int, device: str, ban: tuple[tuple[Any, Any], Mapping[str, Any]]) -> dict[str, Any]:
    (starts_on, ends_on), area = ban
    return {
        "messageId": f"REPLAY-{number}-1",
        "orderNumber": _order_number(number),
        "version": 1,
        "kind": "new",
        "sentAt": f"{starts_on}T06:00:00Z",
        "order": {
            "regime": "VV",
            "decidedOn": str(starts_on),
            "startsOn": str(starts_on),
            "endsOn": str(ends_on),
            "immediatelyEnforceable": True,
            "imposedInPresence": True,
            "service": {"servedOn": str(starts_on), "inPerson": True},
            "supervision": {"organisation": "RN-MN"},
            "policeUnit": "POL-MN",
            "prosecution": "OM-MN",
            "subject": {"skn": str(20_000_000 + number), "surname": f"Drager {device}"},
            "protected": [],
            "conditions": [
                {
                    "reference": "C1",
                    "type": "area_ban",
                    "text": "Niet in het gebied op de kaart.",
                    "protects": [],
                    "electronicMonitoring": True,
                    "zone": {"kind": "exclusion", "shape": dict(area), "crs": "CRS84", "bufferM": 0},
                }
            ],
        },
    }


def show(found: Found, area: str, console: Console) -> None:
    """Print what was found."""
    title = f"In {area}: {len(found.episodes)} keer"
    table = Table("drager", "van (UTC)", "tot (UTC)", "duur", "oordeel", title=title, box=None, padding=(0, 2, 0, 0))
    for device, started_at, ended_at, verdict in found.episodes:
        until = _short(ended_at) if ended_at else "nu"
        table.add_row(device, _short(started_at), until, _length(started_at, ended_at), _VERDICTS_NL[verdict])
    console.print(table)
    console.print(f"overtredingen geopend: {found.breaches}")
    for name, number in found.webhooks.items():
        console.print(f"webhooks ontvangen: {number:5} {name}")
    console.print(f"met een onjuiste handtekening: {found.badly_signed}")
    console.print(f"vingerafdruk van dit resultaat: {found.fingerprint}")


def _short(instant: str) -> str:
    return format_instant(parse_instant(instant).replace(microsecond=0)).replace("T", " ").removesuffix("Z")


def _length(started_at: str, ended_at: str | None) -> str:
    length = str(parse_instant(ended_at) - parse_instant(started_at)) if ended_at else ""
    return length.replace(" days, ", "d ").replace(" day, ", "d ")
