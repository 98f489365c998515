"""One raw row of a delivery read leniently: whatever can be used is used, and every fault is named at once."""

from registry.intake.parsing.canonical import canonical_json, content_digest, order_digest
from registry.intake.parsing.row import MAX_ROW_BYTES, parse_row

__all__ = ["MAX_ROW_BYTES", "canonical_json", "content_digest", "order_digest", "parse_row"]
