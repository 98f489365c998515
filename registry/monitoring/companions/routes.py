"""Protected persons' devices, and when a wearer was near one, to who must act on it and to nobody else."""

from typing import Any
from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from geo.spans import instant, instant_or_none
from registry.access.guard import consultation, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.http import Answer, operation, runtime
from registry.monitoring.companions import consenting, service
from registry.monitoring.companions.models import Companion, NearnessRecord
from registry.monitoring.companions.rules import SHOWN_EVERY_M, explained_nl
from registry.monitoring.companions.schemas import (
    CompanionListSchema,
    CompanionSchema,
    NearnessListSchema,
    NearnessQuerySchema,
    NearnessSchema,
    NewCompanionSchema,
    StandingSchema,
    WithdrawalSchema,
)
from registry.monitoring.companions.standing import standing_of
from registry.monitoring.companions.telling import nearness_of
from registry.monitoring.rules import Page
from registry.monitoring.schemas import PageQuerySchema

blueprint = Blueprint("companions", __name__, url_prefix="/v1")
_APART = ("provider", "partner", "protected", "consent", "heard_at", "near_m")
_TOLD = ("started_at", "ended_at", "confirmed_at", "explanation", "closest", "reasons")
_NUMBERS = ("distanceM", "uncertaintyM", "chance", "closingMps", "contactS")
_CONTACT_EVERY_S, _CLOSING_EVERY_MPS = 10, 0.5


@blueprint.post("/companions")
@requires(Scope.COMPANIONS_WRITE, Purpose.SUPERVISION)
@operation(body=NewCompanionSchema, answers={201: CompanionSchema}, errors=(404, 409))
def create_companion(actor: Actor, body: dict[str, Any]) -> Any:
    """Record that a protected person of an order carries a device with her consent.

    From then on its positions, sent as pings by its own provider, are held against those of the wearer. Whatever the
    device sends without consent, or sent before it, is not kept. One device of hers serves each order that protects
    her, with a consent for each; while somebody else carries it, it is refused. A partner records consent only for an
    order for which it was named to stand by her before.
    """
    consent = body.pop("consent")
    given = {"consented_at": consent["given_at"], "consented_by": consent["by"], "consent_form": consent["form"]}
    with runtime().database.transaction() as session:
        new = consenting.NewCompanion(**body, **given)
        companion = consenting.record_consent(session, actor, runtime().clock.now(), new)
        location = {"Location": f"/v1/companions/{companion.id}"}
        return Answer(_companion(session, companion), 201, location)


@blueprint.get("/companions")
@requires(Scope.COMPANIONS_READ, Purpose.SUPERVISION)
@operation(query=PageQuerySchema, answers={200: CompanionListSchema})
def list_companions(actor: Actor, query: dict[str, Any]) -> Any:
    """List the devices of protected persons that concern the caller's organisation, newest first."""
    with consultation() as session:
        found = service.companions_of(session, actor, runtime().clock.now(), Page(query["limit"], query["cursor"]))
        return {
            "companions": [_companion(session, one) for one in found],
            "next": _next([one.id for one in found], query),
        }


@blueprint.get("/companions/<uuid:companion_id>")
@requires(Scope.COMPANIONS_READ, Purpose.SUPERVISION)
@operation(answers={200: CompanionSchema})
def show_companion(actor: Actor, companion_id: UUID) -> Any:
    """Show the device of a protected person, and her consent."""
    with consultation() as session:
        return _companion(session, service.companion_for(session, actor, runtime().clock.now(), companion_id))


@blueprint.post("/companions/<uuid:companion_id>/withdrawal")
@requires(Scope.COMPANIONS_WRITE, Purpose.SUPERVISION)
@operation(body=WithdrawalSchema, answers={200: CompanionSchema})
def withdraw_consent(actor: Actor, companion_id: UUID, body: dict[str, Any]) -> Any:
    """Withdraw consent, as of now: nothing is judged any more, and her positions are destroyed.

    Those of a time in which he was shown to be near her are kept with that, until its own time is over.
    """
    with runtime().database.transaction() as session:
        now = runtime().clock.now()
        return _companion(session, service.withdraw_consent(session, actor, now, companion_id, body["by"]))


