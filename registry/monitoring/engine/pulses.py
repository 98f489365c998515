"""When each device was heard, and how often it is: from this its silence is judged.

A pulse is taken in when its transaction is on disk, and written with the checkpoints. After a crash it is up to a
checkpoint older than the truth, which lets a silence be seen a few seconds early.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from registry.monitoring.silence.rules import GAPS_MISSED, LEAST_MS, MOST_MS, UNKNOWN_AFTER_MS

Integers = npt.NDArray[np.int64]
UNKNOWN_MS = -1
_SAME_CONTACT_MS = 10_000
_NAMES = ("heard_ms", "since_ms", "fixed_ms", "heard_gap_ms", "fixed_gap_ms")


def _empty() -> Integers:
    return np.full(0, UNKNOWN_MS, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Beat:
    """Devices heard at one instant of receipt (epoch ms), by their numbers, and the times (epoch ms) of positions.

    A position's time beyond that of its receipt is cut to that.
    """

    received_ms: int = 0
    numbers: Integers = field(default_factory=_empty)
    placed_numbers: Integers = field(default_factory=_empty)
    placed_ms: Integers = field(default_factory=_empty)


@dataclass(slots=True)
class Pulses:
    """By device number, in epoch ms: when it was heard last, from when without a silence, and its newest position.

    The gaps (ms) are those that are usual between its contacts, and between its positions; -1 is not known yet.
    """

    heard_ms: Integers = field(default_factory=_empty)
    since_ms: Integers = field(default_factory=_empty)
    fixed_ms: Integers = field(default_factory=_empty)
    heard_gap_ms: Integers = field(default_factory=_empty)
    fixed_gap_ms: Integers = field(default_factory=_empty)
    moved: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))

    def take(self, beats: Iterable[Beat]) -> None:
        """Take in what was heard, oldest first."""
        for beat in beats:
            if len(beat.numbers):
                self._make_room(int(beat.numbers.max()))
                self._hear(beat)
            if len(beat.placed_numbers):
                self._make_room(int(beat.placed_numbers.max()))
                self._place(beat)

    def recall(self, number: int, values: Iterable[int | None]) -> None:
        """Take in what is on disk of a device, in the order of `row`."""
        self._make_room(number)
        for name, value in zip(_NAMES, values, strict=True):
            getattr(self, name)[number] = UNKNOWN_MS if value is None else value

    def unsaved(self) -> tuple[int, ...]:
        """Return the numbers of the devices that moved since they were written."""
        return tuple(np.nonzero(self.moved)[0].tolist())

    def rows(self, devices: Sequence[int]) -> list[tuple[int | None, ...]]:
        """Return what is to be written of these: five values, None for the unknown, and the number of the device."""
        numbers = np.array(devices, dtype=np.int64)
        columns = [getattr(self, name)[numbers].tolist() for name in _NAMES]
        rows = zip(*columns, numbers.tolist(), strict=True)
        return [tuple(None if value == UNKNOWN_MS else value for value in row) for row in rows]

    def saved(self, devices: Sequence[int]) -> None:
        """Note that what was to be written of these is on disk."""
        self.moved[list(devices)] = False

    def _make_room(self, number: int) -> None:
        if number < len(self.moved):
            return
        size = max(1024, 2 * number)
        for name in _NAMES:
            wider = np.full(size, UNKNOWN_MS, dtype=np.int64)
            wider[: len(self.moved)] = getattr(self, name)
            setattr(self, name, wider)
        self.moved = np.concatenate((self.moved, np.zeros(size - len(self.moved), dtype=np.bool_)))

    def _hear(self, beat: Beat) -> None:
        numbers, now_ms = beat.numbers, beat.received_ms
        heard, gaps = self.heard_ms[numbers], self.heard_gap_ms[numbers]
        passed = now_ms - heard
        was_silent = (heard == UNKNOWN_MS) | (passed > silences_after_ms(gaps))
        self.since_ms[numbers[was_silent]] = now_ms
        learnt = (heard != UNKNOWN_MS) & (passed >= _SAME_CONTACT_MS)
        self.heard_gap_ms[numbers[learnt]] = _usual(gaps[learnt], passed[learnt], was_silent[learnt])
        self.heard_ms[numbers] = np.maximum(heard, now_ms)
        self.moved[numbers] = True

    def _place(self, beat: Beat) -> None:
        """Learn of positions that are newer than any before."""
        at_ms = beat.placed_ms
        numbers, places = np.unique(beat.placed_numbers, return_inverse=True)
        before = self.fixed_ms[numbers]
        newest = before.copy()
        np.maximum.at(newest, places, at_ms)
        newer = np.bincount(places, weights=at_ms > before[places], minlength=len(numbers))
        learnt = (before != UNKNOWN_MS) & (newer > 0)
        some = numbers[learnt]
        gaps = ((newest - before)[learnt] / newer[learnt]).astype(np.int64)
        former = self.fixed_gap_ms[some]
        self.fixed_gap_ms[some] = _usual(former, gaps, gaps > silences_after_ms(former))
        self.fixed_ms[numbers] = newest
        self.moved[numbers] = True


def silences_after_ms(gaps_ms: Integers) -> Integers:
    """Return what `silence_after_ms` says of each usual gap (ms; negative: not known)."""
    return np.where(gaps_ms < 0, UNKNOWN_AFTER_MS, np.clip(GAPS_MISSED * gaps_ms, LEAST_MS, MOST_MS))


def _usual(former: Integers, gaps: Integers, silent: npt.NDArray[np.bool_]) -> Integers:
    """A gap that grows is believed soon, one that shrinks slowly; a silence hardly counts as a habit."""
    first = former == UNKNOWN_MS
    step = np.clip(gaps, 0, 4 * np.maximum(former, 1)) - former
    slowness = np.where((step > 0) & ~silent, 2, 16)
    return np.where(first, gaps, former + step // slowness)
