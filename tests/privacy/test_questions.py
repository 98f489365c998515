import base64
import json
import os
import time
from functools import partial
from threading import Thread
from uuid import UUID

from click.testing import CliRunner
from sqlalchemy import func, select

from registry.access.audit import ReadAuditor
from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind
from registry.db import search_hash
from registry.orders.models import SearchKey
from registry.privacy.commands import new_privacy_key, open_question
from registry.privacy.models import LookupQuestion, QuestionRelease
from registry.privacy.sealing import install_privacy_key
from tests.privacy.conftest import opened
from tests.world import OFFICERS_PUBLIC, some_id

QUESTION = {"bsn": "999990019", "name": "Jan van den Berg", "phone": "06-12345678", "birthDate": "1985-03-12"}
REASON = {"reason": "Klacht van de heer Oosterhuis."}


def kept(shared):
    with shared.database.reading() as session:
        return list(session.scalars(select(LookupQuestion).order_by(LookupQuestion.lookup_id)))


def release_of(officer, answer):
    released = officer.post(f"/v1/lookups/{answer['lookupId']}/question-releases", REASON)
    assert released.status_code == 200, released.json
    return released.json


def test_each_question_also_one_without_a_hit_is_kept_as_it_was_asked_and_only_the_officers_key_opens_it(
    register, noise, ask, officer
):
    register()
    where = {"lat": 53.2, "lon": 6.5, "accuracyM": 20}
    hit = ask(**QUESTION, incidentNumber="I-1", plate="not a plate")
    miss = ask(name="Oosterhuis", location=where)
    assert hit["hits"] and not miss["hits"]
    asked = {**QUESTION, "purpose": "acute_call", "incidentNumber": "I-1", "plate": "not a plate"}
    assert opened(release_of(officer, hit)) == asked
    assert opened(release_of(officer, miss)) == {"purpose": "acute_call", "name": "Oosterhuis", "location": where}


def test_nothing_of_a_question_stands_in_the_clear_and_its_hashes_are_not_those_of_the_register(register, ask, shared):
    register()
    ask(**QUESTION)
    (row,) = kept(shared)
    raw = row.sealed + row.keys + row.asker + row.key_id.encode()
    for told in (b"999990019", b"Berg", b"berg", b"12345678", b"1985", b"tester"):
        assert told not in raw
    hashes = {row.keys[place : place + 16] for place in range(0, len(row.keys), 16)}
    assert search_hash("asked_bsn", "999990019") in hashes and len(hashes) == 5
    with shared.database.reading() as session:
        assert hashes.isdisjoint(session.scalars(select(SearchKey.key)))


def test_the_hashes_of_one_person_meet_and_those_of_another_do_not(ask, shared):
    for asked in (
        {"name": "Berg, Jan", "birthDate": "1985-03-12"},
        {"name": "van den Berg", "birthDate": "12-03-1985"},
        {"name": "Jan van den Berg"},
        {"name": "Jan van den Berg", "birthDate": "1986"},
        {"name": "Kuiper", "birthDate": "1985-03-12"},
        {"name": "Berg"},
    ):
        ask(**asked)
    first, dated, named, vague, other, alone = (
        {row.keys[place : place + 16] for place in range(0, len(row.keys), 16)} for row in kept(shared)
    )
    assert first & dated and first & named and named == vague
    assert first.isdisjoint(other) and not alone


def test_an_own_name_is_noticed_when_it_is_asked_for(ask, room, shared):
    for end_user, name in (
        ("J. Kuiper", "Jan Kuiper"),
        ("J. Kuiper", "Piet Kuiper"),
        ("mk-3041", "Jan Kuiper"),
        ("Kuiper, Jan", "kuiper"),
        ("J. Kuiper", ""),
    ):
        room.headers["End-User"] = end_user
        ask(name=name, bsn="900000016")
    assert [row.names_asker for row in kept(shared)] == [True, False, False, True, False]


def test_who_asks_for_a_question_and_why_is_audited_without_the_reason_and_kept(ask, officer, shared):
    answer = ask(**QUESTION)
    release_of(officer, answer)
    with shared.database.reading() as session:
        entry = session.scalar(select(AuditEntry).where(AuditEntry.object_ref == f"question:{answer['lookupId']}"))
        note = session.scalar(select(QuestionRelease))
    assert (entry.action, entry.purpose, entry.end_user) == ("disclosed", "lawfulness", "pf-1")
    assert entry.details == {"release": str(note.id)}
    assert note.details["reason"] == REASON["reason"] and note.details["end_user"] == "pf-1"
    assert b"Oosterhuis" not in note.details_sealed