@blueprint.get("/companions/<uuid:companion_id>/standing")
@requires(Scope.NEARNESS_READ, Purpose.SUPERVISION)
@operation(answers={200: StandingSchema}, errors=(409,))
def show_standing(actor: Actor, companion_id: UUID) -> Any:
    """Show how far apart the wearer and the protected person are now, and how quickly they come nearer.

    Where either was not placed lately that is unknown. Only the police and who supervises him are answered.
    """
    with consultation() as session:
        found = standing_of(session, actor, runtime().clock.now(), companion_id)
        shown: dict[str, Any] = StandingSchema(
            only=("companion_id", "at", "standing", "wearer_placed_at", "protected_placed_at")
        ).dump(found)
        sample = found.sample if actor.sees_protected else None
        told = {} if sample is None else _rounded(sample)
        return shown | {name: told.get(name) for name in _NUMBERS if name != "chance"}


@blueprint.get("/nearnesses")
@requires(Scope.NEARNESS_READ, Purpose.SUPERVISION)
@operation(query=NearnessQuerySchema, answers={200: NearnessListSchema})
def list_nearnesses(actor: Actor, query: dict[str, Any]) -> Any:
    """List the stretches in which a wearer was near a protected person, newest first, to who must act on them."""
    asked = service.NearnessFilter(Page(query["limit"], query["cursor"]), query["companion_id"], query["status"])
    with consultation() as session:
        found = service.nearnesses_of(session, actor, runtime().clock.now(), asked)
        return {"nearnesses": [_nearness(one, actor) for one in found], "next": _next([one.id for one in found], query)}


@blueprint.get("/nearnesses/<uuid:nearness_id>")
@requires(Scope.NEARNESS_READ, Purpose.SUPERVISION)
@operation(answers={200: NearnessSchema})
def show_nearness(actor: Actor, nearness_id: UUID) -> Any:
    """Show a stretch in which a wearer was near a protected person, also one that was withdrawn or merged later."""
    with consultation() as session:
        return _nearness(service.nearness_for(session, actor, runtime().clock.now(), nearness_id), actor)


def _next(ids: list[UUID], query: dict[str, Any]) -> str | None:
    return str(ids[-1]) if len(ids) == query["limit"] else None


def _companion(session: Session, companion: Companion) -> dict[str, Any]:
    shown: dict[str, Any] = CompanionSchema(exclude=_APART).dump(companion)
    codes = service.codes_of(session, companion)
    consent = {
        "givenAt": companion.consented_at,
        "by": companion.consented_by,
        "form": companion.consent_form,
        "withdrawnAt": companion.revoked_at,
        "withdrawnBy": companion.revoked_by,
    }
    told = {"protected": companion.protected_reference, "nearM": companion.near_m, "consent": consent}
    return shown | codes | told | {"heardAt": instant_or_none(companion.heard_ms)}


def _nearness(record: NearnessRecord, actor: Actor) -> dict[str, Any]:
    found = nearness_of(record)
    shown: dict[str, Any] = NearnessSchema(exclude=_TOLD).dump(record)
    times = {"startedAt": instant(record.start_ms), "endedAt": instant_or_none(record.end_ms)}
    steps = {
        "closest": None if found.closest is None else _step(found.closest, actor),
        "reasons": [_step(step, actor) for step in found.reasons],
    }
    told = {"confirmedAt": instant_or_none(record.confirmed_ms), "explanation": explained_nl(found)}
    return shown | times | told | steps


def _step(step: Any, actor: Actor) -> dict[str, Any]:
    is_told = actor.sees_protected and step.distance_m is not None
    numbers = _rounded(step) if is_told else {}
    return {"at": instant(step.at_ms), "step": step.step} | {name: numbers.get(name) for name in _NUMBERS}


def _rounded(told: Any) -> dict[str, Any]:
    """The numbers as they are shown: as exact as acting on them needs, and no more."""
    contact_s = told.contact_s
    return {
        "distanceM": _in_steps(told.distance_m),
        "uncertaintyM": max(SHOWN_EVERY_M, _in_steps(told.sigma_m)),
        "chance": round(told.chance, 2),
        "closingMps": round(told.closing_mps / _CLOSING_EVERY_MPS) * _CLOSING_EVERY_MPS,
        "contactS": None if contact_s is None else round(contact_s / _CONTACT_EVERY_S) * _CONTACT_EVERY_S,
    }


def _in_steps(value_m: float) -> int:
    return round(value_m / SHOWN_EVERY_M) * SHOWN_EVERY_M
