"""What the page shows in a demo: maps, and a state that changes; the demo puts a `Scene` in the runtime."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Line:
    """Something drawn as a line or an area: its points as SVG writes them, and the class that styles it."""

    points: str
    kind: str
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Disc:
    """A round area."""

    x: float
    y: float
    radius: float
    title: str


@dataclass(frozen=True, slots=True)
class Label:
    """A name on the map."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class MapView:
    """A map of a city, drawn once; what moves over it comes with the state."""

    id: str
    title: str
    width: int
    height: int
    lines: Sequence[Line] = ()
    areas: Sequence[Line] = ()
    discs: Sequence[Disc] = ()
    labels: Sequence[Label] = ()


@dataclass(frozen=True)
class Scene:
    """The demo as the page shows it. `state` returns plain JSON values; it reads no person's data."""

    maps: Sequence[MapView] = field(default_factory=tuple)
    state: Callable[[Session, datetime], dict[str, Any]] = field(default=lambda session, now: {})
