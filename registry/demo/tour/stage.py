"""What the journeys share: who is called how, the orders of this run, and the receiver of the Reclassering."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from registry.clock import Clock
from registry.demo import examples
from registry.demo.caller import Caller
from registry.demo.receiver import Receiver
from registry.demo.tour.narrator import Narrator
from registry.http.fields import format_instant

OUTSIDE, INSIDE, STILL_INSIDE, INSIDE_YET, OUTSIDE_AGAIN = 0, 2, 3, 4, 7  # which ping of the example


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

    def message(self, reference: str) -> dict[str, Any]:
        """Return a new order of this run as the CJIB sends it; another reference is another order of another person."""
        today = self.now().date()
        starts_on, ends_on = str(today - timedelta(days=20)), str(today + timedelta(days=700))
        order = {
            "decidedOn": starts_on,
            "startsOn": starts_on,
            "endsOn": ends_on,
            "service": {"servedOn": starts_on},
            "subject": {"skn": self.skn(reference)},
            "protected": [{"phones": [self.phone]}],
        }
        message: dict[str, Any] = examples.request(
            "deliveriesCreateDelivery",
            "monitoredOrder",
            messageId=f"TOUR-{self.run}-{reference}",
            orderNumber=self.order_number + ("" if reference == "A" else f"-{reference}"),
            sentAt=format_instant(self.now().replace(microsecond=0)),
            order=order,
        )
        return message

    def skn(self, reference: str) -> str:
        """The number of the person who is bound by an order of this run."""
        return f"{self.run[-7:]}{ord(reference) % 10}"

    def ping(self, which: int, at: datetime) -> dict[str, Any]:
        """Return a ping of the example, of this run's device and at an instant."""
        ping = examples.request("monitoringSendPings")["pings"][which]
        said_at = {name: format_instant(at) for name in ("fixTime", "messageTime") if name in ping}
        return dict(ping) | {"device": self.device} | said_at
