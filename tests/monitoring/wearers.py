"""Wearers made for a test: an order with banned areas, a device on its subject, and pings of it."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from registry.access import service
from registry.access.rules import OrganisationKind
from registry.http.fields import format_instant
from registry.monitoring.engine.judge import Judge
from registry.monitoring.models import EpisodeRecord
from registry.monitoring.pings import epoch_ms
from registry.monitoring.receiving import receive_batch
from registry.orders import service as orders
from registry.orders.register.content import Supervision
from tests.orders.orders import PROTECTED, SUBJECT, area_ban, content, message, sender
from tests.world import NOW, Caller, World

INSIDE = (52.0907, 5.1214)
OUTSIDE = (52.0907, 5.1414)
FAR = (52.3, 5.3)
NOW_MS = epoch_ms(NOW)


def circle(lat, lon, radius_m=250):
    return {"type": "Circle", "center": [lon, lat], "radiusM": radius_m}


@dataclass
class Field:
    """A provider with trackers, a supervisor, and the court's messages about their wearers."""

    world: World
    provider: Caller
    supervisor: Caller
    made: int = 0

    @property
    def shared(self):
        return self.world.shared

    def order(self, *areas, version=1, kind="new", number=None, effective_at=None, **more):
        """Register a message of an order with these banned areas; return its number."""
        if number is None:
            self.made += 1
            number = f"CJIB-2026-{self.made:06d}"
        subject = replace(SUBJECT, bsn=None, skn=f"{int(number[-6:]):08d}")
        bans = tuple(area_ban(f"C{place}", area) for place, area in enumerate(areas or (circle(*INSIDE),), start=1))
        told = content(
            subject=subject, protected=(self.protected,), conditions=self.conditions or bans,
            police_unit=self.police_code, supervision=Supervision(self.supervisor_code),
            prosecution=self.prosecution_code,
        )  # fmt: skip
        cjib = self.world.organisation("CJIB", OrganisationKind.CJIB)
        with self.shared.database.transaction() as session:
            now = self.world.clock.now()
            told = message(version, kind, told, number, effective_at=effective_at, **more)
            orders.register(session, sender(cjib), now, told)
        return number

    supervisor_code = "RN-MN"
    police_code = None
    prosecution_code = None
    protected = PROTECTED
    # What an order made from now on says instead of banned areas, if anything.
    conditions = ()

    def couple(self, device, number, begins=NOW - timedelta(hours=2), until=None):
        body = {"device": device, "provider": "EB", "orderNumber": number, "from": format_instant(begins)}
        return self.supervisor.post("/v1/couplings", body | ({"until": format_instant(until)} if until else {}))

    def wearer(self, device="EB-1", *areas, **how):
        """Register an order and couple a device; return the coupling."""
        answer = self.couple(device, self.order(*areas), **how)
        assert answer.status_code == 201, answer.text
        return answer.json

    def send(self, *pings, caller=None):
        answer = (caller or self.provider).post("/v1/pings", {"pings": list(pings)})
        assert answer.status_code == 200, answer.text
        return [one["outcome"] for one in answer.json["results"]]

    def submit(self, *pings):
        """Hand pings to the judge without the web around it."""
        actor = service.system_actor(self.provider.organisation_id, "provider")
        return receive_batch(self.judge, actor, self.world.clock.now(), body(*pings))

    def verdicts(self):
        return self.rows(select(EpisodeRecord.verdict).order_by(EpisodeRecord.start_ms, EpisodeRecord.id))

    def told(self, person_id=None):
        """What was told of the episodes: start and end in seconds from NOW, cause and status."""
        rows = self.rows(select(EpisodeRecord).order_by(EpisodeRecord.start_ms, EpisodeRecord.id))
        return [
            (seconds(row.start_ms), seconds(row.end_ms), row.cause, row.status)
            for row in rows
            if person_id is None or str(row.person_id) == person_id
        ]

    def live(self, person_id=None):
        return [one for one in self.told(person_id) if one[3] in ("open", "closed")]

    def rows(self, query):
        with self.shared.database.reading() as session:
            found = session.scalars(query).all()
            session.expunge_all()
        return found

    def count(self, model, *conditions):
        with self.shared.database.reading() as session:
            return session.scalar(select(func.count()).select_from(model).where(*conditions))

    @property
    def judge(self):
        return self.shared.get(Judge)

    def restart(self, policy=None):
        """Let a new judge take over, as after a crash: nothing is saved on the way out."""
        self.judge.close()
        self.shared.add(Judge(self.shared.database, self.shared.clock, policy))


def seconds(at_ms):
    return None if at_ms is None else (at_ms - NOW_MS) / 1000


def ping(at_s, place=INSIDE, device="EB-1", **more):
    at = datetime.fromtimestamp((NOW_MS + round(at_s * 1000)) / 1000, UTC)
    placed = {} if place is None else {"lat": place[0], "lon": place[1]}
    return {"device": device, "fixTime": format_instant(at)} | placed | more


@pytest.fixture
def field(world):
    provider = world.caller("EB", OrganisationKind.DEVICE_PROVIDER)
    supervisor = world.caller(Field.supervisor_code, OrganisationKind.PROBATION)
    made = Field(world, provider, supervisor)
    # Noise: another wearer who sits in a banned area of his own, and a device on nobody.
    made.wearer("EB-noise", circle(51.9, 4.5))
    return made


def stay(place, *at_s, device="EB-1", **more):
    """Pings of a wearer who is at one place at these seconds."""
    return [ping(second, place, device, **more) for second in at_s]


def visit(begins_s=-180, device="EB-1"):
    """A wearer who is outside, goes in, stays, and is outside again; 15 s apart, and confirmed by the second fix."""
    inside = stay(INSIDE, begins_s, begins_s + 15, begins_s + 30, device=device)
    return [ping(begins_s - 120, OUTSIDE, device), *inside, ping(begins_s + 150, OUTSIDE, device)]


def body(*pings):
    return json.dumps({"pings": list(pings)}).encode()
