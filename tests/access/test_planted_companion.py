"""Where she was is planted, and every output that anybody can get is searched for it, whatever his scopes."""

from __future__ import annotations

import io
import math
import zipfile

import pytest
from sqlalchemy import select

from registry.access.models import AuditEntry
from registry.db import Base
from registry.outbox.delivery import Sender, position_events
from tests.access.planted import found_in
from tests.access.region import HERS, KINDS, Region, everything
from tests.access.test_planted_address import _shown
from tests.outbox.receiver import Receiver, receiving

LON, LAT = 5.12345671, 52.09432187
# Her place, in as few digits as still tell the house.
PLACE = ("52.09432", "5.12345")


@pytest.fixture
def receiver():
    with receiving() as one:
        yield one


@pytest.fixture
def region(world, receiver: Receiver) -> Region:
    made = everything(world, receiver=receiver.url, her_place=[LON, LAT])
    lon, lat = made.message["order"]["conditions"][0]["zone"]["shape"]["center"]
    away_m = math.hypot((lat - LAT) * 111_000, (lon - LON) * 68_000)
    assert 300 < away_m < 1000, "near him, and in no area of his order"
    position_events(world.shared.database, world.clock.now())
    return made


def test_no_answer_to_anybody_tells_where_she_is(app, region):
    told = [
        (code, path, found_in(text, PLACE))
        for code, caller in region.by.items()
        for path, text in _shown(app, region, caller).items()
        if found_in(text, PLACE)
    ]
    assert told == []
    assert region.did("RN-MN", "GET", f"/v1/nearnesses/{region.ids['nearness_id']}")["verdict"] == "confirmed"


def test_what_the_wearers_side_can_read_knows_nothing_of_her_device(app, region):
    """The provider of his monitor, and what is made for his counsel: bundle and history, here even with every scope."""
    hers = (HERS, region.ids["companion_id"], region.ids["nearness_id"])
    period = {"from": region.ago(hours=2), "until": region.ago(minutes=0), "reason": "Verzoek van de raadsman."}
    bundle = region.by["RN-MN"].post(
        f"/v1/episodes/{region.ids['episode_id']}/evidence-bundles", {"reason": "Dossier."}
    )
    history = region.by["RN-MN"].post(f"/v1/wearers/{region.ids['person_id']}/history-exports", period)
    assert (bundle.status_code, history.status_code) == (200, 200)
    with zipfile.ZipFile(io.BytesIO(bundle.data)) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    made = {"history": history.data, **files}
    demanded = period | {"from": region.ago(minutes=50), "demandId": region.ids["demand_id"]}
    for code, asked in (("RN-MN", period), ("OM-MN", demanded)):
        for export in ("history-exports", "position-readings"):
            given = region.by[code].post(f"/v1/wearers/{region.ids['person_id']}/{export}", asked)
            assert given.status_code == 200, given.text
            made[f"{code} {export}"] = given.data
    assert len(made) > 5
    for code in ("DVO", "CJIB", "OM-MN"):
        made |= {f"{code} {path}": text.encode() for path, text in _shown(app, region, region.by[code]).items()}
    assert [
        (name, found_in(one, (*hers, *PLACE))) for name, one in made.items() if found_in(one, (*hers, *PLACE))
    ] == []


def test_no_event_webhook_audit_line_column_or_file_holds_her_place(region, world, receiver, settings):
    sender = Sender(world.shared.database, world.shared.settings, world.clock)
    try:
        while sender.start_due():
            sender.settle_all()
    finally:
        sender.finish()
    sent = [one.body + str((one.path, one.headers)).encode() for one in receiver.requests]
    assert len(sent) >= 8 and [found_in(one, PLACE) for one in sent if found_in(one, PLACE)] == []
    assert [found_in(one, (region.ids["companion_id"],)) for one in sent if b"nearby" in one] == []
    for code in KINDS:
        told = region.by[code].get("/v1/events?limit=200").text
        assert (code, found_in(told, PLACE), "companion.nearby" in told) == (code, [], code == "SHN")
    with world.shared.database.reading() as session:
        cells = [
            (table.name, name)
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
            for name, value in row._mapping.items()
            if found_in(value if isinstance(value, bytes) else str(value), PLACE)
        ]
        audited = [str(one.details) for one in session.scalars(select(AuditEntry)) if "companion" in one.object_ref]
    assert cells == []
    assert audited and not any("sha256" in one for one in audited)
    files = [path for path in settings.state_dir.rglob("*") if path.is_file()]
    assert [path.name for path in files if found_in(path.read_bytes(), PLACE)] == []


def test_no_error_repeats_where_she_is(region):
    sap = region.by["SAP"]
    ping = {"device": HERS, "fixTime": region.ago(minutes=1), "lat": LAT, "lon": LON}
    errors = [
        sap.post("/v1/pings", data=f'{{"pings": [{{"lat": {LAT}, "lon": {LON}'.encode()),
        sap.post("/v1/pings", {"pings": ping}),
        sap.post("/v1/pings", {"pings": [ping | {"fixTime": LAT}, ping | {"lat": f"{LAT}x"}, ping | {"place": LON}]}),
        sap.get(f"/v1/nearnesses?cursor={LAT}"),
    ]
    assert [found_in(one.text + str(one.headers), PLACE) for one in errors] == [[]] * len(errors)
