"""The second half of judging: which wearers' fixes need a look, what they change, and who must be judged again.

Fixes that follow a wearer's track are judged from memory. A late one that could change anything, and a zone or coupling
learnt later, call for judging that wearer again from the fixes that are stored.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from geo.episodes import Change, Episode, TrackState, advance, collect, expire
from geo.reconcile import reconcile
from geo.track import Fix
from registry.monitoring.engine import store
from registry.monitoring.engine.knowledge import Again
from registry.monitoring.engine.memory import NEVER_MS, Draft
from registry.monitoring.engine.sorting import Fixes
from registry.monitoring.engine.telling import Teller, episode_of, is_live, known, known_since
from registry.monitoring.models import EpisodeRecord
from registry.monitoring.pings import epoch_ms
from registry.monitoring.rules import EnginePolicy

Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Judging:
    """One transaction's judging."""

    session: Session
    draft: Draft
    now: datetime
    policy: EnginePolicy

    def judge(self, fixes: Fixes, again: Again) -> None:
        """Judge stored fixes that are new, and those wearers again who call for it."""
        again = dict(again)
        if len(fixes):
            for slot, from_ms in self._late(fixes).items():
                again[slot] = min(from_ms, again.get(slot, from_ms))
            for slot, at_ms in zip(fixes.slots.tolist(), fixes.at_ms.tolist(), strict=True):
                if slot in again and at_ms < again[slot]:
                    again[slot] = at_ms
            self._advance(fixes, again)
        oldest_ms = epoch_ms(self.now) - self.policy.judge_again_ms
        for slot, from_ms in again.items():
            self._judge_again(slot, max(from_ms, oldest_ms))

    def expire(self) -> None:
        """Close the episodes whose zone has stopped holding."""
        now_ms = epoch_ms(self.now)
        for slot in np.nonzero(self.draft.tracks.watched)[0].tolist():
            state, changes = expire(self.draft.state(slot), self.draft.zones.of_slot(slot), now_ms)
            if changes:
                self._tell(slot, state, changes)

    def _late(self, fixes: Fixes) -> Again:
        """From when to judge wearers again for a late fix: one against a zone, or before the end of an episode."""
        tracks, slots = self.draft.tracks, fixes.slots
        last_ms = tracks.last_ms[slots]
        late = (fixes.at_ms < last_ms) | ((fixes.at_ms == last_ms) & (fixes.sequences <= tracks.last_sequence[slots]))
        late |= fixes.at_ms < tracks.ended_ms[slots]
        if not late.any():
            return {}
        matters = tracks.watched[slots] | (fixes.at_ms <= tracks.ended_ms[slots])
        found = {int(place) for place in np.nonzero(late & matters)[0]} | self._breaching(fixes, np.nonzero(late)[0])
        again: Again = {}
        for place in found:
            slot, at_ms = int(slots[place]), int(fixes.at_ms[place])
            again[slot] = min(at_ms, again.get(slot, at_ms))
        return again

    def _breaching(self, fixes: Fixes, places: Places) -> set[int]:
        """Those of some fixes that are against a zone that held."""
        fleet = self.draft.zones.fleet
        nobody = np.zeros(len(self.draft.tracks.watched), dtype=np.bool_)
        pairs = fleet.pairs(fixes.slots[places], fixes.lats_deg[places], fixes.lons_deg[places], nobody)
        found = set()
        for index, row in zip(pairs[0].tolist(), pairs[1].tolist(), strict=True):
            place, zone = int(places[index]), fleet.zone(row)
            lat_deg, lon_deg = float(fixes.lats_deg[place]), float(fixes.lons_deg[place])
            if zone.held(int(fixes.at_ms[place])) and zone.breached_at(lat_deg, lon_deg):
                found.add(place)
        return found

    def _advance(self, fixes: Fixes, again: Again) -> None:
        """Judge the fixes of wearers who are not judged again; most are far from any zone, and only pass."""
        draft, tracks = self.draft, self.draft.tracks
        looks = draft.zones.fleet.looks(fixes.slots, fixes.lats_deg, fixes.lons_deg, tracks.watched)
        order = np.lexsort((fixes.sequences, fixes.at_ms))
        last_ms = tracks.last_ms[fixes.slots]
        last_sequence = tracks.last_sequence[fixes.slots]
        follows = (fixes.at_ms > last_ms) | ((fixes.at_ms == last_ms) & (fixes.sequences > last_sequence))
        order = order[follows[order]]
        for slot, zones in looks.items():
            if slot not in again:
                mine = order[fixes.slots[order] == slot]
                if len(mine):
                    state, changes = advance(draft.state(slot), _track(fixes, mine), zones)
                    self._tell(slot, state, changes)
        tracks.last_ms[fixes.slots[order]] = fixes.at_ms[order]
        tracks.last_sequence[fixes.slots[order]] = fixes.sequences[order]
        draft.touched.update(fixes.slots[order].tolist())

    def _tell(self, slot: int, state: TrackState, changes: tuple[Change, ...]) -> None:
        draft = self.draft
        teller = self._teller(slot, state)
        draft.judged(slot, state)
        if changes:
            quiet = teller.changes(changes, draft.zones.grounds)
            draft.save_now.add(slot)
            ends = [change.episode.end_ms for change in changes if change.episode.end_ms is not None]
            draft.tracks.ended_ms[slot] = max([int(draft.tracks.ended_ms[slot]), *ends])
            draft.quiet[slot] = bool(state.open) and (quiet or draft.is_quiet(slot))
        self._sound(slot, state, teller)

    def _sound(self, slot: int, state: TrackState, teller: Teller) -> None:
        """An episode found late that goes on until now calls for the siren after all."""
        seen_ms = NEVER_MS if state.last is None else state.last[0]
        if self.draft.is_quiet(slot) and state.open and seen_ms >= epoch_ms(self.now) - self.policy.live_limit_ms:
            teller.sound()
            self.draft.quiet[slot] = False

    def _teller(self, slot: int, state: TrackState) -> Teller:
        judged_to_ms = NEVER_MS if state.last is None else state.last[0]
        return Teller(self.session, self.now, self.policy, self.draft.couplings.persons[slot], judged_to_ms)

    def _judge_again(self, slot: int, from_ms: int) -> None:
        """Judge a wearer anew from the fixes that are stored, and lay the outcome beside what was told."""
        draft, session = self.draft, self.session
        zones = draft.zones.of_slot(slot)
        keys = {zone.key for zone in zones}
        lost = [episode.start_ms for episode in draft.open_of(slot) if episode.zone_key not in keys]
        from_ms = min([from_ms, *lost])
        if not lost and self._is_silent_since(slot, from_ms):
            draft.save_now.add(slot)
            return
        before_ms = self._fix_before(slot, from_ms)
        told = known_since(session, draft.couplings.persons[slot], None if before_ms is None else before_ms[0])
        started = TrackState(before_ms, _open_at(told, before_ms, keys))
        track = store.fixes(session, draft.couplings.stretches(slot, from_ms))
        state, changes = advance(started, track, zones)
        state, ended = expire(state, zones, epoch_ms(self.now))
        found = collect((*changes, *ended), started)
        teller = self._teller(slot, state)
        quiet = teller.revisions(reconcile([known(record) for record in told], found), draft.zones.grounds)
        self._forget_track(slot)
        draft.judged(slot, state)
        draft.save_now.add(slot)
        live = known_since(session, draft.couplings.persons[slot], None)
        draft.tracks.ended_ms[slot] = max(
            [record.end_ms for record in live if is_live(record) and record.end_ms is not None], default=NEVER_MS
        )
        draft.quiet[slot] = bool(state.open) and (quiet or draft.is_quiet(slot))
        self._sound(slot, state, teller)

    def _is_silent_since(self, slot: int, from_ms: int) -> bool:
        """Say whether a wearer has no fix and no end of an episode from an instant on, so that nothing can change."""
        draft = self.draft
        newest_ms = max((draft.newest(worn.device_number) for worn in draft.couplings.of_slot[slot]), default=NEVER_MS)
        return max(newest_ms, int(draft.tracks.last_ms[slot]), int(draft.tracks.ended_ms[slot])) < from_ms

    def _forget_track(self, slot: int) -> None:
        self.draft.tracks.last_ms[slot], self.draft.tracks.last_sequence[slot] = NEVER_MS, 0

    def _fix_before(self, slot: int, at_ms: int) -> tuple[int, int] | None:
        """Time and sequence of a wearer's last fix before an instant."""
        found = (store.last_fix(self.session, one) for one in self.draft.couplings.stretches(slot, NEVER_MS, at_ms))
        return max(((one[0], one[1]) for one in found if one is not None), default=None)


def _track(fixes: Fixes, places: Places) -> list[Fix]:
    found = [
        Fix(
            int(fixes.at_ms[place]),
            float(fixes.lats_deg[place]),
            float(fixes.lons_deg[place]),
            fixes.accuracies_m[place],
            int(fixes.sequences[place]),
        )
        for place in places.tolist()
    ]
    return sorted(found, key=lambda fix: fix.order)


def _open_at(
    told: Iterable[EpisodeRecord], last: tuple[int, int] | None, keys: set[tuple[str, int]]
) -> tuple[Episode, ...]:
    """The episodes that were going on at a fix, as they were told, without their end."""
    if last is None:
        return ()
    going_on = [
        episode_of(record, ended=False)
        for record in told
        if is_live(record) and record.start_ms <= last[0] and (record.end_ms is None or record.end_ms > last[0])
    ]
    return tuple(sorted((one for one in going_on if one.zone_key in keys), key=lambda one: one.order))
