import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from registry.http import Runtime
from registry.orders.service import current_view, find_order
from tests.intake.conftest import Deliver, outcomes
from tests.intake.messages import row

SHAPE = {"type": "Circle", "address": {"postcode": "3511AB", "houseNumber": 12}, "radiusM": 100}
CIRCLE = {"order/conditions/0/zone/shape": SHAPE}
FOUND = {
    "response": {
        "docs": [{"type": "adres", "postcode": "3511AB", "huisnummer": 12, "centroide_ll": "POINT(5.1214 52.0907)"}]
    }
}


@pytest.fixture
def gazetteer(shared: Runtime) -> Iterator[ThreadingHTTPServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(FOUND).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    shared.settings = replace(shared.settings, geocoder_url=f"http://127.0.0.1:{server.server_port}/")
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def monitored(shared: Runtime) -> dict[str, bool]:
    with shared.database.reading() as session:
        order = find_order(session, "CJIB-2026-000123")
        assert order is not None
        conditions = current_view(session, [order.id])[order.id].conditions
        return {each.row.reference: each.row.is_monitored for each in conditions}


def test_a_circle_around_an_address_is_monitored_once_its_spot_is_found(
    deliver: Deliver, shared: Runtime, gazetteer: ThreadingHTTPServer
) -> None:
    assert outcomes(deliver(row(CIRCLE))) == ["accepted_with_warnings"]
    assert monitored(shared) == {"C1": True, "C2": False}


def test_without_anybody_who_knows_the_spot_the_order_is_there_and_the_circle_is_not_monitored(
    deliver: Deliver, shared: Runtime
) -> None:
    shared.settings = replace(shared.settings, geocoder_url="http://127.0.0.1:9/")
    assert outcomes(deliver(row(CIRCLE))) == ["accepted_with_warnings"]
    assert monitored(shared) == {"C1": False, "C2": False}
