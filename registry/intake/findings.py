"""The published catalogue of what can be wrong with a row of a delivery, in Dutch, with what is asked of the sender.

A row is rejected only when nothing can be done with it; everything else warns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Severity = Literal["rejected", "warning", "conflict"]

_WARNINGS: dict[str, tuple[str, str]] = {
    "encoding_invalid": (
        "De regel is niet in UTF-8 geschreven; onleesbare tekens zijn vervangen.",
        "Lever de regel opnieuw aan in UTF-8.",
    ),
    "number_not_finite": (
        "De regel bevat een getal dat geen getal is (NaN of oneindig); het is weggelaten.",
        "Lever het getal als gewoon getal, of laat het veld leeg.",
    ),
    "message_id_missing": (
        "Het berichtnummer ontbreekt; het bericht is herkend aan zijn inhoud.",
        "Geef elk bericht een eigen messageId.",
    ),
    "version_unreadable": (
        "Het versienummer ontbreekt of is geen geheel getal van 1 tot en met 999999; het bericht is geplaatst.",
        "Geef elk bericht van een bevel een oplopend versienummer.",
    ),
    "kind_unknown": (
        "De berichtsoort ontbreekt of is onbekend; het bericht is behandeld als wijziging.",
        "Gebruik een van de afgesproken berichtsoorten.",
    ),
    "kind_guessed": (
        "De berichtsoort is niet afgesproken, maar lijkt het bevel te beëindigen of te schorsen; zo is zij behandeld.",
        "Gebruik een van de afgesproken berichtsoorten en bevestig het bericht.",
    ),
    "ending_without_order": (
        "De beëindiging of schorsing kwam zonder het volledige bevel; zij werkt wel meteen.",
        "Lever elk bericht met het hele bevel aan: regime, betrokkene en voorwaarden.",
    ),
    "subject_link_missing": (
        "Bij samenvoegen ontbreekt het nummer van het andere bevel.",
        "Vul subjectLink.orderNumber.",
    ),
    "unknown_field": (
        "Dit veld is niet afgesproken; het is bewaard maar niet gebruikt.",
        "Controleer de naam van het veld.",
    ),
    "wrong_type": (
        "Het veld heeft een ander type dan afgesproken.",
        "Lever het veld in het afgesproken type aan.",
    ),
    "text_cleaned": (
        "De tekst bevat stuurtekens of is te lang; de leesbare tekst is ingekort of geschoond.",
        "Lever gewone tekst zonder stuurtekens aan, binnen de afgesproken lengte.",
    ),
    "instant_unreadable": (
        "Het tijdstip is niet leesbaar en is weggelaten.",
        "Gebruik RFC 3339 met tijdzone, bijvoorbeeld 2026-11-20T09:00:00Z.",
    ),
    "instant_without_zone": (
        "Het tijdstip heeft geen tijdzone of geen tijd; het is gelezen in de tijdzone van het bevel.",
        "Gebruik RFC 3339 met tijdzone, bijvoorbeeld 2026-11-20T09:00:00Z.",
    ),
    "date_reformatted": (
        "De datum heeft een andere vorm dan afgesproken; zij is gelezen als dag-maand-jaar.",
        "Gebruik JJJJ-MM-DD.",
    ),
    "date_unreadable": (
        "De datum is niet leesbaar, onvolledig of ligt buiten 1900-2199; zij is weggelaten.",
        "Gebruik JJJJ-MM-DD.",
    ),
    "time_zone_unknown": (
        "De tijdzone is onbekend; gerekend wordt met Europe/Amsterdam.",
        "Gebruik Europe/Amsterdam of de tijdzone van het eiland.",
    ),
    "bsn_invalid": (
        "Het BSN voldoet niet aan de elfproef; er kan niet op worden gezocht.",
        "Controleer het BSN en lever een correctie aan.",
    ),
    "skn_invalid": (
        "Het strafrechtsketennummer heeft een andere vorm dan verwacht.",
        "Controleer het strafrechtsketennummer.",
    ),
    "subject_without_number": (
        "De betrokkene heeft geen bruikbaar strafrechtsketennummer of BSN.",
        "Vul het strafrechtsketennummer of het BSN aan met een wijziging.",
    ),
    "birth_date_unreadable": (
        "De geboortedatum is niet leesbaar; er kan niet op worden gezocht.",
        "Gebruik JJJJ-MM-DD, met 00 voor wat onbekend is.",
    ),
    "address_unreadable": (
        "De postcode of het huisnummer is niet leesbaar; er kan niet op worden gezocht.",
        "Controleer postcode en huisnummer.",
    ),
    "phone_unreadable": (
        "Het telefoonnummer is niet leesbaar; er kan niet op worden gezocht.",
        "Gebruik een Nederlands nummer of een nummer met landcode.",
    ),
    "plate_unreadable": (
        "Het kenteken is niet leesbaar; er kan niet op worden gezocht.",
        "Controleer het kenteken.",
    ),
    "case_number_unreadable": (
        "Het parketnummer heeft een andere vorm dan verwacht; het is bewaard zoals geleverd.",
        "Gebruik de vorm 16/123456-26.",
    ),
    "ecli_unreadable": (
        "De ECLI heeft een andere vorm dan verwacht; zij is bewaard zoals geleverd.",
        "Gebruik de vorm ECLI:NL:RBMNE:2026:1234.",
    ),
    "start_missing": (
        "De ingangsdatum ontbreekt; gerekend wordt vanaf de beslissing, of anders vanaf de ontvangst.",
        "Vul startsOn.",
    ),
    "end_before_start": (
        "De einddatum ligt voor de ingangsdatum.",
        "Controleer beide datums en lever een correctie aan.",
    ),
    "duration_beyond_law": (
        "De duur is langer dan de wet voor dit regime toelaat.",
        "Controleer de einddatum.",
    ),
    "regime_not_on_date": (
        "Dit regime bestond niet op de datum van de beslissing.",
        "Controleer het regime en de datum van de beslissing.",
    ),
    "ground_unknown": (
        "De grond van het bevel ontbreekt of is onbekend; daarvan hangt af wat de politie mag.",
        "Vul order.ground met de letter van de grond, bijvoorbeeld b.",
    ),
    "service_unknown": (
        "Dit regime eist betekening als bij afwezigheid dadelijk uitvoerbaar is beslist; zij is niet bekend.",
        "Vul service.servedOn zodra is betekend, of imposedInPresence.",
    ),
    "supervision_missing": (
        "Er is elektronisch toezicht opgelegd, maar geen toezichthouder genoemd.",
        "Vul supervision.organisation.",
    ),
    "conditions_missing": (
        "Het bevel heeft geen voorwaarden.",
        "Lever de voorwaarden aan met een wijziging.",
    ),
    "reference_replaced": (
        "De verwijzing ontbreekt of komt dubbel voor; er is een nieuwe gegeven.",
        "Geef elke voorwaarde en elke beschermde een eigen verwijzing.",
    ),
    "protects_unknown": (
        "De voorwaarde noemt een beschermde die niet in het bevel staat.",
        "Neem de beschermde op, of verbeter de verwijzing.",
    ),
    "condition_type_unknown": (
        "De soort voorwaarde is onbekend; zij wordt als tekst getoond.",
        "Gebruik een van de afgesproken soorten.",
    ),
    "condition_not_in_regime": (
        "De wet noemt deze voorwaarde niet bij dit regime.",
        "Controleer de soort voorwaarde en het regime.",
    ),
    "monitoring_not_in_regime": (
        "De wet noemt elektronisch toezicht niet bij dit regime.",
        "Controleer electronicMonitoring en het regime.",
    ),
    "zone_missing": (
        "De voorwaarde heeft geen gebied; zij wordt als tekst getoond en niet bewaakt.",
        "Lever het gebied aan als GeoJSON of als cirkel.",
    ),
    "zone_kind_replaced": (
        "De soort gebied ontbreekt of is onbekend; zij is afgeleid van de voorwaarde.",
        "Gebruik exclusion of inclusion.",
    ),
    "geometry_unreadable": (
        "Het gebied is niet bruikbaar; de voorwaarde wordt als tekst getoond en niet bewaakt.",
        "Lever een geldig gebied aan in CRS84 of EPSG:28992.",
    ),
    "zone_address_only": (
        "Het gebied is alleen als adres gegeven; het wordt pas bewaakt als de plek is gevonden.",
        "Lever zo mogelijk het middelpunt aan.",
    ),
    "schedule_unreadable": (
        "De tijden zijn niet leesbaar; de voorwaarde wordt als tekst getoond en niet bewaakt.",
        "Lever de tijden aan als weekrooster met uitzonderingen.",
    ),
    "findings_cut": (
        "De regel heeft meer opmerkingen dan hier zijn opgesomd.",
        "Verbeter eerst de genoemde fouten en lever de regel opnieuw aan.",
    ),
}

_REJECTIONS: dict[str, tuple[str, str]] = {
    "row_too_large": ("De regel is groter dan 1 MiB.", "Deel de levering op in een bericht per regel."),
    "row_not_json": ("De regel is geen JSON.", "Lever een JSON-object per regel aan."),
    "row_not_object": ("De regel is geen JSON-object.", "Lever een JSON-object per regel aan."),
    "row_too_deep": ("De regel is te diep genest.", "Lever de regel aan volgens het afgesproken formaat."),
    "order_number_missing": ("Het nummer van het bevel ontbreekt.", "Vul orderNumber."),
    "order_missing": ("Het bevel zelf ontbreekt in het bericht.", "Vul order met het hele bevel."),
    "regime_missing": ("Het regime ontbreekt.", "Vul order.regime."),
    "regime_unknown": ("Het regime is onbekend.", "Gebruik een van de afgesproken regimecodes."),
    "subject_unrecognisable": (
        "De betrokkene is niet te herkennen: geen bruikbaar nummer en geen naam.",
        "Vul het strafrechtsketennummer, het BSN of de geslachtsnaam.",
    ),
}

_CONFLICTS: dict[str, tuple[str, str]] = {
    "message_id_reused": (
        "Dit berichtnummer is eerder gebruikt voor een bericht met een andere inhoud; er is niets gewijzigd.",
        "Geef het bericht een eigen messageId, of trek een van beide in.",
    ),
    "version_reused": (
        "Deze versie van het bevel is eerder geleverd met een andere inhoud; er is niets gewijzigd.",
        "Lever de juiste inhoud aan als correctie met een hoger versienummer.",
    ),
    "other_sender": (
        "Dit nummer is van een bevel van een andere organisatie; er is niets gewijzigd.",
        "Controleer orderNumber, of laat de organisatie die het bevel leverde het wijzigen.",
    ),
}


@dataclass(frozen=True, slots=True)
class Code:
    """A code of the catalogue with its Dutch text and what is asked of the sender."""

    code: str
    severity: Severity
    message_nl: str
    action_nl: str


CODES: Mapping[str, Code] = {
    **{code: Code(code, "rejected", *texts) for code, texts in _REJECTIONS.items()},
    **{code: Code(code, "warning", *texts) for code, texts in _WARNINGS.items()},
}
CONFLICTS: Mapping[str, Code] = {code: Code(code, "conflict", *texts) for code, texts in _CONFLICTS.items()}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a row: its code and a JSON pointer to the field; never a value from the row."""

    code: str
    field: str
    severity: Severity
    message_nl: str
    action_nl: str
    cause: str | None = None


def finding(code: str, pointer: str, cause: str | None = None) -> Finding:
    """The finding of the catalogue at that place; `cause` is the finer code of what refused the value."""
    entry = CODES.get(code) or CONFLICTS[code]
    return Finding(code, pointer, entry.severity, entry.message_nl, entry.action_nl, cause)
