import time

import pytest
from flask import Flask
from sqlalchemy import select

from registry.access.guard import requires
from registry.access.models import ApiClient, AuditEntry
from registry.access.rules import OrganisationKind, Purpose, Scope
from registry.access.service import revoke_client
from registry.app import create_app
from registry.config import Settings
from registry.http import Runtime, operation


@pytest.fixture
def app(settings: Settings, shared: Runtime) -> Flask:
    """An application of this file's own: it is given routes."""
    return create_app(settings, shared)


@pytest.fixture
def guarded(app: Flask) -> Flask:
    @app.get("/v1/probe")
    @requires(Scope.ALERTS_READ, Purpose.SUPERVISION)
    @operation(answers={200: None})
    def probe(actor):
        """Say who asks."""
        return {"organisation": str(actor.organisation_id), "endUser": actor.end_user}

    @app.get("/v1/probe-lookup")
    @requires(Scope.LOOKUPS_ASK, Purpose.ACUTE_CALL)
    @operation(answers={200: None})
    def probe_lookup(actor):
        """Stand in for a lookup."""
        return {}

    return app


def test_every_route_states_its_scope_or_that_it_is_public(app):
    unstated = [
        rule.rule for rule in app.url_map.iter_rules() if not hasattr(app.view_functions[rule.endpoint], "__scope__")
    ]
    assert unstated == []


def test_without_a_key_the_answer_is_401_and_says_how_to_send_one(guarded):
    answer = guarded.test_client().get("/v1/probe")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.content_type == "application/problem+json"


def test_an_unknown_key_is_refused(guarded, world):
    caller = world.caller("RN", OrganisationKind.PROBATION)
    answer = caller.get("/v1/probe", headers={"Authorization": "Bearer bb_nobody"})
    assert answer.status_code == 401


def test_a_revoked_key_is_refused_within_a_second(guarded, world, shared):
    caller = world.caller("RN", OrganisationKind.PROBATION)
    assert caller.get("/v1/probe").status_code == 200
    with shared.database.transaction() as session:
        client_id = session.scalars(select(ApiClient.id)).one()
        revoke_client(session, client_id, world.clock.now())
    time.sleep(1.05)
    assert caller.get("/v1/probe").status_code == 401


def test_a_key_of_too_small_a_scope_is_403(guarded, world):
    caller = world.caller("RN", OrganisationKind.PROBATION, Scope.EVENTS_READ)
    answer = caller.get("/v1/probe")
    assert answer.status_code == 403
    assert "alerts:read" in answer.json["detail"]


def test_a_lookup_is_refused_to_others_than_police_and_prosecution_whatever_their_scopes(guarded, world):
    assert world.caller("RN", OrganisationKind.PROBATION).get("/v1/probe-lookup").status_code == 403
    assert world.caller("POL", OrganisationKind.POLICE).get("/v1/probe-lookup").status_code == 200


def test_a_call_that_does_not_name_its_end_user_hears_of_every_missing_header_at_once(guarded, world):
    caller = world.caller("RN", OrganisationKind.PROBATION)
    caller.headers = {"Authorization": caller.headers["Authorization"], "End-User": "x" * 300}
    answer = caller.get("/v1/probe")
    assert answer.status_code == 400
    named = [fault["pointer"] for fault in answer.json["errors"]]
    assert named == ["header End-User", "header End-User-Unit", "header End-User-Role"]


@pytest.mark.parametrize("hidden", ["rn-118\u200b", "rn-118\u202e", "rn\u00ad-118"])
def test_a_name_with_characters_that_nobody_sees_is_refused(guarded, world, hidden):
    caller = world.caller("RN-MN", OrganisationKind.PROBATION, Scope.ALERTS_READ)
    caller.headers = caller.headers | {"End-User": hidden.encode().decode("latin-1")}
    answer = caller.get("/v1/probe")
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (400, "header End-User")


def test_a_name_with_accents_is_known_as_it_is_written(guarded, world, shared):
    caller = world.caller("RN-MN", OrganisationKind.PROBATION, Scope.ALERTS_READ, Scope.DUTIES_MANAGE)
    caller.headers = caller.headers | {"End-User": "zoë.çelik".encode().decode("latin-1")}
    assert caller.put("/v1/duties", {"duties": [{"name": "Piket", "contact": "030 555 01 01"}]}).status_code == 200
    with shared.database.reading() as session:
        assert session.scalars(select(AuditEntry.end_user).where(AuditEntry.action == "changed")).all() == ["zoë.çelik"]
