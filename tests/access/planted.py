"""What is planted: an address, names and numbers, all invented, and a search for them."""

from __future__ import annotations

BSN = "999994013"
STREET, POSTCODE, CITY, PHONE = "Zilverwilgenhof", "9712XK", "Verborgendam", "0687650321"
LON, LAT = 6.56653217, 53.21943711
# What identifies her; it takes the scope protected:read.
HERS = (STREET, POSTCODE, CITY, "87650321", "Vosmeerkamp", "Fictitiana", BSN, "6.56653", "53.21943")
# What identifies others, or is told in words: it belongs in the answers that are about it, and nowhere else.
OTHERS = ("Bangelaarsma", "1112223", "Toezichtsma", "301239876", "Nachtpiketsma", "698761234", "Notitiewoord")
OTHERS += ("Redenwoord", "Politiewoord", "12-ABC-3", "12ABC3")

ADDRESS = {"postcode": "9712 XK", "houseNumber": 7701, "suffix": None, "street": STREET, "city": CITY}
SHE = {"surname": "Vosmeerkamp", "givenNames": "Fictitiana", "bsn": BSN, "phones": [PHONE], "addresses": [ADDRESS]}
SHE |= {"reference": "P1", "kind": "person", "birthDate": "1988-09-30"}
HE = {"skn": "12345678", "bsn": "111222333", "surname": "Bangelaarsma", "givenNames": "Jan", "plates": ["12-ABC-3"]}
ZONE = {"kind": "exclusion", "shape": {"type": "Circle", "center": [LON, LAT], "radiusM": 250}, "crs": "CRS84"}
AT_HERS = f"Niet komen in de {STREET} 7701 te {CITY}, bij Fictitiana Vosmeerkamp."
ORDER = {
    "subject": HE,
    "protected": [SHE],
    "requestedPoliceAction": f"Politiewoord: rijd naar de {STREET} 7701.",
    "supervision": {"organisation": "RN-MN", "contactName": "Toezichtsma", "phone": "+31301239876"},
    "conditions": [
        {"reference": "C1", "type": "area_ban", "text": AT_HERS, "protects": ["P1"], "zone": ZONE}
        | {"electronicMonitoring": True},
        {"reference": "C2", "type": "location_ban", "text": AT_HERS, "protects": ["P1"]}
        | {"zone": ZONE | {"shape": {"type": "Circle", "address": ADDRESS, "radiusM": 100}}},
    ],
}
STORY = {
    "description": f"Hij stond bij mij in de {STREET}. Bel 06-87650321.",
    "protected": {"surname": "Vosmeerkamp", "bsn": BSN, "phone": PHONE, "address": f"{STREET} 7701, {CITY}"},
    "contact": {
        "wantsToHear": True,
        "how": f"Post naar {STREET} 7701",
        "safeTimes": f"Als hij niet in {CITY} is",
        "channel": "phone",
        "reach": PHONE,
        "isMinor": True,
        "contactPerson": {
            "surname": "Vosmeerkamp",
            "givenNames": "Fictitiana",
            "birthDate": "1960-01-31",
            "relation": f"buurvrouw in de {STREET}",
            "phone": PHONE,
            "bsn": BSN,
        },
    },
}


def found_in(text: str | bytes, words: tuple[str, ...] = HERS + OTHERS) -> list[str]:
    raw = (text.encode() if isinstance(text, str) else text).lower()
    return [word for word in words if word.lower().encode() in raw]
