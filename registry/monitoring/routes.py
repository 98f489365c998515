"""Devices, couplings, pings, episodes, positions, gateway tokens, and the gateways themselves."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, Response, request
from sqlalchemy.orm import Session

from geo.spans import instant, instant_or_none
from registry.access.guard import consultation, public, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.access.service import key_hash
from registry.errors import NotFound
from registry.http import Answer, Runtime, operation, runtime
from registry.http.bodies import MIB, read_body
from registry.http.fields import camel
from registry.monitoring import service, tokens
from registry.monitoring.engine.accounts import other_account
from registry.monitoring.engine.judge import Judge
from registry.monitoring.gateways import FORMATS, MAX_BODY_BYTES, GatewayRequest, decode
from registry.monitoring.models import Device, EpisodeRecord
from registry.monitoring.pings import epoch_ms
from registry.monitoring.receiving import receive_batch, receive_request
from registry.monitoring.rules import EnginePolicy, Page
from registry.monitoring.schemas import (
    CouplingEndSchema,
    CouplingListSchema,
    CouplingSchema,
    DeviceSchema,
    EpisodeListSchema,
    EpisodeQuerySchema,
    EpisodeSchema,
    GatewaySecretSchema,
    GatewayTokenListSchema,
    GatewayTokenSchema,
    NewCouplingSchema,
    NewDeviceSchema,
    NewGatewayTokenSchema,
    PageQuerySchema,
    PingResultsSchema,
    PositionSchema,
)
from registry.orders.service import RING

blueprint = Blueprint("monitoring", __name__, url_prefix="/v1")
gateways = Blueprint("gateways", __name__, url_prefix="/gateways")

_EPISODE_TIMES = ("started_at", "ended_at", "confirmed_at")
_LARGEST_BATCH_BYTES = 8 * MIB
_METHODS = ("GET", "POST", "PUT", "PATCH")


def attach(shared: Runtime) -> None:
    """Give a process its judge; it takes the engine's lock when the first pings come, or when it is started."""
    shared.add(Judge(shared.database, shared.clock, EnginePolicy.keeping(shared.settings.position_days)))


def start_judging(app: Flask) -> None:
    """Let the judge do once a second what must not wait for a ping."""
    shared: Runtime = app.extensions["runtime"]
    shared.get(Judge).start()


@blueprint.post("/devices")
@requires(Scope.COUPLINGS_WRITE, Purpose.SUPERVISION)
@operation(body=NewDeviceSchema, answers={201: DeviceSchema})
def create_device(actor: Actor, body: dict[str, Any]) -> Any:
    """Register a device; one that is known by this name already is returned as it is.

    A device that sends pings before it is registered is registered by its first ping.
    """
    with runtime().database.transaction() as session:
        device = service.add_device(session, actor, runtime().clock.now(), body["provider"], body["name"])
        return Answer(_device(device), 201, {"Location": f"/v1/devices/{device.id}"})


@blueprint.get("/devices/<uuid:device_id>")
@requires(Scope.COUPLINGS_READ, Purpose.SUPERVISION)
@operation(answers={200: DeviceSchema})
def show_device(actor: Actor, device_id: UUID) -> Any:
    """Show a device."""
    with consultation() as session:
        return _device(service.device_for(session, actor, runtime().clock.now(), device_id))


@blueprint.post("/couplings")
@requires(Scope.COUPLINGS_WRITE, Purpose.SUPERVISION)
@operation(body=NewCouplingSchema, answers={201: CouplingSchema}, errors=(404, 409))
def create_coupling(actor: Actor, body: dict[str, Any]) -> Any:
    """Say who wears a device, or in whose home it stands: the subject of an order, from when and until when.

    Positions that came before are judged as found late. A time in which the device is on somebody else, or another unit
    stands there for the same condition, is refused.
    """
    new = service.NewCoupling(**body)
    with runtime().database.transaction() as session:
        now = runtime().clock.now()
        coupling = service.couple(session, actor, now, new)
        return Answer(_coupling(service.with_names(session, [coupling], now)[0]), 201)


