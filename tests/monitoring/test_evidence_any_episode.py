"""Whatever zones there are and however he moved: each episode comes out of its bundle as it was told."""

import copy
from collections import Counter
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from registry.demo import examples
from registry.http.fields import format_instant
from registry.monitoring.engine.judge import Judge
from registry.monitoring.evidence.verifying import Outcome, verify
from registry.monitoring.models import EpisodeRecord
from tests.monitoring.bundles import material, packed, without_map
from tests.monitoring.chain import Chain, ban, duty
from tests.monitoring.wearers import INSIDE, circle, ping
from tests.world import NOW

FROM_S = -7200
LINE = {"type": "LineString", "coordinates": [[5.1195, 52.0890], [5.1230, 52.0920], [5.1290, 52.0915]]}
HOLED = {
    "type": "Polygon",
    "coordinates": [
        [[5.118, 52.0885], [5.126, 52.0885], [5.126, 52.0925], [5.118, 52.0925], [5.118, 52.0885]],
        [[5.121, 52.0898], [5.121, 52.0912], [5.123, 52.0912], [5.123, 52.0898], [5.121, 52.0898]],
    ],
}


def _zone(shape, **more):
    return {"kind": "exclusion", "shape": shape, "crs": "CRS84", "bufferM": 0} | more


def _clock(at_s):
    return (NOW + timedelta(seconds=at_s)).astimezone(ZoneInfo("Europe/Amsterdam")).strftime("%H:%M")


WINDOW = {"weekly": [{"days": ["mon", "sun"], "from": _clock(-5400), "until": _clock(-1800)}]}
LEAVE = {
    "exceptions": [
        {"from": format_instant(NOW - timedelta(seconds=4000)), "until": format_instant(NOW - timedelta(seconds=2500))}
    ]
}
CONDITIONS = (
    ban(circle(*INSIDE, radius_m=300)),
    ban(zone=_zone(circle(52.0907, 5.1300, 200), warningM=150)),
    ban(zone=_zone(LINE, bufferM=60)),
    ban(zone=_zone(HOLED, bufferM=20)),
    ban(circle(*INSIDE, radius_m=300), schedule=WINDOW),
    ban(zone=_zone(HOLED), schedule=LEAVE),
    duty(circle(*INSIDE, radius_m=400)),
    duty(circle(52.0907, 5.1300, 300), schedule=WINDOW),
)


@st.composite
def lives(draw):
    """Conditions of an order, others that take their place later, a track, and the order in which it arrives."""
    dice = draw(st.randoms(use_true_random=False))
    chosen = draw(st.lists(st.sampled_from(range(len(CONDITIONS))), min_size=1, max_size=3, unique=True))
    later = draw(st.none() | st.lists(st.sampled_from(range(len(CONDITIONS))), min_size=1, max_size=2, unique=True))
    at_s, east_deg, track = FROM_S + 60, 0.004, []
    for _ in range(draw(st.integers(15, 45))):
        at_s += dice.choice((3, 15, 15, 15, 40, 300))
        east_deg = dice.choice((east_deg, east_deg + dice.uniform(-0.0008, 0.0008), dice.uniform(-0.002, 0.012)))
        place = (round(INSIDE[0] + dice.uniform(-0.0004, 0.0004), 6), round(INSIDE[1] + east_deg, 6))
        track.append((at_s, place, dice.choice((4.0, 12.0, 60.0))))
    arriving = sorted(track, key=lambda fix: fix[0] + dice.choice((0, 0, 0, 400)))
    return chosen, later, arriving, draw(st.none() | st.integers(FROM_S + 600, -1200))


@pytest.fixture
def chain(world):
    made = Chain.of(world)
    made.number = 0
    return made


def _deliver(chain, conditions, version, **more):
    told = examples.request("deliveriesCreateDelivery", "monitoredOrder")
    named = [copy.deepcopy(CONDITIONS[place]) | {"reference": f"C{place}"} for place in conditions]
    order = {name: value for name, value in told["order"].items() if name != "ankleMonitor"} | {"conditions": named}
    order["subject"] = order["subject"] | {"skn": f"9{chain.number:07d}"}
    told |= {"messageId": f"M-{chain.number}-{version}", "orderNumber": f"CJIB-2026-8{chain.number:05d}"}
    answer = chain.cjib.post("/v1/deliveries", told | {"version": version, "order": order} | more)
    (row,) = answer.json["results"]
    assert row["outcome"].startswith("accepted"), row
    return row["orderNumber"]


def _couple(chain, device, number, begins_s, ends_s=None):
    body = {"device": device, "provider": "EB", "orderNumber": number}
    body |= {"from": format_instant(NOW + timedelta(seconds=begins_s))}
    body |= {} if ends_s is None else {"until": format_instant(NOW + timedelta(seconds=ends_s))}
    answer = chain.supervisor.post("/v1/couplings", body)
    assert answer.status_code == 201, answer.text
    return answer.json


def _walked(chain, arriving, swap_s):
    """Send the track, from another device after a swap; a stranger's is beside it, and what cannot be used."""
    own, stranger = f"EB-{chain.number}", f"EB-{chain.number}-other"
    pings = []
    for at_s, place, accuracy_m in arriving:
        worn = own if swap_s is None or at_s < swap_s else f"{own}-b"
        pings.append(ping(at_s, place, worn, accuracyM=accuracy_m))
        pings.append(ping(at_s + 1, place, stranger, accuracyM=accuracy_m))
    pings.append(ping(arriving[0][0] + 2, (0, 0), own))
    half = len(pings) // 2
    for some in (pings[:half], pings[half:]):
        outcomes = Counter(one["outcome"] for one in chain.provider.post("/v1/pings", {"pings": some}).json["results"])
        assert set(outcomes) == {"accepted"}


@settings(max_examples=12)
@given(lives())
def test_every_episode_comes_out_of_its_bundle_as_it_was_told(chain, life):
    chosen, later, arriving, swap_s = life
    chain.number += 1
    number = _deliver(chain, chosen, 1, kind="new")
    wearer = _couple(chain, f"EB-{chain.number}", number, FROM_S, swap_s)
    devices = {wearer["deviceId"]}
    if swap_s is not None:
        devices.add(_couple(chain, f"EB-{chain.number}-b", number, swap_s)["deviceId"])
    _walked(chain, arriving, swap_s)
    if later is not None:
        at = format_instant(NOW - timedelta(seconds=3000))
        _deliver(chain, later, 2, kind="change", effectiveAt=at)
        chain.provider.post("/v1/pings", {"pings": [ping(0, (52.3, 5.3), f"EB-{chain.number}-other")]})
    chain.world.shared.get(Judge).tick()
    of_person = select(EpisodeRecord).where(EpisodeRecord.person_id == UUID(wearer["personId"]))
    with chain.world.shared.database.reading() as session:
        found = [(one.id, one.status) for one in session.scalars(of_person)]
    for episode_id, status in found:
        if status == "merged":
            continue
        made = material(chain.world.shared, chain.supervisor, episode_id)
        report = verify(packed(without_map(made)))
        assert (report.outcome, report.faults) == (Outcome.SAME, []), (status, made.told.found)
        assert {one.device_id for one in made.case.fixes} <= devices
