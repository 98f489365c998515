"""What a sender wrote in free text, for who may not know who is protected or where: without names and addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from registry.orders.naming.free_text import placeless, shielded, words_of
from registry.orders.register.content import Party, PostalAddress
from registry.orders.rules import PartyRole


@dataclass(frozen=True, slots=True)
class Shield:
    """Shows a text whole to who may see it, and to others without `words` and whatever looks like a name or address."""

    is_open: bool
    words: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    def __call__(self, text: str | None) -> str | None:
        """The text as it may be shown."""
        return text if text is None or self.is_open else shielded(text, self.words)

    def named(self, told: Any) -> Any:
        """What should be a name, a code or a reference, or a structure of these, without the places of the protected.

        A sender can write anything anywhere; what is no address stays as it is.
        """
        if self.is_open or not self.places:
            return told
        if isinstance(told, str):
            return placeless(told, self.places)
        if isinstance(told, Mapping):
            return {name: self.named(value) for name, value in told.items()}
        if isinstance(told, (list, tuple)):
            return [self.named(value) for value in told]
        return told


def shield_of(parties: Iterable[Party], *, is_open: bool) -> Shield:
    """The shield of an order: it knows the words by which those whom the order protects were delivered."""
    if is_open:
        return Shield(True)
    hers = [each for each in parties if each.role is PartyRole.PROTECTED]
    words = dict.fromkeys(word for party in hers for word in words_of(_texts(party)))
    places = dict.fromkeys(place for party in hers for address in party.addresses for place in _written(address))
    return Shield(False, tuple(words), tuple(places))


def _texts(party: Party) -> Iterable[str | None]:
    yield from (party.name, party.surname, party.given_names, party.partner_surname, *party.aliases)
    yield from (part for address in party.addresses for part in _places(address))
    yield from (*party.phones, party.bsn)


def _places(address: PostalAddress) -> Iterable[str | None]:
    return (address.postcode, address.street, address.city)


def _written(address: PostalAddress) -> Iterable[str]:
    """The street and the postcode as somebody may write them."""
    if address.street:
        yield address.street
    if address.postcode:
        yield address.postcode
        yield f"{address.postcode[:4]} {address.postcode[4:]}"
