"""Whom only an earlier version of an order told a number (BSN, SKN) of: found by it too, and established by nothing.

A later message that leaves a number out need not mean that it was wrong; "no order known" to who asks by it would be.
One that a correction left out was: whoever asks by it is told that too.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sqlalchemy import bindparam
from sqlalchemy.orm import Session

from registry.db import Prepared, search_hash
from registry.dispatch.findings import compare
from registry.dispatch.question import Question
from registry.dispatch.reading import PARTIES, party_row
from registry.dispatch.rules import Evidence, Finding
from registry.dispatch.weights import Crowd
from registry.orders.models import OrderParty
from registry.orders.naming.search_keys import KeyKind
from registry.orders.number_models import CarriedNumber

_BEARING = Prepared(
    PARTIES.add_columns(CarriedNumber.key, CarriedNumber.taken_back)
    .join(CarriedNumber, CarriedNumber.party_id == OrderParty.id)
    .where(CarriedNumber.key.in_(bindparam("keys", expanding=True)))
)
_EARLIER_NL = ", dat alleen in een eerdere versie van dit bevel staat"
_TAKEN_BACK_NL = ", dat in een eerdere versie van dit bevel stond en door een correctie is vervallen"


def by_earlier_number(session: Session, question: Question, crowd: Crowd) -> list[tuple[UUID, Evidence]]:
    """The evidence by order, of who bore a number of the question and whose order does not tell it any more."""
    asked = {kind: getattr(question.identifiers, kind) for kind in (KeyKind.BSN, KeyKind.SKN)}
    hashes = {search_hash(kind, value): kind for kind, value in asked.items() if value}
    found = []
    for row in _BEARING.all(session, keys=list(hashes)):
        kind = hashes[bytes(row.key)]
        bearer = party_row(row)
        known = bearer.known(bearer.open())
        borne = replace(known.identifiers, **{kind.value: asked[kind]})
        evidence = compare(question, replace(known, identifiers=borne), crowd)
        if evidence is not None:
            added_nl = _TAKEN_BACK_NL if row.taken_back else _EARLIER_NL
            told = tuple(_told(each, kind, added_nl) for each in evidence.findings)
            found.append((bearer.order_id, replace(evidence, findings=told, is_established=False)))
    return found


def _told(finding: Finding, kind: KeyKind, added_nl: str) -> Finding:
    is_it = finding.agrees and finding.field.value == kind.value
    return replace(finding, how_nl=finding.how_nl + added_nl) if is_it else finding
