"""Reading raw rows: opened, parsed, their circles located, and what they come to drafted; no transaction is needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol
from uuid import UUID

from registry import logs
from registry.intake.delivery import opened
from registry.intake.judging import ReadRow, registration_of
from registry.intake.parsing import parse_row
from registry.intake.pausing import after
from registry.intake.rules import Checks, OrderMessage, Parsed
from registry.orders.force.standing import measures
from registry.orders.register.content import PostalAddress
from registry.orders.register.geocoding import AddressFinder, PdokLocatieserver, Spot, located
from registry.orders.service import Draft, draft

_log = logs.get(__name__)

_SLOW_S = 1.0
_REST_S = 60.0


class Answer(Protocol):
    """The rows that were asked for, once they are read."""

    def is_ready(self) -> bool:
        """Whether they are, so that nobody has to wait."""

    def take_over(self) -> None:
        """Read them here and now, unless somebody has begun to."""

    def rows(self) -> list[ReadRow]:
        """Return them, once they are."""


@dataclass(frozen=True, slots=True)
class Request:
    """Rows of a delivery to be read, sealed as they are stored, and the day by which they are judged."""

    delivery_id: UUID
    sealed: Sequence[tuple[int, bytes]]
    received_on: date


class Patience:
    """An address finder that is left alone for a while once it is slow: orders must not wait for their circles."""

    def __init__(self, finder: AddressFinder) -> None:
        self._finder = finder
        self._rested = after(0)

    def find(self, address: PostalAddress) -> Spot | None:
        """The spot of an address; None also while the finder rests."""
        if not self._rested():
            return None
        is_slow = after(_SLOW_S)
        spot = self._finder.find(address)
        if is_slow():
            self._rested = after(_REST_S)
        return spot


class Reading:
    """Reads rows in this process."""

    def __init__(self, geocoder_url: str | None) -> None:
        self._finder = Patience(PdokLocatieserver(geocoder_url)) if geocoder_url else None

    @property
    def ahead(self) -> int:
        """Nothing is read before it is needed, for nothing else is done meanwhile."""
        return 1

    def ask(self, request: Request) -> Answer:
        """Have rows read when they are needed."""
        return _Later(self, request)

    def read(self, request: Request) -> list[ReadRow]:
        """Read rows."""
        parse = self.parsing(request)
        read = ((number, raw, parse(raw)) for number, raw in opened(request.delivery_id, request.sealed))
        return [ReadRow(number, raw, parsed, _drafted(parsed.message)) for number, raw, parsed in read]

    def parsing(self, request: Request) -> Callable[[bytes], Parsed]:
        """Return what reads a raw row of the request, and finds the spots of its circles."""
        checks = Checks(measures().law, request.received_on)
        return lambda raw: self._located(parse_row(raw, checks))

    def _located(self, parsed: Parsed) -> Parsed:
        message = parsed.message
        if self._finder is None or message is None or message.content is None:
            return parsed
        return replace(parsed, message=replace(message, content=located(message.content, self._finder)))


@dataclass(frozen=True, slots=True)
class _Later:
    """Rows that are read when they are needed."""

    reading: Reading
    request: Request

    def is_ready(self) -> bool:
        return False

    def take_over(self) -> None:
        """Nobody else reads them."""

    def rows(self) -> list[ReadRow]:
        return self.reading.read(self.request)


def _drafted(message: OrderMessage | None) -> Draft | None:
    """The draft of a message; without one it is drafted when it is recorded, where a defect costs that row alone."""
    if message is None:
        return None
    try:
        return draft(registration_of(message))
    except Exception as error:  # whatever it was, the other rows are read
        _log.error("row_not_drafted", exc_info=error)
        return None
