"""An address, a name, a number are planted wherever somebody may write them, and every output is searched for them."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest
import urllib3
from sqlalchemy import select

from registry.access.rules import Scope
from registry.config import Settings
from registry.db import Base
from registry.outbox.delivery import Sender, position_events
from registry.programs import WEB, WORKER, Programs
from tests.access.planted import (
    AT_HERS,
    BSN,
    CITY,
    HERS,
    LAT,
    LON,
    ORDER,
    OTHERS,
    PHONE,
    POSTCODE,
    SHE,
    STORY,
    STREET,
    found_in,
)
from tests.access.region import Region, everything, report_of
from tests.demo.test_start import free_port
from tests.outbox.receiver import Receiver, receiving
from tests.world import Caller, secrets_environ


@pytest.fixture
def receiver():
    with receiving() as one:
        yield one


@pytest.fixture
def region(world, receiver: Receiver) -> Region:
    """Everything has happened, with what is planted, and nobody may see who is protected."""
    made = everything(world, ORDER, receiver.url, without=Scope.PROTECTED_READ)
    ids = made.ids
    duty = {"duties": [{"name": "Nachtpiketsma", "contact": "06 98761234"}]}
    made.did("RN-MN", "PUT", "/v1/duties", duty)
    made.did("SHN", "POST", "/v1/reports", report_of(made, reference="SHN-2", acute=True, **STORY))
    made.did("SHN", "POST", "/v1/reports", {"kind": "other", "occurredAt": made.ago(hours=1)} | STORY)
    told = f"23-11-2026 Hij staat in de {STREET}, bel 06-87650321".encode()
    made.gave("SHN", f"/v1/reports/{ids['report_id']}/evidence?kind=message_export", told, f"{STREET} 7701.txt")
    made.did("RN-MN", "POST", f"/v1/alerts/{ids['alert_id']}/acknowledgement", {"note": "Notitiewoord"})
    made.did("SHN", "PUT", f"/v1/reports/{ids['report_id']}/wishes", STORY["contact"])
    made.did("POL-MN", "POST", f"/v1/reports/{ids['report_id']}/releases", {"answer": "order_ended"})
    reason = {"status": "plausible", "reason": "Redenwoord.", "provable": "well"}
    made.did("OM-MN", "POST", f"/v1/breaches/{ids['breach_id']}/assessments", reason)
    for asked in (
        {"bsn": BSN},
        {"phone": PHONE},
        {"name": "Vosmeerkamp"},
        {"postcode": "9712XK", "houseNumber": "7701"},
    ):
        made.did("POL-MN", "POST", "/v1/lookups", asked | {"purpose": "acute_call"})
    position_events(world.shared.database, world.clock.now())
    return made


def _listed(app) -> list[str]:
    rules = [rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
    return sorted(path for path in rules if path != "/v1/openapi.json")


def _shown(app, region: Region, caller: Caller) -> dict[str, str]:
    """What each route that can be read shows a caller; lists lead to all they list."""
    one = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and rule.arguments]
    single = [rule.build(region.ids, append_unknown=False) for rule in one if rule.arguments <= set(region.ids)]
    reports = [f"/v1/reports/{report['id']}" for report in caller.get("/v1/reports").json["reports"]]
    asked = [f"{built[1]}{'?purpose=acute_call' if 'briefing' in built[1] else ''}" for built in single if built]
    paths = [*_listed(app), *asked, *reports]
    assert len(paths) > 25
    return {path: caller.get(path).get_data().decode("utf-8", "replace") for path in paths}


def test_without_the_scope_no_answer_tells_who_is_protected_or_where(app, region):
    told = [
        (code, path, found_in(text, HERS))
        for code, caller in region.by.items()
        for path, text in _shown(app, region, caller).items()
        if found_in(text, HERS) and not (code == "SHN" and path.startswith("/v1/reports/"))
    ]
    assert told == []
    shown = region.did("SHN", "GET", "/v1/reports?limit=200")["reports"]
    assert STREET in region.by["SHN"].get(f"/v1/reports/{shown[0]['id']}").text


def test_without_the_scope_a_lookup_says_that_there_is_an_order_and_not_who_is_protected(region):
    for asked in ({"bsn": "111222333"}, {"location": {"lat": LAT, "lon": LON, "accuracyM": 20}}, {"phone": PHONE}):
        answer = region.by["POL-MN"].post("/v1/lookups", asked | {"purpose": "acute_call"})
        assert answer.json["hits"], asked
        assert found_in(answer.text, HERS) == []


WHERE = (STREET, POSTCODE, CITY, "6.56653", "53.21943")


def test_also_who_may_see_who_is_protected_is_not_told_where_by_anything_that_a_lookup_leads_to(world):
    region = everything(world, ORDER)
    police, order_id = region.by["POL-MN"], region.ids["order_id"]
    spot = {"lat": LAT, "lon": LON, "accuracyM": 20, "radiusM": 5000}
    reason = {"breakGlassReason": "Gijzeling."}
    told = []
    for asked in ({"bsn": BSN}, {"phone": PHONE}, {"name": "Vosmeerkamp"}, {"location": spot}, {"bsn": BSN} | reason):
        answer = police.post("/v1/lookups", asked | {"purpose": "acute_call"})
        assert order_id in answer.text and "Fictitiana Vosmeerkamp" in answer.text
        briefing = f"/v1/orders/{order_id}/briefing?purpose=acute_call"
        told += [answer, police.get(briefing), police.get(f"{briefing}&lookupId={answer.json['lookupId']}")]
    broken = {"purpose": "acute_call", "reason": "Gijzeling."}
    told.append(police.post(f"/v1/orders/{order_id}/break-glass-briefings", broken))
    told += [police.get(path) for path in ("/v1/lookups/missing-incidents", "/v1/privacy-items", "/v1/alerts")]
    assert [each.status_code for each in told] == [200] * len(told)
    assert [found_in(each.text, WHERE) for each in told] == [[]] * len(told)


def test_no_event_webhook_calendar_figure_or_address_names_anybody(app, region, world, receiver):
    sender = Sender(world.shared.database, world.shared.settings, world.clock)
    try:
        while sender.start_due():
            sender.settle_all()
    finally:
        sender.finish()
    assert len(receiver.requests) >= 8
    assert [found_in(one.body + str((one.path, one.headers)).encode()) for one in receiver.requests] == [[]] * len(
        receiver.requests
    )
    for code, caller in region.by.items():
        for path in ("/v1/events?limit=200", "/v1/deadlines", "/v1/deadlines/calendar", "/metrics", "/", "/healthz"):
            answer = caller.get(path)
            assert answer.status_code == 200, path
            assert (code, path, found_in(answer.text + str(answer.headers))) == (code, path, [])
    calendar = region.by["OM-MN"].get("/v1/deadlines/calendar").text
    assert "BEGIN:VEVENT" in calendar


def test_no_column_audit_entry_or_file_holds_it_in_clear(region, world, settings):
    words = HERS + OTHERS
    with world.shared.database.reading() as session:
        cells = [
            (table.name, name, found_in(value if isinstance(value, bytes) else str(value), words))
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
            for name, value in row._mapping.items()
        ]
    assert len(cells) > 500
    assert [cell for cell in cells if cell[2]] == []
    files = [path for path in settings.state_dir.rglob("*") if path.is_file()]
    # On SQLite the log of the newest changes is a file of its own.
    assert not settings.is_sqlite or any(path.name.endswith("-wal") for path in files)
    assert [(path.name, found_in(path.read_bytes(), words)) for path in files if found_in(path.read_bytes())] == []


FAULTY: list[dict[str, Any]] = [
    {"regime": STREET},
    {STREET + " 7701": AT_HERS, "timeZone": STREET, "startsOn": STREET, "decidedOn": AT_HERS},
    {
        "subject": {
            "surname": "Bangelaarsma",
            "birthDate": STREET,
            "bsn": "Vosmeerkamp",
            "skn": AT_HERS,
            "phones": AT_HERS,
        }
    },
    {"protected": AT_HERS, "conditions": AT_HERS},
    {"protected": [SHE | {"phones": [STREET], "birthDate": "Vosmeerkamp", "bsn": "Fictitiana", "kind": CITY}]},
    {
        "conditions": [
            {"type": STREET, "text": AT_HERS, "zone": {"kind": STREET, "shape": {"type": STREET}, "crs": CITY}}
        ]
    },
    {"conditions": [{"type": "area_ban", "schedule": {"weekly": [{"days": [STREET], "from": CITY, "until": PHONE}]}}]},
]


def test_no_delivery_report_repeats_what_was_delivered(region):
    cjib = region.by["CJIB"]
    for number, faulty in enumerate(FAULTY):
        order = region.message["order"] | faulty
        told = region.message | {"messageId": f"F-{number}", "orderNumber": f"CJIB-2026-77770{number}", "order": order}
        answer = cjib.post("/v1/deliveries", told)
        (row,) = answer.json["results"]
        assert row["findings"], faulty
        assert found_in(answer.text) == [], faulty
        assert found_in(cjib.get(f"/v1/deliveries/{answer.json['id']}").text) == []


def test_no_error_repeats_what_was_sent(region):
    pol, shn, rn, dvo = (region.by[code] for code in ("POL-MN", "SHN", "RN-MN", "DVO"))
    errors = [
        pol.post("/v1/lookups", {"purpose": STREET, "bsn": "Vosmeerkamp", "phone": STREET, "birthDate": CITY}),
        pol.post("/v1/lookups", {"purpose": "acute_call", "bsn": BSN + "9", "postcode": STREET}),
        shn.post("/v1/reports", STORY | {"kind": STREET, "occurredAt": AT_HERS}),
        shn.post("/v1/reports", data=b'{"description":"' + AT_HERS.encode() + b'"'),
        shn.post(
            f"/v1/reports/{region.ids['report_id']}/evidence?kind=photo",
            data=b"MZ" + AT_HERS.encode(),
            content_type="application/octet-stream",
            headers={"Content-Disposition": f"attachment; filename={STREET}"},
        ),
        shn.put(
            f"/v1/reports/{region.ids['report_id']}/wishes", STORY["contact"] | {"channel": STREET, "reach": {CITY: 1}}
        ),
        shn.post("/v1/reports", STORY["contact"] | {"contactPerson": {"birthDate": STREET}}),
        shn.post("/v1/reports", report_of(region) | {"protected": {"bsn": "Vosmeerkamp", "skn": AT_HERS}}),
        rn.post("/v1/subscriptions", {"url": f"https://{STREET}.nl/?{PHONE}", "types": [STREET]}),
        rn.put("/v1/duties", {"duties": [{"name": 1, "contact": {STREET: PHONE}}]}),
        rn.post("/v1/couplings", {"device": STREET, "provider": CITY, "orderNumber": STREET, "from": AT_HERS}),
        rn.get(f"/v1/orders?cursor={STREET}"),
        rn.get(f"/v1/nowhere/{STREET}"),
        dvo.post("/v1/pings", data=AT_HERS.encode()),
    ]
    assert all(400 <= error.status_code < 500 for error in errors)
    ours = [word for word in HERS + OTHERS if word != STREET]
    assert [found_in(error.text + str(error.headers), tuple(ours)) for error in errors] == [[]] * len(errors)
    # The pointer to an unknown field repeats the field's own name, to who sent it; a value is never repeated.
    assert [number for number, error in enumerate(errors) if found_in(error.text, (STREET,))] in ([], [6])


@pytest.fixture
def running(settings: Settings, tmp_path: Path, world, region):
    """The service and its worker as they run, on the same database, saying all they have to say."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if name not in ("DEMO", "MODE", "SECRETS_FILE")}
    told = {"DATABASE_URL": settings.database_url, "STATE_DIR": str(tmp_path), "PORT": str(port), "LOG_LEVEL": "DEBUG"}
    world.shared.close()
    with (tmp_path / "said.log").open("wb") as log:
        programs = Programs(kept | secrets_environ() | told, errors_to=log)
        try:
            programs.start(WEB)
            programs.start(WORKER)
            programs.wait_until_healthy(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}", tmp_path / "said.log"
        finally:
            programs.stop()


