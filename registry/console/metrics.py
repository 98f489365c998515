"""Figures for a monitor of the service, as Prometheus reads them: what waits, and how requests are answered."""

import time
from collections.abc import Iterable

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from registry.console.waiting import Waiting
from registry.http import runtime

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS_S = (0.005, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)


class Meter:
    """Counts the requests of this process, by the template of their route, so that no URL becomes a label."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "http_requests", "Requests answered.", ["method", "route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "http_request_seconds",
            "Time to answer a request.",
            ["method", "route"],
            buckets=_BUCKETS_S,
            registry=self._registry,
        )

    def count(self, response: Response) -> None:
        """Count the answer to the request at hand."""
        route = request.url_rule.rule if request.url_rule else "unmatched"
        # Anyone can send any method; only those that a route knows may become a label.
        method = request.method if request.url_rule else "any"
        self._requests.labels(method, route, response.status_code).inc()
        started_s = g.get("started_s")
        if started_s is not None:
            self._seconds.labels(method, route).observe(time.perf_counter() - started_s)

    def render(self, waiting: Iterable[Waiting]) -> bytes:
        """Return the counters of this process with what waits in the database now."""
        gauges = CollectorRegistry()
        gauges.register(_Gauges(list(waiting)))
        return generate_latest(self._registry) + generate_latest(gauges)


def measure_requests(app: Flask) -> None:
    """Have every request of an application counted by the meter of the runtime that it serves."""
    app.before_request(_start)
    app.after_request(_finish)


def _start() -> None:
    g.started_s = time.perf_counter()


def _finish(response: Response) -> Response:
    runtime().get(Meter).count(response)
    return response


class _Gauges(Collector):
    def __init__(self, waiting: list[Waiting]) -> None:
        self._waiting = waiting

    def collect(self) -> Iterable[Metric]:
        families: dict[str, GaugeMetricFamily] = {}
        for one in self._waiting:
            if one.name not in families:
                families[one.name] = GaugeMetricFamily(one.name, one.help, labels=list(one.labels))
            families[one.name].add_metric(list(one.labels.values()), one.value)
        return families.values()
