"""Pings on their way from a request to the judge: what is refused at once, what is handed over, how it is answered."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from registry.access.rules import Actor
from registry.errors import Fault, Invalid
from registry.monitoring.engine.judge import Judge
from registry.monitoring.engine.sorting import Refusal, Submission
from registry.monitoring.gateways import GatewayRequest, GatewayResult
from registry.monitoring.pings import Batch, Rejection, decode_batch, epoch_ms, parse_json
from registry.monitoring.rules import PingOutcome

_LARGEST_REFUSAL = 16_384
_LARGEST_REFUSALS = 1_048_576


def receive_batch(judge: Judge, actor: Actor, now: datetime, body: bytes) -> dict[str, Any]:
    """Store and judge the pings of a batch, and say what became of each."""
    received_at_ms = epoch_ms(now)
    try:
        batch = decode_batch(body, received_at_ms)
    except Invalid as error:
        raise Invalid([Fault("#" + fault.pointer, fault.detail, fault.code) for fault in error.faults]) from error
    places, pings = zip(*batch.accepted, strict=True) if any(batch.accepted) else ((), ())
    outcomes: Sequence[PingOutcome] = ()
    if batch.pings:
        digest = hashlib.sha256(body).hexdigest()
        outcomes = judge.submit(Submission(actor, received_at_ms, pings, digest, _refusals(batch, body)))
    return _answer(batch, dict(zip(places, outcomes, strict=True)))


def _refusals(batch: Batch, body: bytes) -> list[Refusal]:
    """What of a batch could not be used, as it came: by reason, with the first place and every such ping."""
    if not batch.rejected:
        return []
    sent = cast("list[object]", cast("dict[str, object]", parse_json(body))["pings"])
    by_code: dict[str, list[Rejection]] = {}
    for rejection in batch.rejected:
        by_code.setdefault(rejection.code, []).append(rejection)
    return [
        Refusal("pings", code, some[0].pointer, json.dumps([sent[one.index] for one in some])[:_LARGEST_REFUSALS])
        for code, some in sorted(by_code.items())
    ]


def _answer(batch: Batch, outcomes: dict[int, PingOutcome]) -> dict[str, Any]:
    found = list(outcomes.values())
    return {
        "accepted": found.count(PingOutcome.ACCEPTED),
        "duplicates": found.count(PingOutcome.DUPLICATE),
        "conflicts": found.count(PingOutcome.CONFLICT),
        "notStored": found.count(PingOutcome.NOT_STORED),
        "rejected": len(batch.pings) - len(found),
        "results": [
            _rejected(ping) if isinstance(ping, Rejection) else {"index": index, "outcome": outcomes[index].value}
            for index, ping in enumerate(batch.pings)
        ],
    }


def _rejected(rejection: Rejection) -> dict[str, Any]:
    return {
        "index": rejection.index,
        "outcome": PingOutcome.REJECTED.value,
        "code": rejection.code,
        "detail": " ".join(fault.detail for fault in rejection.faults),
        "pointer": "#" + rejection.pointer,
    }


def receive_request(judge: Judge, actor: Actor, format: str, request: GatewayRequest, result: GatewayResult) -> None:
    """Store and judge what a tracker sent; what is answered with success and cannot be used is kept as it came."""
    kept = result.rejections if result.answer_status < 300 else ()
    if not result.pings and not kept:
        return
    raw = "&".join(f"{name}={value}" for name, value in request.query) + "\n" + request.body.decode("utf-8", "replace")
    refusals = [
        Refusal(format, rejection.code, rejection.pointer, raw[:_LARGEST_REFUSAL] if number == 0 else "")
        for number, rejection in enumerate(kept)
    ]
    digest = hashlib.sha256(raw.encode()).hexdigest()
    judge.submit(Submission(actor, request.received_at_ms, result.pings, digest, refusals))
