import socket
import threading
import time

import pytest

from bench.load import NEVER_BEGUN, Load, due_s, parse_answer, percentile, request, run

ANSWER = b"HTTP/1.1 200 OK\r\nServer: test\r\nContent-Length: 2\r\n\r\n{}"


def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed():
    hundred = list(range(100, 0, -1))
    assert [percentile(hundred, percent) for percent in (0, 1, 50, 99, 99.5, 100)] == [1, 1, 50, 99, 100, 100]
    assert percentile([7.0], 99) == 7.0
    assert percentile([1, 2, 3], 50) == 2


def test_no_values_have_no_percentile():
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def test_requests_are_due_at_a_constant_rate_from_the_start():
    assert [due_s(number, 300) for number in (0, 1, 300, 450)] == [0, 1 / 300, 1, 1.5]


def test_an_answer_is_read_once_its_head_is_whole():
    assert parse_answer(ANSWER[:30]) is None
    assert parse_answer(ANSWER) == (200, len(ANSWER) - 2, len(ANSWER))
    assert parse_answer(ANSWER.replace(b"200 OK", b"503 No")) == (503, len(ANSWER) - 2, len(ANSWER))


def test_a_rendered_request_states_the_length_of_its_body():
    rendered = request("POST", "/v1/pings", {"Authorization": "Bearer x"}, b"{}")
    assert rendered.startswith(b"POST /v1/pings HTTP/1.1\r\n")
    assert b"\r\nContent-Length: 2\r\n" in rendered
    assert rendered.endswith(b"\r\n\r\n{}")


class Answering:
    """A service with one thread, that takes its time over its first answer and refuses each request that says so."""

    def __init__(self, first_answer_after_s: float) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address = self.listening.getsockname()
        self.first_answer_after_s = first_answer_after_s
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        connection, _ = self.listening.accept()
        with connection:
            wait_s = self.first_answer_after_s
            while received := connection.recv(65536):
                time.sleep(wait_s)
                wait_s = 0
                connection.sendall(ANSWER.replace(b"200 OK", b"500 No") if b"refuse" in received else ANSWER)

    def close(self) -> None:
        self.thread.join(10)
        self.listening.close()


def test_at_a_constant_rate_a_stall_counts_for_every_request_that_came_due_in_it():
    service = Answering(first_answer_after_s=0.3)
    outcome = run(Load(service.address, [request("GET", "/", {})] * 60, 1, seconds=10, per_s=100))
    service.close()
    assert outcome.statuses == {200: 60}
    assert sum(latency > 100 for latency in outcome.latencies_ms) >= 18
    assert outcome.percentile_ms(100) >= 300
    assert 0.59 <= outcome.elapsed_s < 5


def test_in_a_closed_loop_only_the_stalled_request_was_slow_and_refusals_are_counted():
    service = Answering(first_answer_after_s=0.3)
    ordered = [request("GET", "/", {})] * 20 + [request("GET", "/refuse", {})]
    outcome = run(Load(service.address, ordered, 1, seconds=10))
    service.close()
    assert outcome.statuses == {200: 20, 500: 1}
    assert outcome.refused == 1
    assert outcome.first_refusal == b"{}"
    assert sum(latency >= 300 for latency in outcome.latencies_ms) == 1


def test_no_request_is_begun_after_the_time_is_over():
    service = Answering(first_answer_after_s=0)
    outcome = run(Load(service.address, [request("GET", "/", {})] * 1000, 1, seconds=0.2, per_s=50))
    service.close()
    assert outcome.sent == len(outcome.latencies_ms) == 10


def test_what_came_due_and_was_never_begun_counts_with_its_waiting_time():
    service = Answering(first_answer_after_s=1)
    outcome = run(Load(service.address, [request("GET", "/", {})] * 1000, 1, seconds=0.2, per_s=100))
    service.close()
    assert outcome.statuses == {200: 1, NEVER_BEGUN: 19}
    assert outcome.refused == 19
    assert outcome.percentile_ms(50) > 800
