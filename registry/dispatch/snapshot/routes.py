"""Offline copies of a room, and the journals of what was asked of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import IO, Any

from flask import Blueprint

from registry.access.guard import requires
from registry.access.rules import Actor, Purpose, Scope
from registry.dispatch.snapshot import service
from registry.dispatch.snapshot.container import MEDIA_TYPE, Head, write, written_bytes
from registry.dispatch.snapshot.edition import Bounded, open_edition
from registry.dispatch.snapshot.journal import Record
from registry.dispatch.snapshot.keys import ServiceKeys
from registry.dispatch.snapshot.schemas import NewSnapshotJournalSchema, SnapshotJournalSchema
from registry.dispatch.snapshot.taking import Upload, take_journal
from registry.http import Answer, Runtime, operation, runtime

blueprint = Blueprint("dispatch_snapshots", __name__, url_prefix="/v1")


@blueprint.get("/dispatch-snapshot")
@requires(Scope.SNAPSHOTS_READ, Purpose.ACUTE_CALL)
@operation(answers={200: MEDIA_TYPE}, errors=(409, 503))
def get_snapshot(actor: Actor) -> Any:
    """Get the offline copy of a room, for when the line is cut: signed, sealed for the key of this client, short-lived.

    `python -m registry ask-snapshot` answers from it on the room's own machine. Nobody's address is in it, and no area.
    """
    shared = runtime()
    with ExitStack() as opened:
        found = opened.enter_context(open_edition(shared.settings.state_dir))
        edition, file = found or (None, None)
        with shared.database.transaction() as session:
            terms = service.Terms.by(shared.settings)
            head, content = service.issue(session, actor, shared.clock.now(), edition, terms)
        assert file is not None
        length = str(written_bytes(head.as_json(), head.plain_bytes))
        name = f'attachment; filename="{head.id}.snapshot"'
        headers = {"Content-Length": length, "Content-Disposition": name}
        return Answer(_pieces(shared, head, content, (file, opened.pop_all())), 200, headers, MEDIA_TYPE)


def _pieces(shared: Runtime, head: Head, content: bytes, copy: tuple[IO[bytes], ExitStack]) -> Iterator[bytes]:
    file, opened = copy
    with opened:
        signing = ServiceKeys.of(shared.settings.keys).signing
        yield from write(head.as_json(), content, Bounded(file, head.plain_bytes), signing)


@blueprint.post("/dispatch-snapshot-journals")
@requires(Scope.SNAPSHOTS_READ, Purpose.ADMINISTRATION)
@operation(body=NewSnapshotJournalSchema, answers={200: SnapshotJournalSchema}, errors=(404, 409))
def upload_journal(actor: Actor, body: dict[str, Any]) -> Any:
    """Upload what a room asked of its offline copy, as journaled; sent again, it changes nothing.

    Each answer comes into the audit chain as one that was given here, with when it was asked.
    """
    shared = runtime()
    records = [Record(bytes.fromhex(each["link"]), each["sealed"]) for each in body["records"]]
    upload = Upload(body["snapshot_id"], body["journal_id"], body["first"], records)
    opening = ServiceKeys.of(shared.settings.keys).opening
    with shared.database.transaction() as session:
        return take_journal(session, actor, shared.clock.now(), upload, opening)
