"""Lookups: the question of a dispatch room, and the incident it was for."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Flask

from registry.access.guard import consultation, requires, write_audit
from registry.access.rules import Actor, Purpose, Scope
from registry.db import is_unreachable
from registry.dispatch import service
from registry.dispatch.desks import Desks
from registry.dispatch.disclosing import Wanted, disclose
from registry.dispatch.inquiries import Answered, Inquiry
from registry.dispatch.schemas import (
    AddressDisclosureSchema,
    IncidentSchema,
    LookupSchema,
    MissingIncidentListSchema,
    MissingIncidentQuerySchema,
    NewAddressDisclosureSchema,
    NewIncidentSchema,
    NewLookupSchema,
)
from registry.dispatch.standby.journal import Journal, Record
from registry.http import Answer, Runtime, operation, runtime
from registry.orders.service import Follower
from registry.privacy.items import KEEP_ITEM
from registry.privacy.service import KEEP_QUESTION

blueprint = Blueprint("lookups", __name__, url_prefix="/v1")


def attach(shared: Runtime) -> None:
    """Give a process what lookups keep in memory; it reads that when it is started, or at the first question."""
    shared.add(Follower(shared.database))
    shared.add(Desks(shared))
    shared.add(Journal(shared.settings))


def open_desks(app: Flask) -> None:
    """Start the processes that answer lookups; returns at once."""
    shared: Runtime = app.extensions["runtime"]
    shared.get(Desks).open()


def wait_for_desks(app: Flask) -> None:
    """Wait until they have read what they keep in memory; where there are none, this process reads it and keeps up."""
    shared: Runtime = app.extensions["runtime"]
    if not shared.get(Desks).wait():
        shared.get(Follower).start()


@blueprint.post("/lookups")
@requires(Scope.LOOKUPS_ASK, Purpose.ACUTE_CALL)
@operation(body=NewLookupSchema, answers={200: LookupSchema}, errors=(503,))
def ask(actor: Actor, body: dict[str, Any]) -> Any:
    """Ask whether an order concerns this person, address, phone, number plate or spot.

    Takes any mix; at least one usable field. The answer points to orders, to be confirmed with their source. With
    `breakGlassReason` it shows who is protected to who normally may not see that; the privacy officer reviews it. While
    the database is away it comes from a copy on local disk, and `copy` says how old that is.
    """
    shared = runtime()
    told = shared.get(Desks).ask(Inquiry(actor, shared.clock.now(), body))
    _keep(shared, told)
    return Answer(told.content)


def _keep(shared: Runtime, told: Answered) -> None:
    """Return once who asked is in the audit chain, or while the database is away in the journal that goes into it."""
    if not told.is_from_copy:
        try:
            write_audit(told.audit, [(KEEP_QUESTION, told.questions), (KEEP_ITEM, told.items)])
        except Exception as error:
            if not is_unreachable(error):
                raise
        else:
            return
    shared.get(Journal).write(Record(told.audit, told.questions, told.items))


@blueprint.put("/lookups/<uuid:lookup_id>/incident")
@requires(Scope.LOOKUPS_ASK, Purpose.ADMINISTRATION)
@operation(body=NewIncidentSchema, answers={200: IncidentSchema})
def name_incident(actor: Actor, lookup_id: UUID, body: dict[str, Any]) -> Any:
    """Say afterwards for which incident a lookup was."""
    with runtime().database.transaction() as session:
        return service.name_incident(session, actor, runtime().clock.now(), lookup_id, body["incident_number"])


@blueprint.post("/lookups/<uuid:lookup_id>/address-disclosures")
@requires(Scope.PROTECTED_ADDRESSES_ASK, Purpose.ACUTE_CALL)
@operation(body=NewAddressDisclosureSchema, answers={200: AddressDisclosureSchema})
def disclose_address(actor: Actor, lookup_id: UUID, body: dict[str, Any]) -> Any:
    """Tell the addresses of a protected person whom a lookup of the last day showed; the privacy officer looks into it.

    No other answer about an order that was looked up tells them, unless the question held the address itself.
    """
    wanted = Wanted(lookup_id, body["order_id"], body["reference"], body["reason"])
    with runtime().database.transaction() as session:
        return disclose(session, actor, runtime().clock.now(), wanted)


@blueprint.get("/lookups/missing-incidents")
@requires(Scope.AUDIT_READ, Purpose.ADMINISTRATION)
@operation(query=MissingIncidentQuerySchema, answers={200: MissingIncidentListSchema})
def list_missing_incidents(actor: Actor, query: dict[str, Any]) -> Any:
    """List the lookups of the caller's organisation that still name no incident, the newest first."""
    with consultation() as session:
        found = service.missing_incidents(session, actor, runtime().clock.now(), query["limit"], query["cursor"])
        return {"lookups": found, "next": found[-1]["lookupId"] if len(found) == query["limit"] else None}
