"""The API description, open to all."""

from pathlib import Path

from flask import Blueprint, Response

from registry.access.guard import public
from registry.errors import NotFound

blueprint = Blueprint("api", __name__, url_prefix="/v1")

_DESCRIPTION = Path(__file__).resolve().parents[2] / "api_spec" / "openapi.json"


@blueprint.get("/openapi.json")
@public
def description() -> Response:
    """Return the API description, open to all as the API design rules ask."""
    if not _DESCRIPTION.exists():
        raise NotFound("The API description was not generated; run `make openapi`.")
    return Response(_DESCRIPTION.read_bytes(), content_type="application/json")
