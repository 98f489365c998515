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


def _examples(message):
    named = [one["value"] for one in message.get("examples", {}).values()]
    return [message["example"]] if "example" in message else named


def test_every_message_has_an_example_that_fits_its_schema(app):
    missing, wrong = [], []
    for name, operation in _operations(app):
        for place, message in _messages(operation):
            examples = _examples(message)
            if not examples:
                missing.append(f"{name} {place}")
            schema = json_schema({**message["schema"], "components": description(app)["components"]})
            wrong += [
                f"{name} {place}: {error.json_path}"
                for example in examples
                for error in Draft202012Validator(schema).iter_errors(example)
            ]
    assert (missing, wrong) == ([], [])


def test_no_example_belongs_to_an_operation_that_is_gone(app):
    known = {operation["operationId"] for _, operation in _operations(app)}
    assert sorted(file.stem for file in EXAMPLES.glob("*.json") if file.stem not in known) == []


def test_the_examples_name_no_number_that_could_be_somebodys(app):
    for file in EXAMPLES.glob("*.json"):
        for number in _values(json.loads(file.read_text(encoding="utf-8")), "bsn"):
            assert str(number).startswith(("9999", "1112223", "12345678")), f"{file.name}: not a test BSN"


def test_no_example_has_a_field_that_the_api_rules_take_for_a_method(app):
    stumbled = []
    for file in EXAMPLES.glob("*.json"):
        for name, value in _fields(json.loads(file.read_text(encoding="utf-8"))):
            writes = any(method in name for method in ("put", "post", "patch"))
            reads = any(method in name for method in ("get", "delete"))
            if (writes and not isinstance(value, dict)) or (reads and value is None):
                stumbled.append(f"{file.name}: {name}")
    assert stumbled == [], "their patterns look at every name under paths, also inside an example"


def _fields(node):
    for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _fields(value)
    if isinstance(node, dict):
        yield from node.items()


def _values(node, name):
    if isinstance(node, dict):
        for key, value in node.items():
            if key == name and value:
                yield value
            yield from _values(value, name)
    elif isinstance(node, list):
        for one in node:
            yield from _values(one, name)