@blueprint.get("/couplings")
@requires(Scope.COUPLINGS_READ, Purpose.SUPERVISION)
@operation(query=PageQuerySchema, answers={200: CouplingListSchema})
def list_couplings(actor: Actor, query: dict[str, Any]) -> Any:
    """List the couplings that concern the caller's organisation, newest first."""
    with consultation() as session:
        found = service.couplings_of(session, actor, runtime().clock.now(), _page(query))
        return {
            "couplings": [_coupling(one) for one in found],
            "next": _next([one.coupling.id for one in found], query),
        }


@blueprint.post("/couplings/<uuid:coupling_id>/end")
@requires(Scope.COUPLINGS_WRITE, Purpose.SUPERVISION)
@operation(body=CouplingEndSchema, answers={200: CouplingSchema}, errors=(409,))
def end_coupling(actor: Actor, coupling_id: UUID, body: dict[str, Any]) -> Any:
    """Say when a device was taken off; what was judged of it after that is judged again."""
    with runtime().database.transaction() as session:
        now = runtime().clock.now()
        coupling = service.end_coupling(session, actor, now, coupling_id, body["until"])
        return _coupling(service.with_names(session, [coupling], now)[0])


@blueprint.post("/pings")
@requires(Scope.PINGS_WRITE, Purpose.SUPERVISION)
@operation(raw_body=("application/json",), answers={200: PingResultsSchema}, errors=(503,))
def send_pings(actor: Actor) -> Any:
    """Send a batch of pings of the caller's own devices; a bad one never costs the others.

    The same ping again is a duplicate; one with the same device, time, sequence and kind and other content a conflict.
    Both may be sent again without harm. Of a protected person's device only positions with her consent are kept, and of
    two accounts of one instant the first. At 503 nothing was stored: send the batch again after `Retry-After`.
    """
    shared = runtime()
    return receive_batch(shared.get(Judge), actor, shared.clock.now(), read_body(_LARGEST_BATCH_BYTES))


@blueprint.get("/episodes")
@requires(Scope.EPISODES_READ, Purpose.SUPERVISION)
@operation(query=EpisodeQuerySchema, answers={200: EpisodeListSchema})
def list_episodes(actor: Actor, query: dict[str, Any]) -> Any:
    """List the episodes that concern the caller's organisation, newest first."""
    asked = service.EpisodeFilter(_page(query), query["status"], query["order_id"])
    with consultation() as session:
        found = service.episodes_of(session, actor, runtime().clock.now(), asked)
        shown = [_episode(session, one, actor) for one in found]
        return {"episodes": shown, "next": _next([one.id for one in found], query)}


@blueprint.get("/episodes/<uuid:episode_id>")
@requires(Scope.EPISODES_READ, Purpose.SUPERVISION)
@operation(answers={200: EpisodeSchema})
def show_episode(actor: Actor, episode_id: UUID) -> Any:
    """Show an episode, also one that was withdrawn or merged later."""
    with consultation() as session:
        found = service.episode_for(session, actor, runtime().clock.now(), episode_id)
        return _episode(session, found, actor)


@blueprint.get("/wearers/<uuid:person_id>/position")
@requires(Scope.POSITIONS_READ, Purpose.SUPERVISION)
@operation(answers={200: PositionSchema})
def show_position(actor: Actor, person_id: UUID) -> Any:
    """Show where a wearer was last while an episode goes on, to the organisation that supervises him.

    Outside an episode it takes a reason: `POST /v1/wearers/{personId}/last-position-readings`.
    """
    now = runtime().clock.now()
    with consultation() as session:
        found = service.position_of(session, actor, now, person_id)
    shown: dict[str, Any] = PositionSchema(exclude=("age_s",)).dump(found)
    return shown | {"ageS": max(0, round((now - found.at).total_seconds()))}


@blueprint.post("/gateway-tokens")
@requires(Scope.GATEWAYS_MANAGE, Purpose.ADMINISTRATION)
@operation(body=NewGatewayTokenSchema, answers={201: GatewaySecretSchema})
def create_gateway_token(actor: Actor, body: dict[str, Any]) -> Any:
    """Make an address for trackers of the caller's organisation; the answer shows its secret this once."""
    secret, settings = tokens.new_token(), runtime().settings
    named = (body["name"], body["formats"])
    with runtime().database.transaction() as session:
        digest = key_hash(settings.keys.pepper, secret)
        made = tokens.add_token(session, actor, runtime().clock.now(), named, digest)
    urls = [f"{settings.public_url}/gateways/{format}/{secret}" for format in made.formats]
    return Answer(GatewayTokenSchema().dump(made) | {"token": secret, "urls": urls}, 201)


