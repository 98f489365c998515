from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import pytest

from registry.access.rules import OrganisationKind
from registry.enforcement.recomputing import service
from registry.errors import Conflict
from registry.orders import service as orders
from tests.orders.orders import content, message, sender
from tests.world import Caller, HandClock, World


@dataclass
class Chain:
    """The organisations of one region, each with a caller, and others who have nothing to do with its orders."""

    world: World
    clock: HandClock
    police: Caller
    prosecution: Caller
    probation: Caller
    partner: Caller
    stranger: Caller

    def order(self, regime="VV", number="CJIB-2026-000123", **changes) -> UUID:
        """Register an order that concerns this region."""
        since = {"decided_on": date(2023, 1, 2), "starts_on": date(2023, 1, 2)}
        told = message(number=number, told=content(**since | {"regime": regime} | changes))
        cjib = self.world.organisation("CJIB", OrganisationKind.CJIB)
        with self.world.shared.database.transaction() as session:
            return orders.register(session, sender(cjib), self.clock.now(), told).order_id

    def breach(self, order_id, **changes):
        """Record what the police saw, three days ago."""
        seen = {"orderId": str(order_id), "occurredFrom": instant(self.clock.now() - timedelta(days=3))} | changes
        answer = self.police.post("/v1/breaches", seen)
        assert answer.status_code == 201, answer.json
        return answer.json

    def proceeding(self, regime="VV", first=None, **changes):
        """Start a proceeding on a breach of a new order, with an arrest now unless told otherwise."""
        breach = self.breach(self.order(regime, **changes))
        answer = self.police.post("/v1/proceedings", {"breachId": breach["id"], "event": first or self.event("arrest")})
        assert answer.status_code == 201, answer.json
        return answer.json

    def event(self, kind, *, after=None, **details):
        at = self.clock.now() + (after or timedelta(0))
        return {"kind": kind, "occurredAt": instant(at), "details": details}

    def record(self, proceeding, event, by=None):
        return (by or self.prosecution).post(f"/v1/proceedings/{proceeding['id']}/events", event)


def instant(at):
    return at.isoformat().replace("+00:00", "Z")


@pytest.fixture
def chain(world, clock):
    kinds = OrganisationKind
    return Chain(
        world,
        clock,
        police=world.caller("POL-MN", kinds.POLICE),
        prosecution=world.caller("OM-MN", kinds.PROSECUTION),
        probation=world.caller("RN-MN", kinds.PROBATION),
        partner=world.caller("SHN", kinds.PARTNER),
        stranger=world.caller("POL-NN", kinds.POLICE),
    )


def on(proceeding, rule):
    """The one deadline of a rule."""
    (found,) = [one for one in proceeding["deadlines"] if one["rule"] == rule]
    return found


def fact(kind, at, **details):
    return {"kind": kind, "occurredAt": at, "details": details}


def after(chain, proceeding, *events):
    for one in events:
        answer = chain.record(proceeding, one)
        assert answer.status_code == 201, answer.json
    return answer.json


def status_of(chain, proceeding):
    return chain.police.get(f"/v1/breaches/{proceeding['breachId']}").json["status"]


def refuse(monkeypatch, bad):
    """Leave a proceeding out of every group, and refuse it when it is computed alone."""
    real, alone = service.recompute, service.recompute_alone

    def leaving(session, actor, now, proceeding_ids):
        done = real(session, actor, now, [one for one in proceeding_ids if str(one) != bad["id"]])
        return service.Group(done.moved, [one for one in proceeding_ids if str(one) == bad["id"]])

    def refusing(session, actor, now, proceeding_id):
        alone(session, actor, now, proceeding_id)
        raise Conflict("proceeding_runs", "This would reopen a proceeding.")

    monkeypatch.setattr(service, "recompute", leaving)
    monkeypatch.setattr(service, "recompute_alone", refusing)
