"""What `make run` prints once the service answers: what to open, and with which key."""

from urllib.parse import urlsplit

from registry.demo.parties import BY_CODE, PARTIES, Credentials

_USUAL_PORT = 8000

_DOES_NL = {
    "CJIB": "levert bevelen aan",
    "GEM-RT": "levert huisverboden en civiele verboden aan",
    "POL-MN": "meldkamer: vraagt op",
    "POL-RT": "meldkamer: vraagt op",
    "RN-MN": "houdt toezicht, krijgt alarmen, leest /metrics",
    "RN-RT": "houdt toezicht, krijgt alarmen, leest /metrics",
    "OM-MN": "beoordeelt overtredingen, volgt procedures",
    "OM-RT": "beoordeelt overtredingen, volgt procedures",
    "SHN": "geeft meldingen van slachtoffers door",
    "DVO": "stuurt posities van enkelbanden",
    "SAP": "stuurt posities van slachtofferapparaten",
}


def welcome_nl(url: str, credentials: Credentials) -> str:
    """Return the text for somebody who starts the demo."""
    rows = [f"  {party.code:8}{_DOES_NL[party.code]:47}{credentials.get(party.code)}" for party in PARTIES]
    police, port = BY_CODE["POL-MN"], urlsplit(url).port
    tour = "make tour" if port == _USUAL_PORT else f"PORT={port} make tour"
    return "\n".join(
        (
            "",
            f"Beschermingsbevelen draait op {url} met een verzonnen demo.",
            "",
            "Te openen",
            f"  {url}/                  de dragers op de kaart, en de alarmen (het eerste binnen een minuut)",
            f"  {url}/v1/openapi.json   beschrijving van het koppelvlak, met voorbeelden",
            f"  {tour:23} alle rollen aan het werk, vraag en antwoord (in een tweede venster)",
            "",
            f"Sleutels van de demo (ook in {credentials.file})",
            *rows,
            "",
            "Bijvoorbeeld: een slachtoffer belt 112; geldt er een bevel?",
            f"  curl -s {url}/v1/lookups -H 'Authorization: Bearer {credentials.get(police.code)}' \\",
            f"    -H 'End-User: {police.end_user}' -H 'End-User-Unit: {police.unit}' \\",
            f"    -H 'End-User-Role: {police.role}' \\",
            """    -H 'Content-Type: application/json' -d '{"purpose":"acute_call","phone":"06 00000101"}'""",
            "",
            "Stoppen: Ctrl-C",
        )
    )


def without_demo_nl(url: str) -> str:
    """Return the text for somebody who starts the service itself."""
    return "\n".join(
        (
            "",
            f"Beschermingsbevelen draait op {url}, zonder demo.",
            "De eerste organisatie en sleutel, in een tweede venster met dezelfde STATE_DIR en DATABASE_URL:",
            '  .venv/bin/flask organisation add CJIB "Centraal Justitieel Incassobureau" cjib',
            "  .venv/bin/flask client add CJIB levering --scope deliveries:write --scope deliveries:read",
            "",
            "Stoppen: Ctrl-C",
        )
    )
