"""The wire format of where an order of an answer comes from."""

from registry.http.fields import Instant, StrictString, WireSchema


class HitSourceSchema(WireSchema):
    """Who sent the order; `doubtNl` says that such orders are not expected from there."""

    code = StrictString(required=True)
    name = StrictString(required=True)
    doubt_nl = StrictString(required=True, allow_none=True)


class HitProvisionalSchema(WireSchema):
    """That the order was entered ahead of the CJIB's message, by whom and on whose instruction, and until when."""

    entered_by = StrictString(required=True)
    instructed_by = StrictString(required=True)
    entered_at = Instant(required=True)
    expires_at = Instant(required=True)
    text_nl = StrictString(required=True)
