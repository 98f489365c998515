"""What a slow sender is allowed, and what it costs the others."""

import io
import socket
import threading
import time
from contextlib import contextmanager

import pytest

from registry import patience
from registry.patience import ImpatientSocket, Turnstile

SILENCE_S = 0.4
LONGEST_S = 20.0


@pytest.fixture
def connection(monkeypatch):
    monkeypatch.setattr(patience, "LONGEST_SILENCE_S", SILENCE_S)
    sender, receiver = socket.socketpair()
    with sender, ImpatientSocket(fileno=receiver.detach()) as impatient:
        impatient.setblocking(True)
        impatient.begin()
        yield sender, impatient


@contextmanager
def dripping(sender, piece, times):
    def drip():
        for _ in range(times):
            time.sleep(SILENCE_S / 4)
            try:
                sender.sendall(piece)
            except OSError:
                return

    thread = threading.Thread(target=drip)
    thread.start()
    yield
    thread.join(LONGEST_S)


def test_what_is_there_is_read_at_once(connection):
    sender, receiver = connection
    sender.sendall(b"whole")
    assert receiver.recv(100) == b"whole"


def test_silence_ends_in_time(connection):
    begun_s = time.monotonic()
    with pytest.raises(TimeoutError):
        connection[1].recv(100)
    assert time.monotonic() - begun_s >= SILENCE_S * 0.9


def test_a_byte_now_and_then_is_silence_too(connection):
    sender, receiver = connection
    came = 0
    with dripping(sender, b"x", 15), pytest.raises(TimeoutError):
        while came < 15:
            came += len(receiver.recv(100))
    assert 0 < came < 10


def test_a_slow_sender_that_goes_on_is_heard_to_the_end(connection):
    sender, receiver = connection
    piece = b"x" * patience.SLOWEST_BYTES_PER_S
    came = 0
    with dripping(sender, piece, 8):
        while came < 8 * len(piece):
            came += len(receiver.recv(len(piece)))
    assert came == 8 * len(piece)


def test_the_next_request_on_a_connection_has_all_patience_again(connection):
    sender, receiver = connection
    with pytest.raises(TimeoutError):
        receiver.recv(100)
    receiver.begin()
    with dripping(sender, b"x", 1):
        assert receiver.recv(100) == b"x"


def test_a_shorter_limit_of_the_web_server_holds(connection):
    receiver = connection[1]
    receiver.settimeout(0.01)
    begun_s = time.monotonic()
    with pytest.raises(TimeoutError):
        receiver.recv(100)
    assert time.monotonic() - begun_s < SILENCE_S * 0.9 and receiver.gettimeout() == 0.01


def test_a_connection_that_is_closed_may_be_closed_again(connection):
    receiver = connection[1]
    receiver.close()
    receiver.setblocking(True)
    assert receiver.fileno() == -1


class Slow:
    """A body whose rest comes when the test says so."""

    def __init__(self):
        self.asked, self.comes = threading.Event(), threading.Event()

    def read(self, size=-1):
        self.asked.set()
        assert self.comes.wait(LONGEST_S)
        return b"late"


def test_who_waits_for_a_body_lets_others_go_first():
    heard = []

    def app(environ, start_response):
        heard.append(environ["wsgi.input"].read(10))
        return [b"done"]

    turnstile, slow = Turnstile(app, 1), Slow()
    thread = threading.Thread(target=turnstile, args=({"wsgi.input": slow}, None))
    thread.start()
    assert slow.asked.wait(LONGEST_S)
    assert turnstile({"wsgi.input": io.BytesIO(b"soon")}, None) == [b"done"]
    assert heard == [b"soon"]
    slow.comes.set()
    thread.join(LONGEST_S)
    assert heard == [b"soon", b"late"]


def test_no_more_are_worked_on_than_there_are_seats():
    lock, inside, most = threading.Lock(), [], []

    def app(environ, start_response):
        environ["wsgi.input"].read()
        with lock:
            inside.append(1)
            most.append(len(inside))
        time.sleep(0.005)
        with lock:
            inside.pop()
        return []

    turnstile = Turnstile(app, 3)
    threads = [threading.Thread(target=turnstile, args=({"wsgi.input": io.BytesIO(b"x")}, None)) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONGEST_S)
    assert len(most) == 30 and max(most) <= 3


def test_a_seat_is_free_again_after_a_failure():
    class Damaged:
        def read(self, size=-1):
            raise OSError

    def app(environ, start_response):
        return [environ["wsgi.input"].read(10)]

    turnstile = Turnstile(app, 1)
    for _ in range(2):
        with pytest.raises(OSError):
            turnstile({"wsgi.input": Damaged()}, None)
    assert turnstile({"wsgi.input": io.BytesIO(b"whole")}, None) == [b"whole"]
