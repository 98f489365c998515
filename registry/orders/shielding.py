"""What a sender wrote in free text, for who may not know who is protected or where: without names and addresses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from registry.orders.naming.free_text import shielded, words_of
from registry.orders.register.content import Party, PostalAddress
from registry.orders.rules import PartyRole


@dataclass(frozen=True, slots=True)
class Shield:
    """Shows a text whole to who may see it, and to others without `words` and whatever looks like a name or address."""

    is_open: bool
    words: tuple[str, ...] = ()

    def __call__(self, text: str | None) -> str | None:
        """The text as it may be shown."""
        return text if text is None or self.is_open else shielded(text, self.words)


def shield_of(parties: Iterable[Party], *, is_open: bool) -> Shield:
    """The shield of an order: it knows the words by which those whom the order protects were delivered."""
    if is_open:
        return Shield(True)
    hers = [each for each in parties if each.role is PartyRole.PROTECTED]
    return Shield(False, tuple(dict.fromkeys(word for party in hers for word in words_of(_texts(party)))))


def _texts(party: Party) -> Iterable[str | None]:
    yield from (party.name, party.surname, party.given_names, party.partner_surname, *party.aliases)
    yield from (part for address in party.addresses for part in _places(address))
    yield from (*party.phones, party.bsn)


def _places(address: PostalAddress) -> Iterable[str | None]:
    return (address.postcode, address.street, address.city)
