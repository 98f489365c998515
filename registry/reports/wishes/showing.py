"""Wishes as answers show them."""

from typing import Any

from registry.http.fields import camel


def wishes_wire(content: dict[str, Any]) -> dict[str, Any]:
    """Wishes as they go over the wire."""
    person = content["contact_person"]
    wire = {camel(name): value for name, value in content.items()}
    return wire | {"contactPerson": person and {camel(name): value for name, value in person.items()}}
