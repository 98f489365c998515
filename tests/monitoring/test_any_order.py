from collections import Counter
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from geo.episodes import episodes
from geo.track import Fix
from registry.alerts.models import Alert
from registry.monitoring.models import EpisodeRecord, PingRow
from registry.orders.service import zones_of
from tests.monitoring.wearers import FAR, INSIDE, NOW_MS, OUTSIDE, circle, ping

BETWEEN = (52.0907, 5.1264)  # in both banned areas
PLACES = (INSIDE, BETWEEN, OUTSIDE, FAR)
AREAS = (circle(*INSIDE, radius_m=400), circle(52.0907, 5.1300, radius_m=400))


@st.composite
def arrivals(draw):
    """Fixes by their second, the order in which they arrive (some twice), and where batches end and judges restart."""
    dice = draw(st.randoms(use_true_random=False))
    seconds = sorted(dice.sample(range(-120, 0), draw(st.integers(4, 12))))
    track = {at_s: draw(st.sampled_from(PLACES)) for at_s in seconds}
    arriving = [*seconds, *dice.sample(seconds, draw(st.integers(0, 3)))]
    dice.shuffle(arriving)
    cuts = {place for place in range(1, len(arriving)) if draw(st.booleans())}
    restarts = draw(st.sets(st.integers(0, 10), max_size=2))
    return track, arriving, sorted({0, *cuts, len(arriving)}), restarts


def expected(field, person_id, track):
    with field.shared.database.reading() as session:
        zones = [found.zone for found in zones_of(session, [person_id])]
    assert len(zones) == 2
    found = episodes([Fix(NOW_MS + at_s * 1000, *place) for at_s, place in track.items()], zones)
    return Counter((one.zone_key, one.start_ms, one.end_ms, one.cause, one.verdict, one.end_cause) for one in found)


def live(field, person_id):
    of_person = select(EpisodeRecord).where(EpisodeRecord.person_id == person_id)
    return [one for one in field.rows(of_person) if one.status in ("open", "closed")]


def stood(records):
    return Counter(
        ((one.zone_id, one.zone_version), one.start_ms, one.end_ms, one.cause, one.verdict, one.end_cause)
        for one in records
    )


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arrivals())
def test_any_order_of_arrival_any_batches_and_any_restarts_give_the_episodes_of_the_whole_track(field, arrival):
    track, arriving, cuts, restarts = arrival
    device = f"EB-{field.made}"
    wearer = field.wearer(device, *AREAS)
    person_id = UUID(wearer["personId"])
    outcomes = Counter()
    for number, (begin, end) in enumerate(zip(cuts, cuts[1:], strict=False)):
        if number in restarts:
            field.restart()
        answer = field.submit(*[ping(at_s, track[at_s], device) for at_s in arriving[begin:end]])
        outcomes.update(result["outcome"] for result in answer["results"])
    assert outcomes == Counter(accepted=len(track), duplicate=len(arriving) - len(track)) - Counter()
    found = live(field, person_id)
    assert stood(found) == expected(field, person_id, track)
    told = {f"episode:{one.id}" for one in found}
    alerts = field.rows(select(Alert.subject_ref).where(Alert.alert_class == "zone_breach"))
    assert told <= set(alerts) and len(set(alerts)) == len(alerts)
    assert all(one.breach_id for one in found)
    assert field.count(PingRow, PingRow.judged.is_(False)) == 0
