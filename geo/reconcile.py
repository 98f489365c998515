"""What was told stays told: newly computed episodes are laid beside those that were made known under an id."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from geo.episode import Episode


@dataclass(frozen=True, slots=True)
class Known:
    """An episode that was made known, as last told under its id."""

    id: str
    episode: Episode
    superseded_by: str | None = None
    withdrawn: bool = False


class RevisionKind(StrEnum):
    """What a new computation means for what was told."""

    KEPT = "kept"
    REVISED = "revised"
    RESTORED = "restored"
    OPENED = "opened"
    SPLIT_FROM = "split_from"
    MERGED_INTO = "merged_into"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Revision:
    """One id's fate, or a new episode that still needs an id (opened, split_from: `id` is None).

    `episode` is what now holds (None when merged or withdrawn); `other_id` is the id merged into or split from.
    """

    kind: RevisionKind
    id: str | None
    episode: Episode | None = None
    other_id: str | None = None


def reconcile(old: Sequence[Known], new: Sequence[Episode]) -> tuple[Revision, ...]:
    """Give each newly computed episode of a wearer the oldest id it overlaps, and each known id its fate.

    `old` is in order of age, oldest first. An equal episode keeps its id; a changed one keeps the oldest id of the same
    zone that it overlaps and that no other took; further ids it overlaps are merged into that one; a piece that found
    its id taken is split from it; an id that overlaps nothing is withdrawn, and comes back (restored) if a later
    computation finds the episode again. Each live id occurs once as `id`, each new episode once as `episode`; an id
    that was merged stays merged and is not mentioned.

    Both lists cover the same time: after judging again from an earlier state, give in `old` what was open in that state
    or began after it, and in `new` what `collect` makes of the state's open episodes and the changes.

    >>> from geo.episode import Cause
    >>> told = [Known("A", Episode("Z", 1, 0, 10, Cause.ENTERED)), Known("B", Episode("Z", 1, 20, 30, Cause.ENTERED))]
    >>> [(str(r.kind), r.id, r.other_id) for r in reconcile(told, [Episode("Z", 1, 0, 30, Cause.ENTERED)])]
    [('revised', 'A', None), ('merged_into', 'B', 'A')]
    """
    live = [known for known in old if not known.withdrawn and known.superseded_by is None]
    ordered = sorted(new, key=lambda episode: episode.order)
    owners = _owners(live, ordered)
    fates = _fates_of_live(live, ordered, owners)
    lost = [known for known in old if known.withdrawn and known.superseded_by is None]
    return (*fates, *_unowned(live, lost, ordered, owners))


def _owners(live: list[Known], new: list[Episode]) -> dict[int, Known]:
    """By place in `new`: the known episode whose id it keeps."""
    told = {known.episode: known for known in reversed(live)}
    owners = {place: told.pop(episode) for place, episode in enumerate(new) if episode in told}
    free = {known.id: known for known in live}
    for owner in owners.values():
        del free[owner.id]
    for place, episode in enumerate(new):
        overlapped = None if place in owners else _first_overlapping(free.values(), episode)
        if overlapped is not None:
            owners[place] = free.pop(overlapped.id)
    return owners


def _fates_of_live(live: list[Known], new: list[Episode], owners: dict[int, Known]) -> list[Revision]:
    place_of = {known.id: place for place, known in owners.items()}
    fates = []
    for known in live:
        place = place_of.get(known.id)
        if place is not None:
            kind = RevisionKind.KEPT if known.episode == new[place] else RevisionKind.REVISED
            fates.append(Revision(kind, known.id, new[place]))
            continue
        into = next((owners[at].id for at in sorted(owners) if _overlap(known.episode, new[at])), None)
        kind = RevisionKind.WITHDRAWN if into is None else RevisionKind.MERGED_INTO
        fates.append(Revision(kind, known.id, other_id=into))
    return fates


def _unowned(live: list[Known], lost: list[Known], new: list[Episode], owners: dict[int, Known]) -> list[Revision]:
    """New episodes without an id of a live one: a piece of one, a withdrawn one found again, or truly new."""
    result = []
    restored: set[str] = set()
    for place, episode in enumerate(new):
        if place in owners:
            continue
        origin = _first_overlapping(live, episode)
        again = _first_overlapping((known for known in lost if known.id not in restored), episode)
        if origin is not None:
            result.append(Revision(RevisionKind.SPLIT_FROM, None, episode, origin.id))
        elif again is not None:
            restored.add(again.id)
            result.append(Revision(RevisionKind.RESTORED, again.id, episode))
        else:
            result.append(Revision(RevisionKind.OPENED, None, episode))
    return result


def _first_overlapping(candidates: Iterable[Known], episode: Episode) -> Known | None:
    return next((known for known in candidates if _overlap(known.episode, episode)), None)


def _overlap(told: Episode, found: Episode) -> bool:
    """Same zone, and an instant in common; episodes that start together always have one."""
    if told.zone_id != found.zone_id:
        return False
    starts_together = told.start_ms == found.start_ms
    told_goes_on = told.end_ms is None or found.start_ms < told.end_ms
    found_goes_on = found.end_ms is None or told.start_ms < found.end_ms
    return starts_together or (told_goes_on and found_goes_on)
