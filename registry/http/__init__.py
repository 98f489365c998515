"""The web's side of every route: strict parsing, one shape of error, the description of the API."""

from registry.http.fields import Date, Instant, StrictBoolean, StrictInteger, StrictString, WireSchema
from registry.http.operation import Answer, Forms, Upload, as_json, asked_for, operation
from registry.http.problems import register_error_handlers
from registry.http.process import Runtime, runtime

__all__ = [
    "Answer",
    "Date",
    "Forms",
    "Instant",
    "Runtime",
    "StrictBoolean",
    "StrictInteger",
    "StrictString",
    "Upload",
    "WireSchema",
    "as_json",
    "asked_for",
    "operation",
    "register_error_handlers",
    "runtime",
]
