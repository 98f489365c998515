import shutil
import uuid
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, inspect, select

from registry.access.checkpoints import verify, write_checkpoint
from registry.access.models import ApiClient, AuditEntry
from registry.access.rules import OrganisationKind, Scope
from registry.access.service import revoke_client
from registry.db import is_unreachable
from registry.dispatch.standby import beginning
from registry.dispatch.standby.copying import OF_ORDERS
from registry.dispatch.standby.journal import Journal
from registry.dispatch.standby.keeping import keep_standby
from registry.dispatch.standby.replaying import replay_journal
from registry.dispatch.standby.store import FILE_NAME, Store
from registry.http.fields import format_instant
from registry.orders.models import Order, OrderVersion
from tests import postgres
from tests.orders.orders import SUBJECT
from tests.world import make_schema

HE, SHE = {"bsn": "999990019"}, {"phone": "0687654321"}


@pytest.fixture(scope="module")
def own_server():
    """A PostgreSQL that these tests stop and start again."""
    with postgres.own_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path, migrated_sqlite):
    """A database that a test takes away and brings back: on a server of their own, or in a file."""
    if request.param == "sqlite":
        file = tmp_path / "registry.db"
        shutil.copy(migrated_sqlite, file)
        return f"sqlite:///{file}"
    server = request.getfixturevalue("own_server")
    return postgres.text_of(server.fresh(server.template(make_schema)))


@pytest.fixture
def away(request, settings):
    """Take the database away for as long as the block lasts."""

    @contextmanager
    def away():
        if not settings.is_sqlite:
            postgres.stop(request.getfixturevalue("own_server").folder)
            yield
            postgres.start_again(request.getfixturevalue("own_server").folder)
            return
        file = Path(settings.database_url.removeprefix("sqlite:///"))
        file.rename(file.with_suffix(".away"))
        file.write_bytes(b"this is no database " * 300)
        yield
        file.with_suffix(".away").rename(file)

    return away


@pytest.fixture
def room(world):
    return world.caller("POL-MN", OrganisationKind.POLICE, Scope.LOOKUPS_ASK, Scope.AUDIT_READ)


def replay(shared):
    """Do the worker's job, which is tried again where a connection from before the outage fails."""
    for _ in range(10):
        try:
            return replay_journal(shared)
        except Exception as error:
            if not is_unreachable(error):
                raise
    raise AssertionError("the database did not come back")


def test_while_the_database_is_away_a_lookup_is_answered_from_the_copy_and_says_how_old_it_is(
    register, noise, ask, away, shared, clock, room
):
    register()
    before = ask(**HE)
    assert before["copy"] is None
    keep_standby(shared)
    taken_at = clock.now()
    register(version=2, kind="end", told=None)
    clock.forward(seconds=89)
    with away():
        answer = ask(**HE)
        assert answer["copy"] == {
            "takenAt": format_instant(taken_at),
            "ageS": 90,
            "textNl": "Het register is nu niet bereikbaar; dit antwoord komt uit een kopie op de server."
            " De kopie is 1 minuut oud.",
        }
        (hit,) = answer["hits"]
        assert [hit[name] for name in ("orderNumber", "person")] == [
            before["hits"][0][name] for name in ("orderNumber", "person")
        ]
        for question in (SHE, {"name": "van den berg", "birthDate": "12-03-1985"}, {"plate": "12-ABC-3"}):
            assert [one["orderNumber"] for one in ask(**question)["hits"]] == ["CJIB-2026-000123"], question
        assert ask(location={"lat": 52.0907, "lon": 5.1214, "accuracyM": 10})["hits"]
        assert ask(bsn="900000016")["noOrderKnown"] is not None
        other = room.app.test_client().get("/v1/lookups/missing-incidents", headers=room.headers)
        assert other.status_code == 503
    after = ask(**HE)
    assert (after["copy"], after["hits"][0]["status"]["code"]) == (None, "ended")


