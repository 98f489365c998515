"""Whatever fits the API description, and what nearly does: no answer is a server error or differs from it."""

from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from registry.demo.caller import Caller
from registry.demo.loading import load
from registry.demo.parties import BY_CODE
from tests.demo.conftest import Served
from tests.description import description

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
LISTED = {
    "orderId": "/v1/orders",
    "deliveryId": "/v1/deliveries",
    "alertId": "/v1/alerts",
    "breachId": "/v1/breaches",
    "reportId": "/v1/reports",
    "couplingId": "/v1/couplings",
    "episodeId": "/v1/episodes",
    "noticeId": "/v1/notices",
    "subscriptionId": "/v1/subscriptions",
    "tokenId": "/v1/gateway-tokens",
    "feedId": "/v1/calendar-feeds",
}
FEW = settings(max_examples=2, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))


def _known_ids(caller: Caller) -> dict[str, str]:
    """One id of each sort that this party can see, so that not every question is about what does not exist."""
    found: dict[str, str] = {}
    for name, path in LISTED.items():
        body = caller.get(path).body
        rows = next((value for value in body.values() if isinstance(value, list) and value), []) if body else []
        if rows and "id" in rows[0]:
            found[name] = rows[0]["id"]
    return found


def _scope(operation: Any) -> str | None:
    _, _, scope = operation.definition.raw.get("description", "").partition("Scope: `")
    return scope.partition("`")[0] or None


def _play(operation: Any, mode: Any, caller: Caller, known: dict[str, str]) -> None:
    names = {parameter.name for parameter in operation.path_parameters}
    for path_parameters in ({}, {name: known[name] for name in names & known.keys()}):
        if names and not path_parameters and names <= known.keys():
            continue

        @FEW
        @given(case=operation.as_strategy(generation_mode=mode, path_parameters=path_parameters or None))
        def send(case: Any) -> None:
            case.call_and_validate(headers=caller._headers, checks=CHECKS, timeout=30)

        send()


def _one_of_each_role(parties: dict[str, Caller]) -> dict[str, Caller]:
    """Of the parties of one kind with the same scopes, who differ in their region only, one."""
    roles = {(BY_CODE[code].kind, BY_CODE[code].scopes): code for code in reversed(parties)}
    return {code: parties[code] for code in roles.values()}


def play_every_role(served: Served, app: Flask) -> set[str]:
    """Let a party of each role send what fits the description of every operation it may use, and what nearly does.

    Returns the operations that no party of the demo may use.
    """
    load(served.url, served.credentials, served.first_on)
    document = description(app)
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=f"{served.url}/v1")
    operations = [found.ok() for found in schema.get_all_operations()]
    played = set()
    for code, caller in _one_of_each_role(served.by).items():
        known = _known_ids(caller)
        mine = [one for one in operations if _scope(one) in BY_CODE[code].scopes]
        assert mine
        for operation in mine:
            for mode in MODES:
                _play(operation, mode, caller, known)
            played.add(operation.label)
    return {one.label for one in operations if _scope(one) is not None} - played
