"""Fictional orders in realistic shares, the same for the same seed; nobody in them exists.

Which conditions stand together follows the 405 cases counted by Van der Aa (2013): 205 with a contact ban only, 100
with a contact ban and an area, 62 with an area only, 35 with a duty. The shares of the regimes are an assumption.
Citizen service numbers are made by counting up from 900000001, and pass the test on eleven.
"""

import math
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson

from bench import people
from bench.people import Home, Place

VERTICES = 64
_DETAILED = (20, 2_000)
SUPERVISION, POLICE, PROSECUTION = "RN-BENCH", "POL-BENCH", "OM-BENCH"
_STREETS = ("Dorpsstraat", "Kerkstraat", "Molenweg", "Stationsweg", "Schoolstraat", "Lindelaan", "Parkweg")
_REGIMES = (("SVH", 30), ("VV", 34), ("GDA", 14), ("VBM", 6), ("VI", 5), ("SEP", 4), ("SBA", 3), ("GVM", 4))
_SHORTER_DAYS = {"GDA": 89, "SBA": 300}
_CONDITIONS = (("contact", 205), ("contact+area", 100), ("area", 62), ("duty", 35))
_LETTERS = "BDFGHJKLNPRTVXZ"


def orders(count: int, seed: int, *, detailed: bool = False) -> Iterator[dict[str, Any]]:
    """Yield order messages."""
    return (order(number, seed, detailed=detailed) for number in range(count))


def order(number: int, seed: int, *, detailed: bool = False) -> dict[str, Any]:
    """Return the message with this number; it is the same whichever others were made before it.

    An area has 64 vertices, or if it is `detailed` from 20 to 2,000, fewer more often than many.
    """
    dice = random.Random(f"{seed}/{number}")
    lives = people.home(dice)
    regime, kind = _weighted(dice, _REGIMES), _weighted(dice, _CONDITIONS)
    conditions = []
    if "contact" in kind:
        conditions.append(condition("C1", "contact_ban", "Geen contact opnemen met het slachtoffer."))
    if "area" in kind:
        ban = condition("C2", "area_ban", "Niet komen in het gebied op de kaart.")
        vertices = round(math.exp(dice.uniform(*map(math.log, _DETAILED)))) if detailed else VERTICES
        conditions.append(ban | {"zone": zone(polygon(lives.spot, dice.uniform(150, 800), dice, vertices))})
    if kind == "duty":
        conditions.append(condition("C3", "police_reporting_duty", "Zich elke maandag melden bij de politie."))
    protected = _person(dice, number * 2 + 1, lives) | {"reference": "P1", "kind": "person", "minor": False}
    return message(number, regime, _person(dice, number * 2, lives), [protected]) | {"conditions": conditions}


def render(order_fields: dict[str, Any]) -> bytes:
    """Return the message as one line of a delivery."""
    envelope = {name: order_fields.pop(name) for name in ("messageId", "orderNumber", "sentAt")}
    return orjson.dumps(envelope | {"version": 1, "kind": "new", "order": order_fields})


def message(number: int, regime: str, subject: dict[str, Any], protected: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the fields that every order has, the envelope's among them."""
    decided = datetime.now(UTC).date() - timedelta(days=30 + number % 60)
    return {
        "messageId": f"B-{number:07d}",
        "orderNumber": order_number(number),
        "sentAt": datetime.now(UTC).isoformat(timespec="seconds"),
        "regime": regime,
        "caseNumber": f"16/{number % 1_000_000:06d}-26",
        "court": "Rechtbank Midden-Nederland",
        "decidedOn": decided.isoformat(),
        "startsOn": decided.isoformat(),
        "endsOn": (decided + timedelta(days=_SHORTER_DAYS.get(regime, 700))).isoformat(),
        "immediatelyEnforceable": True,
        "imposedInPresence": True,
        "service": {"servedOn": (decided + timedelta(days=1)).isoformat(), "inPerson": True},
        "supervision": {"organisation": SUPERVISION},
        "policeUnit": POLICE,
        "prosecution": PROSECUTION,
        "subject": subject,
        "protected": protected,
    }


def order_number(number: int) -> str:
    """Return the number that the sender gave the order."""
    return f"CJIB-2026-{number:07d}"


def condition(reference: str, kind: str, text: str) -> dict[str, Any]:
    """Return a condition without a zone."""
    return {"reference": reference, "type": kind, "text": text, "protects": ["P1"]}


def zone(ring: list[list[float]]) -> dict[str, Any]:
    """Return an area that must not be entered."""
    return {"kind": "exclusion", "shape": {"type": "Polygon", "coordinates": [ring]}, "crs": "CRS84", "bufferM": 0}


def polygon(centre: Place, radius_m: float, dice: random.Random, vertices: int = VERTICES) -> list[list[float]]:
    """Return a closed ring of so many vertices, each within a tenth of the radius, anticlockwise."""
    ring = []
    for angle in range(vertices):
        far_m = radius_m * dice.uniform(0.9, 1.1)
        turn = math.tau * angle / vertices
        spot = centre.moved(far_m * math.sin(turn), far_m * math.cos(turn))
        ring.append([round(spot.lon_deg, 7), round(spot.lat_deg, 7)])
    return [*ring, ring[0]]


def _person(dice: random.Random, number: int, lives: Home) -> dict[str, Any]:
    called = people.named(dice)
    born = date(1950, 1, 1) + timedelta(days=dice.randrange(20_000))
    person = {
        "skn": f"{10_000_000 + number}",
        "bsn": service_number(number),
        "surname": called.surname,
        "prefix": called.prefix,
        "givenNames": f"{called.given} {called.second}",
        "initials": f"{called.given[0]}.{called.second[0]}.",
        "birthDate": born.isoformat(),
        "sex": called.sex,
        "addresses": [_address(dice, lives)],
        "phones": [f"06{dice.randrange(10_000_000, 99_999_999)}"],
    }
    if dice.random() < 0.3:
        letters = "".join(dice.choices(_LETTERS, k=3))
        person["plates"] = [f"{dice.randrange(10, 100)}-{letters}-{dice.randrange(1, 10)}"]
    return person


def _address(dice: random.Random, lives: Home) -> dict[str, Any]:
    return {
        "postcode": f"{lives.digits}{dice.randrange(10, 99)}{''.join(dice.choices(_LETTERS, k=2))}",
        "houseNumber": dice.randrange(1, 300),
        "street": dice.choice(_STREETS),
        "city": lives.town,
    }


def service_number(number: int) -> str:
    """Return the citizen service number of the person with this number; no two of 5,000,000 share one."""
    for digits in (f"9{2 * number + extra // 10:07d}{extra % 10}" for extra in range(20)):
        weighed = sum(int(digit) * weight for digit, weight in zip(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True))
        if weighed % 11 == 0:
            return digits
    raise ValueError("of two numbers that follow each other one always passes")


def _weighted(dice: random.Random, shares: tuple[tuple[str, int], ...]) -> str:
    return dice.choices([name for name, _ in shares], [share for _, share in shares])[0]
