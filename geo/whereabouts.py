"""Where a wearer is, judged from fixes whose errors hang together: a filter over nine explanations of a track.

A still receiver wanders: its error now resembles its error half a minute ago, so ten fixes in a row on the wrong side
of an edge may be one error seen ten times. Counting them as independent raises false sirens by the hundred; waiting
long enough to be sure misses a breach. So each fix is weighed against every pair of

- how he moves: at rest, on foot, or riding; and
- what the receiver does: fair (its error is as large as it says), poor (`poor_times` as large), or thrown off (a jump
  by reflection, `thrown_m` large or `thrown_share` of what the leap calls for).

An error is an Ornstein-Uhlenbeck process, in units of its own size, that forgets itself in the correlation time of the
receiver's state; a position stands still or diffuses. Both follow from linear equations with normal noise, so each
explanation is a small Kalman filter of (position, error), alike on both axes, and the explanations are mixed as in an
interacting multiple model filter (Blom and Bar-Shalom 1988). What comes out is a probability for each explanation and,
in each, a place and a spread.

A block of `cells` is an array of shape (8, n, 3, 3): eight quantities, n tracks, motion, receiver. It is computed item
by item, so that a track comes out alike whatever other tracks share its block.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

WEIGHT, X_M, Y_M, X_ERROR, Y_ERROR, PLACE_M2, SHARED_M, ERROR = range(8)
REST, WALK, RIDE = range(3)
FAIR, POOR, THROWN = range(3)

_ROUNDING_M2 = 0.25
_LEAST_DENSITY = 1e-12
_TINY = 1e-300


@dataclass(frozen=True)
class Motion:
    """How wearers move: mean stays in seconds, where they turn next, and speed on one axis. Configuration."""

    stay_s: tuple[float, float, float] = (1_200.0, 1_200.0, 120.0)
    turn: tuple[tuple[float, float, float], ...] = ((0.0, 0.8, 0.2), (0.7, 0.0, 0.3), (0.5, 0.5, 0.0))
    at_first: tuple[float, float, float] = (0.5, 0.35, 0.15)
    speed_mps: tuple[float, float, float] = (0.0, 1.4, 10.0)
    heading_s: float = 40.0
    rest_m2_s: float = 0.02


@dataclass(frozen=True)
class Receiver:
    """How receivers err; a bias is the part of the error that no waiting averages out. Configuration."""

    correlation_s: tuple[float, float, float] = (60.0, 60.0, 60.0)
    at_first: tuple[float, float, float] = (0.93, 0.05, 0.02)
    poor_times: float = 3.0
    thrown_m: float = 65.0
    thrown_share: float = 0.5
    becomes_poor_s: float = 14_400.0
    becomes_fair_s: float = 3_600.0
    is_thrown_s: float = 900.0
    is_thrown_at_least: float = 0.01
    lands_s: float = 40.0
    white_share: float = 0.2
    bias_share: float = 0.3


@dataclass(frozen=True)
class Model:
    """The two together; what the defaults rest on is in DECISIONS.md."""

    motion: Motion = Motion()
    receiver: Receiver = Receiver()


def begun(places_m: Floats, sigmas_m: Floats, model: Model) -> Floats:
    """Cells of tracks of which one fix is known: (x, y) in metres of a plane, shape (n, 2), and its sigma (n,).

    >>> cells = begun(np.array([[0.0, 0.0]]), np.array([5.0]), Model())
    >>> cells.shape, round(float(cells[WEIGHT].sum()), 6)
    ((8, 1, 3, 3), 1.0)
    """
    cells = np.zeros((8, len(sigmas_m), 3, 3))
    sizes_m = _sizes_m(sigmas_m, model.receiver)
    cells[WEIGHT] = np.outer(model.motion.at_first, model.receiver.at_first)
    cells[X_M], cells[Y_M] = places_m[:, 0, None, None], places_m[:, 1, None, None]
    cells[PLACE_M2] = sizes_m * sizes_m + _ROUNDING_M2
    cells[SHARED_M] = -sizes_m
    cells[ERROR] = 1.0
    return cells


def followed(cells: Floats, after_s: Floats, places_m: Floats, sigmas_m: Floats, model: Model) -> Floats:
    """Cells after one more fix of each track, so many seconds after the last one.

    >>> cells = begun(np.array([[0.0, 0.0]]), np.array([5.0]), Model())
    >>> for _ in range(20):
    ...     cells = followed(cells, np.array([15.0]), np.array([[0.0, 0.0]]), np.array([5.0]), Model())
    >>> bool(cells[WEIGHT, 0, REST].sum() > 0.95)
    True
    """
    here_m = places_m.T[:, :, None, None]
    sizes_m = _sizes_m(sigmas_m, model.receiver)
    same, other = _mixed(cells, after_s, here_m, model)
    expected = _centred(same, other, sizes_m, model.receiver)
    _passed(expected, after_s, model)
    return _weighed(expected, here_m, sizes_m, model.receiver)


def spread_m(cells: Floats, sigmas_m: Floats, model: Model) -> Floats:
    """Standard deviation in metres of the place in each explanation, never below the receiver's bias; (n, 3, 3)."""
    bias_m = model.receiver.bias_share * _sizes_m(sigmas_m, model.receiver)
    return _floats(np.sqrt(np.maximum(cells[PLACE_M2], 0.0) + bias_m * bias_m))


