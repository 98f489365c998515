"""The web server's settings: one process with threads, for one process judges the pings; see DECISIONS.md."""

import os
import socket
import sys
from typing import Any

from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

from registry.config import Settings
from registry.monitoring.routes import start_judging


class DiscreetLogger(Logger):  # type: ignore[misc]
    """Says that a request could not be read and from where, not what was in it.

    A request line can hold a gateway's secret and a position, and trackers send lines that are not quite HTTP.
    """

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Log a warning; one about a request without the request."""
        if isinstance(msg, str) and msg.startswith("Invalid request"):
            msg = msg.partition(": ")[0]
        super().warning(msg, *args, **kwargs)

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Log the type of what went wrong, for its text and the address of the request may hold anything."""
        error = sys.exc_info()[0]
        self.error("The web server failed on a request: %s", error.__name__ if error else "unknown")


class ImpatientSocket(socket.socket):
    """A connection on which nothing is waited for longer than it takes an honest sender."""

    def setblocking(self, flag: bool) -> None:
        """Wait for a while where the web server would wait for ever."""
        self.settimeout(_LONGEST_SILENCE_S if flag else 0.0)


class ImpatientWorker(ThreadWorker):  # type: ignore[misc]
    """Gives up a connection that falls silent halfway: each would keep one of the few threads for good."""

    def handle(self, conn: Any) -> Any:
        """Serve one request."""
        if not isinstance(conn.sock, ImpatientSocket):
            conn.sock = ImpatientSocket(fileno=conn.sock.detach())
        return super().handle(conn)


_LONGEST_SILENCE_S = 5.0
_settings = Settings.from_env(os.environ)

bind = f"{_settings.bind}:{_settings.port}"
workers = 1
worker_class = ImpatientWorker
threads = _settings.web_threads
keepalive = 30
timeout = 60
graceful_timeout = 10
max_requests = 0
accesslog = None
loglevel = "warning"
logger_class = DiscreetLogger
control_socket_disable = True


def post_worker_init(worker: Any) -> None:
    """Let the judge run in the web process only: the worker and the commands load the same application."""
    start_judging(worker.wsgi)