def test_the_copy_shows_no_power_without_confirm_first_and_none_once_the_order_is_over(
    register, ask, away, shared, clock
):
    register(ends_on=date(2026, 11, 23))
    keep_standby(shared)
    with away():
        powers = ask(**HE)["hits"][0]["powers"]
        assert powers["card"] == "B"
        assert powers["steps"][0]["textNl"].startswith("Bevestig eerst bij de bron")
        assert powers["titleNl"].startswith("Bevestig eerst bij de bron")
        clock.forward(hours=12)
        (hit,) = ask(**HE)["hits"]
        assert (hit["status"]["code"], hit["powers"]["card"], hit["powers"]["steps"]) == ("expired_verify", None, [])
        assert hit["powers"]["titleNl"].endswith("bevestig bij de bron.")


def test_what_was_asked_is_journaled_sealed_and_comes_into_the_chain_once(
    register, ask, away, shared, clock, settings, room
):
    order_id = register()
    keep_standby(shared)
    with away():
        first, second = ask(**HE), ask(bsn="900000016", name="Oosterhuis", incidentNumber="2026-9")
        written = (settings.state_dir / "standby-journal").read_bytes()
        assert not [
            word for word in (b"999990019", b"Oosterhuis", b"tester-1", b"lookup", b"2026-9") if word in written
        ]
    for _ in range(2):
        replay(shared)
    with shared.database.reading() as session:
        references = [f"lookup:{one['lookupId']}" for one in (first, second)]
        found = session.scalars(select(AuditEntry).where(AuditEntry.object_ref.in_(references))).all()
        write_checkpoint(session, settings.state_dir, settings.keys.checkpoint_seed, clock.now())
        assert verify(session, settings.state_dir, settings.keys.checkpoint_seed).faults == ()
    kept = {one.object_ref: one for one in found}
    assert len(found) == 2
    assert kept[references[0]].details["orders"] == [str(order_id)]
    assert kept[references[1]].details["incident"] == "2026-9"
    assert all(one.details["copy_of"] for one in found) and found[0].end_user == "tester-1"
    missing = room.get("/v1/lookups/missing-incidents").json["lookups"]
    assert [one["lookupId"] for one in missing] == [first["lookupId"]]
    assert not (settings.state_dir / "standby-journal").exists()


def test_a_crash_between_the_chain_and_the_journal_doubles_nothing(register, ask, away, shared, monkeypatch):
    register()
    keep_standby(shared)
    with away():
        lookup_id = ask(**HE)["lookupId"]
    with monkeypatch.context() as broken:
        broken.setattr(Journal, "let_go", lambda _: (_ for _ in ()).throw(OSError("killed")))
        with pytest.raises(OSError, match="killed"):
            replay(shared)
    replay(shared)
    with shared.database.reading() as session:
        kept = session.scalars(select(AuditEntry).where(AuditEntry.object_ref == f"lookup:{lookup_id}")).all()
    assert len(kept) == 1


def test_an_answer_that_cannot_be_journaled_does_not_leave(register, ask, away, shared, room, monkeypatch):
    register()
    keep_standby(shared)

    def full(*_):
        raise OSError("disk full")

    monkeypatch.setattr(Journal, "write", full)
    with away():
        body = {"purpose": "report", **HE}
        answer = room.app.test_client().post("/v1/lookups", json=body, headers=room.headers)
    assert answer.status_code == 500 and b"Berg" not in answer.data


def test_without_a_copy_the_answer_is_that_the_database_is_away(register, away, room):
    register()
    with away():
        answer = room.post("/v1/lookups", {"purpose": "acute_call", **HE})
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)


