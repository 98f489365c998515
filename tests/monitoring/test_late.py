import random
from datetime import timedelta

import numpy as np
import pytest

from geo.columns import fixes_of
from geo.track import Fix
from registry.monitoring.engine import late
from tests.monitoring.wearers import NOW_MS, OUTSIDE, ping, stay
from tests.world import NOW


@pytest.mark.parametrize("seed", range(3))
def test_what_lies_around_many_fixes_read_at_once_is_what_lies_around_each(field, monkeypatch, seed):
    dice = random.Random(seed)
    devices = ("EB-1", "EB-2")
    for device in devices:
        field.wearer(device, begins=NOW - timedelta(minutes=100))
    seconds = [dice.randrange(-7000, 0) for _ in range(60)]
    told = [
        ping(at_s, (round(52 + dice.random() / 10, 6), 5.2), dice.choice(devices), sequence=dice.randrange(2))
        for at_s in seconds
    ]
    field.submit(*told, ping(60_000, OUTSIDE, "EB-1"), *stay(OUTSIDE, *range(-7000, 0, 500), device="EB-noise"))
    memory = field.judge._memory
    draft = memory.draft()
    numbers = memory.numbers[field.provider.organisation_id]
    slots = [memory.couplings.slot_at(numbers[device], NOW_MS) for device in devices]
    times = (*seconds, *range(-6900, 0, 97))
    asked = fixes_of([(dice.choice(slots), Fix(NOW_MS + at_s * 1000, *OUTSIDE)) for at_s in times])
    with field.shared.database.reading() as session:
        monkeypatch.setattr(late, "_MANY", 1)
        at_once = late._around(session, draft, asked)
        monkeypatch.setattr(late, "_MANY", 10_000)
        one_by_one = late._around(session, draft, asked)
    for found, wanted in zip(at_once, one_by_one, strict=True):
        np.testing.assert_array_equal(found, wanted)
    assert not np.isnan(one_by_one[0]).all() and not np.isnan(one_by_one[1]).all()