@pytest.mark.long
def test_no_log_line_holds_it_at_the_most_talkative_level(running, region, app):
    url, log = running
    pool = urllib3.PoolManager(retries=False, timeout=20.0)

    def send(who: str, method: str, path: str, **more: Any) -> int:
        return pool.request(method, url + path, headers=region.by[who].headers | more.pop("headers", {}), **more).status

    for code in region.by:
        for path in _listed(app):
            assert send(code, "GET", path) in {200, 403, 404, 409}
    order = {"messageId": "L-1", "orderNumber": "CJIB-2026-888888", "order": region.message["order"] | FAULTY[4]}
    assert send("CJIB", "POST", "/v1/deliveries", json=region.message | order) == 200
    assert send("SHN", "POST", "/v1/reports", json=report_of(region, reference="SHN-9", **STORY)) == 201
    assert send("POL-MN", "POST", "/v1/lookups", json={"purpose": "acute_call", "name": "Vosmeerkamp"}) == 200
    assert send("POL-MN", "GET", f"/v1/orders?number={STREET}") == 200
    assert send("POL-MN", "GET", f"/v1/{STREET}?lat={LAT}") == 404
    secret = "geheim-van-een-gateway"
    host, port = url.removeprefix("http://").split(":")
    line = f"GET /gateways/osmand/{secret}?id={STREET} 7701&lat={LAT}&lon={LON} HTTP/1.1\r\n\r\n"
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(line.encode())
        assert b"400" in connection.recv(99)
    assert found_in(log.read_bytes()) == []
    assert secret.encode() not in log.read_bytes()
    assert b"worker_started" in log.read_bytes()