def below(values: Floats) -> Floats:
    """The chance that a standard normal variable lies below a value; to 1e-7 (Abramowitz and Stegun 7.1.26).

    >>> below(np.array([0.0, 1.0, -8.0])).round(5)
    array([0.5    , 0.84134, 0.     ])
    """
    far = np.abs(values) * 0.7071067811865476
    part = 1.0 / (1.0 + 0.3275911 * far)
    series = ((((1.061405429 * part - 1.453152027) * part) + 1.421413741) * part - 0.284496736) * part + 0.254829592
    return _floats(0.5 * (1.0 + np.sign(values) * (1.0 - series * part * np.exp(-far * far))))


def total(parts: Floats) -> Floats:
    """The sum over the nine explanations, always added in the same order."""
    rows = parts[..., 0] + parts[..., 1] + parts[..., 2]
    return _floats(rows[..., 0] + rows[..., 1] + rows[..., 2])


def _floats(values: npt.ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)


def _sizes_m(sigmas_m: Floats, receiver: Receiver) -> Floats:
    """Size of the error in each state of the receiver; (n, 1, 3)."""
    poor_m = sigmas_m * receiver.poor_times
    return np.stack([sigmas_m, poor_m, np.maximum(poor_m, receiver.thrown_m)], axis=-1)[:, None, :]


def _turned(after_s: Floats, motion: Motion) -> Floats:
    """Chance to go from one motion (axis 1) to another (axis 2)."""
    stays = np.exp(-after_s[:, None] / np.array(motion.stay_s))[:, :, None]
    return _floats(np.array(motion.turn) * (1.0 - stays) + np.eye(3) * stays)


def _changed(after_s: Floats, receiver: Receiver) -> Floats:
    """Chance to go from one state of the receiver (axis 1) to another (axis 2)."""
    thrown = np.maximum(1.0 - np.exp(-after_s / receiver.is_thrown_s), receiver.is_thrown_at_least)
    lands = 1.0 - np.exp(-after_s / receiver.lands_s)
    worse, better = (1.0 - np.exp(-after_s / each) for each in (receiver.becomes_poor_s, receiver.becomes_fair_s))
    kept = 1.0 - thrown
    rows = [
        [kept - worse * kept, worse * kept, thrown],
        [better * kept, (1.0 - better) * kept, thrown],
        [0.9 * lands, 0.1 * lands, 1.0 - lands],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=1)


def _mixed(cells: Floats, after_s: Floats, here_m: Floats, model: Model) -> tuple[Floats, Floats]:
    """The moments of what the former explanations would turn into each, with places relative to the new fix.

    Of what kept its error first, then of what begins a fresh one, for the receiver changed its state.
    """
    weight, error_x, error_y = cells[WEIGHT], cells[X_ERROR], cells[Y_ERROR]
    x_m, y_m = cells[X_M] - here_m[0], cells[Y_M] - here_m[1]
    moments = np.stack(
        [
            np.ones_like(weight),
            x_m,
            y_m,
            error_x,
            error_y,
            cells[PLACE_M2] + (x_m * x_m + y_m * y_m) / 2.0,
            cells[SHARED_M] + (x_m * error_x + y_m * error_y) / 2.0,
            cells[ERROR] + (error_x * error_x + error_y * error_y) / 2.0,
        ]
    )
    turned, changed = _turned(after_s, model.motion), _changed(after_s, model.receiver)
    parts = moments * weight
    moved = sum(parts[:, :, motion, None, :] * turned[:, motion, :, None] for motion in range(3))
    same = moved * np.stack([changed[:, state, state] for state in range(3)], axis=-1)[:, None, :]
    crossing = changed * (1.0 - np.eye(3))
    places = moved[[WEIGHT, X_M, Y_M, PLACE_M2]]
    other = sum(places[..., state, None] * crossing[:, None, state, :] for state in range(3))
    return _floats(same), _floats(other)


