import shutil
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind, Scope
from registry.dispatch.snapshot.container import Refused
from registry.privacy.models import LookupQuestion, PrivacyItem
from registry.privacy.watching import watch_questions
from tests.dispatch.offline.rooms import make_room


def audited(shared, lookup_id):
    with shared.database.reading() as session:
        ref = f"lookup:{lookup_id}"
        return session.scalars(select(AuditEntry).where(AuditEntry.object_ref == ref)).all()


def test_what_was_asked_offline_comes_into_the_chain_once_however_often_it_is_uploaded(
    register, noise, room, fetch, at_room, upload, shared, clock, tmp_path
):
    order_id = register()
    file = fetch(room)
    asked_at = clock.now()
    first, second = at_room(file, room, {"bsn": "999990019"}, {"name": "Oosterhuis", "bsn": "900000016"})
    (journal,) = (tmp_path / "journal").glob("*.journal")
    for word in (b"999990019", b"Oosterhuis", b"tester-1", b"lookup"):
        assert word not in journal.read_bytes()
    clock.forward(hours=20)
    assert upload().json["recorded"] == 2
    again = upload().json
    assert (again["recorded"], again["inChain"], again["brokenAt"]) == (0, 2, None)
    (one,), (other,) = (audited(shared, each["lookupId"]) for each in (first, second))
    assert (one.at, one.end_user, one.unit, one.purpose) == (asked_at, "tester-1", "Meldkamer", "acute_call")
    assert one.details["orders"] == [str(order_id)] and one.details["snapshot"] and one.details["copy_of"]
    assert other.details["orders"] == [] and other.details["fields"] == ["bsn", "name"]
    with shared.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(LookupQuestion)) == 2
        assert session.scalar(select(func.count()).select_from(PrivacyItem)) == 0
    assert upload(first=2).json["recorded"] == 0
    assert upload(first=4, change=lambda records: [*records, records[0], records[1]]).status_code == 409


@pytest.mark.parametrize("how", ["altered", "left out", "moved", "told again otherwise"])
def test_a_journal_that_was_changed_is_believed_up_to_there_and_looked_into(
    how, register, room, fetch, at_room, upload, shared
):
    register()
    file = fetch(room)
    asked = at_room(file, room, *[{"bsn": "999990019"}] * 3)
    if how == "told again otherwise":
        assert upload().json["inChain"] == 3
    changes = {
        "altered": lambda found: [found[0], replace(found[1], sealed=found[1].sealed[:-1] + b"\0"), found[2]],
        "left out": lambda found: [found[0], found[2]],
        "moved": lambda found: [found[0], found[2], found[1]],
        "told again otherwise": lambda found: [found[0], replace(found[1], link=bytes(32)), found[2]],
    }
    told = upload(change=changes[how]).json
    assert (told["brokenAt"], "privacyfunctionaris" in told["brokenNl"]) == (2, True)
    kept = [len(audited(shared, each["lookupId"])) for each in asked]
    assert kept == ([1, 1, 1] if how == "told again otherwise" else [1, 0, 0])
    with shared.database.reading() as session:
        (item,) = session.scalars(select(PrivacyItem)).all()
    assert item.kind == "journal_damaged"
    assert upload(change=changes[how]).json["recorded"] == 0
    assert upload().json["inChain"] == 3


def test_nobody_uploads_the_journal_of_another_organisation(
    register, room, world, shared, clock, fetch, at_room, upload
):
    register()
    (told,) = at_room(fetch(room), room, {"bsn": "999990019"})
    other = make_room(world, shared, clock, "POL-RT")
    plain = world.caller("POL-DH", OrganisationKind.POLICE, Scope.LOOKUPS_ASK)
    assert (upload(other.caller).status_code, upload(plain).status_code) == (404, 403)
    assert audited(shared, told["lookupId"]) == []


def test_a_torn_record_is_cut_off_and_the_journal_goes_on(register, room, fetch, at_room, upload, tmp_path):
    register()
    file = fetch(room)
    at_room(file, room, {"bsn": "999990019"})
    (journal,) = (tmp_path / "journal").glob("*.journal")
    whole = journal.read_bytes()
    journal.write_bytes(whole + b"\0\0\1\0half")
    at_room(file, room, {"bsn": "999990019"})
    assert upload().json["recorded"] == 2
    damaged = bytearray(journal.read_bytes())
    damaged[60] ^= 1
    journal.write_bytes(damaged)
    with pytest.raises(Refused, match="logboek"):
        at_room(file, room, {"bsn": "999990019"})
    shutil.rmtree(tmp_path / "journal")


def test_the_late_questions_are_watched_for_patterns_as_any_other(
    register, room, fetch, at_room, upload, shared, clock
):
    register()
    file = fetch(room)
    for hour in range(5):
        at_room(file, room, {"bsn": "999990019", "incidentNumber": f"2026-{hour}"})
        clock.forward(minutes=30)
    room.caller.post("/v1/lookups", {"purpose": "acute_call", "bsn": "900000016", "incidentNumber": "2026-99"})
    watch_questions(shared, settled_after_s=-60)
    upload()
    for _ in range(2):
        watch_questions(shared, settled_after_s=-60)
    with shared.database.reading() as session:
        items = session.scalars(select(PrivacyItem)).all()
    assert [each.kind for each in items] == ["same_person"]
