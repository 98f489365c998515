"""Each way to be against a zone has its own cause: walks far from every edge, held against what a calendar says."""

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.episode import Cause, EndCause, Verdict
from geo.episodes import TrackState, advance, collect, episodes, expire
from geo.schedule import Schedule, Window
from geo.track import Fix
from geo.zones import Border, Span, Zone
from tests.geo.samples import circle
from tests.geo.walks import at

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
PLACE = circle(52.09, 5.12, 300.0)
MINUTE_MS = 60_000
EVERY_NIGHT = Window((0, 1, 2, 3, 4, 5, 6), 20 * 60, 7 * 60)
CHANGES = {
    "spring": datetime(2026, 3, 28, 12, tzinfo=AMSTERDAM),
    "autumn": datetime(2026, 10, 24, 12, tzinfo=AMSTERDAM),
}


def ms(local: datetime) -> int:
    return round(local.timestamp() * 1000)


def home(*spans: Span, schedule: Schedule | None = None, exemptions: tuple[Span, ...] = (), kind="inclusion") -> Zone:
    return Zone("Z", 1, kind, PLACE, spans or (Span(0),), schedule, exemptions=exemptions)


def fixes(from_ms: int, *stays: tuple[int, float], every_ms: int = MINUTE_MS) -> list[Fix]:
    """A fix a minute: so many minutes at so many metres east of the middle, one stay after the other."""
    places = [east_m for minutes, east_m in stays for _ in range(minutes)]
    return [Fix(from_ms + number * every_ms, *at(east_m), 5.0) for number, east_m in enumerate(places)]


def told(found):
    return [(one.start_ms, one.end_ms, one.cause, one.end_cause) for one in found]


@pytest.mark.parametrize(("change", "hours"), [("spring", 10), ("autumn", 12)])
def test_who_is_not_home_at_curfew_is_away_until_he_comes_also_in_the_night_of_the_clock_change(change, hours):
    noon = CHANGES[change]
    opens, closes = ms(noon.replace(hour=20)), ms(noon.replace(hour=7) + timedelta(days=1))
    assert closes - opens == hours * 3_600_000
    night = home(schedule=Schedule((EVERY_NIGHT,), (), "Europe/Amsterdam"))
    track = fixes(opens - 30 * MINUTE_MS, (60, 900.0), (5 * 60, 0.0), ((hours + 2) * 60, 900.0))
    assert told(episodes(track, [night])) == [
        (opens, opens + 30 * MINUTE_MS, Cause.WINDOW_OPENED, EndCause.RETURNED),
        (opens + 330 * MINUTE_MS, closes, Cause.LEFT, EndCause.SCHEDULE_PAUSED),
    ]
    assert {one.verdict for one in episodes(track, [night])} == {Verdict.CONFIRMED}


def test_an_exemption_until_three_in_the_afternoon_to_go_to_court_ends_at_three():
    morning, back_by = (ms(datetime(2026, 3, 3, hour, tzinfo=AMSTERDAM)) for hour in (9, 15))
    to_court = home(exemptions=(Span(morning, back_by),))
    late = fixes(morning - 10 * MINUTE_MS, (10, 0.0), (380, 5000.0), (5, 0.0))
    assert told(episodes(late, [to_court])) == [
        (back_by, back_by + 20 * MINUTE_MS, Cause.EXEMPTION_ENDED, EndCause.RETURNED)
    ]
    in_time = fixes(morning - 10 * MINUTE_MS, (10, 0.0), (359, 5000.0), (60, 0.0))
    assert episodes(in_time, [to_court]) == ()
    early = fixes(morning - 10 * MINUTE_MS, (1, 0.0), (60, 5000.0))
    assert told(episodes(early, [to_court])) == [
        (morning - 9 * MINUTE_MS, morning, Cause.LEFT, EndCause.EXEMPTED),
    ]


@pytest.mark.parametrize(
    ("exemption", "border"), [(Span(0, 20 * 3_600_000), Border.WINDOW), (Span(0, 21 * 3_600_000), Border.EXEMPTION)]
)
def test_where_an_exemption_and_a_window_meet_the_window_opens_unless_it_was_open_already(exemption, border):
    night = home(schedule=Schedule((EVERY_NIGHT,), (), "UTC"), exemptions=(exemption,))
    held = night.held(22 * 3_600_000)
    assert held is not None
    assert held.from_ms == exemption.until_ms
    assert night.begins_by(held.from_ms) is border


def test_a_zone_drawn_round_him_and_one_that_he_must_be_in_from_now_on_begin_with_their_zone():
    track = fixes(0, (40, 0.0), (40, 900.0))
    drawn_ms = 20 * MINUTE_MS
    ban, duty = home(Span(drawn_ms), kind="exclusion"), home(Span(60 * MINUTE_MS))
    assert told(episodes(track, [ban])) == [(drawn_ms, 40 * MINUTE_MS, Cause.ZONE_BEGAN, EndCause.LEFT)]
    assert told(episodes(track, [duty])) == [(60 * MINUTE_MS, None, Cause.ZONE_BEGAN, None)]


