"""The terms once more, by walking: day after day and minute after minute, from the text of the act, sharing no code.

Slow and plain on purpose; the fast computation is held against it.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
DAYS_EACH = {"day": 1, "day24": 1, "week": 7, "sv_month": 30}
LATER = {"restriction_start", "finality", "remedy"}


def easter(year):
    """Gauss's rule; the table of law uses another."""
    a, b, c = year % 19, year % 4, year % 7
    d = (19 * a + 24) % 30
    e = (2 * b + 4 * c + 6 * d + 5) % 7
    day = date(year, 3, 22) + timedelta(days=d + e)
    late = (d, e) == (29, 6) or ((d, e) == (28, 6) and a > 10)
    return day - timedelta(days=7) if late else day


def is_free(day, decreed=frozenset()):
    """Saturday, Sunday, or a day of art. 3."""
    moving = {easter(day.year) + timedelta(days=offset) for offset in (-2, 1, 39, 50)}
    king = date(day.year, 4, 27) if day.year >= 2014 else date(day.year, 4, 30)
    king = date(day.year, 4, 26) if day.year >= 2014 and king.isoweekday() == 7 else king
    fixed = {(1, 1), (5, 5), (12, 25), (12, 26)}
    return day.isoweekday() > 5 or day in moving | {king} or day in decreed or (day.month, day.day) in fixed


def walked(day, amount, unit, step=1):
    """So many days, weeks or months further, one day at a time; the last of a short month stands for the 31st."""
    if unit in DAYS_EACH:
        for _ in range(amount * DAYS_EACH[unit]):
            day += step * DAY
        return day
    wanted, months = day.day, amount * (12 if unit == "year" else 1)
    while months:
        day += DAY
        months -= day.day == 1
    while day.day < wanted and (day + DAY).month == day.month:
        day += DAY
    return day


def act(first_day, last, is_long, decreed):
    """Art. 2 and art. 1: on until two working days lie in it, if it is long enough, and the last is one."""
    while True:
        inside, day = 0, first_day
        while day <= last:
            inside += not is_free(day, decreed)
            day += DAY
        if (inside >= 2 or not is_long) and not is_free(last, decreed):
            return last
        last += DAY


def elapsed(start_at, minutes, is_night_out):
    at = start_at
    while minutes:
        counts = not is_night_out or at.astimezone(AMSTERDAM).hour >= 9
        minutes -= counts
        at += MINUTE
    return at


def midnight_after(day):
    following = day + DAY
    return datetime(following.year, following.month, following.day, tzinfo=AMSTERDAM).astimezone(UTC)


def last_day(term, start_on, decreed):
    """The last day of a term in days, and the other that can be argued for."""
    raw = walked(start_on, term.amount, term.unit.value, -1 if term.backward else 1)
    if term.extension.value == "no":
        return raw, None
    is_long = term.unit.value != "day" or term.amount >= 3
    extended = act(start_on + DAY, raw, is_long, decreed)
    if term.extension.value == "yes" or extended == raw:
        return extended, None
    return (extended, raw) if term.serves.value in LATER else (raw, extended)


def due(term, start_at, decreed=frozenset()):
    """When it ends, and the other last day that can be argued for; None where the law names no length."""
    unit, start_at = term.unit.value, start_at.astimezone(UTC)
    if unit == "none":
        return (start_at if term.nature.value == "H" else None), None
    if unit in ("hour", "minute"):
        return elapsed(start_at, term.amount * (60 if unit == "hour" else 1), term.night_excluded), None
    local = start_at.astimezone(AMSTERDAM)
    if term.nature.value == "M" or unit == "day24":
        end_on = walked(local.date(), term.amount, unit)
        by_clock = datetime.combine(end_on, local.time(), AMSTERDAM).astimezone(UTC)
        by_hours = start_at + 24 * term.amount * timedelta(hours=1)
        return (min(by_clock, by_hours) if unit == "day24" else by_clock), None
    last, other = last_day(term, local.date(), decreed)
    return midnight_after(last - DAY if term.opens and term.backward else last), other


def paused_last_day(first_on, days, stretches):
    """The last day of a running time of so many days, when a day wholly spent in a stretch does not count."""
    day, left = first_on, days
    while True:
        begin, end = midnight_after(day - DAY), midnight_after(day)
        left -= not is_covered(begin, end, stretches)
        if not left:
            return day
        day += DAY


def is_covered(begin, end, stretches):
    at = begin
    while at < end:
        over = [until for since, until in stretches if since <= at < until]
        if not over:
            return False
        at = max(over)
    return True
