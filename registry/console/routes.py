"""The page at `/`, what a load balancer asks, and what a monitor reads."""

import hashlib
from pathlib import Path

import orjson
from flask import Blueprint, Response, render_template, request

from registry import __version__
from registry.access.guard import public, requires
from registry.access.rules import Actor, Purpose, Scope
from registry.clock import Clock
from registry.console.health import is_reachable
from registry.console.metrics import CONTENT_TYPE, Meter
from registry.console.scene import Scene
from registry.console.waiting import Waiting, waiting
from registry.errors import NotFound
from registry.http import Runtime, runtime
from registry.http.fields import format_instant
from registry.monitoring.engine.judge import Judge

blueprint = Blueprint("console", __name__, template_folder="templates")

_STATIC = Path(__file__).parent / "static"
_FILES = {
    "briefing.css": "text/css",
    "console.css": "text/css",
    "report.css": "text/css",
    "console.js": "text/javascript",
    "explanation.css": "text/css",
    "icon.svg": "image/svg+xml",
}
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@blueprint.get("/")
@public
def page() -> Response:
    """Show what this is and whether it works; in a demo also the fictional wearers, moving."""
    shared = runtime()
    scene = _scene(shared)
    template = "status.html" if scene is None else "demo.html"
    reachable = is_reachable(shared.database)
    html = render_template(template, version=__version__, reachable=reachable, scene=scene)
    return Response(html, headers={"Content-Security-Policy": _POLICY}, content_type="text/html; charset=utf-8")


@blueprint.get("/console/<name>")
@public
def file(name: str) -> Response:
    """Give a file that the page needs."""
    if name not in _FILES:
        raise NotFound
    headers = {"Cache-Control": "no-cache"}
    answer = Response((_STATIC / name).read_bytes(), headers=headers, content_type=f"{_FILES[name]}; charset=utf-8")
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@blueprint.get("/demo/state")
@public
def demo_state() -> Response:
    """Say where the fictional wearers are and which alerts came; there is no such thing outside the demo."""
    shared = runtime()
    scene = _scene(shared)
    if scene is None:
        raise NotFound
    now = shared.clock.now()
    with shared.database.reading() as session:
        state = scene.state(session, now)
    body = orjson.dumps(state)
    answer = Response(orjson.dumps({"now": format_instant(now)} | state), content_type="application/json")
    answer.headers["Cache-Control"] = "no-cache"
    answer.set_etag(hashlib.sha256(body).hexdigest()[:32])
    answer.make_conditional(request)
    return answer


@blueprint.get("/healthz")
@public
def health() -> Response:
    """Say whether the service can work: 200, or 503 when its database does not answer."""
    reachable = is_reachable(runtime().database)
    body = orjson.dumps({"status": "ok" if reachable else "unavailable"})
    return Response(body, 200 if reachable else 503, content_type="application/json")


@blueprint.get("/metrics")
@requires(Scope.METRICS_READ, Purpose.ADMINISTRATION)
def metrics(actor: Actor) -> Response:
    """Give the figures of this process and of what waits, without anything about a person."""
    shared = runtime()
    with shared.database.reading() as session:
        found = [_judging(shared), *waiting(session, shared.clock.now(), Clock().now())]
    return Response(shared.get(Meter).render(found), content_type=CONTENT_TYPE)


def _judging(shared: Runtime) -> Waiting:
    """How long a ping takes to be judged is in the seconds of its route: it is answered only then."""
    return Waiting("pings_waiting", "Pings that wait to be judged.", shared.get(Judge).waiting_pings)


def _scene(shared: Runtime) -> Scene | None:
    if not shared.settings.is_demo:
        return None
    try:
        return shared.get(Scene)
    except KeyError:
        return None
