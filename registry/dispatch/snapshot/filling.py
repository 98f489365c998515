"""Filling an edition: small tables as they are, orders piece by piece with what identifies anybody recast."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from registry.access.models import Organisation
from registry.db import Base, Database, table_of
from registry.db.bulk import Layout, insert, plain
from registry.dispatch.snapshot.recasting import Recast, Row
from registry.intake.models import IntakeDelivery, IntakeRow, IntakeSource
from registry.intake.reconciliation.models import Statement
from registry.orders.finding.following import opened
from registry.orders.index_models import NameToken, PartyName
from registry.orders.models import (
    Condition,
    Detention,
    Exemption,
    Order,
    OrderParty,
    OrderVersion,
    PartyLink,
    ProvisionalOrder,
    SearchKey,
)
from registry.orders.number_models import CarriedNumber
from registry.orders.register.projection import NAME_PLACE, TOKEN_PLACE
from registry.orders.shielding import Shield

_ORDERS_AT_ONCE, _ROWS_AT_ONCE = 500, 2_000
_UNSETTLED = table_of(IntakeRow).c.open_number.is_not(None)
_OF_UNSETTLED = table_of(IntakeDelivery).c.id.in_(select(table_of(IntakeRow).c.delivery_id).where(_UNSETTLED))
_NOBODY = {"end_user": "", "unit": "", "role": "", "client_id": None}
# What of each table a lookup reads, and what of a row it has no need to know.
_AS_IT_IS: tuple[tuple[Select[*tuple[Any, ...]], type[Base], Mapping[str, Any]], ...] = (
    (select(table_of(Organisation)), Organisation, {}),
    (select(table_of(IntakeSource)), IntakeSource, {}),
    (select(table_of(Statement)), Statement, _NOBODY),
    (select(table_of(IntakeDelivery)).where(_OF_UNSETTLED), IntakeDelivery, _NOBODY),
    (select(table_of(IntakeRow)).where(_UNSETTLED), IntakeRow, {"findings": [], "last_error": None}),
    (select(table_of(Detention)), Detention, {}),
    (select(table_of(ProvisionalOrder)), ProvisionalOrder, {"entry_sealed": b"", "digest": b""}),
    (select(table_of(PartyLink)).where(table_of(PartyLink).c.replaced_at.is_(None)), PartyLink, {}),
    (select(table_of(Order)), Order, {}),
)
Rows = dict[type[Base], list[Mapping[str, Any]]]


def fill(source: Session, target: Database, recast: Recast) -> None:
    """Fill an empty database with what a lookup reads of the register; nothing of where anybody lives, and no area."""
    for rows, model, without in _AS_IT_IS:
        for piece in _pieces(source, rows):
            _write(target, {model: [{**each, **without} for each in piece]})
    after = UUID(int=0)
    ids = select(Order.id).order_by(Order.id).limit(_ORDERS_AT_ONCE)
    while found := source.scalars(ids.where(Order.id > after)).all():
        _write(target, _orders(source, found, recast))
        after = found[-1]
    for piece in _pieces(source, select(table_of(NameToken))):
        _write(target, {NameToken: list(_words(piece, recast))})
    for piece in _pieces(source, select(table_of(PartyName))):
        _write(target, {PartyName: list(_names(piece, recast))})


def _pieces(source: Session, rows: Select[*tuple[Any, ...]]) -> Iterator[Sequence[Row]]:
    found = source.execute(rows).mappings()
    while piece := found.fetchmany(_ROWS_AT_ONCE):
        yield piece  # type: ignore[misc]


def _orders(source: Session, order_ids: Sequence[UUID], recast: Recast) -> Rows:
    """What the versions of some orders tell, each in the words of its own shield."""
    current = select(table_of(Order).c.current_version_id).where(table_of(Order).c.id.in_(order_ids))
    parties = _by(source, OrderParty, "order_id", table_of(OrderParty).c.version_id.in_(current))
    rows: Rows = defaultdict(list)
    shields: dict[UUID, Shield] = {}
    for order_id in order_ids:
        made, keys, shields[order_id] = recast.parties(parties[order_id])
        rows[OrderParty] += made
        rows[SearchKey] += keys
    versions = _by(source, OrderVersion, "order_id", table_of(OrderVersion).c.order_id.in_(order_ids))
    conditions = _by(source, Condition, "version_id", table_of(Condition).c.version_id.in_(current))
    now = set(source.scalars(current))
    for order_id, told in versions.items():
        shield = shields[order_id]
        rows[OrderVersion] += [recast.version(e, is_current=e["id"] in now, shield=shield) for e in told]
        rows[Condition] += [recast.condition(c, shield) for each in told for c in conditions[each["id"]]]
    rows[CarriedNumber] = list(_carried(source, parties, recast))
    exempted = _by(source, Exemption, "order_id", table_of(Exemption).c.order_id.in_(order_ids))
    for order_id, leave in exempted.items():
        named = shields[order_id].named
        rows[Exemption] += [{**e, "condition_reference": named(e["condition_reference"])} for e in leave]
    return rows


def _carried(source: Session, current: Mapping[UUID, Sequence[Row]], recast: Recast) -> Iterator[Row]:
    """The numbers that only an earlier version tells, as its parties have them: the register keeps but their hashes."""
    order_of = {each["id"]: order_id for order_id, parties in current.items() for each in parties}
    table = table_of(CarriedNumber)
    told = source.execute(select(table).where(table.c.party_id.in_(order_of))).mappings().all()
    if not told:
        return
    orders = {order_of[row["party_id"]] for row in told}
    earlier = _by(source, OrderParty, "order_id", table_of(OrderParty).c.order_id.in_(orders))
    for row in told:
        for recast_key in recast.numbers(bytes(row["key"]), earlier[order_of[row["party_id"]]]):
            yield {**row, "key": recast_key}


def _by(source: Session, model: type[Base], name: str, which: Any) -> defaultdict[UUID, list[Row]]:
    found: defaultdict[UUID, list[Row]] = defaultdict(list)
    table = table_of(model)
    for row in source.execute(select(table).where(which).order_by(table.c.id)).mappings():
        found[row[name]].append(row)  # type: ignore[arg-type]
    return found


def _words(rows: Sequence[Row], recast: Recast) -> Iterator[dict[str, Any]]:
    numbers, texts = opened(((e["number"], e["token_hash"], e["token_sealed"]) for e in rows), TOKEN_PLACE)
    for number, text in zip(numbers, texts, strict=True):
        token, sealed = recast.word(text, TOKEN_PLACE)
        yield {"number": number, "token_hash": token, "token_sealed": sealed}


def _names(rows: Sequence[Row], recast: Recast) -> Iterator[dict[str, Any]]:
    ids = {each["number"]: each["party_id"] for each in rows}
    numbers, packed = opened(((e["number"], e["party_id"], e["words_sealed"]) for e in rows), NAME_PLACE)
    for number, words in zip(numbers, packed, strict=True):
        sealed = recast.name(words, NAME_PLACE, ids[number])
        yield {"number": number, "party_id": ids[number], "words_sealed": sealed}


def _write(target: Database, rows: Mapping[type[Base], Iterable[Mapping[str, Any]]]) -> None:
    with target.transaction() as session:
        for model, told in rows.items():
            table = table_of(model)
            each = Layout(table, tuple(column.name for column in table.columns))
            insert(session, [(each, [plain(each, row) for row in told])])
