"""The pages in a real browser, wide and as narrow as a telephone: what a person sees, and what a page may not do."""

import os
import shutil
import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import sync_playwright

from registry.demo.examples import request
from registry.demo.loading import load
from registry.demo.orders import messages
from registry.demo.walking import Walk
from tests.demo.conftest import demo_settings, serving

CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="the pages were not opened: no browser here; apt-get install chromium, or CHROMIUM=path"
)
WIDTHS_PX = (1280, 360)
HOSTILE = "<img src=x onerror=document.title='taken'>"


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        # Its sandbox refuses to run as root, as the suite does in a container; the pages opened are our own.
        args = ["--no-sandbox"] if os.geteuid() == 0 else []
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=args)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def demo(migrated_sqlite, tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    shutil.copy(migrated_sqlite, folder / "registry.db")
    with serving(demo_settings(f"sqlite:///{folder / 'registry.db'}", folder)) as started:
        load(started.url, started.credentials, started.first_on)
        yield started


@contextmanager
def opened(browser, caller, path, width_px=1280):
    """The page, with whatever it complained of or asked elsewhere for."""
    named = dict(caller._headers) if caller else {}
    context = browser.new_context(viewport={"width": width_px, "height": 900}, extra_http_headers=named)
    page, faults = context.new_page(), []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("requestfailed", lambda request: faults.append(request.url))
    answer = page.goto(path)
    assert answer.status == 200 and answer.headers["content-type"].startswith("text/html")
    yield page, faults
    context.close()


def walk_into_the_banned_areas(demo):
    walk, now = Walk(demo.by["DVO"]), demo.shared.clock.now()
    for step in range(30):
        walk.see(step * 2.0, now - timedelta(seconds=60 - 2 * step))
    walk.pass_on(threading.Event())


@pytest.fixture
def assessed(demo):
    """A breach that a prosecutor has assessed, for the lead times to be more than a heading."""
    prosecutor = demo.by["OM-MN"]
    if not prosecutor.get("/v1/breaches").body["breaches"]:
        walk_into_the_banned_areas(demo)
    breach = prosecutor.get("/v1/breaches").body["breaches"][0]
    done = prosecutor.post(f"/v1/breaches/{breach['id']}/assessments", request("breachesAssessBreach"))
    assert done.status in (201, 409)


def pages(demo):
    """Each page with who may read it."""
    room = demo.by["POL-MN"]
    asked = {"purpose": "acute_call", "incidentNumber": "I-1", "phone": "06 00000101"}
    found = room.post("/v1/lookups", asked).body["hits"][0]
    return {
        "/": None,
        f"/briefings/{found['orderId']}?purpose=acute_call": room,
        "/lead-times": demo.by["OM-MN"],
        "/v1/explanations/VV?conditions=area_ban": None,
    }


def test_an_alarm_appears_on_the_open_page_without_loading_it_again(browser, demo):
    with opened(browser, None, demo.url + "/") as (page, faults):
        page.evaluate("document.body.dataset.seen = 'yes'")
        assert page.get_by_text("Drager is een verboden gebied in gegaan").count() == 0
        walk_into_the_banned_areas(demo)
        page.get_by_text("Drager is een verboden gebied in gegaan").first.wait_for(timeout=10_000)
        assert page.locator("li.inside").count() >= 1
        assert page.evaluate("document.body.dataset.seen") == "yes"
        assert faults == []


def test_every_page_fits_its_screen_and_asks_nothing_of_anybody_else(browser, demo, assessed):
    for path, caller in pages(demo).items():
        for width_px in WIDTHS_PX:
            with opened(browser, caller, demo.url + path, width_px) as (page, faults):
                asked = page.evaluate("performance.getEntriesByType('resource').map(one => one.name)")
                assert [each for each in asked if not each.startswith(demo.url)] == []
                assert page.evaluate("document.documentElement.scrollWidth") <= width_px, (path, width_px)
                assert page.evaluate("document.documentElement.lang") == "nl"
                assert page.locator("h1").count() == 1 or path.startswith("/lead-times"), path
                assert faults == [], path


def test_what_a_sender_wrote_never_runs_in_the_browser_of_who_reads_it(browser, demo):
    told = messages(demo.first_on, of_cjib=True)[0]
    order = told["order"] | {
        "requestedPoliceAction": HOSTILE,
        "subject": told["order"]["subject"] | {"surname": HOSTILE},
    }
    hostile = told | {"messageId": "hostile-1", "orderNumber": "CJIB-2026-999999", "order": order}
    taken = demo.by["CJIB"].post("/v1/deliveries", hostile)
    assert taken.status == 200 and taken.body["results"][0]["orderId"]
    room = demo.by["POL-MN"]
    for path in (f"/briefings/{taken.body['results'][0]['orderId']}?purpose=acute_call", "/"):
        with opened(browser, room, demo.url + path) as (page, faults):
            page.wait_for_timeout(300)
            assert page.title() != "taken" and page.locator("img").count() == 0
            assert faults == []
