import json
from pathlib import Path

from jsonschema import Draft202012Validator

from tests.description import description, json_schema

EXAMPLES = Path(__file__).resolve().parents[2] / "api_spec" / "examples"


def _operations(app):
    for path, methods in description(app)["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def _messages(operation):
    """Each JSON message of an operation: where it stands, and its media type object."""
    body = operation.get("requestBody", {}).get("content", {})
    if "application/json" in body:
        yield "request", body["application/json"]
    for status, response in operation["responses"].items():
        if status.startswith("2") and "application/json" in response.get("content", {}):
            yield status, response["content"]["application/json"]


def test_every_message_has_an_example_that_fits_its_schema(app):
    missing, wrong = [], []
    for name, operation in _operations(app):
        for place, message in _messages(operation):
            if "example" not in message:
                missing.append(f"{name} {place}")
                continue
            schema = json_schema({**message["schema"], "components": description(app)["components"]})
            wrong += [
                f"{name} {place}: {error.json_path}"
                for error in Draft202012Validator(schema).iter_errors(message["example"])
            ]
    assert (missing, wrong) == ([], [])


def test_no_example_belongs_to_an_operation_that_is_gone(app):
    known = {operation["operationId"] for _, operation in _operations(app)}
    assert sorted(file.stem for file in EXAMPLES.glob("*.json") if file.stem not in known) == []


def test_the_examples_name_no_number_that_could_be_somebodys(app):
    for file in EXAMPLES.glob("*.json"):
        for number in _values(json.loads(file.read_text(encoding="utf-8")), "bsn"):
            assert str(number).startswith(("9999", "1112223", "12345678")), f"{file.name}: not a test BSN"


def _values(node, name):
    if isinstance(node, dict):
        for key, value in node.items():
            if key == name and value:
                yield value
            yield from _values(value, name)
    elif isinstance(node, list):
        for one in node:
            yield from _values(one, name)
