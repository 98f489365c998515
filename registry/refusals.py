"""What the web server answers to a request that it cannot read and no route ever sees: a problem, as any other."""

from __future__ import annotations

from http import HTTPStatus

import orjson

from registry import __version__
from registry.http.problems import PROBLEM

# Not every phrase of Python is today's, and it is today's that a caller knows.
_CODES = {414: "uri_too_long"}
_DETAILS = {
    400: "The request line, a header or the way the body is sent is not HTTP as it can be read.",
    414: "The request line is longer than is read; send what you ask in the body, or ask less at once.",
    417: "This expectation is not met; send the request without it.",
    431: "The headers are longer, or more, than are read.",
    501: "This transfer coding is not known here; send the body as it is, or chunked.",
}


class Unread:
    """Stands in for the connection while the web server words its own answer, of which only the status is used."""

    status = 400

    def gettimeout(self) -> float:
        """Say that it may be written to at once."""
        return 0.0

    def sendall(self, answer: bytes) -> None:
        """Take the answer."""
        self.status = int(answer.split(b" ", 2)[1])


def refusal(status: int) -> bytes:
    """Return the whole answer, which repeats nothing of the request, and closes the connection."""
    phrase = HTTPStatus(status).phrase
    code = _CODES.get(status, phrase.lower().replace(" ", "_"))
    body = orjson.dumps(
        {
            "type": f"urn:beschermingsbevel:problem:{code.replace('_', '-')}",
            "title": phrase,
            "status": status,
            "code": code,
            "detail": _DETAILS.get(status, f"{phrase}."),
        }
    )
    head = (
        f"HTTP/1.1 {status} {phrase}\r\nConnection: close\r\nContent-Type: {PROBLEM}\r\n"
        f"Content-Length: {len(body)}\r\nAPI-Version: {__version__}\r\nCache-Control: no-store\r\n\r\n"
    )
    return head.encode("latin-1") + body