def test_who_may_not_ask_may_not_ask_the_copy_either(register, away, shared, world, room, clock):
    register()
    probation = world.caller("RN-MN", OrganisationKind.PROBATION)
    gone = world.caller("POL-RT", OrganisationKind.POLICE)
    with shared.database.transaction() as session:
        client = session.scalar(select(ApiClient).where(ApiClient.organisation_id == gone.organisation_id))
        revoke_client(session, client.id, clock.now())
    keep_standby(shared)
    with away():
        unknown = room.headers | {"Authorization": "Bearer bb_unknown"}
        for headers, status in ((probation.headers, 403), (gone.headers, 401), (unknown, 401), (room.headers, 200)):
            body = {"purpose": "report", **HE}
            answer = room.app.test_client().post("/v1/lookups", json=body, headers=headers)
            assert answer.status_code == status


def orders_in(shared, order_id):
    """How many orders the copy holds, and how many versions of this one."""
    with shared.get(Store).database.reading() as session:
        orders = session.scalar(select(func.count()).select_from(Order))
        return orders, session.scalar(select(func.count()).where(OrderVersion.order_id == order_id))


def test_the_copy_follows_what_changes_and_lets_go_within_a_day_of_what_is_destroyed(
    register, noise, shared, clock, settings
):
    order_id = register()
    keep_standby(shared)
    assert orders_in(shared, order_id) == (5, 1)
    register(version=2, kind="suspension", told=None)
    keep_standby(shared)
    assert orders_in(shared, order_id) == (5, 2)
    with shared.get(Store).database.transaction() as session:
        times = dict.fromkeys(("created_at", "last_recorded_at", "last_confirmed_at"), clock.now())
        for first in (0, 0x02 << 120):
            session.add(Order(id=uuid.UUID(int=first + 1), number=f"GONE-{first}", **times))
    keep_standby(shared)
    assert orders_in(shared, order_id) == (7, 2)
    clock.forward(hours=25)
    keep_standby(shared)
    assert orders_in(shared, order_id) == (5, 2)


def rows_in(database, table):
    with database.reading() as session:
        return sorted(map(repr, session.execute(select(table))))


def test_the_first_copy_holds_every_row_as_the_register_has_it_and_its_indexes(register, noise, shared):
    register(ends_on=date(2027, 2, 1))
    register(version=2, kind="suspension", told=None)
    register(version=3, kind="change", subject=replace(SUBJECT, bsn=None))
    keep_standby(shared)
    copy = shared.get(Store).database
    for table in OF_ORDERS:
        found = rows_in(shared.database, table)
        assert rows_in(copy, table) == found and found, table.name
    with copy.reading() as session:
        indexes = {each["name"] for each in inspect(session.connection()).get_indexes("order_party")}
    assert indexes == {"ix_order_party_order_id", "ix_order_party_version_id"}


def test_a_first_copy_that_was_cut_off_begins_again(register, noise, shared, monkeypatch):
    order_id = register()
    with monkeypatch.context() as broken:
        broken.setattr(beginning, "newest_version", lambda _: (_ for _ in ()).throw(OSError("killed")))
        with pytest.raises(OSError, match="killed"):
            keep_standby(shared)
    assert shared.get(Store).usable() is None
    keep_standby(shared)
    assert orders_in(shared, order_id) == (5, 1)


def test_the_copy_is_for_its_owner_only_and_holds_nobody_in_clear(register, noise, shared, settings):
    register()
    keep_standby(shared)
    for file in settings.state_dir.glob(f"{FILE_NAME}*"):
        assert file.stat().st_mode & 0o077 == 0 or file.stat().st_size == 0, file.name
        for personal in (b"999990019", b"Berg", b"Vosmeer", b"Verborgenlaan", b"612345678"):
            assert personal not in file.read_bytes(), file.name


def test_an_order_that_ended_is_out_of_force_at_the_very_next_question_and_says_since_when(register, ask):
    register()
    assert ask(**HE)["hits"][0]["status"]["endedAt"] is None
    register(version=2, kind="end", told=None)
    status = ask(**HE)["hits"][0]["status"]
    assert (status["code"], status["endedAt"]) == ("ended", "2026-11-23T12:00:01Z")
