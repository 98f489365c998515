import json
from collections import defaultdict
from datetime import date

from marshmallow import fields

from registry.intake.message_schemas import OrderMessageSchema
from registry.intake.parsing import parse_row
from registry.intake.parsing.reader import Reader
from registry.intake.rules import Checks
from registry.law import load
from tests.intake.messages import MESSAGE

CHECKS = Checks(load(), received_on=date(2026, 11, 21))
# Read by the geometry and the schedule, which have a language of their own.
OPAQUE = {"shape", "schedule"}


def nested_in(field):
    inner = field.inner if isinstance(field, fields.List) else field
    return inner.schema if isinstance(inner, fields.Nested) else None


def filled(schema, given):
    """The message with every field of the form that it lacks, so that each object of it is read."""
    found = dict(given)
    for field in schema.fields.values():
        inner = nested_in(field)
        if inner is None:
            found.setdefault(field.data_key, None)
        elif isinstance(field, fields.List):
            found[field.data_key] = [filled(inner, each) for each in found.get(field.data_key) or [{}]]
        else:
            found[field.data_key] = filled(inner, found.get(field.data_key) or {})
    return found


def names_by_place(schema, place=""):
    yield place, {field.data_key for field in schema.fields.values()}
    for field in schema.fields.values():
        inner = nested_in(field)
        if inner is not None and field.data_key != "weekly":
            yield from names_by_place(inner, f"{place}/{field.data_key}")


def test_the_form_that_is_described_is_the_one_that_is_read(monkeypatch):
    read = defaultdict(set)
    close = Reader.close

    def noting(self):
        place = "/".join(part for part in self.pointer.split("/") if not part.isdigit())
        read[place] |= self._asked
        close(self)

    monkeypatch.setattr(Reader, "close", noting)
    message = filled(OrderMessageSchema(), MESSAGE)
    found = parse_row(json.dumps(message).encode(), CHECKS)
    assert found.message is not None
    assert [each for each in found.findings if each.code == "unknown_field"] == []
    described = dict(names_by_place(OrderMessageSchema()))
    assert {place: read[place] for place in described} == described


def test_a_faultless_message_has_the_form_that_is_described():
    assert OrderMessageSchema().validate(MESSAGE) == {}
