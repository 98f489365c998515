"""Errors as problem+json (RFC 9457): one shape, every fault at once, never what the database said."""

from http import HTTPStatus
from typing import Any

import orjson
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from registry import logs
from registry.db import is_unreachable
from registry.errors import RegistryError, Unavailable

PROBLEM = "application/problem+json"
_log = logs.get(__name__)

_DETAILS = {
    404: "There is no such resource here.",
    405: "This resource does not know that method; the Allow header names those it does.",
    413: "The body is larger than this operation takes.",
    415: "This operation does not read that media type.",
}


def problem(error: RegistryError) -> Response:
    """Render an error of ours."""
    body: dict[str, Any] = {
        "type": f"urn:beschermingsbevel:problem:{error.code.replace('_', '-')}",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
    }
    if error.faults:
        body["errors"] = [
            {"pointer": fault.pointer, "detail": fault.detail} | ({"code": fault.code} if fault.code else {})
            for fault in error.faults
        ]
    return Response(orjson.dumps(body), error.status, error.headers, content_type=PROBLEM)


def register_error_handlers(app: Flask) -> None:
    """Make every error of the application, expected or not, a problem."""

    @app.errorhandler(RegistryError)
    def ours(error: RegistryError) -> Response:
        return problem(error)

    @app.errorhandler(HTTPException)
    def of_the_framework(error: HTTPException) -> Response:
        status = error.code or 500
        detail = _DETAILS.get(status, HTTPStatus(status).phrase + ".")
        answer = problem(RegistryError(HTTPStatus(status).phrase.lower().replace(" ", "_"), status, detail))
        for name, value in error.get_headers():
            if name == "Allow":
                answer.headers[name] = value
        return answer

    def database_is_away(error: Exception) -> Response:
        route = request.url_rule.rule if request.url_rule else None
        _log.error("database_failed", route=route, method=request.method, exc_info=error)
        return problem(Unavailable("The database cannot be used now; send it again.", 2))

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        if is_unreachable(error):
            return database_is_away(error)
        route = request.url_rule.rule if request.url_rule else None
        _log.error("request_failed", route=route, method=request.method, exc_info=error)
        detail = "The service failed on this request; it has been logged."
        return problem(RegistryError("internal_error", 500, detail))
