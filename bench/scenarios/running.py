"""Running all scenarios, each with several seeds, and adding up what came of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.scenarios.playing import Run, play
from bench.scenarios.scene import Scene
from bench.scenarios.service import opened
from bench.scenarios.verdict import Verdict, verdict

_COMPLETE_SHARE = 0.95
_MOST_DELAY_S = ((15.0, 60.0), (60.0, 180.0))


@dataclass(frozen=True)
class Tally:
    """What came of one scenario with all its seeds."""

    scene: Scene
    verdicts: Sequence[Verdict]

    def total(self, name: str) -> int:
        """A count over all runs."""
        return sum(getattr(one, name) for one in self.verdicts)

    @property
    def delays_s(self) -> list[float]:
        """All delays, in order of length."""
        return sorted(delay_s for one in self.verdicts for delay_s in one.delays_s)

    @property
    def most_delay_s(self) -> float | None:
        """The longest delay that is good enough at its pace of fixes; None where there is no such bar."""
        every_s = self.scene.device.every_s
        return next((most_s for pace_s, most_s in _MOST_DELAY_S if every_s <= pace_s), None)

    @property
    def is_slow(self) -> bool:
        """Whether any siren came later than it should."""
        most_s = self.most_delay_s
        return most_s is not None and any(delay_s > most_s for delay_s in self.delays_s)


def tallies(scenes: Sequence[Scene], seeds: int) -> list[Tally]:
    """Play every scenario with so many seeds, and judge each run."""
    pairs = [(scene, seed) for scene in scenes for seed in range(seeds)]
    runs = [Run.of(number, scene, seed) for number, (scene, seed) in enumerate(pairs)]
    with opened() as service:
        calls = play(service, runs)
    verdicts = [verdict(run, calls[run.number]) for run in runs]
    return [Tally(scene, verdicts[place * seeds : (place + 1) * seeds]) for place, scene in enumerate(scenes)]


def missed_bars(found: Sequence[Tally]) -> list[str]:
    """Which bars were missed, in words; empty when all is well."""
    runs = [one for tally in found for one in tally.verdicts if one.expected]
    complete = sum(one.is_complete for one in runs) / max(len(runs), 1)
    missed = [
        f"{tally.scene.name}: nothing was told of {tally.total('unheard')}" for tally in found if tally.total("unheard")
    ]
    if complete < _COMPLETE_SHARE:
        missed.append(f"every expected alert was given in {complete:.1%} of the runs, and should be in 95 %")
    missed += [
        f"{tally.scene.name}: {tally.delays_s[-1]:.0f} s to the siren, and should be {tally.most_delay_s:.0f}"
        for tally in found
        if tally.is_slow
    ]
    return missed
