"""A register that is asked, and a privacy officer with a key of his own."""

import base64
from uuid import UUID

import orjson
import pytest

from registry.access.rules import OrganisationKind, Scope
from registry.privacy.sealing import unseal
from registry.privacy.service import place_of
from tests.dispatch.conftest import ask, noise, register, room
from tests.world import OFFICERS_KEY, Caller, World

__all__ = ["ask", "noise", "officer", "register", "room"]


@pytest.fixture
def officer(world: World) -> Caller:
    """The privacy officer of the police that asks."""
    scopes = (Scope.PRIVACY_ITEMS_READ, Scope.PRIVACY_ITEMS_HANDLE, Scope.WATCHED_PERSONS_MANAGE)
    caller = world.caller("POL-MN", OrganisationKind.POLICE, Scope.QUESTIONS_OPEN, *scopes)
    caller.headers |= {"End-User": "pf-1", "End-User-Unit": "privacy", "End-User-Role": "privacyfunctionaris"}
    return caller


def opened(release):
    """What an officer reads with his key."""
    place = place_of(UUID(release["lookupId"]))
    return orjson.loads(unseal(base64.b64decode(release["sealed"]), OFFICERS_KEY, place))
