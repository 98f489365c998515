import base64
import io
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind, Scope
from registry.db.sealing import Sealer
from registry.dispatch.schemas import NewLookupSchema
from registry.dispatch.snapshot.asking import Trust, open_copy
from registry.dispatch.snapshot.container import Refused, check, open_keys, unpack
from registry.dispatch.snapshot.edition import FILE_NAME, as_keys
from registry.dispatch.snapshot.journal import read_journal
from registry.dispatch.snapshot.keeping import keep_edition
from registry.dispatch.snapshot.keys import ServiceKeys, public_key
from registry.dispatch.snapshot.models import SnapshotIssue
from registry.dispatch.snapshot.service import set_key
from registry.dispatch.snapshot.telling import answer_nl
from registry.dispatch.standby.keeping import keep_standby
from registry.equipment import equip
from registry.errors import Invalid, RegistryError
from registry.orders.force.standing import measures
from registry.orders.register.content import PostalAddress
from tests.dispatch.offline.rooms import ASKER, client_of, make_room
from tests.orders.orders import PROTECTED, SUBJECT

HERS = PostalAddress("3581XZ", 47, "B", "Geheimelaan", "Schuilstad")


def hers(**changes):
    return replace(PROTECTED, addresses=(HERS,), **changes)


def test_a_room_finds_offline_what_it_finds_online_and_is_told_to_confirm_first(
    register, noise, room, fetch, at_room, clock
):
    register(protected=(hers(),), ends_on=date(2026, 12, 23))
    questions = (
        {"bsn": "999990019"},
        {"skn": SUBJECT.skn},
        {"phone": "0612345678"},
        {"plate": "12-ABC-3"},
        {"phone": "0687654321"},
        {"postcode": "3581 xz", "houseNumber": "47", "suffix": "B"},
        {"name": "Jan van den Berg", "birthDate": "12-03-1985"},
        {"name": "Jan vd Bergh"},
        {"bsn": "900000016"},
    )
    online = [room.caller.post("/v1/lookups", {"purpose": "acute_call", **each}).json for each in questions]
    file = fetch(room)
    clock.forward(hours=3)
    offline = at_room(file, room, *questions)
    for asked, there, here in zip(questions, online, offline, strict=True):
        same = ("orderNumber", "score", "person", "protected", "conditions", "matchedOn", "relation")
        assert [{n: hit[n] for n in same} for hit in here["hits"]] == [
            {n: hit[n] for n in same} for hit in there["hits"]
        ], asked
        assert here["copy"]["ageS"] == pytest.approx(3 * 3600, abs=60)
        for hit in here["hits"]:
            assert hit["powers"]["steps"][0]["code"] == "confirm_first"
    assert [len(each["hits"]) for each in offline] == [1, 1, 1, 1, 1, 1, 1, len(online[7]["hits"]), 0]
    assert offline[-1]["noOrderKnown"] is not None
    shown = answer_nl(offline[0])
    assert "De kopie is 3 uur oud" in shown and "Bevestig eerst bij de bron" in shown and "CJIB-2026-000123" in shown


def test_a_number_that_only_an_earlier_version_told_is_found_offline_too(register, noise, room, fetch, at_room, clock):
    told = register()
    register(version=2, kind="change", subject=replace(SUBJECT, bsn=None))
    file = fetch(room)
    earlier, now, nobody = at_room(file, room, {"bsn": "999990019"}, {"skn": SUBJECT.skn}, {"bsn": "999991206"})
    (hit,) = earlier["hits"]
    assert (hit["orderId"], hit["identityEstablished"]) == (told, False)
    assert "eerdere versie van dit bevel" in next(one["how"] for one in hit["matchedOn"] if one["field"] == "bsn")
    assert now["hits"][0]["identityEstablished"] is True
    assert nobody["hits"] == []
    register(version=3, kind="correction", subject=replace(SUBJECT, bsn=None))
    clock.forward(hours=2)
    ((fallen,),) = [each["hits"] for each in at_room(fetch(room), room, {"bsn": "999990019"})]
    assert "vervallen" in next(one["how"] for one in fallen["matchedOn"] if one["field"] == "bsn")


def test_the_status_is_of_the_moment_of_asking(register, room, fetch, at_room, clock):
    register(ends_on=date(2026, 11, 23))
    file = fetch(room)
    (before,) = at_room(file, room, {"bsn": "999990019"})
    clock.forward(hours=11, minutes=55)
    (after,) = at_room(file, room, {"bsn": "999990019"})
    assert [each["hits"][0]["status"]["code"] for each in (before, after)] == ["in_force", "expired_verify"]
    assert after["hits"][0]["powers"]["card"] is None


