"""The wire format of a request for a history."""

from registry.http.fields import Instant, StrictString, WireSchema
from registry.monitoring.evidence.schemas import NOT_BLANK


class NewHistorySchema(WireSchema):
    """Of which period, and why: a request of the wearer himself, of his counsel, or of a court."""

    from_at = Instant(required=True, data_key="from")
    until_at = Instant(required=True, data_key="until")
    reason = StrictString(required=True, max_length=2000, validate=NOT_BLANK)