@blueprint.get("/gateway-tokens")
@requires(Scope.GATEWAYS_MANAGE, Purpose.ADMINISTRATION)
@operation(query=PageQuerySchema, answers={200: GatewayTokenListSchema})
def list_gateway_tokens(actor: Actor, query: dict[str, Any]) -> Any:
    """List the gateway tokens of the caller's organisation, newest first."""
    with consultation() as session:
        found = tokens.tokens_of(session, actor, runtime().clock.now(), _page(query))
        return {
            "gatewayTokens": [GatewayTokenSchema().dump(one) for one in found],
            "next": _next([one.id for one in found], query),
        }


@blueprint.delete("/gateway-tokens/<uuid:token_id>")
@requires(Scope.GATEWAYS_MANAGE, Purpose.ADMINISTRATION)
@operation(answers={204: None})
def delete_gateway_token(actor: Actor, token_id: UUID) -> Any:
    """End a gateway token; its address is unknown from then on."""
    with runtime().database.transaction() as session:
        tokens.revoke_token(session, actor, runtime().clock.now(), token_id)
    return Answer(None, 204)


@gateways.route("/<format>/<token>", methods=_METHODS)
@gateways.route("/<format>/<token>/", methods=_METHODS)
@gateways.route("/<format>/<token>/<path:rest>", methods=_METHODS)
@public
def receive(format: str, token: str, rest: str = "") -> Response:
    """Take what a tracker sends. It has no key to show: the secret in its address is the key, and is checked here."""
    shared = runtime()
    if format not in FORMATS:
        raise NotFound
    with shared.database.reading() as session:
        actor = tokens.gateway_actor(session, shared.settings.keys.pepper, token, format)
    heard = GatewayRequest(
        query=list(request.args.items(multi=True)),
        content_type=request.content_type,
        body=read_body(MAX_BODY_BYTES),
        received_at_ms=epoch_ms(shared.clock.now()),
        headers=dict(request.headers),
    )
    result = decode(format, heard)
    receive_request(shared.get(Judge), actor, format, heard, result)
    return Response(result.answer_body, result.answer_status, content_type=result.answer_content_type)


def _page(query: dict[str, Any]) -> Page:
    return Page(query["limit"], query["cursor"])


def _next(ids: list[UUID], query: dict[str, Any]) -> str | None:
    return str(ids[-1]) if len(ids) == query["limit"] else None


def _device(device: Device) -> dict[str, Any]:
    shown: dict[str, Any] = DeviceSchema().dump(device)
    return shown


def _coupling(coupled: service.Coupled) -> dict[str, Any]:
    shown: dict[str, Any] = CouplingSchema(exclude=("device", "provider", "unjudged")).dump(coupled.coupling)
    return shown | {"device": coupled.device, "provider": coupled.provider, "notJudgedBecause": coupled.unjudged}


# Three known positions with their distances to the edge of a circle are where she lives.
_TELLING_OF_THE_ZONE = ("distance_m", "estimate_m", "sigma_m")


def _episode(session: Session, record: EpisodeRecord, actor: Actor) -> dict[str, Any]:
    shown: dict[str, Any] = EpisodeSchema(exclude=(*_EPISODE_TIMES, "reasons", "other_source")).dump(record)
    shown["otherSource"] = other_account(session, record)
    times = (record.start_ms, record.end_ms, record.confirmed_ms)
    told: dict[str, Any] = {
        camel(name): instant_or_none(at_ms) for name, at_ms in zip(_EPISODE_TIMES, times, strict=True)
    }
    told |= {"zoneId": record.zone_id.removesuffix(RING)}
    hidden = () if actor.sees_protected else _TELLING_OF_THE_ZONE
    return shown | told | {"reasons": [_reason(one, hidden) for one in record.reasons]}


def _reason(reason: dict[str, Any], hidden: Sequence[str]) -> dict[str, Any]:
    shown = {camel(name): None if name in hidden else value for name, value in reason.items() if name != "at_ms"}
    return {"at": instant(reason["at_ms"])} | shown