def opened_whole(file, room, settings, folder):
    """Everything a room could read of its file: each value of each table, and what lies sealed in it."""
    with file.open("rb") as written:
        rows, content = open_keys(check(written, ServiceKeys.of(settings.keys).signing_public()), room.private)
        unpack(written, content, folder / "whole.db")
    cipher = Sealer.of(as_keys(rows)).ciphers[1]
    database = sqlite3.connect(folder / "whole.db")
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = io.BytesIO((folder / "whole.db").read_bytes())
    found.seek(0, 2)
    count = 0
    for table in tables:
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        for row in database.execute(f"SELECT * FROM {table}"):
            told = dict(zip(columns, row, strict=True))
            for name in (one for one in columns if one.endswith("_sealed") and told[one]):
                key = told.get("id") or told.get("party_id") or told.get("token_hash")
                text = key.hex()
                dashed = f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
                sealed, plain = told[name], None
                for place in (f"{table}.{name}.{text}", f"{table}.{name}.{dashed}"):
                    try:
                        plain = cipher.decrypt(sealed[3:15], sealed[15:], sealed[:3] + place.encode())
                    except Exception:
                        continue
                assert plain is not None, (table, name)
                found.write(plain)
                count += 1
    database.close()
    assert count > 10
    return found.getvalue().lower()


def test_nowhere_in_the_whole_file_is_where_anybody_lives(register, noise, room, fetch, settings, tmp_path):
    register(
        protected=(hers(),),
        remark="Zij woont Geheimelaan 47-B te Schuilstad.",
        requested_police_action="Ga naar 3581 XZ 47.",
        police_unit="Bel bij Geheimelaan 47",
    )
    file = fetch(room)
    whole = opened_whole(file, room, settings, tmp_path)
    for hidden in (b"geheimelaan", b"3581xz", b"3581 xz", b"schuilstad", b"waalkade", b"6511aa", b"coordinates"):
        assert hidden not in whole, hidden
    assert b"berg" in whole and b"999990019" in whole
    # Shorter words than these come about by chance in so many sealed bytes.
    for closed in (b"999990019", b"cjib-2026"):
        assert closed not in file.read_bytes().lower()
        edition = (settings.state_dir / FILE_NAME).read_bytes().lower()
        assert closed == b"cjib-2026" or closed not in edition


def test_a_file_of_which_a_byte_is_wrong_is_refused_wherever_it_is(register, room, fetch, at_room, tmp_path):
    register()
    whole = fetch(room).read_bytes()
    for place in (3, 10, 40, 400, len(whole) // 2, len(whole) - 70, len(whole) - 1):
        broken = bytearray(whole)
        broken[place] ^= 1
        (tmp_path / "broken").write_bytes(broken)
        with pytest.raises(Refused):
            at_room(tmp_path / "broken", room, {"bsn": "999990019"})
    for cut in (b"", whole[:7], whole[:-1], whole[: len(whole) // 2], whole + b"x"):
        (tmp_path / "broken").write_bytes(cut)
        with pytest.raises(Refused):
            at_room(tmp_path / "broken", room, {"bsn": "999990019"})
    with pytest.raises(Refused, match="handtekening"):
        at_room(fetch(room), room, signed_by=bytes(31) + b"\x01")


def test_no_other_room_opens_it_and_nobody_once_it_has_expired(register, room, world, shared, fetch, at_room, clock):
    register()
    other = make_room(world, shared, clock, "POL-RT")
    file = fetch(room)
    with pytest.raises(Refused, match="andere meldkamer"):
        at_room(file, other)
    clock.forward(hours=11, minutes=50)
    assert at_room(file, room, {"bsn": "999990019"})[0]["hits"]
    clock.forward(minutes=11)
    with pytest.raises(Refused, match="verlopen"):
        at_room(file, room)


def test_a_copy_opened_in_time_is_not_answered_from_once_it_has_expired(
    register, room, fetch, settings, clock, tmp_path
):
    register()
    trust = Trust(room.private, ServiceKeys.of(settings.keys).signing_public(), measures().law)
    file = fetch(room)
    try:
        with open_copy(file, trust, tmp_path / "journal", clock.now()) as copy:
            clock.forward(hours=13)
            with pytest.raises(Refused, match="verlopen"):
                copy.ask(ASKER, clock.now(), NewLookupSchema().load({"purpose": "report", "bsn": "999990019"}))
    finally:
        equip(settings)
    assert not list((tmp_path / "journal").glob("*.journal"))


def test_only_a_client_with_the_scope_and_a_key_gets_a_copy(register, world, shared, clock, room, fetch):
    register()
    fetch(room)
    plain = world.caller("POL-DH", OrganisationKind.POLICE, Scope.LOOKUPS_ASK)
    keyless = world.caller("POL-OB", OrganisationKind.POLICE, Scope.LOOKUPS_ASK, Scope.SNAPSHOTS_READ)
    wrong_kind = world.caller("RN-MN", OrganisationKind.PROBATION, Scope.LOOKUPS_ASK, Scope.SNAPSHOTS_READ)
    mute = world.caller("POL-ZB", OrganisationKind.POLICE, Scope.SNAPSHOTS_READ)
    with shared.database.transaction() as session:
        set_key(session, client_of(shared, mute), bytes(31) + b"\x09", clock.now())
        with pytest.raises(RegistryError, match="no_snapshot_scope"):
            set_key(session, client_of(shared, plain), bytes(31) + b"\x09", clock.now())
    answers = [each.get("/v1/dispatch-snapshot").status_code for each in (plain, keyless, wrong_kind, mute)]
    assert answers == [403, 409, 403, 403]
    with shared.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SnapshotIssue)) == 1


def test_without_a_room_there_is_no_copy_and_before_it_is_made_the_answer_is_503(
    register, shared, room, settings, clock
):
    register()
    keep_standby(shared)
    answer = room.caller.get("/v1/dispatch-snapshot")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    keep_edition(shared)
    made = settings.state_dir / FILE_NAME
    assert made.stat().st_mode & 0o077 == 0
    clock.forward(hours=12)
    assert room.caller.get("/v1/dispatch-snapshot").status_code == 503
    with shared.database.transaction() as session:
        set_key(session, client_of(shared, room.caller), None, clock.now())
    keep_edition(shared)
    assert not made.exists()


def test_each_copy_that_is_handed_out_is_in_the_chain(register, room, fetch, shared):
    register()
    fetch(room)
    with shared.database.reading() as session:
        handed = session.scalars(select(SnapshotIssue)).one()
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.object_ref == f"dispatch-snapshot:{handed.id}")
        ).one()
    assert (entry.action, entry.details["orders"], entry.end_user) == ("disclosed", 1, "tester-1")


