"""What of an order goes into an offline copy, sealed and hashed anew under the keys of that copy.

Where anybody lives is left out: of an address only a keyed hash goes in, in the place of the address, so that what
holds two addresses against each other holds two hashes. What the sender wrote is shielded as every answer shields it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson

from registry.db import search_hash
from registry.db.sealing import Sealer
from registry.orders.models import Condition, OrderParty, OrderVersion
from registry.orders.naming.identifiers import Address
from registry.orders.naming.search_keys import KeyKind, exact_keys
from registry.orders.register.content import Party, PostalAddress
from registry.orders.register.identity import document_of, identifiers_of, names_of, party_of
from registry.orders.shielding import Shield, shield_of

Row = Mapping[str, Any]
Hash = Callable[[str, str], bytes]

_TOLD = ("ground", "police_unit", "prosecution", "service_how", "known_on", "supervision", "youth_supervision")
_WRITTEN = ("remark", "requested_police_action")
_FOLLOWED = ("distance_m", "scheduled", "electronic_monitoring")
_NUMBERS = (KeyKind.BSN, KeyKind.SKN)
_WITHOUT_WORDS = {"text": None}


def hidden(address: Address, hashed: Hash) -> Address:
    """An address as keyed hashes; two are the same, with or without suffix, when these are."""
    suffix = address.suffix and hashed("snapshot_suffix", f"{address.key}:{address.suffix}").hex()
    return Address(hashed("snapshot_address", address.key).hex(), 1, suffix)


class Recast:
    """Rows of one copy, made from those of the register."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def parties(self, rows: Sequence[Row]) -> tuple[list[dict[str, Any]], list[dict[str, Any]], Shield]:
        """The parties of one order and the keys they are found by, and the shield over what its sender wrote."""
        opened = [
            party_of(each["role"], each["reference"], OrderParty.identity.open(each["id"], each["identity_sealed"]))
            for each in rows
        ]
        shield = shield_of(opened, is_open=False)
        made, keys = [], []
        for row, party in zip(rows, opened, strict=True):
            bare = self._without_address(party)
            sealed = self._seal(document_of(bare), f"order_party.identity_sealed.{row['id']}")
            made.append({**row, "reference": shield.named(row["reference"]), "identity_sealed": sealed})
            hashes = {self._sealer.search_hash(*key) for key in exact_keys(names_of(bare), identifiers_of(bare))}
            keys += [{"key": each, "party_id": row["id"]} for each in hashes]
        return made, keys, shield

    def numbers(self, key: bytes, rows: Iterable[Row]) -> set[bytes]:
        """What a number of one of these parties is found by here, of which the register keeps this hash."""
        opened = (OrderParty.identity.open(each["id"], each["identity_sealed"]) for each in rows)
        told = {(kind, number) for each in opened for kind in _NUMBERS if (number := each.get(kind.value))}
        return {self._sealer.search_hash(*each) for each in told if search_hash(*each) == key}

    def _without_address(self, party: Party) -> Party:
        hashes = [hidden(each, self._sealer.search_hash) for each in identifiers_of(party).addresses]
        addresses = tuple(PostalAddress(one.postcode, one.number, one.suffix) for one in hashes)
        return replace(party, addresses=addresses, v_number=None, risk_markers=(), raw={})

    def version(self, row: Row, *, is_current: bool, shield: Shield) -> dict[str, Any]:
        """A version; what it told of the order is of use in the current one only."""
        sealed = b""
        if is_current:
            told = OrderVersion.content.open(row["id"], row["content_sealed"]).get("read") or {}
            read = {name: shield.named(told.get(name)) for name in _TOLD}
            read |= {name: shield(told.get(name)) for name in _WRITTEN}
            sealed = self._seal({"read": read}, f"order_version.content_sealed.{row['id']}")
        return {**row, "content_sealed": sealed, "content_hash": b"", "order_digest": None}

    def condition(self, row: Row, shield: Shield) -> dict[str, Any]:
        """A ban or duty, without its area and without the judgment's words on what it leaves open."""
        told = Condition.content.open(row["id"], row["content_sealed"])
        kept = {name: told.get(name) for name in _FOLLOWED}
        kept["protects"] = shield.named(told["protects"])
        kept["text"] = shield(told["text"])
        kept["exceptions"] = [{**each, **_WITHOUT_WORDS} for each in told.get("exceptions") or ()]
        sealed = self._seal(kept, f"condition.content_sealed.{row['id']}")
        return {**row, "reference": shield.named(row["reference"]), "content_sealed": sealed}

    def _seal(self, document: Mapping[str, Any], place: str) -> bytes:
        return self._sealer.seal(orjson.dumps(document, option=orjson.OPT_UTC_Z), place)

    def word(self, text: bytes, place: str) -> tuple[bytes, bytes]:
        """A word of the vocabulary: the hash it is found by, and the word sealed for that place of it."""
        token = self._sealer.search_hash("name", text.decode())
        return token, self._sealer.seal(text, place + token.hex())

    def name(self, packed: bytes, place: str, party_id: UUID) -> bytes:
        """All that a party is found by name with."""
        return self._sealer.seal(packed, place + party_id.hex)
