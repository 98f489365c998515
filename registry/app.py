"""The application: settings in, Flask out."""

from flask import Flask, Response, request

from registry import __version__, cli, logs
from registry.access import audit
from registry.access import routes as access_routes
from registry.access.audit import ReadAuditor
from registry.access.guard import KeyRing
from registry.alerts import routes as alert_routes
from registry.clock import Clock
from registry.config import Settings
from registry.db import Database, install_keys
from registry.http import Runtime, register_error_handlers
from registry.outbox import routes as outbox_routes

_HEADERS = {
    "API-Version": __version__,
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}


def build_runtime(settings: Settings, clock: Clock | None = None) -> Runtime:
    """Open what a process of the service shares: keys, clock, database and what is built on them."""
    install_keys(settings.keys)
    database = Database(settings.database_url)
    database.before_commit.append(audit.append_entries)
    shared = Runtime(settings, clock or Clock(settings.clock_follows), database)
    shared.add(ReadAuditor(database))
    shared.add(KeyRing())
    return shared


def create_app(settings: Settings, shared: Runtime | None = None) -> Flask:
    """Return the web application, on a runtime of its own unless one is given."""
    logs.configure(settings.log_level)
    app = Flask("registry", static_folder=None)
    app.url_map.strict_slashes = True
    app.url_map.merge_slashes = False
    app.config["MAX_CONTENT_LENGTH"] = None
    (shared or build_runtime(settings)).install(app)
    register_error_handlers(app)
    app.after_request(_add_headers)
    _register_routes(app)
    cli.register(app)
    return app


def _register_routes(app: Flask) -> None:
    """Register the blueprint of each feature."""
    app.register_blueprint(access_routes.blueprint)
    app.register_blueprint(outbox_routes.events)
    app.register_blueprint(outbox_routes.subscriptions)
    app.register_blueprint(alert_routes.blueprint)


def _add_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.path == "/v1/openapi.json":
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response
