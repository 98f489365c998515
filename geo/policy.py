"""When a chance becomes a word: the thresholds of a zone, and what holds for all zones alike.

All of it is configuration with a stated default, none of it law; DECISIONS.md says what the defaults rest on.
"""

from dataclasses import dataclass, field

from geo.accuracy import Accuracy
from geo.whereabouts import Model


@dataclass(frozen=True, slots=True)
class Policy:
    """What makes a suspicion, a siren, a withdrawal and an end, in one zone.

    - from `suspect_chance` on he is suspected, which is told quietly and at once;
    - `confirm_fixes` weighed fixes at `confirm_chance` or more, the last at least `dwell_s` after the first, confirm
      it: the siren; or the first such, at `certain_chance`, of who has been suspected for `dwell_s`. In a zone in
      which he must be, he has `grace_s` to be there;
    - who moves at `transit_mps` or faster does not stay: that is not confirmed before `transit_max_s` have passed;
    - at `release_chance` or less in `release_fixes` weighed fixes, or below `suspect_chance` for `patience_s`, it is
      over;
    - a line between two fixes that crosses the zone counts from `crossing_chance` on.
    """

    suspect_chance: float = 0.5
    confirm_chance: float = 0.95
    confirm_fixes: int = 2
    certain_chance: float = 0.98
    dwell_s: float = 10.0
    grace_s: float = 300.0
    release_chance: float = 0.1
    release_fixes: int = 2
    patience_s: float = 300.0
    transit_mps: float = 20.0
    transit_max_s: float = 120.0
    crossing_chance: float = 0.8


@dataclass(frozen=True, slots=True)
class Method:
    """How every track is judged.

    A fix nearer to an edge than `near_m` and four sigma is weighed against the track so far; elsewhere its side is
    plain. Fixes less than `step_ms` after the last weighed one show the same error again and are not weighed. After
    `memory_ms` without a fix what was known of a track is forgotten, and after `line_ms` no line is drawn over the gap.
    """

    accuracy: Accuracy = field(default_factory=Accuracy)
    model: Model = field(default_factory=Model)
    near_m: float = 250.0
    step_ms: int = 10_000
    memory_ms: int = 600_000
    line_ms: int = 300_000


@dataclass(frozen=True, slots=True)
class PairPolicy:
    """What makes two people near; configuration with stated defaults, none of it law.

    - within `near_m` they are near: suspected from `suspect_chance` on, shown by `confirm_fixes` samples at
      `confirm_chance`, the last at least `dwell_s` after the first;
    - two samples in a row of which the chance of being within `release_share` times `near_m` is at most
      `release_chance` end it, as do `patience_s` below `suspect_chance`, or without a sample;
    - who moves at `transit_mps` is under way, and stays so for `halt_s` after it. One who is under way, or two in
      different directions, must be near for `transit_max_s` before it is shown, and two who go the same way, within
      `alongside_deg`, for `same_way_max_s`;
    - no line is drawn over `line_ms` without a position, and none carried on for more than `stale_ms`;
    - who stay where they are for `stay_ms` are judged by all of that time, up to `pool_ms`: they are near if their
      place is, from `suspect_chance` on, and beyond it at `beyond_chance` or less. Its doubt is that of one sample, and
      a half less only after three times `drift_ms`, for errors hang together;
    - who brought them near is read from `lead_ms` before it on;
    - what would have taken more than `most_mps`, there and back, was not a position of anybody.
    """

    near_m: float = 1000.0
    suspect_chance: float = 0.5
    confirm_chance: float = 0.95
    confirm_fixes: int = 2
    dwell_s: float = 10.0
    release_share: float = 1.1
    release_chance: float = 0.1
    patience_s: float = 300.0
    transit_mps: float = 20.0
    transit_max_s: float = 120.0
    same_way_max_s: float = 1200.0
    halt_s: float = 120.0
    alongside_deg: float = 45.0
    stay_ms: int = 300_000
    pool_ms: int = 900_000
    drift_ms: int = 600_000
    beyond_chance: float = 0.01
    line_ms: int = 180_000
    stale_ms: int = 120_000
    lead_ms: int = 180_000
    most_mps: float = 70.0

    @property
    def reach_ms(self) -> int:
        """How far from it (in ms) a position may change what is found, before it and after it."""
        moves_ms = 3 * self.line_ms + max(self.lead_ms, self.stale_ms, round(self.halt_s * 1000))
        # The minutes that are pooled are whole ones.
        return moves_ms + self.pool_ms + 60_000


METHOD = Method()
