"""One transaction of the engine: what is known, and how what it finds is taken in and told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from geo.episode import Change
from geo.track import TrackState
from registry.monitoring.engine import marks
from registry.monitoring.engine.memory import Draft
from registry.monitoring.engine.telling import Teller
from registry.monitoring.engine.tracks import NEVER_MS
from registry.monitoring.models import TrackMark
from registry.monitoring.pings import epoch_ms
from registry.monitoring.rules import EnginePolicy


@dataclass(frozen=True, slots=True)
class Turn:
    """One transaction's judging."""

    session: Session
    draft: Draft
    now: datetime
    policy: EnginePolicy

    @property
    def now_ms(self) -> int:
        """Return the present, in epoch ms."""
        return epoch_ms(self.now)

    @property
    def oldest_ms(self) -> int:
        """Return from when (epoch ms) anything is judged again; positions from before it may have been removed."""
        return self.now_ms - self.policy.judge_again_ms

    def tell(self, slot: int, state: TrackState, changes: tuple[Change, ...]) -> None:
        """Take in how far a wearer was judged, and make known what changed."""
        draft = self.draft
        teller = self.teller(slot, state)
        draft.judged(slot, state)
        if changes:
            quiet = teller.changes(changes, draft.zones.grounds)
            draft.save_now.add(slot)
            draft.quiet[slot] = bool(state.open) and (quiet or draft.is_quiet(slot))
        self.sound(slot, state, teller)

    def sound(self, slot: int, state: TrackState, teller: Teller) -> None:
        """An episode found late that goes on until now calls for the siren after all."""
        seen_ms = NEVER_MS if state.last is None else state.last[0]
        if self.draft.is_quiet(slot) and state.open and seen_ms >= self.now_ms - self.policy.live_limit_ms:
            teller.sound()
            self.draft.quiet[slot] = False

    def teller(self, slot: int, state: TrackState) -> Teller:
        """Return who makes known what was found of a wearer."""
        judged_to_ms = NEVER_MS if state.last is None else state.last[0]
        return Teller(self.session, self.now, self.policy, self.draft.couplings.persons[slot], judged_to_ms)

    def keep_marks(self, slot: int, left: Sequence[TrackMark]) -> None:
        """Write the marks that a stretch of a wearer's track left."""
        settled_ms = self.draft.tracks.settled_ms
        settled_ms[slot] = max([int(settled_ms[slot]), *(mark.at_ms for mark in left)])
        marks.write(self.session, left)
