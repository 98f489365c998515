"""The web server as it runs, and what a network sends it that is not quite HTTP."""

import json
import os
import socket
import time
from contextlib import ExitStack

import pytest
import urllib3

from registry.access import service
from registry.access.rules import OrganisationKind, Scope
from registry.app import build_runtime
from registry.config import Settings
from registry.programs import WEB, Programs
from registry.schema import migrate
from tests.demo.test_start import free_port
from tests.world import secrets_environ

HEADERS = "Host: x\r\nEnd-User: a\r\nEnd-User-Unit: b\r\nEnd-User-Role: c\r\n"
SECRET = "geheim-van-een-gateway"
LONGEST_S = 30.0
SILENT = 40
# Each silent connection would cost seconds; forty would cost a minute.
SOON_S = 10.0


class Server:
    def __init__(self, port, key, log):
        self.port = port
        self.log = log
        self.headers = f"{HEADERS}Authorization: Bearer {key}\r\n"

    def open(self, sent):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=LONGEST_S)
        connection.sendall(sent.encode())
        return connection

    def answer(self, sent):
        """What the server says to bytes after which nothing more comes."""
        with self.open(sent) as connection:
            connection.shutdown(socket.SHUT_WR)
            read = b""
            while piece := connection.recv(65536):
                read += piece
        return read.decode("latin-1")

    def post(self, path, media_type, body):
        head = f"POST {path} HTTP/1.1\r\n{self.headers}Content-Type: {media_type}\r\nConnection: close\r\n"
        return self.answer(f"{head}{body}")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    told = {"STATE_DIR": str(folder), "PORT": str(free_port()), "WEB_THREADS": "4", "LOG_LEVEL": "DEBUG"}
    settings = Settings.from_env(secrets_environ() | told)
    shared = build_runtime(settings)
    migrate(shared.database)
    key = service.new_key()
    with shared.database.transaction() as session:
        owner = service.add_organisation(session, "CJIB", "CJIB", OrganisationKind.CJIB)
        secret = service.ClientSecret(key, settings.keys.pepper, shared.clock.now())
        service.add_client(session, owner, "client", list(Scope), secret)
    shared.close()
    unset = {"DATABASE_URL", "DEMO", "MODE", "SECRETS_FILE"}
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    with ExitStack() as ending, (folder / "said.log").open("wb") as log:
        programs = Programs(kept | secrets_environ() | told, errors_to=log)
        ending.callback(programs.stop)
        programs.start(WEB)
        assert programs.wait_until_healthy(f"http://127.0.0.1:{settings.port}")
        yield Server(settings.port, key, folder / "said.log")


@pytest.mark.parametrize("media_type", ["application/json", "application/x-ndjson"])
@pytest.mark.parametrize(
    "body",
    [
        "Transfer-Encoding: chunked\r\n\r\nZZ\r\nabc\r\n0\r\n\r\n",
        'Transfer-Encoding: chunked\r\n\r\n5\r\n{"a"',
        'Content-Length: 100\r\n\r\n{"a":',
    ],
    ids=["a chunk without a size", "a chunk cut short", "a body cut short"],
)
@pytest.mark.parametrize("path", ["/v1/deliveries", "/v1/reports"])
def test_a_body_that_is_damaged_on_its_way_is_a_problem_of_the_sender(server, path, media_type, body):
    answer = server.post(path, media_type, body)
    status = answer.split(" ", 2)[1]
    assert status == ("415" if (path, media_type) == ("/v1/reports", "application/x-ndjson") else "400")
    assert "application/problem+json" in answer


def test_a_request_line_that_is_not_http_is_refused_and_its_content_stays_out_of_the_log(server):
    for line in (
        f"GET /gateways/osmand/{SECRET}?lat=52.0907331 lon=5.1 HTTP/1.1",
        f"GET /gateways/osmand/{SECRET}?é HTTP/1.1",
        f"GET /calendars/{SECRET}.ics v HTTP/1.1",
    ):
        assert "400 Bad Request" in server.answer(f"{line}\r\nHost: x\r\n\r\n")
    said = server.log.read_text()
    assert "Invalid request" in said and SECRET not in said and "52.09" not in said


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (f"GET /v1/orders?number={SECRET}{'1' * 9000} HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (f"GET /healthz HTTP/1.1\r\nHost: x\r\n{SECRET} zonder dubbele punt\r\n\r\n", 400),
        (f"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: {SECRET}{'1' * 20_000}\r\n\r\n", 431),
        (f"GET /healthz HTTP/1.1\r\nHost: x\r\nBad name: {SECRET}\r\n\r\n", 400),
        ("POST /v1/reports HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: onbekend\r\n\r\n", 501),
        (f"GEHEIM {SECRET} /healthz HTTP/9.9\r\n\r\n", 400),
    ],
    ids=["a long request line", "no colon", "a long header", "a broken header", "an unknown coding", "no HTTP"],
)
def test_what_no_route_can_read_is_answered_as_a_problem_that_repeats_nothing(server, sent, status):
    head, _, body = server.answer(sent).partition("\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ")
    assert "Content-Type: application/problem+json" in head and "Connection: close" in head
    told = json.loads(body)
    assert (told["status"], told["type"].startswith("urn:beschermingsbevel:problem:")) == (status, True)
    assert SECRET not in body and "<" not in body
    assert SECRET not in server.log.read_text()


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "POST /v1/deliveries HTTP/1.1\r\nHost: ",
        "POST /v1/deliveries HTTP/1.1\r\n{headers}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{{",
        "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ],
    ids=["before a request", "in the head", "in the body", "after the answer"],
)
def test_connections_that_fall_silent_do_not_keep_the_others_waiting(server, sent):
    url = f"http://127.0.0.1:{server.port}/healthz"
    with ExitStack() as silent:
        for _ in range(SILENT):
            silent.enter_context(server.open(sent.format(headers=server.headers)))
        time.sleep(0.5)
        assert urllib3.request("GET", url, timeout=SOON_S, retries=False).status == 200


def test_a_sender_that_breaks_off_in_the_body_hears_it_when_the_time_is_up(server):
    head = (
        f"POST /v1/deliveries HTTP/1.1\r\n{server.headers}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n"
    )
    with server.open(head + "{") as connection:
        assert b"HTTP/1.1 400 " in connection.recv(65536)
