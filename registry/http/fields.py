"""Strict marshmallow fields: the stock ones accept week dates, floats as integers and "yes" as true."""

import re
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields, validate

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})")


def camel(name: str) -> str:
    """Return the wire's spelling of a field name.

    >>> camel("served_on")
    'servedOn'
    """
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


class WireSchema(Schema):
    """Names are snake_case in code and camelCase on the wire; an unknown field is a fault.

    `largest_mib` is how large a body of this form may be.
    """

    largest_mib: ClassVar[int] = 1

    class Meta:
        unknown = RAISE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        if field_obj.data_key is None:
            field_obj.data_key = camel(field_name)


def format_instant(instant: datetime) -> str:
    """Return an aware instant in UTC with `Z`, to the microsecond where it has any."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_instant(text: object) -> datetime:
    """Read RFC 3339 with an offset; raise ValueError otherwise (`-00:00` says that the offset is unknown)."""
    if not isinstance(text, str) or not _INSTANT.fullmatch(text) or text.endswith("-00:00"):
        raise ValueError("not an RFC 3339 date-time with an offset")
    return datetime.fromisoformat(text).astimezone(UTC)


class Instant(fields.Field[datetime]):
    """An RFC 3339 date-time with an offset; answers are in UTC with `Z`."""

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else format_instant(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            return parse_instant(value)
        except (ValueError, OverflowError) as error:
            raise ValidationError("Give an RFC 3339 date-time with an offset, such as 2026-11-23T09:00:00Z.") from error


class Date(fields.Field[date]):
    """A calendar date, YYYY-MM-DD."""

    def _serialize(self, value: date | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.isoformat()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        try:
            if not isinstance(value, str) or not _DATE.fullmatch(value):
                raise ValueError(value)
            return date.fromisoformat(value)
        except ValueError as error:
            raise ValidationError("Give a date as YYYY-MM-DD.") from error


class StrictInteger(fields.Integer):
    """A whole number; 1.9, "1" and true are faults."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strict=True, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**63:
            raise ValidationError("Give a whole number.")
        return value


class StrictBoolean(fields.Boolean):
    """True or false; 1 and "yes" are faults."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("Give true or false.")
        return value


class StrictString(fields.String):
    """A text without NUL and with a largest length (default 1,000 characters)."""

    def __init__(self, *, max_length: int = 1000, min_length: int = 1, **kwargs: Any) -> None:
        own = kwargs.pop("validate", [])
        checks = [validate.Length(min=min_length, max=max_length), *(own if isinstance(own, list) else [own])]
        super().__init__(validate=checks, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
            raise ValidationError("Give a text without NUL or lone surrogates.")
        return text


class QueryInteger(StrictInteger):
    """A whole number in a query string."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, str) or not re.fullmatch(r"-?\d{1,18}", value, re.ASCII):
            raise ValidationError("Give a whole number.")
        return int(value)
