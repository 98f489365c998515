"""What the journeys share: who is called how, the orders of this run, and the receiver of the Reclassering."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from registry.clock import Clock
from registry.demo.caller import Caller
from registry.demo.receiver import Receiver
from registry.demo.tour.narrator import Narrator
from registry.http.fields import format_instant

OUTSIDE = (52.0980, 5.1222)
INSIDE = (52.0936, 5.1222)
_RADIUS_M = 150.0


@dataclass
class Stage:
    """One run of the tour. `run` is a number that no earlier run had, so that it can be played again."""

    narrator: Narrator
    url: str
    by: Mapping[str, Caller]
    nobody: Caller
    receiver: Receiver
    run: str
    clock: Clock = field(default_factory=Clock)
    found: dict[str, str] = field(default_factory=dict)
    began_at: datetime = field(default_factory=lambda: Clock().now().replace(microsecond=0))

    @property
    def order_number(self) -> str:
        """The order that this run follows from its delivery to the hearing."""
        return f"CJIB-TOUR-{self.run}"

    @property
    def device(self) -> str:
        """The ankle monitor of this run."""
        return f"TOUR-{self.run}"

    @property
    def phone(self) -> str:
        """The telephone of the person whom the order of this run protects."""
        return f"06{self.run[-8:]}"

    def now(self) -> datetime:
        """The instant at hand."""
        return self.clock.now()

    def message(self, message_id: str, **changes: Any) -> dict[str, Any]:
        """Return a new order of this run as the CJIB would send it, with other values at the top where given."""
        return {
            "messageId": f"TOUR-{self.run}-{message_id}",
            "orderNumber": f"{self.order_number}-{message_id}",
            "version": 1,
            "kind": "new",
            "sentAt": format_instant(self.now().replace(microsecond=0)),
            "effectiveAt": None,
            "order": self.order(message_id),
        } | changes

    def order(self, reference: str) -> dict[str, Any]:
        """Return the order itself: a suspended sentence with a contact ban and an area ban that is monitored."""
        today = self.now().date()
        return {
            "regime": "VV",
            "caseNumber": "16/900900-26",
            "court": "Rechtbank Midden-Nederland",
            "decidedOn": str(today - timedelta(days=20)),
            "startsOn": str(today - timedelta(days=20)),
            "endsOn": str(today + timedelta(days=700)),
            "immediatelyEnforceable": True,
            "imposedInPresence": True,
            "service": {"servedOn": str(today - timedelta(days=20)), "inPerson": True},
            "supervision": {"organisation": "RN-MN", "contactName": "Piket reclassering", "phone": "+31300000001"},
            "policeUnit": "POL-MN",
            "prosecution": "OM-MN",
            "subject": {
                "skn": f"{self.run[-7:]}{ord(reference) % 10}",
                "surname": f"Voorbeeld-{reference}",
                "givenNames": "Vincent",
            },
            "protected": [
                {"reference": "P1", "kind": "person", "surname": "Rondleiding", "givenNames": "Roos",
                 "phones": [self.phone]},
            ],
            "conditions": [
                {"reference": "C1", "type": "contact_ban", "text": "Geen contact.", "protects": ["P1"]},
                {"reference": "C2", "type": "area_ban", "text": "Niet in het gebied op de kaart.", "protects": ["P1"],
                 "electronicMonitoring": True,
                 "zone": {"kind": "exclusion", "crs": "CRS84",
                          "shape": {"type": "Circle", "center": [INSIDE[1], INSIDE[0]], "radiusM": _RADIUS_M}}},
            ],
        }  # fmt: skip

    def ping(self, place: tuple[float, float], at: datetime) -> dict[str, Any]:
        """Return a position of this run's device."""
        return {
            "device": self.device,
            "fixTime": format_instant(at),
            "lat": place[0],
            "lon": place[1],
            "accuracyM": 8.0,
        }
