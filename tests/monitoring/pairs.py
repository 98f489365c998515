"""A protected person with a device of her own, beside a wearer; both send over the same door."""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select

from registry.access.rules import OrganisationKind
from registry.access.service import system_actor
from registry.alerts.models import Alert
from registry.http.fields import format_instant
from registry.monitoring.companions.models import CompanionFix, NearnessRecord
from registry.monitoring.companions.telling import nearness_of
from registry.monitoring.receiving import receive_batch
from registry.monitoring.rules import LIVE_STATUSES
from registry.outbox.delivery import position_events
from tests.monitoring.wearers import Field, body, ping
from tests.world import NOW, Caller

HERS = "SA-1"
AT_HIM = (52.3007, 4.9014)
LAT_M, LON_M = 111_280.0, 68_160.0


def at(east_m, north_m=0.0):
    """A place so many metres from a spot that is in no area of any order."""
    return (round(AT_HIM[0] + north_m / LAT_M, 7), round(AT_HIM[1] + east_m / LON_M, 7))


@dataclass
class Two:
    """A wearer, a protected person, and who carries the word for each."""

    field: Field
    hers: Caller
    partner: Caller
    number: str
    person_id: str

    @classmethod
    def of(cls, field):
        hers = field.world.caller("SAP", OrganisationKind.COMPANION_PROVIDER)
        partner = field.world.caller("SHN", OrganisationKind.PARTNER)
        number = field.order()
        coupling = field.couple("EB-1", number)
        assert coupling.status_code == 201, coupling.text
        return cls(field, hers, partner, number, coupling.json["personId"])

    def consents(self, device=HERS, caller=None, ago_s=7200, **changes):
        body = {
            "orderNumber": self.number,
            "protected": "P1",
            "provider": "SAP",
            "device": device,
            "partner": "SHN",
            "consent": {
                "givenAt": format_instant(NOW - timedelta(seconds=ago_s)),
                "by": "protected_person",
                "form": "written",
            },
        }
        return (caller or self.field.supervisor).post("/v1/companions", body | changes)

    def consented(self, **changes):
        answer = self.consents(**changes)
        assert answer.status_code == 201, answer.text
        return answer.json

    def withdraws(self, companion, caller=None):
        path = f"/v1/companions/{companion['id']}/withdrawal"
        return (caller or self.partner).post(path, {"by": "protected_person"})

    def he(self, *fixes, **told):
        """His positions, as (second from now, metres east, metres north)."""
        return self.field.send(*(ping(at_s, at(*place), "EB-1", **told) for at_s, *place in fixes))

    def she(self, *fixes, device=HERS, **told):
        """Hers."""
        sent = [ping(at_s, at(*place), device, **told) for at_s, *place in fixes]
        return self.field.send(*sent, caller=self.hers)

    def submit(self, pings, hers):
        """Hand pings of either to the judge without the web around it; return the outcomes."""
        actor = system_actor((self.hers if hers else self.field.provider).organisation_id, "provider")
        kind = OrganisationKind.COMPANION_PROVIDER if hers else OrganisationKind.DEVICE_PROVIDER
        actor = replace(actor, organisation_kind=kind)
        answer = receive_batch(self.field.judge, actor, self.field.world.clock.now(), body(*pings))
        return [one["outcome"] for one in answer["results"]]

    def nearnesses(self, caller=None):
        answer = (caller or self.field.supervisor).get("/v1/nearnesses")
        assert answer.status_code == 200, answer.text
        return answer.json["nearnesses"][::-1]

    def verdicts(self):
        return [one["verdict"] for one in self.nearnesses() if one["status"] in ("open", "closed")]

    def standing(self, companion):
        answer = self.field.supervisor.get(f"/v1/companions/{companion['id']}/standing")
        assert answer.status_code == 200, answer.text
        return answer.json

    def live(self, companion_id):
        """What stands of the stretches, as geometry knows them."""
        own = select(NearnessRecord).where(NearnessRecord.companion_id == companion_id)
        found = [nearness_of(one) for one in self.field.rows(own) if one.status in LIVE_STATUSES]
        return sorted(found, key=lambda one: one.start_ms)

    def alerts(self):
        """Class, priority and title of what calls, or called, for the two."""
        own = select(Alert).where(Alert.subject_ref.like("nearness:%")).order_by(Alert.id)
        return [(one.alert_class, one.priority, one.title_nl) for one in self.field.rows(own)]

    def kept(self):
        return self.field.count(CompanionFix)


def stays(begins_s, ends_s, east_m=0.0, north_m=0.0, every_s=15):
    """Fixes of who is at one place."""
    return [(at_s, east_m, north_m) for at_s in range(begins_s, ends_s + 1, every_s)]


def goes(begins_s, ends_s, from_m, to_m, every_s=15):
    """Fixes of who goes from one distance east to another, at an even pace."""
    return [
        (at_s, from_m + (to_m - from_m) * (at_s - begins_s) / (ends_s - begins_s))
        for at_s in range(begins_s, ends_s + 1, every_s)
    ]


def told_to(two, caller):
    position_events(two.field.shared.database, two.field.world.clock.now())
    path = "/v1/events?limit=200&types=nl.beschermingsbevel.companion.*"
    return [one["data"] | {"type": one["type"]} for one in caller.get(path).json["events"]]