def test_a_question_is_not_handed_over_without_a_reason_the_scope_or_to_another_organisation(
    ask, room, officer, world, shared
):
    path = f"/v1/lookups/{ask(**QUESTION)['lookupId']}/question-releases"
    assert room.post(path, REASON).status_code == 403
    assert officer.post(path, {"reason": " \n"}).status_code == 400
    assert officer.post(path, {}).status_code == 400
    assert world.caller("POL-LI", OrganisationKind.POLICE).post(path, REASON).status_code == 404
    assert officer.post(f"/v1/lookups/{some_id()}/question-releases", REASON).status_code == 404
    with shared.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(QuestionRelease)) == 0


def test_a_question_is_kept_with_its_audit_entry_or_not_at_all(room, ask, shared, monkeypatch):
    monkeypatch.setattr("registry.access.audit._append", lambda *_: 1 / 0)
    body = {"purpose": "report", **QUESTION}
    assert room.app.test_client().post("/v1/lookups", json=body, headers=room.headers).status_code == 500
    assert kept(shared) == []


def test_lookups_that_wait_together_keep_their_questions_in_one_commit(room, shared, monkeypatch):
    auditor, commits = shared.get(ReadAuditor), []
    usual = auditor._commit
    monkeypatch.setattr(auditor, "_commit", lambda together: commits.append(len(together)) or usual(together))
    body = {"purpose": "report", **QUESTION}
    ask = partial(room.app.test_client().post, "/v1/lookups", json=body, headers=room.headers)
    asking = [Thread(target=ask) for _ in range(3)]
    with auditor._turn:
        for each in asking:
            each.start()
        until_s = time.monotonic() + 30
        while len(auditor._pending) < 3 and time.monotonic() < until_s:
            time.sleep(0.01)
    for each in asking:
        each.join()
    assert commits == [3] and len(kept(shared)) == 3


def test_without_the_officers_key_no_lookup_is_answered(room, register, shared):
    register()
    install_privacy_key(None)
    try:
        answer = room.post("/v1/lookups", {"purpose": "report", **QUESTION})
    finally:
        install_privacy_key(OFFICERS_PUBLIC)
    assert answer.status_code == 503 and "PRIVACY_KEY" in answer.json["detail"]
    assert kept(shared) == []


def command(called, *arguments, **more):
    return CliRunner().invoke(called, [str(each) for each in arguments], **more)


def opening(key, release, passphrase="geheim"):
    file = key.with_suffix(".json")
    file.write_text(json.dumps(release))
    return command(open_question, "--key", key, file, input=f"{passphrase}\n")


def test_the_officer_makes_a_key_and_opens_with_it_what_the_service_hands_over(ask, officer, shared, tmp_path):
    file = tmp_path / "mine.key"
    made = command(new_privacy_key, file, input="geheim\ngeheim\n")
    assert made.exit_code == 0 and "PRIVATE" not in made.stdout and b"ENCRYPTED" in file.read_bytes()
    assert os.stat(file).st_mode & 0o777 == 0o600
    install_privacy_key(base64.b64decode(made.stdout.rpartition("PRIVACY_KEY=")[2].strip()))
    try:
        answer = ask(**QUESTION)
    finally:
        install_privacy_key(OFFICERS_PUBLIC)
    release = release_of(officer, answer)
    assert release["keyId"] in made.stderr
    assert json.loads(opening(file, release).stdout) == {"purpose": "acute_call", **QUESTION}
    assert opening(file, release, "other").exit_code == 1
    again = command(new_privacy_key, file, "--no-passphrase")
    assert again.exit_code == 1 and "never overwritten" in again.stderr
    moved = release | {"lookupId": str(some_id())}
    others = release_of(officer, ask(**QUESTION))
    for refused in (moved, others, {"sealed": "x"}, [], "x"):
        told = opening(file, refused)
        assert told.exit_code == 1 and "Error: " in told.stderr and "999990019" not in told.output
    assert kept(shared)[0].lookup_id == UUID(answer["lookupId"])
