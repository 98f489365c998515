"""Whatever is removed, and whenever, each episode is what it would be if nothing had been."""

from datetime import timedelta
from uuid import UUID

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import exists, select, update

from registry.db import new_id
from registry.enforcement.models import Breach
from registry.monitoring.models import BlindSpell, Coupling, EpisodeRecord, EpisodeRevision
from registry.monitoring.retention import rules
from registry.monitoring.retention.models import PositionHold
from registry.monitoring.retention.removing import Removal
from tests.monitoring.wearers import INSIDE, circle, ping
from tests.world import NOW

DAY_S = 86_400
_TOLD = (
    "zone_version", "start_ms", "end_ms", "cause", "end_cause", "verdict", "confirmed_ms", "reasons", "status",
    "found_late",
)  # fmt: skip


@st.composite
def lives(draw):
    """Visits near a border on some days of two months: when each fix was, when it came, and what happens between."""
    dice = draw(st.randoms(use_true_random=False))
    track, at_s = {}, 0
    for _ in range(draw(st.integers(2, 9))):
        at_s += dice.choice((3600, DAY_S, 3 * DAY_S, 12 * DAY_S, 31 * DAY_S)) + dice.randrange(3600)
        east_deg = 0.004
        for _ in range(dice.randrange(1, 9)):
            at_s += dice.choice((15, 15, 15, 40, 1800))
            east_deg = dice.choice((east_deg, dice.uniform(-0.002, 0.02)))
            track[at_s] = (INSIDE[0], round(INSIDE[1] + east_deg, 6))
    late = {at: at + dice.choice((0, 0, 0, 0, 60, 3 * 3600, 2 * DAY_S, 20 * DAY_S, 29 * DAY_S)) for at in track}
    arriving = sorted(track, key=late.get)
    cuts = sorted({0, len(arriving), *(place for place in range(1, len(arriving)) if dice.random() < 0.6)})
    steps = [dice.choice(("", "", "restart", "close", "end", "redraw")) for _ in cuts]
    return track, arriving, late, cuts, steps


def told(field, person_id):
    """His episodes, how often they were revised, and his blind time for as long as he wears the device."""
    revised = select(EpisodeRevision.id).join(EpisodeRecord, EpisodeRecord.id == EpisodeRevision.episode_id)
    still_worn = select(Coupling.id).where(Coupling.person_id == person_id, Coupling.until_at.is_(None))
    blind = select(BlindSpell.from_ms, BlindSpell.until_ms).where(BlindSpell.person_id == person_id, exists(still_worn))
    with field.shared.database.reading() as session:
        rows = session.scalars(select(EpisodeRecord).where(EpisodeRecord.person_id == person_id)).all()
        episodes = sorted(([getattr(one, name) for name in _TOLD] for one in rows), key=str)
        revisions = len(session.scalars(revised.where(EpisodeRecord.person_id == person_id)).all())
        return episodes, revisions, sorted(tuple(row) for row in session.execute(blind))


def hold_all(field, wearer):
    """Nothing of him is ever removed."""
    with field.shared.database.transaction() as session:
        one = PositionHold(
            id=new_id(), person_id=UUID(wearer["personId"]), organisation_id=field.supervisor.organisation_id,
            supervising_org_id=field.supervisor.organisation_id, ground=rules.HoldGround.DEFENCE.value,
            from_at=NOW - timedelta(days=400), until_at=NOW + timedelta(days=4000), recorded_at=NOW, recorded_by="A.",
            unit="U",
        )  # fmt: skip
        one.reason = "Verzoek."
        session.add(one)


def happens(field, step, pair, numbers):
    if step == "restart":
        field.restart()
    elif step == "close":
        with field.shared.database.transaction() as session:
            session.execute(update(Breach).values(status="unfounded"))
    elif step == "end":
        until = field.world.clock.now() - timedelta(days=35)
        for wearer in pair:
            field.supervisor.post(f"/v1/couplings/{wearer['id']}/end", {"until": until.isoformat()})
    elif step == "redraw":
        for place, number in enumerate(numbers):
            numbers[place] = (number[0], number[1] + 1)
            field.order(
                circle(*INSIDE, radius_m=300 + 10 * number[1]), number=number[0], version=number[1] + 1, kind="change"
            )


@settings(max_examples=6, phases=[Phase.generate])
@given(lives())
def test_after_removal_at_any_moment_each_episode_is_what_it_would_have_been(field, life):
    track, arriving, late, cuts, steps = life
    field.world.clock.at = NOW
    devices = (f"EB-a{field.made}", f"EB-b{field.made}")
    numbers = [(field.order(circle(*INSIDE, radius_m=300)), 1) for _ in devices]
    pair = [
        field.couple(device, number[0], begins=NOW - timedelta(days=1)).json
        for device, number in zip(devices, numbers, strict=True)
    ]
    persons = [UUID(one["personId"]) for one in pair]
    hold_all(field, pair[1])
    for step, begin, end in zip(steps, cuts, cuts[1:], strict=False):
        field.world.clock.at = max(field.world.clock.at, NOW + timedelta(seconds=late[arriving[end - 1]] + 1))
        for device in devices:
            field.submit(*(ping(one, track[one], device, accuracyM=10.0) for one in arriving[begin:end]))
        happens(field, step, pair, numbers)
        field.judge.tick()
        before = told(field, persons[0])
        Removal.of(field.shared).go(lambda _: None)
        assert told(field, persons[0]) == before
        field.judge.tick()
        assert told(field, persons[0]) == told(field, persons[1])