def _centred(same: Floats, other: Floats, sizes_m: Floats, receiver: Receiver) -> Floats:
    """Moments about the mean, of what kept its error (`same`) and of what begins a fresh one (`other`).

    How far a receiver is thrown off has no scale: the fresh error is as large as the leap to the new fix calls for.
    """
    mixed = np.empty_like(same)
    weight = same[WEIGHT] + other[0]
    share = 1.0 / (weight + _TINY)
    x_m, y_m = (same[X_M] + other[1]) * share, (same[Y_M] + other[2]) * share
    error_x, error_y = same[X_ERROR] * share, same[Y_ERROR] * share
    mixed[WEIGHT], mixed[X_M], mixed[Y_M], mixed[X_ERROR], mixed[Y_ERROR] = weight, x_m, y_m, error_x, error_y
    leaps_m2 = x_m * x_m + y_m * y_m
    mixed[PLACE_M2] = (same[PLACE_M2] + other[3]) * share - leaps_m2 / 2.0
    mixed[SHARED_M] = same[SHARED_M] * share - (x_m * error_x + y_m * error_y) / 2.0
    fresh = np.ones_like(weight)
    # What was not known of the place before explains its part of the leap.
    unexplained_m2 = (leaps_m2 - 2.0 * mixed[PLACE_M2])[:, :, THROWN]
    fresh[:, :, THROWN] = np.maximum(1.0, unexplained_m2 * (receiver.thrown_share / sizes_m[:, :, THROWN]) ** 2)
    mixed[ERROR] = (same[ERROR] + other[0] * fresh) * share - (error_x * error_x + error_y * error_y) / 2.0
    return mixed


def _passed(cells: Floats, after_s: Floats, model: Model) -> None:
    """Let time pass: the error is forgotten bit by bit, and who moves may be anywhere around."""
    motion = model.motion
    kept = np.exp(-after_s[:, None] / np.array(model.receiver.correlation_s))[:, None, :]
    speeds = np.array(motion.speed_mps)[None, :, None]
    reach_s2 = (after_s * np.maximum(after_s, motion.heading_s))[:, None, None]
    cells[PLACE_M2] += speeds * speeds * reach_s2 + motion.rest_m2_s * after_s[:, None, None]
    cells[X_ERROR] *= kept
    cells[Y_ERROR] *= kept
    cells[SHARED_M] *= kept
    cells[ERROR] = kept * kept * cells[ERROR] + 1.0 - kept * kept


def _weighed(cells: Floats, here_m: Floats, sizes_m: Floats, receiver: Receiver) -> Floats:
    """Hold each explanation against the fix: what explains it well gains weight, and learns from it."""
    place, shared, error = cells[PLACE_M2], cells[SHARED_M], cells[ERROR]
    white_m = receiver.white_share * sizes_m
    on_place, on_error = place + sizes_m * shared, shared + sizes_m * error
    expected_m2 = on_place + sizes_m * on_error + white_m * white_m + _ROUNDING_M2
    off_x, off_y = -cells[X_M] - sizes_m * cells[X_ERROR], -cells[Y_M] - sizes_m * cells[Y_ERROR]
    density = np.exp(-0.5 * (off_x * off_x + off_y * off_y) / expected_m2) / expected_m2 + _LEAST_DENSITY
    to_place, to_error = on_place / expected_m2, on_error / expected_m2
    weight = cells[WEIGHT] * density
    return np.stack(
        [
            weight / total(weight)[:, None, None],
            cells[X_M] + to_place * off_x + here_m[0],
            cells[Y_M] + to_place * off_y + here_m[1],
            cells[X_ERROR] + to_error * off_x,
            cells[Y_ERROR] + to_error * off_y,
            place - to_place * on_place,
            shared - to_place * on_error,
            error - to_error * on_error,
        ]
    )
