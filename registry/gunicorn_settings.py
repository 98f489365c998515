"""The web server's settings: one process with threads, for one process judges the pings; see DECISIONS.md."""

import contextlib
import os
import select
import sys
import threading
from typing import Any

from gunicorn import util
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import _DEFER, ThreadWorker

from registry import lasting
from registry.config import Settings, require_privacy_key
from registry.patience import ImpatientSocket, Turnstile
from registry.refusals import Unread, refusal

with lasting.making():
    from registry.dispatch.routes import open_desks, wait_for_desks
    from registry.monitoring.routes import start_judging

_THREADS_FOR_WAITING = 64
_MOST_LINGERING = _THREADS_FOR_WAITING // 2
_LINGERS_MS = 500


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


class ImpatientWorker(ThreadWorker):  # type: ignore[misc]
    """Lets no connection keep a thread for good, and keeps the thread of one that sends request after request."""

    _lingering = threading.BoundedSemaphore(_MOST_LINGERING)

    def handle(self, conn: Any) -> Any:
        """Serve a connection; one on which nothing came yet goes back to where many can wait.

        A connection that ends is closed here: where the web server would, in its one thread that accepts connections,
        a peer that does not close its side would keep everybody waiting.
        """
        if not conn.initialized and not conn.wait_for_data(0.0):
            return _DEFER
        if not isinstance(conn.sock, ImpatientSocket):
            conn.sock = ImpatientSocket(fileno=conn.sock.detach())
        stays_open = self._answer(conn)
        if stays_open and self._lingering.acquire(blocking=False):
            try:
                stays_open = self._linger(conn)
            finally:
                self._lingering.release()
        if not stays_open:
            util.close_graceful(conn.sock)
        return stays_open

    def _linger(self, conn: Any) -> Any:
        """Serve what comes next at once; handing a request from thread to thread costs as much as reading it."""
        coming = select.poll()
        coming.register(conn.sock, select.POLLIN)
        while self.alive and not conn.parser.unreader.buf.getvalue() and coming.poll(_LINGERS_MS):
            if not self._answer(conn):
                return False
        return True

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Any) -> None:
        """Answer a request that cannot be read as a problem; its status and the log stay the web server's."""
        answer = Unread()
        super().handle_error(req, answer, addr, exc)
        with contextlib.suppress(OSError):
            util.write_nonblock(client, refusal(answer.status))

    def _answer(self, conn: Any) -> Any:
        conn.sock.begin()
        return super().handle(conn)


_settings = Settings.from_env(os.environ)
require_privacy_key(_settings)

bind = f"{_settings.bind}:{_settings.port}"
workers = 1
worker_class = ImpatientWorker
threads = _settings.web_threads + _THREADS_FOR_WAITING
keepalive = 30
timeout = 60
graceful_timeout = 10
max_requests = 0
accesslog = None
loglevel = "warning"
logger_class = DiscreetLogger
control_socket_disable = True


def post_worker_init(worker: Any) -> None:
    """Let the judge run, and have lookups answered, for the web process only: others load the same application."""
    open_desks(worker.wsgi)
    start_judging(worker.wsgi)
    wait_for_desks(worker.wsgi)
    lasting.keep()
    worker.wsgi = Turnstile(worker.wsgi, _settings.web_threads)