def test_a_question_that_says_nothing_usable_and_a_place_are_answered_in_words(register, room, fetch, at_room):
    register()
    file = fetch(room)
    spot = {"location": {"lat": 52.0907, "lon": 5.1214}}
    with pytest.raises(Invalid):
        at_room(file, room, spot)
    (told,) = at_room(file, room, {**spot, "bsn": "999990019"})
    assert told["hits"] and [each["code"] for each in told["unusable"]] == ["location_offline"]


def run(*arguments, given=None):
    """A command on the room's own machine: without a database, a setting or a key of the service."""
    program = [sys.executable, "-m", "registry", *map(str, arguments)]
    return subprocess.run(program, input=given, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"})


@pytest.mark.long
def test_the_commands_of_a_room_need_no_database_and_speak_dutch(
    register, world, shared, clock, settings, fetch, tmp_path
):
    clock.forward(seconds=(datetime.now(UTC) - clock.now()).total_seconds())
    register()
    made = run("new-room-key", "--no-passphrase", tmp_path / "room.key")
    caller = world.caller("POL-MN", OrganisationKind.POLICE, Scope.SNAPSHOTS_READ, Scope.LOOKUPS_ASK)
    with shared.database.transaction() as session:
        set_key(session, client_of(shared, caller), public_key(made.stdout), clock.now())
    file = fetch(SimpleNamespace(caller=caller))
    signed_by = base64.b64encode(ServiceKeys.of(settings.keys).signing_public()).decode()
    by = ("--end-user", "mk-1", "--unit", "Meldkamer", "--role", "centralist")
    opening = ("ask-snapshot", file, "--key", tmp_path / "room.key", "--signed-by", signed_by, *by)
    told = run(*opening, "--bsn", "999990019")
    assert told.returncode == 0, told.stderr
    for words in ("offline kopie", "CJIB-2026-000123", "Bevestig eerst bij de bron", "Vraag 1 van het logboek"):
        assert words in told.stdout
    question = '{"purpose": "report", "plate": "12-ABC-3"}\n'
    lines = f'12-ABC-3\n[]\n{{"purpose": "report", "bsn": "1"}}\n{question}'
    told = run(*opening, "--json", "--lines", "-", given=lines).stdout.splitlines()
    words = ("not JSON", "faults", "faults", "CJIB-2026-000123")
    assert [name in each for each, name in zip(told, words, strict=True)] == [True] * 4
    other = base64.b64encode(bytes(31) + b"\1").decode()
    refused = run(*(other if each == signed_by else each for each in opening), "--bsn", "999990019")
    assert (refused.returncode, "handtekening" in refused.stderr, refused.stdout) == (1, True, "")
    (journal,) = tmp_path.glob("*.journal")
    assert len(read_journal(journal)[2]) == 2
    (tmp_path / "api.key").write_text("bb_x")
    sent = run("upload-journal", journal, "--url", "http://127.0.0.1:9", "--api-key", tmp_path / "api.key", *by)
    assert (sent.returncode, "niet bereikbaar" in sent.stderr) == (1, True)
