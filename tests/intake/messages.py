"""A whole and faultless order message, and ways to damage it."""

import copy
import json

ORDER = {
    "regime": "VV",
    "ground": None,
    "caseNumber": "16/123456-26",
    "ecli": "ECLI:NL:RBMNE:2026:1234",
    "court": "Rechtbank Midden-Nederland",
    "decidedOn": "2026-11-01",
    "startsOn": "2026-11-01",
    "endsOn": "2028-10-31",
    "immediatelyEnforceable": True,
    "finalOn": None,
    "imposedInPresence": True,
    "service": {"servedOn": "2026-11-02", "inPerson": True},
    "timeZone": "Europe/Amsterdam",
    "requestedPoliceAction": "Bel de reclassering.",
    "supervision": {"organisation": "RN-MN", "contactName": "A. Bakker", "phone": "+31301234567"},
    "policeUnit": "POL-MN",
    "prosecution": "OM-MN",
    "subject": {
        "skn": "12345678",
        "bsn": "111222333",
        "surname": "Berg",
        "prefix": "van den",
        "givenNames": "Jan Pieter",
        "initials": "J.P.",
        "partnerSurname": None,
        "partnerPrefix": None,
        "aliases": ["Jan de Berg"],
        "birthDate": "1985-00-00",
        "sex": "M",
        "addresses": [
            {"postcode": "3511AB", "houseNumber": 12, "suffix": "A", "street": "Dorpsstraat", "city": "Utrecht"}
        ],
        "phones": ["0612345678"],
        "plates": ["12-ABC-3"],
    },
    "protected": [
        {"reference": "P1", "kind": "person", "minor": False, "surname": "Vos", "bsn": "123456782"},
        {"reference": "P2", "kind": "institution", "name": "Basisschool De Linde"},
    ],
    "conditions": [
        {
            "reference": "C1",
            "type": "area_ban",
            "text": "Veroordeelde mag zich niet bevinden in het gebied op de kaart.",
            "protects": ["P1"],
            "startsOn": None,
            "endsOn": None,
            "electronicMonitoring": True,
            "zone": {
                "kind": "exclusion",
                "shape": {"type": "Circle", "center": [5.1214, 52.0907], "radiusM": 250},
                "crs": "CRS84",
                "bufferM": 0,
            },
            "schedule": {"weekly": [{"days": ["mon", "tue"], "from": "20:00", "until": "07:00"}]},
        },
        {"reference": "C2", "type": "contact_ban", "protects": ["P1", "P2"], "text": "Geen contact."},
    ],
}
MESSAGE = {
    "messageId": "M-1",
    "orderNumber": "CJIB-2026-000123",
    "version": 1,
    "kind": "new",
    "sentAt": "2026-11-20T09:00:00Z",
    "effectiveAt": None,
    "order": ORDER,
}
ABSENT = object()


def row(changes=None, **envelope):
    """The message as bytes, with each "a/b/0" place in `changes` replaced, or left out when ABSENT."""
    message = copy.deepcopy(MESSAGE) | envelope
    for place, value in (changes or {}).items():
        *way, last = place.split("/")
        spot = message
        for step in way:
            spot = spot[int(step)] if isinstance(spot, list) else spot[step]
        if value is ABSENT:
            del spot[last]
        else:
            spot[int(last) if isinstance(spot, list) else last] = value
    return json.dumps({name: value for name, value in message.items() if value is not ABSENT}).encode()
