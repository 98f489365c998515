"""The form of a message, for whoever sends one; the API description shows it.

Intake reads more leniently than this: whatever differs is a finding, and only a row without order number, regime or
recognisable subject is rejected. A test holds these fields against those that are read.
"""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from registry.http.fields import Date, Instant, StrictBoolean, StrictInteger, StrictString, WireSchema
from registry.law.rules import RegimeCode
from registry.orders.register.content import RiskKind, ServiceHow
from registry.orders.register.exceptions import ExceptionKind
from registry.orders.rules import ConditionType, MessageKind

_LONG = 20_000
Field = fields.Field[Any]


def _text(about: str, longest: int = 250) -> StrictString:
    return StrictString(allow_none=True, min_length=0, max_length=longest, metadata={"description": about})


def _one_of(values: Any, about: str) -> StrictString:
    chosen = validate.OneOf([getattr(each, "value", each) for each in values])
    return StrictString(allow_none=True, validate=chosen, metadata={"description": about})


def _day(about: str) -> Date:
    return Date(allow_none=True, metadata={"description": about})


def _flag(about: str) -> StrictBoolean:
    return StrictBoolean(allow_none=True, metadata={"description": about})


def _nested(schema: type[WireSchema]) -> Field:
    return fields.Nested(schema, allow_none=True)


def _many(schema: type[WireSchema]) -> Field:
    return fields.List(fields.Nested(schema))


def _texts(about: str) -> Field:
    return fields.List(StrictString(max_length=250), metadata={"description": about})


class MessageAddressSchema(WireSchema):
    """An address (adres) with whatever parts of it are known."""

    postcode = _text("postcode")
    house_number = StrictInteger(allow_none=True, metadata={"description": "huisnummer"})
    suffix = _text("huisletter en toevoeging", 20)
    street = _text("straat")
    city = _text("woonplaats")
    bag_id = _text("identification in the Basisregistratie Adressen en Gebouwen, sixteen digits")


class MessagePartySchema(WireSchema):
    """A person as the sender knows him; one set of names is leading, `aliases` holds the others."""

    name = _text("name of an institution, or a name that could not be taken apart")
    skn = _text("strafrechtsketennummer", 40)
    bsn = _text("burgerservicenummer")
    v_number = _text("V-nummer", 40)
    surname = _text("geslachtsnaam, without prefix")
    prefix = _text("voorvoegsel")
    given_names = _text("voornamen")
    initials = _text("voorletters")
    partner_surname = _text("geslachtsnaam of the partner")
    partner_prefix = _text("voorvoegsel of the partner's name")
    aliases = _texts("other names")
    birth_date = _text("YYYY-MM-DD; unknown parts are 00")
    sex = _one_of(("M", "V", "X", "O"), "geslacht; O is unknown")
    minor = _flag("minderjarig")
    addresses = _many(MessageAddressSchema)
    no_fixed_abode = _flag("zonder vaste woon- of verblijfplaats")
    phones = _texts("telefoonnummers")
    plates = _texts("kentekens")


class MessageRiskMarkerSchema(WireSchema):
    """What an officer must know before meeting the subject (gevaarsignalering)."""

    kind = _one_of(RiskKind, "soort")
    text = _text("in the sender's words; without the name or address of who is protected", _LONG)


class MessageSubjectSchema(MessagePartySchema):
    """Who is bound (betrokkene); recognisable by a number or a name."""

    risk_markers = _many(MessageRiskMarkerSchema)


class MessageProtectedSchema(MessagePartySchema):
    """Who is protected (beschermde): a person or an institution, under a reference of its own."""

    reference = _text("unique within the order; conditions name it", 40)
    kind = _one_of(("person", "institution"), "persoon of instelling")


class MessageAmountSchema(WireSchema):
    """So many days, weeks or months (of 30 days) of detention, or euros."""

    amount = fields.Float(allow_none=True)
    unit = _one_of(("day", "week", "month", "eur"), "eenheid")


class MessagePenaltySchema(WireSchema):
    """What the judgment sets for each breach (vervangende hechtenis, dwangsom), and at most."""

    each = _nested(MessageAmountSchema)
    maximum = _nested(MessageAmountSchema)


class MessageServiceSchema(WireSchema):
    """How the order was served (betekening)."""

    served_on = _day("betekend op")
    in_person = _flag("in persoon")
    how = _one_of(ServiceHow, "wijze van betekening")
    known_on = _day("the day on which it was known to him")


class MessageContactSchema(WireSchema):
    """An organisation with somebody to call."""

    organisation = _text("code or name of the organisation")
    contact_name = _text("naam van de contactpersoon")
    phone = _text("telefoonnummer, day and night where there is one")


class MessageMonitorSchema(WireSchema):
    """Whether an ankle monitor (enkelband) was considered and imposed, and why or why not."""

    considered = _flag("overwogen")
    imposed = _flag("opgelegd")
    kind = _one_of(("gps", "rfid", "alcohol"), "soort")
    reason = _text("motivering", _LONG)


class MessageRiskSchema(WireSchema):
    """The level of risk (risiconiveau) that somebody set; the service never computes it."""

    level = _one_of(("low", "medium", "high"), "laag, midden, hoog")
    assessed_on = _day("vastgesteld op")
    instrument = _text("by which instrument, such as SASH")


class MessageWindowSchema(WireSchema):
    """Hours of the week, in the time zone of the order; one that ends no later than it begins ends the next day."""

    days = fields.List(StrictString(validate=validate.OneOf(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])))
    from_time = StrictString(data_key="from", metadata={"description": "HH:MM"})
    until_time = StrictString(data_key="until", metadata={"description": "HH:MM, 24:00 at most"})


