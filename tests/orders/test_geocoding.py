import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from geo.shapes import CircleShape
from registry.orders import service
from registry.orders.register.content import PostalAddress
from registry.orders.register.geocoding import PdokLocatieserver, Spot, located
from tests.orders.orders import area_ban, content, message

HOUSE = {
    "type": "adres",
    "weergavenaam": "Dorpsstraat 12, 3511AB Utrecht",
    "id": "adr-1",
    "postcode": "3511AB",
    "huisnummer": 12,
    "centroide_ll": "POINT(5.1214 52.0907)",
    "score": 9.8,
}
LETTER_A = HOUSE | {"id": "adr-2", "huisletter": "A", "centroide_ll": "POINT(5.1215 52.0908)"}
ADDRESS = PostalAddress("3511AB", 12, "", "Dorpsstraat", "Utrecht")


@pytest.fixture
def gazetteer():
    """A server that answers as the national address service does; set `answer`, and read what it was `asked`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            server.asked.append(self.path)
            status, document = server.answer
            body = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = []
    server.answer = (200, found(HOUSE, LETTER_A))
    server.url = f"http://127.0.0.1:{server.server_port}/search/v3_1/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def found(*documents):
    return {"response": {"numFound": len(documents), "start": 0, "maxScore": 9.8, "docs": list(documents)}}


def around_address(**changes):
    zone = replace(area_ban().zone, shape=None, address=ADDRESS, radius_m=150.0, wire={"type": "Circle"}, **changes)
    return content(conditions=(area_ban(zone=zone),))


def test_an_address_is_asked_for_field_by_field(gazetteer):
    assert PdokLocatieserver(gazetteer.url).find(ADDRESS) == Spot(52.0907, 5.1214)
    (path,) = gazetteer.asked
    assert urlsplit(path).path == "/search/v3_1/free"
    assert parse_qs(path.partition("?")[2])["fq"] == ["huisnummer:12", "postcode:3511AB", "type:adres"]


@pytest.mark.parametrize(
    ("suffix", "spot"), [("A", Spot(52.0908, 5.1215)), ("", Spot(52.0907, 5.1214)), ("B", Spot(52.0907, 5.1214))]
)
def test_the_suffix_decides_and_without_it_the_house(gazetteer, suffix, spot):
    assert PdokLocatieserver(gazetteer.url).find(replace(ADDRESS, suffix=suffix)) == spot


@pytest.mark.parametrize(
    "answer",
    [
        (200, {"response": {"numFound": 0, "start": 0, "maxScore": None, "numFoundExact": False}}),
        (200, found(HOUSE | {"huisnummer": 14})),
        (200, found(HOUSE | {"postcode": "3511AC"})),
        (200, found({name: value for name, value in HOUSE.items() if name != "centroide_ll"})),
        (200, found(LETTER_A | {"huisletter": "C"})),
        (200, {"response": "?"}),
        (200, b"no json"),
        (400, {"error": {"code": 400, "metadata": ["error-class"], "msg": "undefined field"}}),
        (503, {}),
    ],
)
def test_what_is_not_that_address_gives_no_spot(gazetteer, answer):
    gazetteer.answer = answer
    assert PdokLocatieserver(gazetteer.url).find(ADDRESS) is None


def test_a_server_that_is_not_there_gives_no_spot(gazetteer):
    assert PdokLocatieserver("http://127.0.0.1:9/search/v3_1", timeout_s=0.2).find(ADDRESS) is None


def test_an_address_without_postcode_or_number_is_not_asked_for(gazetteer):
    assert PdokLocatieserver(gazetteer.url).find(replace(ADDRESS, postcode=None)) is None
    assert gazetteer.asked == []


def test_a_circle_around_an_address_becomes_a_zone_that_is_monitored(shared, deliver, gazetteer):
    told = located(around_address(buffer_m=50.0), PdokLocatieserver(gazetteer.url))
    order_id = deliver(message(told=told))
    with shared.database.reading() as session:
        (zone,) = [one.zone for one in service.zones_of(session, None) if one.order_id == order_id]
    assert isinstance(zone.shape, CircleShape)
    assert (zone.shape.lat_deg, zone.shape.lon_deg, zone.shape.radius_m) == (52.0907, 5.1214, 200.0)


def test_without_a_geocoder_it_stays_not_monitored_and_says_so(shared, deliver):
    told = around_address()
    assert located(told, None) is told
    order_id = deliver(message(told=told))
    with shared.database.reading() as session:
        (condition,) = service.current_view(session, [order_id])[order_id].conditions
        assert (condition.row.is_monitored, condition.row.not_monitored_because) == (False, "address_not_located")


def test_an_order_whose_zones_need_no_address_asks_nothing(gazetteer):
    told = content()
    assert located(told, PdokLocatieserver(gazetteer.url)) is told
    assert gazetteer.asked == []
