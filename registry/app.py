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
from registry.console import briefings as briefing_pages
from registry.console import explanations as explanation_pages
from registry.console import leadtimes as leadtime_pages
from registry.console import routes as console_routes
from registry.console.evidence import routes as bundle_routes
from registry.console.metrics import Meter, measure_requests
from registry.db import Database
from registry.demo.showing import scene as demo_scene
from registry.dispatch import routes as dispatch_routes
from registry.dispatch.confirmations import routes as confirmation_routes
from registry.dispatch.snapshot import routes as snapshot_routes
from registry.dispatch.standby.store import Store
from registry.dispatch.street import routes as briefing_routes
from registry.enforcement import course_routes
from registry.enforcement import routes as enforcement_routes
from registry.enforcement.calculating import routes as term_routes
from registry.enforcement.daylists import routes as daylist_routes
from registry.enforcement.evidence import routes as evidence_routes
from registry.enforcement.evidence.checklist import checklist
from registry.enforcement.feeds import routes as feed_routes
from registry.enforcement.leadtimes import routes as leadtime_routes
from registry.enforcement.pattern import routes as pattern_routes
from registry.enforcement.procedure.table import require_fit
from registry.enforcement.recomputing import routes as move_routes
from registry.equipment import equip
from registry.http import Runtime, register_error_handlers
from registry.intake import routes as intake_routes
from registry.intake.provisional import routes as provisional_routes
from registry.intake.quarantine import routes as quarantine_routes
from registry.intake.reconciliation import routes as reconciliation_routes
from registry.monitoring import routes as monitoring_routes
from registry.monitoring.companions import routes as companion_routes
from registry.monitoring.demands import routes as demand_routes
from registry.monitoring.dry_run import routes as dry_run_routes
from registry.monitoring.history import routes as history_routes
from registry.monitoring.retention import routes as retention_routes
from registry.monitoring.signals import routes as signal_routes
from registry.monitoring.silence import routes as silence_routes
from registry.orders import routes as order_routes
from registry.orders.force.standing import measures
from registry.orders.register.revision import raise_revision
from registry.orders.watch import routes as notice_routes
from registry.outbox import routes as outbox_routes
from registry.privacy import routes as privacy_routes
from registry.reports import routes as report_routes
from registry.reports.case_information import routes as case_information_routes
from registry.reports.evidence import routes as report_evidence_routes
from registry.reports.informing import routes as moment_routes
from registry.reports.releases import routes as release_routes
from registry.reports.texts import routes as text_routes
from registry.reports.texts.composing import sentences
from registry.reports.wishes import routes as wish_routes

_HEADERS = {
    "API-Version": __version__,
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}


_BLUEPRINTS = (
    access_routes.blueprint,
    outbox_routes.events,
    outbox_routes.subscriptions,
    alert_routes.blueprint,
    order_routes.blueprint,
    notice_routes.blueprint,
    intake_routes.blueprint,
    quarantine_routes.blueprint,
    provisional_routes.blueprint,
    reconciliation_routes.statements,
    reconciliation_routes.differences,
    dispatch_routes.blueprint,
    briefing_routes.blueprint,
    confirmation_routes.blueprint,
    snapshot_routes.blueprint,
    privacy_routes.blueprint,
    enforcement_routes.breaches,
    course_routes.blueprint,
    enforcement_routes.deadlines,
    move_routes.blueprint,
    daylist_routes.blueprint,
    feed_routes.blueprint,
    feed_routes.calendars,
    leadtime_routes.blueprint,
    term_routes.blueprint,
    evidence_routes.blueprint,
    pattern_routes.blueprint,
    report_routes.blueprint,
    report_evidence_routes.blueprint,
    release_routes.blueprint,
    wish_routes.blueprint,
    case_information_routes.blueprint,
    moment_routes.blueprint,
    text_routes.blueprint,
    monitoring_routes.blueprint,
    dry_run_routes.blueprint,
    monitoring_routes.gateways,
    retention_routes.blueprint,
    demand_routes.blueprint,
    signal_routes.blueprint,
    silence_routes.blueprint,
    history_routes.blueprint,
    companion_routes.blueprint,
    console_routes.blueprint,
    briefing_pages.blueprint,
    leadtime_pages.blueprint,
    bundle_routes.blueprint,
    explanation_pages.blueprint,
)


def build_runtime(settings: Settings, clock: Clock | None = None) -> Runtime:
    """Open what a process of the service shares: keys, clock, database and what is built on them."""
    equip(settings)
    require_fit(measures().law.terms)
    checklist()
    sentences()
    database = Database(settings.database_url)
    database.before_commit += [raise_revision, audit.append_entries]
    shared = Runtime(settings, clock or Clock(settings.clock_follows), database)
    shared.add(ReadAuditor(database))
    store = Store(settings)
    shared.add(store)
    shared.add(KeyRing(store.usable))
    dispatch_routes.attach(shared)
    monitoring_routes.attach(shared)
    return shared


def create_app(settings: Settings, shared: Runtime | None = None) -> Flask:
    """Return the web application, on a runtime of its own unless one is given."""
    logs.configure(settings.log_level)
    app = assembled()
    install(shared or build_runtime(settings), app)
    return app


def assembled() -> Flask:
    """Return the application without a runtime: its routes, what becomes of errors, and its commands.

    A request finds what it needs in the runtime that is installed; one application can serve several in turn.
    """
    app = Flask("registry", static_folder=None)
    app.url_map.strict_slashes = True
    app.url_map.merge_slashes = False
    app.config["MAX_CONTENT_LENGTH"] = None
    register_error_handlers(app)
    app.after_request(_add_headers)
    measure_requests(app)
    for blueprint in _BLUEPRINTS:
        app.register_blueprint(blueprint)
    cli.register(app)
    return app


def install(shared: Runtime, app: Flask) -> None:
    """Have the application serve this runtime; its requests are counted, and the wearers of a demo shown."""
    shared.add(Meter())
    if shared.settings.is_demo:
        shared.add(demo_scene())
    shared.install(app)


def _add_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.path == "/v1/openapi.json":
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response
