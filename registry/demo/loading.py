"""Loading the fictional data as the partners would: orders delivered, devices coupled, duties named, all over HTTP.

Everything can be sent again: the service knows each message, and a device that is worn already is left alone.
"""

from __future__ import annotations

from datetime import date

from registry.demo import examples
from registry.demo.caller import Caller, Reply, callers
from registry.demo.orders import messages
from registry.demo.parties import BY_CODE, Credentials
from registry.demo.places import UTRECHT
from registry.demo.wearers import WEARERS

_TAKEN = {"accepted", "accepted_with_warnings", "duplicate"}


class NotLoaded(Exception):
    """The demo's data were not taken; the text says which and why."""


def load(url: str, credentials: Credentials, first_on: date) -> None:
    """Load whatever is not there yet; raises NotLoaded when something is refused."""
    known = callers(url, credentials, BY_CODE)
    _deliver(known["CJIB"], first_on, of_cjib=True)
    _deliver(known["GEM-RT"], first_on, of_cjib=False)
    for wearer in WEARERS:
        supervisor = known["RN-MN" if wearer.city is UTRECHT else "RN-RT"]
        couple(supervisor, wearer.device, wearer.order, f"{first_on}T00:00:00Z")
    for code in ("RN-MN", "RN-RT"):
        _name_duties(known[code])


def couple(supervisor: Caller, device: str, order_number: str, from_at: str) -> None:
    """Tie a device to the subject of an order, unless it is worn already."""
    worn = {"device": device, "orderNumber": order_number, "from": from_at}
    asked = examples.request("monitoringCreateCoupling", **worn)
    reply = supervisor.post("/v1/couplings", asked)
    if reply.status == 409 and reply.body.get("code") == "coupling_overlaps":
        return
    _require(reply, 201, f"the coupling of {device}")


def _deliver(sender: Caller, first_on: date, *, of_cjib: bool) -> None:
    """Deliver the example by itself, as the API description shows it, and the others together."""
    told = messages(first_on, of_cjib=of_cjib)
    deliveries = [told[0], {"messages": told[1:]}] if of_cjib else [{"messages": told}]
    for delivery in deliveries:
        reply = sender.post("/v1/deliveries", delivery)
        _require(reply, 200, "the orders")
        refused = [row for row in reply.body["results"] if row["outcome"] not in _TAKEN]
        if refused:
            named = "; ".join(f"{row['orderNumber']}: {row['outcome']}" for row in refused)
            raise NotLoaded(f"{named}. If the state folder holds an older demo, remove it and start again.")


def _name_duties(supervisor: Caller) -> None:
    _require(supervisor.call("PUT", "/v1/duties", examples.request("alertsReplaceDuties")), 200, "the duties")


def _require(reply: Reply, status: int, what: str) -> None:
    if reply.status != status:
        detail = reply.body.get("detail", "") if isinstance(reply.body, dict) else ""
        raise NotLoaded(f"The demo could not load {what}: {reply.status} {detail}")
