import json
import uuid
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from registry.outbox.rules import ENTRY_NAMES, FIELDS, FORMS, EventType, Form, check_event
from registry.outbox.schemas import Origin, cloud_event, json_schema

FOLDER = Path(__file__).resolve().parents[2] / "api_spec" / "events"
ORIGIN = Origin("00000001234567890000", "https://registry.example.org")
SAMPLES = {
    Form.REFERENCE: uuid.uuid4(),
    Form.CODE: "zone_breach",
    Form.INSTANT: datetime(2026, 11, 23, 9, tzinfo=UTC),
    Form.DATE: date(2026, 11, 23),
    Form.WHOLE: 1,
    Form.FLAG: True,
}
ENTRIES = {name: [{one: SAMPLES[FORMS[one]] for one in fields}] * 2 for name, fields in ENTRY_NAMES.items()}


def sample(kind: EventType) -> dict[str, object]:
    values = {name: ENTRIES.get(name) or SAMPLES[form] for name, form in FIELDS[kind].forms().items()}
    subject = f"{kind.subject}:{uuid.uuid4()}"
    event = SimpleNamespace(
        id=uuid.uuid4(),
        type=kind.value,
        subject_ref=subject,
        recorded_at=datetime(2026, 11, 23, 9, tzinfo=UTC),
        position=7,
        data=check_event(kind, subject, values),
    )
    made: dict[str, object] = json.loads(json.dumps(cloud_event(event, ORIGIN), default=str))
    return made


@pytest.mark.parametrize("kind", EventType)
def test_each_type_has_its_schema_on_disk_as_the_catalogue_says(kind: EventType) -> None:
    on_disk = json.loads((FOLDER / f"{kind.short}.json").read_text(encoding="utf-8"))
    assert on_disk == json_schema(kind, FIELDS[kind]), "run `make openapi`"
    Draft202012Validator.check_schema(on_disk)


def test_no_schema_is_left_of_a_type_that_is_gone() -> None:
    assert {file.stem for file in FOLDER.glob("*.json")} == {kind.short for kind in EventType}


@pytest.mark.parametrize("kind", EventType)
def test_an_event_of_each_type_with_every_field_is_valid(kind: EventType) -> None:
    schema = json.loads((FOLDER / f"{kind.short}.json").read_text(encoding="utf-8"))
    message = sample(kind)
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(message)
    with pytest.raises(ValidationError):
        Draft202012Validator(schema).validate(message | {"type": "nl.other.v1"})


def test_an_event_is_a_cloud_event_of_the_dutch_profile() -> None:
    message = sample(EventType.BREACH_SUSPECTED)
    assert message["source"] == "urn:nld:oin:00000001234567890000:systeem:beschermingsbevelen"
    assert message["specversion"] == "1.0"
    assert message["sequence"] == "7"
    assert message["time"] == "2026-11-23T09:00:00Z"
    kind, _, key = str(message["subject"]).partition(":")
    assert (kind, message["dataref"]) == ("breach", f"https://registry.example.org/v1/breaches/{key}")
    assert all(name == name.lower() and name.isalnum() for name in message)
