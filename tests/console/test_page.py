import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from registry.access.rules import OrganisationKind, Scope
from registry.alerts.service import NewAlert, raise_alert
from registry.app import create_app
from registry.config import Settings
from registry.http import Runtime
from tests.world import secrets_environ

PLANTED = "Zwaanstra-Planting"


@pytest.fixture
def demo(database_url, tmp_path, clock):
    environ = secrets_environ() | {"DATABASE_URL": database_url, "STATE_DIR": str(tmp_path), "MODE": "demo"}
    app = create_app(Settings.from_env(environ | {"LOG_LEVEL": "CRITICAL"}))
    yield app
    app.extensions["runtime"].close()


@pytest.fixture
def broken(app: Flask, shared: Runtime, monkeypatch):
    def refuse():
        raise OperationalError("SELECT secret", {}, Exception("the host is gone"))

    monkeypatch.setattr(shared.database, "reading", refuse)
    return app.test_client()


def plant(world, shared, clock):
    owner = world.organisation("RN", OrganisationKind.PROBATION)
    with shared.database.transaction() as session:
        new = NewAlert("zone_breach", 1, PLANTED, "episode:1", {"supervising_org_id": owner.id}, {})
        raise_alert(session, clock.now(), new)


def test_without_the_demo_the_page_says_what_it_is_and_shows_nothing_of_the_register(app, world, shared, clock):
    plant(world, shared, clock)
    answer = app.test_client().get("/")
    assert answer.status_code == 200
    assert answer.content_type == "text/html; charset=utf-8"
    text = answer.get_data(as_text=True)
    assert "in bedrijf" in text and "/v1/openapi.json" in text
    assert PLANTED not in text and "drager" not in text.lower()


def test_without_the_demo_there_is_no_state_to_ask_for(app):
    assert app.test_client().get("/demo/state").status_code == 404


def test_in_the_demo_the_page_draws_both_cities_and_says_that_all_is_fictional(demo):
    text = demo.test_client().get("/").get_data(as_text=True)
    assert "Utrecht" in text and "Rotterdam" in text and "verzonnen" in text
    assert text.count("<svg") == 2 and 'aria-live="polite"' in text


def test_nothing_on_the_page_is_inline_or_comes_from_elsewhere(demo):
    answer = demo.test_client().get("/")
    policy = answer.headers["Content-Security-Policy"]
    text = answer.get_data(as_text=True)
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "<style" not in text and " style=" not in text and " on" + "click" not in text
    assert "http://" not in text and "https://" not in text
    assert text.count("<script") == text.count('<script src="/console/')


@pytest.mark.parametrize("name", ["console.css", "console.js", "icon.svg"])
def test_the_files_of_the_page_are_given_and_not_sent_twice(app, name):
    first = app.test_client().get(f"/console/{name}")
    again = app.test_client().get(f"/console/{name}", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)


@pytest.mark.parametrize("name", ["routes.py", "..%2froutes.py", "page.html"])
def test_no_other_file_is_given(app, name):
    assert app.test_client().get(f"/console/{name}").status_code == 404


def test_the_state_is_not_sent_again_while_nothing_changed(demo):
    client = demo.test_client()
    first = client.get("/demo/state")
    assert [wearer["id"] for wearer in first.json["wearers"]] == ["A", "B", "C", "D", "E", "F"]
    assert {wearer["state"] for wearer in first.json["wearers"]} == {"silent"}
    assert first.json["alerts"] == []
    again = client.get("/demo/state", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_new_alert_changes_the_state(demo, world, shared, clock):
    client = demo.test_client()
    first = client.get("/demo/state")
    plant(world, shared, clock)
    again = client.get("/demo/state", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert [alert["title"] for alert in again.json["alerts"]] == [PLANTED]


def test_a_healthy_service_says_so(app):
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_a_service_without_its_database_says_so_and_no_more(broken):
    health, page = broken.get("/healthz"), broken.get("/")
    assert (health.status_code, health.json) == (503, {"status": "unavailable"})
    assert page.status_code == 200 and "niet bereikbaar" in page.get_data(as_text=True)
    assert b"secret" not in page.data and b"Traceback" not in page.data


def test_the_figures_need_a_key_with_their_own_scope(app, world):
    assert app.test_client().get("/metrics").status_code == 401
    assert world.caller("RN", OrganisationKind.PROBATION, Scope.ALERTS_READ).get("/metrics").status_code == 403


def test_the_figures_count_what_waits_and_how_requests_were_answered(app, world, shared, clock):
    plant(world, shared, clock)
    app.test_client().get("/v1/no-such-thing/12345")
    app.test_client().get("/healthz")
    text = world.caller("POL", OrganisationKind.POLICE, Scope.METRICS_READ).get("/metrics").get_data(as_text=True)
    assert 'alerts_open{priority="1"} 1.0' in text and 'alerts_open{priority="3"} 0.0' in text
    assert "pings_waiting 0.0" in text and "intake_rows_pending 0.0" in text and "episodes_open 0.0" in text
    assert "events_unpositioned 1.0" in text and "webhook_deliveries_pending 0.0" in text
    assert 'http_requests_total{method="GET",route="/healthz",status="200"} 1.0' in text
    assert 'route="unmatched"' in text and "12345" not in text
    assert PLANTED not in text
