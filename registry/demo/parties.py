"""The organisations of the demo, each with one client, and the keys of those clients, random and kept in a file."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from registry.access import service
from registry.access.models import ApiClient, Organisation
from registry.access.rules import OrganisationKind, Scope

FILE_NAME = "demo-credentials.json"
CLIENT_NAME = "demo"


class NotTheDemo(Exception):
    """The database holds organisations that are not the demo's: fictional data has no place among them."""


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation of the demo, what its client may do, and who speaks for it."""

    code: str
    name: str
    kind: OrganisationKind
    scopes: tuple[Scope, ...]
    end_user: str
    unit: str
    role: str


_SENDING = (
    *(Scope.DELIVERIES_WRITE, Scope.DELIVERIES_READ, Scope.DETENTIONS_WRITE, Scope.EVENTS_READ),
    Scope.SUBSCRIPTIONS_MANAGE,
    *(Scope.STATEMENTS_WRITE, Scope.STATEMENTS_READ, Scope.DIFFERENCES_WRITE, Scope.CONFIRMATIONS_ANSWER),
)
_SENDING_OTHERS = (
    *(Scope.OTHER_ORDERS_WRITE, Scope.DELIVERIES_READ, Scope.DETENTIONS_WRITE, Scope.CONFIRMATIONS_ANSWER),
)
_FOLLOWING_REPORTS = (
    Scope.REPORTS_READ, Scope.REPORTS_LINK, Scope.REPORTS_RELEASE, Scope.WISHES_READ, Scope.EVIDENCE_FILES_READ,
    Scope.INFORMING_READ, Scope.INFORMING_WRITE,
)  # fmt: skip
_POLICE = (
    Scope.LOOKUPS_ASK, Scope.ORDERS_READ, Scope.PROTECTED_READ, Scope.ALERTS_READ, Scope.ALERTS_ACKNOWLEDGE,
    *_FOLLOWING_REPORTS, Scope.BREACHES_READ, Scope.BREACHES_WRITE,
    Scope.EVENTS_READ, Scope.AUDIT_READ, Scope.PROVISIONAL_WRITE, Scope.PROVISIONAL_READ,
    # In earnest the privacy officer has a client of his own: the room that asks does not see what is raised about it.
    Scope.PROTECTED_ADDRESSES_ASK, Scope.BREAK_GLASS_USE, Scope.QUESTIONS_OPEN, Scope.PRIVACY_ITEMS_READ,
    Scope.PRIVACY_ITEMS_HANDLE, Scope.WATCHED_PERSONS_MANAGE, Scope.SNAPSHOTS_READ,
    Scope.COMPANIONS_READ, Scope.NEARNESS_READ,
)  # fmt: skip
_PROBATION = (
    Scope.ORDERS_READ, Scope.COUPLINGS_WRITE, Scope.COUPLINGS_READ, Scope.POSITIONS_READ, Scope.EPISODES_READ,
    Scope.EVIDENCE_EXPORT, Scope.HISTORIES_EXPORT, Scope.PROTECTED_READ,
    Scope.ALERTS_READ, Scope.ALERTS_ACKNOWLEDGE, Scope.DUTIES_MANAGE, Scope.EVENTS_READ, Scope.SUBSCRIPTIONS_MANAGE,
    Scope.REPORTS_READ, Scope.BREACHES_READ, Scope.BREACHES_WRITE, Scope.METRICS_READ, Scope.EXEMPTIONS_WRITE,
    Scope.ZONES_TRY, Scope.POSITIONS_HOLD, Scope.HISTORIES_READ,
    Scope.DEMANDS_READ, Scope.DEMANDS_WRITE, Scope.DEMANDS_APPROVE,
    Scope.COMPANIONS_WRITE, Scope.COMPANIONS_READ, Scope.NEARNESS_READ,
)  # fmt: skip
_PROSECUTION = (
    Scope.ORDERS_READ, Scope.PROTECTED_READ, Scope.LOOKUPS_ASK, Scope.ALERTS_READ,
    *_FOLLOWING_REPORTS, Scope.BREACHES_READ, Scope.BREACHES_WRITE, Scope.BREACHES_ASSESS,
    Scope.PROCEEDINGS_READ, Scope.PROCEEDINGS_WRITE, Scope.DEADLINES_READ, Scope.CALENDARS_MANAGE, Scope.EVENTS_READ,
    Scope.PROVISIONAL_WRITE, Scope.PROVISIONAL_READ, Scope.PROVISIONAL_LINK, Scope.PROVISIONAL_DOCUMENTS_READ,
    Scope.CONFIRMATIONS_ANSWER, Scope.POSITIONS_HOLD, Scope.HISTORIES_READ, Scope.HISTORIES_EXPORT, Scope.DEMANDS_READ,
)  # fmt: skip

PARTIES = (
    Party("CJIB", "Centraal Justitieel Incassobureau", OrganisationKind.CJIB, _SENDING,
          "aice-07", "AICE", "medewerker tenuitvoerlegging"),
    Party("GEM-RT", "Gemeente Rotterdam (burgemeester)", OrganisationKind.OTHER_SENDER, _SENDING_OTHERS,
          "ov-12", "Openbare orde en veiligheid", "medewerker huisverboden"),
    Party("POL-MN", "Politie Midden-Nederland", OrganisationKind.POLICE, _POLICE,
          "mk-3041", "Meldkamer Utrecht", "centralist"),
    Party("POL-RT", "Politie Rotterdam", OrganisationKind.POLICE, _POLICE,
          "mk-2010", "Meldkamer Rotterdam", "centralist"),
    Party("RN-MN", "Reclassering Nederland, Midden-Nederland", OrganisationKind.PROBATION, _PROBATION,
          "rn-118", "Toezicht Utrecht", "toezichthouder"),
    Party("RN-RT", "Reclassering Nederland, Rotterdam", OrganisationKind.PROBATION, _PROBATION,
          "rn-220", "Toezicht Rotterdam", "toezichthouder"),
    Party("OM-MN", "Openbaar Ministerie Midden-Nederland", OrganisationKind.PROSECUTION, _PROSECUTION,
          "ovj-5", "ZSM Utrecht", "officier van justitie"),
    Party("OM-RT", "Openbaar Ministerie Rotterdam", OrganisationKind.PROSECUTION, _PROSECUTION,
          "ovj-9", "ZSM Rotterdam", "officier van justitie"),
    Party("SHN", "Slachtofferhulp Nederland", OrganisationKind.PARTNER,
          (Scope.REPORTS_WRITE, Scope.REPORTS_READ, Scope.WISHES_READ, Scope.WISHES_WRITE, Scope.INFORMING_READ,
           Scope.INFORMING_WRITE, Scope.EVENTS_READ, Scope.COMPANIONS_READ, Scope.COMPANIONS_WRITE),
          "shn-44", "Team Midden", "casemanager"),
    Party("DVO", "Dienst Vervoer en Ondersteuning", OrganisationKind.DEVICE_PROVIDER,
          (Scope.PINGS_WRITE, Scope.GATEWAYS_MANAGE, Scope.COUPLINGS_READ), "dvo-1", "Monitoring", "operator"),
    Party("SAP", "Leverancier van slachtofferapparaten", OrganisationKind.COMPANION_PROVIDER,
          (Scope.PINGS_WRITE, Scope.GATEWAYS_MANAGE), "sap-1", "Monitoring", "operator"),
)  # fmt: skip
BY_CODE: Mapping[str, Party] = {party.code: party for party in PARTIES}


class Credentials:
    """The demo's keys by organisation, and the gateway's secret address, in a file that only its owner reads."""

    def __init__(self, state_dir: Path) -> None:
        self.file = state_dir / FILE_NAME
        self._kept: dict[str, str] = json.loads(self.file.read_text("utf-8")) if self.file.exists() else {}

    def get(self, name: str) -> str | None:
        """Return what is kept under a name."""
        return self._kept.get(name)

    def keep(self, name: str, secret: str) -> None:
        """Keep a secret, replacing the file as a whole."""
        self._kept[name] = secret
        self.file.parent.mkdir(parents=True, exist_ok=True)
        new = self.file.with_suffix(".new")
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(self._kept, file, indent=2)
        new.replace(self.file)


def ensure_parties(session: Session, credentials: Credentials, pepper: bytes, now: datetime) -> date:
    """Add what is missing of the organisations and clients, and return the first day of this demo.

    Raises NotTheDemo on a database that somebody else uses.
    """
    is_demo = session.scalar(select(exists().where(ApiClient.name == CLIENT_NAME)))
    if not is_demo and session.scalar(select(exists().where(Organisation.id.is_not(None)))):
        raise NotTheDemo
    for party in PARTIES:
        owner = service.add_organisation(session, party.code, party.name, party.kind)
        _ensure_client(session, party, owner, (credentials, pepper, now))
    sender = service.organisation_by_code(session, "CJIB")
    own = select(ApiClient.created_at).where(ApiClient.name == CLIENT_NAME)
    first = session.scalars(own.where(ApiClient.organisation_id == (sender and sender.id))).all()
    return min(first).date()


def _ensure_client(
    session: Session, party: Party, owner: Organisation, means: tuple[Credentials, bytes, datetime]
) -> None:
    credentials, pepper, now = means
    key = credentials.get(party.code)
    own = select(ApiClient).where(ApiClient.organisation_id == owner.id, ApiClient.name == CLIENT_NAME)
    active = session.scalars(own.where(ApiClient.revoked_at.is_(None))).all()
    wanted = sorted(scope.value for scope in party.scopes)
    for client in active:
        if key and client.key_hash == service.key_hash(pepper, key):
            client.scopes = wanted
            return
        service.revoke_client(session, client.id, now)
    key = service.new_key()
    credentials.keep(party.code, key)
    service.add_client(session, owner, CLIENT_NAME, party.scopes, service.ClientSecret(key, pepper, now))
