"""Full statements of a sender, and how their outcome reads."""

import gzip
import hashlib
import json

from registry.http.fields import format_instant
from registry.intake.parsing.canonical import canonical_json
from tests.intake.messages import row


def line(raw, **changes):
    """The line of a statement that lists a message."""
    message = json.loads(raw)
    order = message.get("order")
    checksum = None if order is None else hashlib.sha256(canonical_json(order)).hexdigest()
    return {"orderNumber": message["orderNumber"], "version": message["version"], "checksum": checksum} | changes


def later(number, version, **envelope):
    """A further message of an order that `many` makes."""
    own = {"order/subject/bsn": None, "order/subject/skn": f"{number:08d}", "order/protected/0/bsn": None}
    named = {"messageId": f"M-{number}-{version}", "orderNumber": f"CJIB-2026-{number:06d}", "version": version}
    return row(own, **({"kind": "change"} | named | envelope))


def stating(cjib, clock):
    """Return what sends a statement of these lines, as NDJSON with its count at the head."""

    def send(*lines, by=cjib, made_at=None, count=None, **headers):
        clock.forward(minutes=1)
        made = format_instant(made_at or clock.now())
        head = {"madeAt": made, "count": len(lines) if count is None else count}
        body = b"\n".join(each if isinstance(each, bytes) else json.dumps(each).encode() for each in [head, *lines])
        headers = {"Content-Type": "application/x-ndjson"} | headers
        data = gzip.compress(body) if "Content-Encoding" in headers else body
        return by.post("/v1/statements", data=data, headers=headers)

    return send


def differences(caller, query="status=open"):
    """The differences that a caller is shown: the end of the number, the kind, and the versions there and here."""
    found = caller.get(f"/v1/differences?{query}").json["differences"]
    return sorted((one["orderNumber"][-6:], one["kind"], one["statedVersion"], one["knownVersion"]) for one in found)


def counted(answer):
    """What a statement came to, without what was not found."""
    return {name: number for name, number in answer.json["counts"].items() if number}
