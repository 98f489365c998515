import re
from dataclasses import replace

import pytest

from registry.access.rules import OrganisationKind, Scope
from registry.orders import service
from registry.orders.register.content import RiskKind, RiskMarker
from tests.orders.orders import SUBJECT, content, message, sender

HOSTILE = "<script>alert(1)</script>\"'&"


@pytest.fixture
def room(world):
    return world.caller("POL-MN", OrganisationKind.POLICE, Scope.LOOKUPS_ASK)


@pytest.fixture
def page(room, world, shared, clock):
    actor = sender(world.organisation("CJIB", OrganisationKind.CJIB))

    def page(**changes):
        with shared.database.transaction() as session:
            order_id = service.register(session, actor, clock.now(), message(told=content(**changes))).order_id
        return room.get(f"/briefings/{order_id}?purpose=acute_call")

    return page


def test_the_page_shows_the_briefing_in_dutch_without_a_script_or_anything_from_elsewhere(page):
    answer = page()
    assert answer.status_code == 200 and answer.content_type == "text/html; charset=utf-8"
    for told in ("Geldig", "Jan Pieter van den Berg", "Wat niet mag", "Wat u mag", "Wie te bellen", "+31301234567"):
        assert told in answer.text
    assert "art. 6:3:15" in answer.text and "bevestig het bevel bij de bron" in answer.text
    assert "<script" not in answer.text
    assert [each for each in re.findall(r'(?:src|href)="([^"]*)"', answer.text) if not each.startswith("/")] == []
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Vosmeer" not in answer.text and "Verborgenlaan" not in answer.text


def test_what_a_sender_wrote_is_shown_as_text_and_never_becomes_markup(page):
    notes = (RiskMarker(RiskKind.WEAPON, HOSTILE),)
    answer = page(subject=replace(SUBJECT, surname=HOSTILE, risk_markers=notes), requested_police_action=HOSTILE)
    assert "<script" not in answer.text
    assert answer.text.count("&lt;script&gt;") == 3


def test_the_page_is_for_who_may_read_the_briefing(page, room, world, app):
    answer = page()
    order_id = answer.request.path.rpartition("/")[2]
    path = f"/briefings/{order_id}?purpose=acute_call"
    assert app.test_client().get(path).status_code == 401
    assert world.caller("POL-LI", OrganisationKind.POLICE).get(path).status_code == 404
    assert world.caller("RN-LI", OrganisationKind.PROBATION).get(path).status_code == 403
    assert room.get(f"/briefings/{order_id}").status_code == 400
    assert room.get("/console/briefing.css").status_code == 200
