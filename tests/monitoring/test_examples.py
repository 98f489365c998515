import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from registry.monitoring import schemas
from registry.monitoring.pings import Ping, decode_batch
from tests.description import description, schema_of
from tests.monitoring.wearers import NOW_MS
from tests.world import app, settings, shared

assert app and settings and shared

EXAMPLES = Path(__file__).parents[2] / "api_spec" / "examples"
BODIES = {
    "CreateDevice": schemas.NewDeviceSchema,
    "CreateCoupling": schemas.NewCouplingSchema,
    "EndCoupling": schemas.CouplingEndSchema,
    "CreateGatewayToken": schemas.NewGatewayTokenSchema,
}


def example(name):
    return json.loads((EXAMPLES / f"monitoring{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(BODIES))
def test_the_example_of_a_body_is_taken(name):
    assert BODIES[name]().load(example(name)["request"])


def test_the_example_of_a_batch_gets_the_answer_of_the_example():
    batch = decode_batch(json.dumps(example("SendPings")["request"]).encode(), NOW_MS)
    outcomes = ["accepted" if isinstance(one, Ping) else "rejected" for one in batch.pings]
    assert outcomes == [one["outcome"] for one in example("SendPings")["200"]["results"]]


def test_every_example_of_an_answer_is_as_described_and_every_operation_has_one(app):
    seen = set()
    for path, operations in description(app)["paths"].items():
        for method, operation in operations.items():
            if not operation["operationId"].startswith("monitoring"):
                continue
            name = operation["operationId"].removeprefix("monitoring")
            for status, answer in example(name).items() if operation["responses"].get("204") is None else ():
                if status.isdigit():
                    schema = schema_of(app, method, f"/v1{path}", int(status))
                    Draft202012Validator(schema).validate(answer)
                    seen.add(name)
    assert len(seen) == 11
