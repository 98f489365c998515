"""What was heard in a run, held against what should have been: found, how soon, and what was false."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.scenarios import plain
from bench.scenarios.playing import Run
from bench.scenarios.scene import Word
from bench.scenarios.service import Call
from bench.scenarios.truth import Visit, known_s, met_s, pace_s, visits

# An episode may begin and end as far from the truth as an error carries somebody who walks.
_SLACK_S = 60.0
_QUIET_PRIORITY = 3


@dataclass(frozen=True, slots=True)
class Heard:
    """What was told of one episode: its loudest word, when that was told, and from when until when it lasted."""

    word: Word
    at_s: float
    from_s: float
    until_s: float


@dataclass(frozen=True)
class Verdict:
    """How a run went: of what was `expected`, what was `found` and how many seconds after it could be known.

    `unheard` are expected words of which nothing at all was told. `false` are sirens without a stay, second ones for
    the same stay, and loud ones where it should have been quiet; `suspected` are quiet calls without a cause.
    `over_s` is by how much the slowest siren came later than it may: 60 s at a fix in 15 s or more, 180 s at one a
    minute, and in between by the pace at which fixes came.
    """

    run: Run
    expected: int
    found: int
    unheard: int
    delays_s: tuple[float, ...]
    over_s: float
    false: int
    suspected: int
    plain_found: int
    plain_false: int

    @property
    def is_complete(self) -> bool:
        """Whether every expected alert was given."""
        return self.found == self.expected


def verdict(run: Run, calls: Sequence[Call]) -> Verdict:
    """Judge a run; raises ValueError when its script does not say what is expected of each visit."""
    scene, true_visits = run.scene, visits(run.scene)
    if len(true_visits) != len(scene.hears):
        raise ValueError(f"{scene.name}: {len(scene.hears)} words for {len(true_visits)} times that he is there")
    heard = _heard(run, [call for call in calls if not call.is_of_device])
    of_device = [call for call in calls if call.is_of_device]
    told = sum(min(scene.of_device.count(name), _classes(of_device).count(name)) for name in set(scene.of_device))
    of_visit = [[one for one in heard if visit.meets(one.from_s, one.until_s, _SLACK_S)] for visit in true_visits]
    found = [_as_expected(word, told) for word, told in zip(scene.hears, of_visit, strict=True)]
    sirens = [
        (visit, one)
        for visit, word, one in zip(true_visits, scene.hears, found, strict=True)
        if one is not None and word == "siren"
    ]
    delays_s = [one.at_s - _known_s(visit, run) for visit, one in sirens]
    most_s = [most_delay_s(pace_s(visit, scene, run.messages)) for visit, _ in sirens]
    causeless = [one for one in heard if not any(one in each for each in of_visit)]
    needless = [call for call in of_device if call.alert_class not in scene.of_device]
    plain_found, plain_false = _plainly(run, true_visits)
    return Verdict(
        run=run,
        expected=len(scene.hears) + len(scene.of_device),
        found=sum(one is not None for one in found) + told,
        unheard=sum(not each for each in of_visit) + len(scene.of_device) - told,
        delays_s=tuple(delays_s),
        over_s=max((delay_s - most for delay_s, most in zip(delays_s, most_s, strict=True)), default=0.0),
        false=sum(one.word == "siren" and not any(one is other for _, other in sirens) for one in heard)
        + len(needless),
        suspected=sum(one.word == "quiet" for one in causeless),
        plain_found=plain_found,
        plain_false=plain_false,
    )


def _known_s(visit: Visit, run: Run) -> float:
    if run.scene.hers is not None:
        return met_s(visit, run.scene, (run.messages, run.of_hers))
    return known_s(visit, run.scene, run.messages)


def most_delay_s(pace_s: float) -> float:
    """The longest that a siren may take, by the seconds between two fixes.

    >>> most_delay_s(5.0), most_delay_s(15.0), most_delay_s(22.5), most_delay_s(60.0)
    (60.0, 60.0, 80.0, 180.0)
    """
    return 60.0 + max(pace_s - 15.0, 0.0) * 120.0 / 45.0


def _classes(calls: Sequence[Call]) -> list[str]:
    return [call.alert_class for call in calls]


def _heard(run: Run, calls: Sequence[Call]) -> list[Heard]:
    return [
        Heard(
            _word(call),
            run.at_s(call.at_ms),
            run.at_s(call.start_ms),
            run.scene.story.seconds if call.end_ms is None else run.at_s(call.end_ms),
        )
        for call in calls
    ]


def _word(call: Call) -> Word:
    if call.priority < _QUIET_PRIORITY:
        return "siren"
    return "late" if call.alert_class.endswith("_late") else "quiet"


def _as_expected(word: Word, told: Sequence[Heard]) -> Heard | None:
    """What was told of a visit as it should be; of who should be told of quietly, anything but the siren will do."""
    fits = [one for one in told if one.word == word or (word == "quiet" and one.word == "late")]
    return min(fits, key=lambda one: one.at_s, default=None)


def _plainly(run: Run, true_visits: Sequence[Visit]) -> tuple[int, int]:
    """How many visits a plain check alarms of, and how often it alarms besides, again, or where it should not."""
    alarms = [at_s for at_s, _ in plain.alarms(run)]
    heard = [any(visit.meets(at_s, at_s, _SLACK_S) for at_s in alarms) for visit in true_visits]
    wanted = sum(told for told, word in zip(heard, run.scene.hears, strict=True) if word == "siren")
    return sum(heard), len(alarms) - wanted
