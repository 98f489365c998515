"""Running all scenarios, each with several seeds, and adding up what came of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.scenarios.playing import Run, play
from bench.scenarios.scene import Scene
from bench.scenarios.service import opened
from bench.scenarios.verdict import Verdict, verdict

_COMPLETE_SHARE = 0.95


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
    def over_s(self) -> float:
        """By how many seconds the slowest siren came later than it may."""
        return max((one.over_s for one in self.verdicts), default=0.0)


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
        f"{tally.scene.name}: the siren came {tally.over_s:.0f} s later than it may"
        for tally in found
        if tally.over_s > 0
    ]
    return missed