def test_each_fix_is_judged_by_the_version_of_the_zone_that_held_at_its_time():
    moved = circle(*at(900.0), 300.0)
    moved_ms = 30 * MINUTE_MS
    versions = [
        Zone("Z", 1, "exclusion", PLACE, (Span(0, moved_ms),)),
        Zone("Z", 2, "exclusion", moved, (Span(moved_ms),)),
    ]
    track = fixes(0, (10, 900.0), (40, 0.0), (10, 900.0))
    assert [(one.zone_version, *told([one])[0]) for one in episodes(track, versions)] == [
        (1, 10 * MINUTE_MS, moved_ms, Cause.ENTERED, EndCause.ZONE_ENDED),
        (2, 50 * MINUTE_MS, None, Cause.ENTERED, None),
    ]


# A calendar of minutes, and a walk of stays of at least ten minutes; all of it checked minute by minute.

BEGIN = datetime(2026, 3, 27, 12, tzinfo=AMSTERDAM)  # the clock goes forward in the second night
BEGIN_MS = ms(BEGIN)


def calendar_of(dice: random.Random):
    """A zone by its calendar (when its span holds, its windows, its exemptions), and a walk of long stays."""
    windows = [_window(dice) for _ in range(dice.choice((0, 1, 1, 2)))]
    own, *exemptions = [_span(dice, longest) for longest in (140, *dice.choice(((), (30,), (30, 60))))]
    excepted = exemptions[:1] if dice.random() < 0.5 else []
    schedule = Schedule(tuple(windows), tuple(excepted), "Europe/Amsterdam") if windows or excepted else None
    kind = dice.choice(("exclusion", "inclusion"))
    zone = home(own, schedule=schedule, exemptions=tuple(exemptions), kind=kind)
    stays = [(dice.randint(10, 400), number % 2 * 1000.0) for number in range(dice.randint(4, 10))]
    return zone, windows, exemptions, fixes(BEGIN_MS, *stays)


def _window(dice: random.Random) -> Window:
    half_hours = [number for number in range(48) if number != 5]  # 02:30 does not exist in that night
    begin, end = dice.choice(half_hours) * 30, dice.choice(half_hours) * 30
    return Window(tuple(sorted(dice.sample(range(7), dice.randint(2, 7)))), begin, end)


def _span(dice: random.Random, longest: int) -> Span:
    begin_ms = BEGIN_MS + dice.randint(-4, 40) * 30 * MINUTE_MS
    return Span(begin_ms, begin_ms + dice.randint(longest // 3, longest) * 30 * MINUTE_MS)


def scheduled(windows: list[Window], at_ms: int) -> bool:
    """Whether any window is open, by the wall clock."""
    local = datetime.fromtimestamp(at_ms / 1000, AMSTERDAM)
    minute = local.hour * 60 + local.minute
    for window in windows:
        for day_back in (0, 1):
            begins_on = (local.date() - timedelta(days=day_back)).weekday()
            since = minute + day_back * 1440 - window.from_minute
            if begins_on in window.days and 0 <= since < window.length_minutes:
                return True
    return not windows


def in_any(spans, at_ms: int) -> bool:
    return any(span.holds(at_ms) for span in spans)


def expected(track: list[Fix], zone: Zone, windows: list[Window], exemptions: list[Span]):
    """The episodes minute by minute: it holds or not, he is against it or not, and what changed last says why."""

    def state(at_ms):
        return in_any(zone.holds, at_ms), scheduled(windows, at_ms), not in_any(exemptions, at_ms)

    found, going_on, before = [], None, None
    for fix in track:
        now = (*state(fix.at_ms), zone.breached_at(fix.lat_deg, fix.lon_deg))
        bad = all(now)
        if going_on and not bad:
            found.append((*going_on, fix.at_ms, _why(now, before, _END[zone.kind])))
            going_on = None
        elif bad and not going_on:
            going_on = (fix.at_ms, _why(before, now, _BEGIN[zone.kind]) if before else Cause.FIRST_SEEN)
        before = now
    ends = [(start, end, cause, end_cause) for start, cause, end, end_cause in found]
    return ends + ([(going_on[0], None, going_on[1], None)] if going_on else [])


_BEGIN = {
    "exclusion": (Cause.ZONE_BEGAN, Cause.WINDOW_OPENED, Cause.EXEMPTION_ENDED, Cause.ENTERED),
    "inclusion": (Cause.ZONE_BEGAN, Cause.WINDOW_OPENED, Cause.EXEMPTION_ENDED, Cause.LEFT),
}
_END = {
    "exclusion": (EndCause.ZONE_ENDED, EndCause.SCHEDULE_PAUSED, EndCause.EXEMPTED, EndCause.LEFT),
    "inclusion": (EndCause.ZONE_ENDED, EndCause.SCHEDULE_PAUSED, EndCause.EXEMPTED, EndCause.RETURNED),
}


def _why(lacking, whole, causes):
    """The first of span, window, exemption and wearer that made the difference."""
    return next(cause for was, _, cause in zip(lacking, whole, causes, strict=True) if not was)


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32), cut=st.integers(0, 4000))
def test_every_minute_against_a_zone_that_holds_lies_in_an_episode_with_its_cause(seed, cut):
    zone, windows, exemptions, track = calendar_of(random.Random(seed))
    whole = told(episodes(track, [zone]))
    assert whole == expected(track, zone, windows, exemptions)
    # The clock, which closes without a fix, and a restart between any two fixes give the same.
    cut %= len(track)
    state, begun = advance(TrackState(), track[:cut], [zone])
    state, ended = expire(TrackState.from_dict(state.to_dict()), [zone], track[cut].at_ms)
    _, rest = advance(state, track[cut:], [zone])
    assert told(collect([*begun, *ended, *rest])) == whole
