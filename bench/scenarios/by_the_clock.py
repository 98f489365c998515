"""Scenarios in which the time decides: bans by the hour, a day in court, a curfew over the change of the clocks."""

from bench.scenarios.home_unit import HomeUnit
from bench.scenarios.receiver import Receiver
from bench.scenarios.scene import Scene, banned, must_be_home
from bench.scenarios.story import begins

_EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_SCHOOL_HOURS = {"weekly": [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "until": "16:00"}]}
_NIGHTS = {"weekly": [{"days": _EVERY_DAY, "from": "21:00", "until": "07:00"}]}
_COURT = {"exceptions": [{"from": "2026-11-24T14:00:00+01:00", "until": "2026-11-24T15:00:00+01:00"}]}
_ONCE_A_MINUTE = Receiver(every_s=60.0)

SCENES = (
    Scene(
        "at the school after hours, which is allowed",
        [banned().when(**_SCHOOL_HOURS)],
        begins(-700).walks_to(0, 0).rests(30).walks_to(-700, 0),
        begins_at="2026-11-24T16:05",
    ),
    Scene(
        "waits at the school until the hours begin",
        [banned().when(**_SCHOOL_HOURS)],
        begins(-700).walks_to(0, 0).rests(45),
        ["siren"],
        begins_at="2026-11-24T07:30",
    ),
    Scene(
        "to court and away in time, as he was allowed",
        [banned().when(**_COURT)],
        begins(-700).rests(5).walks_to(0, 0).rests(20).walks_to(-700, 0).rests(40),
    ),
    Scene(
        "to court, and stays when the exemption is over",
        [banned().when(**_COURT)],
        begins(-700).rests(5).walks_to(0, 0).rests(80),
        ["siren"],
    ),
    Scene(
        "the ban ends at midnight while he is inside",
        [banned().until("2026-11-24")],
        begins(-700).walks_to(0, 0).rests(60).walks_to(-700, 0).walks_to(0, 0).rests(10),
        ["siren"],
        begins_at="2026-11-24T23:20",
    ),
    Scene(
        "at home all night while the clock goes back",
        [must_be_home()],
        begins(10, 5).rests(11 * 60),
        device=_ONCE_A_MINUTE,
        begins_at="2026-10-24T20:30",
    ),
    Scene(
        "at home with a curfew, leaves at half past two in the night of the clock change",
        [must_be_home().when(**_NIGHTS)],
        begins(10, 5).rests(330).walks_to(900, 0).rests(60).walks_to(10, 5).rests(60),
        ["siren"],
        _ONCE_A_MINUTE,
        begins_at="2026-10-24T21:00",
    ),
    Scene(
        "at home with a curfew, leaves a minute after it ended on the morning of the clock change",
        [must_be_home().when(**_NIGHTS)],
        begins(10, 5).rests(2 * 60 + 61).walks_to(900, 0).rests(60),
        device=_ONCE_A_MINUTE,
        begins_at="2026-10-25T05:00",
    ),
    Scene(
        "home unit: at home with a curfew all through the night of the clock change",
        [must_be_home().when(**_NIGHTS)],
        begins(2_000).rests(20).cycles_to(10, 5).rests(11 * 60 + 25).walks_to(900, 0).rests(30),
        device=HomeUnit(),
        begins_at="2026-10-24T20:15",
    ),
    Scene(
        "home unit: leaves at half past two in the night of the clock change",
        [must_be_home().when(**_NIGHTS)],
        begins(10, 5).rests(330).walks_to(900, 0).rests(60).walks_to(10, 5).rests(60),
        ["siren"],
        HomeUnit(),
        begins_at="2026-10-24T21:00",
    ),
    Scene(
        "home unit: comes home forty minutes after the curfew began",
        [must_be_home().when(**_NIGHTS)],
        begins(3_000).rests(70).cycles_to(10, 5).rests(30),
        ["siren"],
        HomeUnit(),
        begins_at="2026-11-24T20:20",
    ),
    Scene(
        "home unit: two minutes to the bin at the corner",
        [must_be_home().when(**_NIGHTS)],
        begins(10, 5).rests(30).walks_to(140, 0).walks_to(10, 5).rests(30),
        ["quiet"],
        HomeUnit(),
        begins_at="2026-11-24T22:00",
    ),
    Scene(
        "comes home forty minutes after the curfew began",
        [must_be_home().when(**_NIGHTS)],
        begins(3_000).rests(70).cycles_to(10, 5).rests(30),
        ["siren"],
        begins_at="2026-11-24T20:20",
    ),
    Scene(
        "two minutes to the bin at the corner",
        [must_be_home().when(**_NIGHTS)],
        begins(10, 5).rests(30).walks_to(140, 0).walks_to(10, 5).rests(30),
        ["quiet"],
        begins_at="2026-11-24T22:00",
    ),
    Scene(
        "two banned areas, in the one and then in the other",
        [banned(), banned(300, (2_000, 0))],
        begins(-700).walks_to(0, 0).rests(10).walks_to(2_000, 0).rests(10),
        ["siren", "siren"],
    ),
)
