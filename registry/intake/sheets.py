"""Reports as CSV (RFC 4180): a header, a line for each finding, and no cell that a spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

MEDIA_TYPE = "text/csv"
CONTENT_TYPE = "text/csv; charset=utf-8; header=present"

# What makes a spreadsheet calculate: the signs, and what some of them skip before a sign.
_SIGNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")

Cells = Sequence[Any]


def lines_of(rows: Iterable[Cells]) -> bytes:
    """Return rows as CSV in UTF-8, each line ended by CRLF.

    >>> lines_of([["row", "code"], [1, "=1+1"], [2, None], [3, "a,b"]]).decode().split("\\r\\n")
    ['row,code', "1,'=1+1", '2,', '3,"a,b"', '']
    """
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([[_cell(value) for value in row] for row in rows])
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    """A text that could be read as a formula gets an apostrophe before it; a number is no text."""
    if isinstance(value, str) and value.lstrip(" ").startswith(_SIGNS):
        return f"'{value}"
    return "" if value is None else value
