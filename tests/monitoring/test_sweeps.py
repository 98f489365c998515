from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from registry.monitoring.engine.recalling import rebuild
from registry.monitoring.models import BucketMark, Device, DevicePulse, TrackCheckpoint
from registry.monitoring.rules import EnginePolicy
from tests.monitoring.wearers import NOW_MS, circle, ping

FAR, WEARERS = (52.3, 5.6), 6


def fleet(field, **policy):
    """Wearers whose area is far from where they are, known to a judge that begins to write whenever it is done."""
    field.made += 1
    names = [f"EB-{field.made}-{number}" for number in range(WEARERS)]
    coupled = {name: field.wearer(name, circle(52.09, 5.12))["personId"] for name in names}
    field.restart(EnginePolicy(checkpoint_every_ms=0, **policy))
    field.judge.tick()
    return coupled


def known(memory):
    """How far each wearer was judged, and the newest ping of each device."""
    tracks = memory.tracks
    places = {
        person_id: (int(tracks.last_ms[slot]), int(tracks.last_sequence[slot]), int(tracks.fixed_ms[slot]))
        for person_id, slot in memory.couplings.slots.items()
        if slot not in memory.again
    }
    return places, memory.newest_ms


def recalled(field):
    with field.shared.database.reading() as session:
        return rebuild(session)


@settings(max_examples=25)
@given(
    turns=st.lists(st.sets(st.integers(0, WEARERS - 1), max_size=4), min_size=1, max_size=8),
    least_swept=st.integers(1, 3),
    back_s=st.sampled_from((0, 0, 40)),
)
def test_however_much_a_sweep_has_written_a_successor_knows_how_far_all_have_come(field, turns, least_swept, back_s):
    names = list(fleet(field, least_swept=least_swept))
    for turn, moving in enumerate(turns):
        at_s = -600 + 30 * turn - (back_s if turn % 3 == 2 else 0)
        if moving:
            field.submit(*(ping(at_s, FAR, names[number]) for number in sorted(moving)))
        else:
            field.judge.tick()
        memory, again = field.judge._memory, recalled(field)
        assert not again.again
        assert known(again) == known(memory)


def test_a_turn_writes_its_piece_only_and_the_marks_stay_until_all_is_written(field):
    names = list(fleet(field, least_swept=2))
    field.restart(EnginePolicy(checkpoint_every_ms=5_000, least_swept=2))
    field.judge.tick()
    for name in names:
        field.submit(ping(-30, FAR, name))
    assert [written(field, -30), field.count(BucketMark)] == [0, 1]
    field.world.clock.forward(seconds=6)
    for expected in (2, 4):
        field.judge.tick()
        assert [written(field, -30), field.count(BucketMark)] == [expected, 1]
    field.judge.tick()
    assert [written(field, -30), field.count(BucketMark)] == [WEARERS, 0]
    heard = select(DevicePulse.device_number).where(DevicePulse.fixed_ms == NOW_MS - 30_000)
    of_fleet = select(Device.number).where(Device.name.in_(names))
    assert set(field.rows(heard)) == set(field.rows(of_fleet))


def test_a_large_batch_takes_its_checkpoints_with_it(field):
    names = list(fleet(field, least_swept=1))
    field.submit(*(ping(-30, FAR, name) for name in names))
    assert [written(field, -30), field.count(BucketMark)] == [WEARERS, 0]


def written(field, at_s):
    return field.count(TrackCheckpoint, TrackCheckpoint.last_ms == NOW_MS + at_s * 1000)


def test_a_device_that_moves_while_a_sweep_goes_on_is_written_by_the_next(field):
    names = list(fleet(field, least_swept=1))
    for second in (-90, -60, -30):
        for name in names:
            field.submit(ping(second, FAR, name))
    known_ms = known(field.judge._memory)
    for _ in range(3 * WEARERS):
        field.judge.tick()
    assert field.judge._memory.sweep.is_done
    assert written(field, -30) == WEARERS
    assert known(recalled(field)) == known_ms
