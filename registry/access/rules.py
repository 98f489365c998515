"""Scopes, actors and organisations: who may ask what, decided on values alone."""

import uuid
from dataclasses import dataclass
from enum import StrEnum


class OrganisationKind(StrEnum):
    """What an organisation is in the chain."""

    CJIB = "cjib"
    POLICE = "police"
    PROSECUTION = "prosecution"
    PROBATION = "probation"
    PARTNER = "partner"
    DEVICE_PROVIDER = "device_provider"
    COMPANION_PROVIDER = "companion_provider"
    OTHER_SENDER = "other_sender"


class Scope(StrEnum):
    """What a client's key opens; each route names one."""

    DELIVERIES_WRITE = "deliveries:write"
    OTHER_ORDERS_WRITE = "other-orders:write"
    DELIVERIES_READ = "deliveries:read"
    STATEMENTS_WRITE = "statements:write"
    STATEMENTS_READ = "statements:read"
    DIFFERENCES_WRITE = "differences:write"
    PROVISIONAL_WRITE = "provisional-orders:write"
    PROVISIONAL_READ = "provisional-orders:read"
    PROVISIONAL_LINK = "provisional-orders:link"
    PROVISIONAL_DOCUMENTS_READ = "provisional-documents:read"
    ORDERS_READ = "orders:read"
    PROTECTED_READ = "protected:read"
    LOOKUPS_ASK = "lookups:ask"
    SNAPSHOTS_READ = "dispatch-snapshots:read"
    CONFIRMATIONS_ANSWER = "confirmations:answer"
    DETENTIONS_WRITE = "detentions:write"
    EXEMPTIONS_WRITE = "exemptions:write"
    ZONES_TRY = "zones:try"
    PINGS_WRITE = "pings:write"
    COUPLINGS_WRITE = "couplings:write"
    COUPLINGS_READ = "couplings:read"
    POSITIONS_READ = "positions:read"
    POSITIONS_HOLD = "positions:hold"
    DEMANDS_READ = "position-demands:read"
    DEMANDS_WRITE = "position-demands:write"
    DEMANDS_APPROVE = "position-demands:approve"
    EPISODES_READ = "episodes:read"
    EVIDENCE_EXPORT = "evidence:export"
    HISTORIES_READ = "histories:read"
    HISTORIES_EXPORT = "histories:export"
    GATEWAYS_MANAGE = "gateways:manage"
    ALERTS_READ = "alerts:read"
    ALERTS_ACKNOWLEDGE = "alerts:acknowledge"
    DUTIES_MANAGE = "duties:manage"
    EVENTS_READ = "events:read"
    SUBSCRIPTIONS_MANAGE = "subscriptions:manage"
    REPORTS_WRITE = "reports:write"
    REPORTS_READ = "reports:read"
    REPORTS_LINK = "reports:link"
    REPORTS_RELEASE = "reports:release"
    WISHES_READ = "wishes:read"
    WISHES_WRITE = "wishes:write"
    INFORMING_READ = "informing:read"
    INFORMING_WRITE = "informing:write"
    EVIDENCE_FILES_READ = "evidence-files:read"
    BREACHES_READ = "breaches:read"
    BREACHES_WRITE = "breaches:write"
    BREACHES_ASSESS = "breaches:assess"
    PROCEEDINGS_READ = "proceedings:read"
    PROCEEDINGS_WRITE = "proceedings:write"
    DEADLINES_READ = "deadlines:read"
    CALENDARS_MANAGE = "calendars:manage"
    AUDIT_READ = "audit:read"
    METRICS_READ = "metrics:read"
    BREAK_GLASS_USE = "break-glass:use"
    PROTECTED_ADDRESSES_ASK = "protected-addresses:ask"
    QUESTIONS_OPEN = "questions:open"
    PRIVACY_ITEMS_READ = "privacy-items:read"
    PRIVACY_ITEMS_HANDLE = "privacy-items:handle"
    WATCHED_PERSONS_MANAGE = "watched-persons:manage"
    COMPANIONS_WRITE = "companions:write"
    COMPANIONS_READ = "companions:read"
    NEARNESS_READ = "nearness:read"


class Purpose(StrEnum):
    """Why personal data is asked for (doel); the words of Wpg art. 3 and 32a are purpose and reason."""

    ACUTE_CALL = "acute_call"
    IDENTITY_CHECK = "identity_check"
    REPORT = "report"
    SUPERVISION = "supervision"
    ENFORCEMENT = "enforcement"
    INTAKE = "intake"
    ADMINISTRATION = "administration"
    LAWFULNESS = "lawfulness"


# A dispatch lookup is for the police and the prosecution, whatever scopes a client was given by mistake.
LOOKUP_KINDS = frozenset({OrganisationKind.POLICE, OrganisationKind.PROSECUTION})

