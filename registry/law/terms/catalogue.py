"""The catalogue of terms: which row holds for a regime, a date and a district."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from registry.law.periods import holds
from registry.law.terms.rules import Arrondissement, JudgedBy, Target, Term


@dataclass(frozen=True, slots=True)
class Terms:
    """Every term, with the internal aims and the districts with norms of their own."""

    rows: tuple[Term, ...]
    targets: tuple[Target, ...]
    arrondissements: tuple[Arrondissement, ...]
    _by_id: Mapping[str, tuple[Term, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_id: dict[str, tuple[Term, ...]] = {}
        for row in self.rows:
            by_id[row.id] = (*by_id.get(row.id, ()), row)
        object.__setattr__(self, "_by_id", by_id)

    def __iter__(self) -> Iterator[Term]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def find(
        self, term_id: str, on: date, *, judged_on: date | None = None, arrondissement: str | None = None
    ) -> Term | None:
        """The row that held: on the day of the arrest or breach, or where the row says so, of the judgment.

        A row of the district goes before one for all.
        """
        held = [
            row
            for row in self._by_id.get(term_id, ())
            if row.arrondissement in (None, arrondissement)
            and holds(row, judged_on if judged_on is not None and row.by is JudgedBy.JUDGMENT else on)
        ]
        return min(held, key=lambda row: row.arrondissement is None, default=None)

    def of(self, regime: str, on: date) -> tuple[Term, ...]:
        """Every term of the regime that held that day, in every district."""
        return tuple(row for row in self.rows if regime in row.regimes and holds(row, on))

    def target(self, term_id: str) -> Target | None:
        """The internal aims for a term without a length, if they are configured."""
        return next((row for row in self.targets if row.term == term_id), None)

    def arrondissement_of(self, organisation_code: str | None) -> str | None:
        """The district in which an organisation's proceedings are handled, as configured."""
        return next((row.code for row in self.arrondissements if organisation_code in row.organisations), None)
