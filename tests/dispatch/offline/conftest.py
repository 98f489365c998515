"""Handing out offline copies, and asking them as a room does."""

import base64

import pytest

from registry.access.rules import Scope
from registry.dispatch.schemas import NewLookupSchema
from registry.dispatch.snapshot.asking import Trust, open_copy
from registry.dispatch.snapshot.journal import read_journal
from registry.dispatch.snapshot.keeping import keep_edition
from registry.dispatch.snapshot.keys import ServiceKeys
from registry.dispatch.standby.keeping import keep_standby
from registry.equipment import equip
from registry.orders.force.standing import measures
from tests.dispatch.offline.rooms import ASKER, make_room


@pytest.fixture
def room(world, shared, clock):
    return make_room(world, shared, clock, "POL-MN", Scope.AUDIT_READ)


@pytest.fixture
def fetch(shared, settings, tmp_path):
    """Let the worker make the edition, and get the copy of a room as a file."""

    def fetch(room, name="room"):
        keep_standby(shared)
        keep_edition(shared)
        answer = room.caller.get("/v1/dispatch-snapshot")
        assert (answer.status_code, answer.mimetype) == (200, "application/octet-stream"), answer.data[:500]
        assert len(answer.data) == int(answer.headers["Content-Length"])
        file = tmp_path / f"{name}.snapshot"
        file.write_bytes(answer.data)
        return file

    return fetch


@pytest.fixture
def at_room(settings, clock, tmp_path):
    """Ask a copy as the room's machine does, which has no key of the service; afterwards this process has its own."""

    def ask(file, room, *questions, signed_by=None):
        signed_by = signed_by or ServiceKeys.of(settings.keys).signing_public()
        told = []
        try:
            with open_copy(
                file, Trust(room.private, signed_by, measures().law), tmp_path / "journal", clock.now()
            ) as copy:
                for each in questions:
                    body = NewLookupSchema().load({"purpose": "acute_call", **each})
                    told.append(copy.ask(ASKER, clock.now(), body))
        finally:
            equip(settings)
        return told

    return ask


@pytest.fixture
def upload(room, tmp_path):
    def upload(caller=room.caller, change=lambda records: records, first=1):
        (file,) = (tmp_path / "journal").glob("*.journal")
        snapshot_id, journal_id, records = read_journal(file, must_hold=False)
        sent = [{"link": each.link.hex(), "sealed": base64.b64encode(each.sealed).decode()} for each in change(records)]
        ids = {"snapshotId": str(snapshot_id), "journalId": str(journal_id)}
        return caller.post("/v1/dispatch-snapshot-journals", {**ids, "first": first, "records": sent[first - 1 :]})

    return upload
