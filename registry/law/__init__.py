"""The law as dated data: regimes, conditions, powers, terms and holidays, each row with its source."""

from registry.law.checks import LawTableError
from registry.law.table import LawTable, UnknownRegime, load

__all__ = ["LawTable", "LawTableError", "UnknownRegime", "load"]
