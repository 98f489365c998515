"""Legal terms: the catalogue as dated rows, when a term ends, and why, in Dutch."""

from registry.law.terms.catalogue import Terms
from registry.law.terms.computing import DUTCH_TIME, Computed, Step, compute, end_of_day
from registry.law.terms.rules import Arrondissement, Extension, Nature, Serves, Target, Term
from registry.law.terms.wording import day_nl, instant_nl, steps_nl

__all__ = [
    "DUTCH_TIME",
    "Arrondissement",
    "Computed",
    "Extension",
    "Nature",
    "Serves",
    "Step",
    "Target",
    "Term",
    "Terms",
    "compute",
    "day_nl",
    "end_of_day",
    "instant_nl",
    "steps_nl",
]