class MessageExceptionSchema(WireSchema):
    """What a ban leaves open (uitzondering), with its times."""

    kind = _one_of(ExceptionKind, "soort")
    text = _text("letterlijke tekst", _LONG)
    weekly = _many(MessageWindowSchema)
    from_at = Instant(data_key="from", allow_none=True)
    until_at = Instant(data_key="until", allow_none=True)


class MessageZoneSchema(WireSchema):
    """Where a condition holds (gebied)."""

    kind = _one_of(("exclusion", "inclusion"), "verboden gebied, of gebied waar hij moet zijn")
    shape = fields.Dict(
        keys=fields.String(),
        allow_none=True,
        metadata={
            "description": "a GeoJSON Polygon or MultiPolygon; a LineString or MultiLineString, of which bufferM makes "
            "a corridor; or {type: Circle, radiusM, and center or address}. Positions are longitude and latitude"
        },
    )
    crs = _text("CRS84 (the default) or EPSG:28992 (RD)")
    buffer_m = fields.Float(allow_none=True, metadata={"description": "metres around the shape that belong to it"})
    warning_m = fields.Float(
        allow_none=True, metadata={"description": "metres around a banned zone in which being near is told quietly"}
    )


class MessageConditionSchema(WireSchema):
    """One ban or duty (voorwaarde)."""

    reference = _text("unique within the order", 40)
    type = _one_of(ConditionType, "soort voorwaarde")
    text = _text("letterlijke tekst van de beslissing", _LONG)
    protects = _texts("references of those whom it protects")
    starts_on = _day("own begin, where it differs from the order's")
    ends_on = _day("own end, where it differs from the order's")
    electronic_monitoring = _flag("elektronisch toezicht")
    distance_m = fields.Float(allow_none=True, metadata={"description": "of an approach ban, in metres"})
    zone = _nested(MessageZoneSchema)
    schedule = fields.Dict(
        keys=fields.String(),
        allow_none=True,
        metadata={"description": "weekly windows during which the zone holds, and exceptions: {weekly, exceptions}"},
    )
    exceptions = _many(MessageExceptionSchema)


class MessageOrderSchema(WireSchema):
    """The whole order (beschermingsbevel) as of this version."""

    regime = StrictString(required=True, validate=validate.OneOf([each.value for each in RegimeCode]))
    ground = _one_of(("a", "b", "c", "d"), "of a prosecutor's order: art. 509hh lid 1 Sv")
    case_number = _text("parketnummer")
    appeal_number = _text("rolnummer of the court of appeal")
    incident_number = _text("registration of the police (BVH)")
    ecli = _text("ECLI of the judgment")
    court = _text("rechtbank of gerechtshof")
    decided_on = _day("datum van de beslissing")
    judged_on = _day("datum van de uitspraak waarop de beslissing rust; bij een v.i. bepaalt zij welke regeling geldt")
    starts_on = _day("first day; it begins at 00:00")
    ends_on = _day("last day; it holds until 24:00")
    starts_at = Instant(allow_none=True, metadata={"description": "the hour on its first day, where it is not 00:00"})
    ends_at = Instant(allow_none=True, metadata={"description": "the hour on its last day, where it is not 24:00"})
    immediately_enforceable = _flag("dadelijk uitvoerbaar")
    imposed_in_presence = _flag("op tegenspraak, in zijn aanwezigheid")
    final_on = _day("onherroepelijk op")
    time_zone = _text("time zone of all dates and hours; Europe/Amsterdam if left out")
    service = _nested(MessageServiceSchema)
    renewals = StrictInteger(allow_none=True, metadata={"description": "how often it was renewed so far"})
    prosecution_started_on = _day("vervolging aangevangen op")
    penalty_per_breach = _nested(MessagePenaltySchema)
    ankle_monitor = _nested(MessageMonitorSchema)
    risk = _nested(MessageRiskSchema)
    supervision = _nested(MessageContactSchema)
    youth_supervision = _nested(MessageContactSchema)
    case_director = _nested(MessageContactSchema)
    police_unit = _text("code of the police unit")
    prosecution = _text("code of the prosecution's office (parket)")
    requested_police_action = _text("gevraagde actie van de politie", _LONG)
    remark = _text("opmerking", _LONG)
    subject = fields.Nested(MessageSubjectSchema, required=True)
    protected = _many(MessageProtectedSchema)
    conditions = _many(MessageConditionSchema)


class MessageSubjectLinkSchema(WireSchema):
    """The order whose subject is the same person: of a merge (samenvoeging)."""

    order_number = _text("order number")


class OrderMessageSchema(WireSchema):
    """What the sender tells of one order; every message carries the whole order as of its version.

    An `end`, `suspension`, `withdrawal` or `annulment` works without `order` too. Fields nobody agreed on are kept and
    reported.
    """

    message_id = _text("unique for each message of the sender; the same twice changes nothing")
    order_number = StrictString(required=True, max_length=250)
    version = StrictInteger(allow_none=True, metadata={"description": "1 and up; the highest applies at once"})
    kind = _one_of(MessageKind, "soort bericht")
    sent_at = Instant(allow_none=True)
    effective_at = Instant(allow_none=True, metadata={"description": "from when an end, suspension and so on works"})
    corrects_version = StrictInteger(
        allow_none=True, metadata={"description": "of a correction that takes back the ending of that version"}
    )
    subject_link = _nested(MessageSubjectLinkSchema)
    provisional_number = _text("of an order that was entered provisionally before this message")
    order = _nested(MessageOrderSchema)
