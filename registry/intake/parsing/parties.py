"""The subject and the protected, as a message names them."""

from __future__ import annotations

from functools import partial

from registry.intake.layouts import Layouts
from registry.intake.parsing.reader import LONGEST_TEXT, Reader
from registry.orders.naming.identifiers import (
    HouseNumber,
    IdentifierError,
    parse_bag_id,
    parse_birth_date,
    parse_bsn,
    parse_foreign_plate,
    parse_house_number,
    parse_of_form,
    parse_phone,
    parse_plate,
    parse_postcode,
    parse_skn,
)
from registry.orders.register.content import Party, PartyKind, PostalAddress, RiskKind, RiskMarker
from registry.orders.rules import PartyRole

_SEXES = {"m": "M", "man": "M", "v": "V", "f": "V", "vrouw": "V", "x": "X", "o": "O", "onbekend": "O"}
_INSTITUTIONS = frozenset({"institution", "instelling"})
_KINDS = frozenset({"person", "persoon"}) | _INSTITUTIONS
_RISKS = {each.value: each for each in RiskKind} | {"wapen": RiskKind.WEAPON, "verzet": RiskKind.RESISTANCE}
SUBJECT_REFERENCE = "S"


def subject(reader: Reader, forms: Layouts) -> Party:
    """The person bound by the order, even when nothing about him can be recognised."""
    party = _party(reader, PartyRole.SUBJECT, SUBJECT_REFERENCE, forms)
    if party.recognisable and not (party.skn or party.bsn):
        reader.findings.add("subject_without_number", reader.pointer)
    return party


def protected(order: Reader, forms: Layouts) -> tuple[Party, ...]:
    """Everybody the order protects, each with a reference of its own."""
    taken: set[str] = set()
    return tuple(
        _party(each, PartyRole.PROTECTED, own_reference(each, "P", taken), forms)
        for each in order.children("protected")
    )


def own_reference(reader: Reader, letter: str, taken: set[str]) -> str:
    """The reference as given, or a free one when it is missing or taken."""
    given = reader.text("reference", longest=40)
    if given is None or given in taken:
        reader.warn("reference_replaced", "reference")
        number = len(taken) + 1
        while f"{letter}{number}" in taken:
            number += 1
        given = f"{letter}{number}"
    taken.add(given)
    return given


def address(reader: Reader) -> PostalAddress:
    """An address with its readable parts; a part that cannot be searched on is a finding."""
    house_number = _house_number(reader)
    read = PostalAddress(
        postcode=reader.parsed("postcode", parse_postcode, "address_unreadable"),
        house_number=house_number.number if house_number else None,
        suffix=house_number.suffix if house_number else "",
        street=reader.text("street"),
        city=reader.text("city"),
        bag_id=reader.parsed("bagId", parse_bag_id, "bag_id_unreadable"),
    )
    reader.close()
    return read


def _house_number(reader: Reader) -> HouseNumber | None:
    value, suffix = reader.raw("houseNumber"), reader.text("suffix", longest=20)
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 100_000:
        return reader.tried(str(value), "houseNumber", partial(parse_house_number, suffix=suffix or ""), _ADDRESS)
    text = reader.text("houseNumber", longest=20)
    if text is None:
        return None
    return reader.tried(text, "houseNumber", partial(parse_house_number, suffix=suffix or ""), _ADDRESS)


_ADDRESS = "address_unreadable"


def _party(reader: Reader, role: PartyRole, reference: str, forms: Layouts) -> Party:
    party = Party(
        role=role,
        reference=reference,
        kind=_kind(reader) if role is PartyRole.PROTECTED else "person",
        name=reader.text("name"),
        minor=reader.flag("minor"),
        skn=_skn(reader, forms.skn),
        bsn=reader.parsed("bsn", parse_bsn, "bsn_invalid"),
        v_number=_v_number(reader, forms.v_number),
        surname=reader.text("surname"),
        prefix=reader.text("prefix"),
        given_names=reader.text("givenNames"),
        initials=reader.text("initials"),
        partner_surname=reader.text("partnerSurname"),
        partner_prefix=reader.text("partnerPrefix"),
        aliases=tuple(text for text, _ in reader.texts("aliases")),
        birth_date=reader.parsed("birthDate", parse_birth_date, "birth_date_unreadable"),
        sex=_sex(reader),
        addresses=tuple(address(each) for each in reader.children("addresses")),
        no_fixed_abode=reader.flag("noFixedAbode"),
        phones=_phones(reader),
        plates=_plates(reader),
        risk_markers=_risk_markers(reader) if role is PartyRole.SUBJECT else (),
        raw=reader.value,
    )
    reader.close()
    return party


def _kind(reader: Reader) -> PartyKind:
    given = (reader.text("kind") or "person").casefold()
    if given not in _KINDS:
        reader.warn("wrong_type", "kind")
    return "institution" if given in _INSTITUTIONS else "person"


def _skn(reader: Reader, pattern: str) -> str | None:
    text = reader.text("skn", longest=40)
    if text is None:
        return None
    found = reader.tried(text, "skn", partial(parse_skn, pattern=pattern), "skn_invalid")
    # The layout is not public: a number of another form is still his, and still finds him.
    return found or "".join(char for char in text.upper() if char.isascii() and char.isalnum()) or None


def _v_number(reader: Reader, pattern: str) -> str | None:
    """The number of the aliens' administration (V-nummer); of another form it is kept as it came."""
    text = reader.text("vNumber", longest=40)
    parse = partial(parse_of_form, pattern=pattern, called_nl="V-nummer")
    return None if text is None else reader.tried(text, "vNumber", parse, "v_number_unreadable") or text


def _risk_markers(reader: Reader) -> tuple[RiskMarker, ...]:
    return tuple(_risk_marker(each) for each in reader.children("riskMarkers"))


def _risk_marker(reader: Reader) -> RiskMarker:
    """One marker; of a kind that nobody agreed on it is shown all the same."""
    text = (reader.text("kind") or "").casefold()
    if text not in _RISKS:
        reader.warn("risk_kind_unknown", "kind")
    read = RiskMarker(_RISKS.get(text, RiskKind.OTHER), reader.text("text", longest=LONGEST_TEXT))
    reader.close()
    return read


def _sex(reader: Reader) -> str | None:
    text = reader.text("sex")
    if text is None:
        return None
    if text.casefold() not in _SEXES:
        reader.warn("wrong_type", "sex")
    return _SEXES.get(text.casefold())


def _phones(reader: Reader) -> tuple[str, ...]:
    read = (reader.tried(text, place, parse_phone, "phone_unreadable") for text, place in reader.texts("phones"))
    return tuple(dict.fromkeys(phone for phone in read if phone))


def _plates(reader: Reader) -> tuple[str, ...]:
    read = (reader.tried(text, place, _plate, "plate_unreadable") for text, place in reader.texts("plates"))
    return tuple(dict.fromkeys(plate for plate in read if plate))


def _plate(text: str) -> str:
    try:
        return parse_plate(text)
    except IdentifierError:
        return parse_foreign_plate(text)