# Orders of the criminal chain come through the CJIB; whoever else gives orders has a scope of his own for them.
_ENTERING_KINDS = frozenset({OrganisationKind.POLICE, OrganisationKind.PROSECUTION})

# Who supervises wearers, and who may demand their positions: the last are police, prosecution and courts.
_SUPERVISING_KINDS = _ENTERING_KINDS | {OrganisationKind.PROBATION}
_POSITION_KINDS = _SUPERVISING_KINDS | {OrganisationKind.OTHER_SENDER}

# Who speaks with victims.
_INFORMING_KINDS = _ENTERING_KINDS | {OrganisationKind.PROBATION, OrganisationKind.PARTNER}

# Who must act when he is near her; who follows his monitor, or speaks for him, never learns of it here.
_NEARNESS_KINDS = frozenset({OrganisationKind.POLICE, OrganisationKind.PROBATION})

# Who records her consent, and its withdrawal: these, and the partner who stands by her.
_CARING_KINDS = _NEARNESS_KINDS | {OrganisationKind.PARTNER}

_ONLY_FOR = {
    Scope.LOOKUPS_ASK: LOOKUP_KINDS,
    Scope.SNAPSHOTS_READ: LOOKUP_KINDS,
    Scope.BREAK_GLASS_USE: LOOKUP_KINDS,
    Scope.PROTECTED_ADDRESSES_ASK: LOOKUP_KINDS,
    Scope.STATEMENTS_WRITE: frozenset({OrganisationKind.CJIB, OrganisationKind.OTHER_SENDER}),
    Scope.DELIVERIES_WRITE: frozenset({OrganisationKind.CJIB}),
    Scope.OTHER_ORDERS_WRITE: frozenset({OrganisationKind.OTHER_SENDER, OrganisationKind.PROSECUTION}),
    Scope.POSITIONS_HOLD: _SUPERVISING_KINDS,
    Scope.HISTORIES_READ: _POSITION_KINDS,
    Scope.DEMANDS_READ: _POSITION_KINDS,
    Scope.DEMANDS_WRITE: _SUPERVISING_KINDS,
    Scope.DEMANDS_APPROVE: _SUPERVISING_KINDS,
    Scope.EXEMPTIONS_WRITE: frozenset({OrganisationKind.PROBATION, OrganisationKind.PROSECUTION}),
    Scope.ZONES_TRY: frozenset({OrganisationKind.PROBATION, OrganisationKind.PROSECUTION}),
    Scope.PROVISIONAL_WRITE: _ENTERING_KINDS,
    Scope.PROVISIONAL_LINK: _ENTERING_KINDS,
    Scope.PROVISIONAL_DOCUMENTS_READ: _ENTERING_KINDS | {OrganisationKind.CJIB},
    Scope.REPORTS_RELEASE: _ENTERING_KINDS,
    Scope.WISHES_READ: _ENTERING_KINDS | {OrganisationKind.PARTNER},
    Scope.WISHES_WRITE: frozenset({OrganisationKind.PARTNER}),
    Scope.INFORMING_READ: _INFORMING_KINDS,
    Scope.INFORMING_WRITE: _INFORMING_KINDS,
    Scope.EVIDENCE_FILES_READ: _ENTERING_KINDS | {OrganisationKind.PARTNER},
    Scope.COMPANIONS_WRITE: _CARING_KINDS,
    Scope.COMPANIONS_READ: _CARING_KINDS,
    Scope.NEARNESS_READ: _NEARNESS_KINDS,
}


def is_for(scope: Scope, kind: OrganisationKind) -> bool:
    """Say whether an organisation of this kind may ever use a scope."""
    return kind in _ONLY_FOR.get(scope, frozenset(OrganisationKind))


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the client, its organisation, and the person, unit and role it names for this call."""

    client_id: uuid.UUID | None
    organisation_id: uuid.UUID
    organisation_kind: OrganisationKind
    scopes: frozenset[str]
    end_user: str
    unit: str
    role: str
    purpose: Purpose

    def may(self, scope: Scope) -> bool:
        """Say whether this actor holds a scope, and is of a kind that may use it."""
        return scope in self.scopes and is_for(scope, self.organisation_kind)

    @property
    def sees_protected(self) -> bool:
        """Say whether the register's own pages show this actor who is protected, and where.

        Not whoever answers calls: one of them may be the very person she is protected from, so a dispatch client reads
        an address in a lookup whose question held it, or on a reasoned request, and nowhere else.
        """
        return self.may(Scope.PROTECTED_READ) and not self.may(Scope.LOOKUPS_ASK)


class Action(StrEnum):
    """What was done to data, in the words of Wpg art. 32a."""

    COLLECTED = "collected"
    CHANGED = "changed"
    CONSULTED = "consulted"
    DISCLOSED = "disclosed"
    COMBINED = "combined"
    DESTROYED = "destroyed"
