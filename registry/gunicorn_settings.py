"""The web server's settings: one process with threads, for one process judges the pings; see DECISIONS.md."""

import os

from registry.config import Settings

_settings = Settings.from_env(os.environ)

bind = f"{_settings.bind}:{_settings.port}"
workers = 1
worker_class = "gthread"
threads = _settings.web_threads
keepalive = 30
timeout = 60
graceful_timeout = 10
max_requests = 0
accesslog = None
loglevel = "warning"
control_socket_disable = True
