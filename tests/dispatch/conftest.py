"""A register with one order that is asked for, and others that must not be mistaken for it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from registry.access.rules import OrganisationKind, Scope
from registry.http import Runtime
from registry.orders import service
from registry.orders.naming.identifiers import PartialDate
from registry.orders.register.content import PostalAddress
from tests.orders.orders import PROTECTED, SUBJECT, content, message, sender
from tests.world import Caller, HandClock, World

Register = Callable[..., UUID]

NOISE = [
    # Number, given names, prefix, surname, birth date: namesakes, relatives, and people who only share a town.
    ("222222224", "Jan Pieter", "van den", "Berg", (1961, 8, 30)),
    ("111222333", "Johanna", "van den", "Berg", (1985, 4, 1)),
    ("123456782", "Pieter", "", "Kuiper", (1985, 3, 12)),
    ("999996666", "Mohammed", "El", "Amrani", (1990, 7, 1)),
]


@pytest.fixture
def register(shared: Runtime, world: World, clock: HandClock) -> Register:
    """Record a message of the CJIB and return the id of its order."""
    actor = sender(world.organisation("CJIB", OrganisationKind.CJIB))

    def add(number: str = "CJIB-2026-000123", *, version: int = 1, kind: str = "new", **changes: Any) -> UUID:
        told = changes.pop("told") if "told" in changes else content(**changes)
        with shared.database.transaction() as session:
            made = service.register(session, actor, clock.now(), message(version, kind, told, number))
        clock.forward(seconds=1)
        return made.order_id

    return add


@pytest.fixture
def noise(register: Register) -> None:
    """People who are not asked for, each with an order, somebody to protect and a place of his own."""
    for place, (bsn, given, prefix, surname, born) in enumerate(NOISE, start=1):
        bound = replace(
            SUBJECT,
            bsn=bsn,
            skn=f"20000{place}00",
            surname=surname,
            prefix=prefix,
            given_names=given,
            initials=None,
            birth_date=PartialDate(*born),
            addresses=(PostalAddress("6511AA", place, "", "Waalkade", "Nijmegen"),),
            phones=(f"+3161111111{place}",),
            plates=(f"99XYZ{place}",),
        )
        safe = replace(
            PROTECTED,
            surname="Zomerdijk",
            given_names=f"Fictief {place}",
            addresses=(),
            phones=(f"+3162222222{place}",),
        )
        register(
            f"CJIB-2026-9{place}", subject=bound, protected=(safe,), conditions=(), starts_on=date(2026, 10, place)
        )


@pytest.fixture
def room(world: World) -> Caller:
    """A dispatch room of the police that may not see protected persons."""
    return world.caller("POL-MN", OrganisationKind.POLICE, Scope.LOOKUPS_ASK, Scope.AUDIT_READ)


@pytest.fixture
def ask(room: Caller) -> Callable[..., Any]:
    """Ask as that room and return the answer."""

    def ask(**question: Any) -> Any:
        answer = room.post("/v1/lookups", {"purpose": "acute_call", **question})
        assert answer.status_code == 200, answer.json
        return answer.json

    return ask
