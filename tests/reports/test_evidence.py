import hashlib
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import func, select, update

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind, Scope
from registry.db import new_id
from registry.reports.evidence import service
from registry.reports.evidence.models import ReportEvidence, ReportEvidenceArrival, ReportEvidencePiece
from registry.reports.evidence.receiving import PIECE_BYTES
from registry.reports.news import sweep_evidence
from tests.reports.samples import CHAT, JPEG, MP4, PNG, PROGRAM, archive
from tests.reports.told import NUMBER, link_of, news, send

BINARY = "application/octet-stream"
SECRET_NAME = "../../Verborgenlaan 77/Vosmeer.jpg"


def give(chain, receipt, content=JPEG, kind="photo", by=None, **more):
    path = f"/v1/reports/{receipt['id']}/evidence?kind={kind}"
    return (by or chain.partner).post(path, data=content, content_type=BINARY, **more)


def named(name):
    quoted = "".join(f"%{byte:02X}" for byte in name.encode())
    return {"headers": {"Content-Disposition": f"attachment; filename*=UTF-8''{quoted}"}}


def counts(shared):
    with shared.database.reading() as session:
        tables = (ReportEvidence, ReportEvidencePiece, ReportEvidenceArrival)
        return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def file_of(chain, receipt, evidence, by=None):
    return (by or chain.police).get(f"/v1/reports/{receipt['id']}/evidence/{evidence['id']}")


def test_a_file_is_kept_with_its_hash_and_read_back_as_it_was(chain):
    chain.order()
    receipt = send(chain, orderNumber=NUMBER)
    film = MP4 + bytes(range(256)) * 2500
    answer = give(chain, receipt, film, "video", **named("film.exe"))
    assert answer.status_code == 201
    kept = answer.json
    assert (kept["mediaType"], kept["sizeBytes"], kept["fileName"]) == ("video/mp4", len(film), "film.exe")
    assert kept["sha256"] == hashlib.sha256(film).hexdigest()
    back = file_of(chain, receipt, kept)
    assert back.data == film
    assert back.headers["Content-Type"] == BINARY and back.headers["X-Content-Type-Options"] == "nosniff"
    assert back.headers["Content-Disposition"].startswith("attachment;")
    assert back.headers["Content-Disposition"].endswith('.mp4"'), "the type is that of its content"


def test_the_name_is_data_and_leads_nowhere(chain, shared, tmp_path):
    receipt = send(chain)
    before = sorted(tmp_path.rglob("*"))
    kept = give(chain, receipt, **named(SECRET_NAME)).json
    assert kept["fileName"] == SECRET_NAME
    assert [path for path in sorted(tmp_path.rglob("*")) if path not in before and path.suffix != ".lock"] == []
    back = file_of(chain, receipt, kept)
    assert "Vosmeer" not in str(back.headers) and "Verborgen" not in str(back.headers)


@pytest.mark.parametrize("sent", ["../a b.jpg", "../a%20b.jpg", "..%2Fa%20b.jpg"])
def test_a_name_that_was_not_escaped_as_it_should_be_is_kept_whole(chain, sent):
    headers = {"Content-Disposition": f"attachment; filename=\"x\"; filename*=UTF-8''{sent}; size=3"}
    assert give(chain, send(chain), headers=headers).json["fileName"] == "../a b.jpg"


@pytest.mark.parametrize("name", ["a\x00b", "regel\r\nSet-Cookie: x", "x" * 256])
def test_a_name_with_control_characters_or_without_end_is_refused(chain, shared, name):
    answer = give(chain, send(chain), **named(name))
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (400, "header Content-Disposition")
    assert counts(shared) == [0, 0, 0]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "evidence_empty"),
        (PROGRAM, "evidence_executable"),
        (JPEG + archive(), "evidence_polyglot"),
        (PNG + bytes(3 * PIECE_BYTES) + archive(), "evidence_polyglot"),
        (archive(), "evidence_type_unknown"),
    ],
)
def test_a_refused_file_says_why_and_leaves_nothing(chain, shared, content, code):
    receipt = send(chain)
    answer = give(chain, receipt, content, **named(SECRET_NAME))
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (400, code)
    assert "Vosmeer" not in answer.text
    assert counts(shared) == [0, 0, 0]
    assert chain.partner.get(f"/v1/reports/{receipt['id']}/evidence").json["evidence"] == []


def test_two_gigabytes_are_refused_before_a_byte_is_read(chain, shared):
    receipt = send(chain)

    class Untouched:
        def read(self, size=-1):
            raise AssertionError("the body was read")

    environ = {"CONTENT_LENGTH": str(2 << 30), "wsgi.input": Untouched()}
    answer = give(chain, receipt, None, environ_overrides=environ)
    assert (answer.status_code, answer.json["code"]) == (413, "content_too_large")
    assert "64 MiB" in answer.json["detail"]
    assert counts(shared) == [0, 0, 0]


def test_a_body_that_breaks_off_is_refused_and_leaves_nothing(chain, shared):
    answer = give(chain, send(chain), JPEG, environ_overrides={"CONTENT_LENGTH": str(len(JPEG) + 5)})
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (400, "body_truncated")
    assert counts(shared) == [0, 0, 0]


def test_only_the_partner_of_a_report_adds_to_it(chain, shared, world):
    receipt = send(chain)
    other = world.caller("VT", OrganisationKind.PARTNER)
    for stranger in (other, chain.police, chain.stranger):
        assert give(chain, receipt, by=stranger).status_code == 404
    assert give(chain, receipt, kind="police_report").json["errors"][0]["pointer"] == "?kind"
    assert give(chain, receipt, headers={"Content-Encoding": "gzip"}).status_code == 415
    assert counts(shared) == [0, 0, 0]


def test_the_same_file_again_is_the_one_that_is_there(chain, shared):
    receipt, other = send(chain), send(chain)
    first, again = give(chain, receipt), give(chain, receipt)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json == first.json
    assert give(chain, other).json["id"] != first.json["id"]
    assert counts(shared) == [2, 2, 0]


def test_the_same_file_under_another_name_or_sort_keeps_every_name_and_the_content_once(chain, shared, world):
    chain.order()
    receipt = send(chain, orderNumber=NUMBER)
    first = give(chain, receipt, **named("IMG_0042.jpg")).json
    other = named("\u202e../../gpj.exe")
    for name, kind in ((other, "photo"), (other, "photo"), (named("IMG_0042.jpg"), "screenshot"), ({}, "photo")):
        again = give(chain, receipt, kind=kind, **name)
        assert (again.status_code, again.json["id"], again.json["fileName"]) == (200, first["id"], "IMG_0042.jpg")
    assert counts(shared) == [1, 1, 0]
    (shown,) = chain.police.get(f"/v1/reports/{receipt['id']}/evidence").json["evidence"]
    assert [(one["kind"], one["fileName"]) for one in shown["again"]] == [
        ("photo", "\u202e../../gpj.exe"),
        ("screenshot", "IMG_0042.jpg"),
    ]
    assert (shown["kind"], shown["receivedAt"], first["again"]) == ("photo", first["receivedAt"], [])
    narrow = world.caller("POL-MN", OrganisationKind.POLICE, Scope.REPORTS_READ)
    (shown,) = narrow.get(f"/v1/reports/{receipt['id']}/evidence").json["evidence"]
    assert [one["fileName"] for one in shown["again"]] == [None, None]
    assert file_of(chain, receipt, first).data == JPEG


def test_a_file_is_given_under_so_many_names_and_no_more(chain, monkeypatch):
    monkeypatch.setattr(service, "MOST_AGAIN", 1)
    receipt = send(chain)
    answers = [give(chain, receipt, **named(f"{number}.jpg")) for number in range(3)]
    assert [one.status_code for one in answers] == [201, 200, 409]
    assert answers[-1].json["code"] == "too_many_names"


def test_reading_takes_a_scope_of_its_own_and_is_on_record(chain, shared, world):
    chain.order()
    receipt = send(chain, orderNumber=NUMBER)
    kept = give(chain, receipt, **named(SECRET_NAME)).json
    narrow = world.caller("POL-MN", OrganisationKind.POLICE, Scope.REPORTS_READ)
    assert file_of(chain, receipt, kept, narrow).status_code == 403
    assert file_of(chain, receipt, kept, chain.probation).status_code == 403
    for stranger in (chain.stranger, world.caller("VT", OrganisationKind.PARTNER)):
        assert file_of(chain, receipt, kept, stranger).status_code == 404
    assert file_of(chain, send(chain, orderNumber=NUMBER), kept).status_code == 404
    (shown,) = narrow.get(f"/v1/reports/{receipt['id']}/evidence").json["evidence"]
    assert (shown["sha256"], shown["fileName"]) == (kept["sha256"], None)
    (shown,) = chain.police.get(f"/v1/reports/{receipt['id']}/evidence").json["evidence"]
    assert shown["fileName"] == SECRET_NAME
    assert file_of(chain, receipt, kept).status_code == 200
    with shared.database.reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.object_ref == f"report:{receipt['id']}")).all()
    of_file = [one for one in entries if (one.details or {}).get("file") == kept["id"]]
    told = Counter((one.action, one.organisation_id) for one in of_file)
    assert told == {
        ("collected", chain.partner.organisation_id): 1,
        ("consulted", chain.police.organisation_id): 1,
    }


def test_a_file_of_a_linked_report_is_on_the_checklist_of_its_breach(chain, shared):
    chain.order()
    receipt = send(chain, orderNumber=NUMBER)
    kept = give(chain, receipt, JPEG, "screenshot", **named(SECRET_NAME)).json
    checklist = chain.police.get(f"/v1/breaches/{link_of(chain, receipt)['breachId']}/evidence")
    (row,) = checklist.json["evidence"]
    assert checklist.json["kinds"] == ["contact"], "it asks for what the kind of report needs"
    assert (row["kind"], row["sha256"], row["reference"]) == (
        "screenshot",
        kept["sha256"],
        f"report-evidence:{kept['id']}",
    )
    assert "Vosmeer" not in checklist.text
    assert [what for what, _ in news(shared, chain.police.organisation_id)] == ["received", "evidence_added"]
    assert [what for what, _ in news(shared, chain.partner.organisation_id)] == ["received"]


def test_a_file_of_a_report_that_is_linked_later_comes_on_the_checklist_then_and_once(chain):
    order_id = chain.order()
    receipt = send(chain)
    give(chain, receipt, CHAT, "message_export")
    for _ in range(2):
        linked = chain.police.post(f"/v1/reports/{receipt['id']}/link", {"orderId": str(order_id)}).json
    checklist = chain.police.get(f"/v1/breaches/{linked['link']['breachId']}/evidence").json
    assert [one["kind"] for one in checklist["evidence"]] == ["message_export"]


def test_nothing_of_a_file_is_in_the_database_in_clear(chain, shared):
    receipt = send(chain)
    for name in (SECRET_NAME, "Vosmeer.txt"):
        give(chain, receipt, CHAT + b"Verborgenlaan 77", "message_export", **named(name))
    with shared.database.reading() as session:
        for table in ("report_evidence", "report_evidence_piece", "event", "audit_entry"):
            rows = repr(
                [tuple(map(_plain, row)) for row in session.connection().exec_driver_sql(f"SELECT * FROM {table}")]
            )
            assert rows != "[]"
            assert "Verborgenlaan" not in rows and "Vosmeer" not in rows and "waar je bent" not in rows


def _plain(value):
    return bytes(value) if isinstance(value, memoryview) else value


def test_pieces_that_were_exchanged_are_noticed(chain, shared):
    chain.order()
    receipt = send(chain, orderNumber=NUMBER)
    first, other = give(chain, receipt, JPEG).json, give(chain, receipt, PNG).json
    with shared.database.transaction() as session:
        content = session.scalars(
            select(ReportEvidencePiece.content_sealed).where(ReportEvidencePiece.evidence_id == UUID(other["id"]))
        ).one()
        session.execute(
            update(ReportEvidencePiece)
            .where(ReportEvidencePiece.evidence_id == UUID(first["id"]))
            .values(content_sealed=content)
        )
    with pytest.raises(InvalidTag):
        file_of(chain, receipt, first)


def test_a_report_takes_so_many_files_and_no_more(chain, shared, monkeypatch):
    monkeypatch.setattr(service, "MOST_FILES", 2)
    receipt = send(chain)
    answers = [give(chain, receipt, CHAT + bytes([65 + number]), "message_export") for number in range(3)]
    assert [one.status_code for one in answers] == [201, 201, 409]
    assert answers[-1].json["code"] == "too_many_files"
    assert counts(shared) == [2, 2, 0]


def test_what_a_process_left_behind_is_swept_away_after_an_hour_and_nothing_else(chain, shared):
    receipt = send(chain)
    give(chain, receipt)
    for age in (timedelta(minutes=59), timedelta(minutes=61)):
        with shared.database.transaction() as session:
            lost = new_id()
            session.add(ReportEvidenceArrival(evidence_id=lost, began_at=chain.clock.now() - age))
            session.add_all(
                ReportEvidencePiece(evidence_id=lost, number=number, content_sealed=b"x") for number in range(40)
            )
    sweep_evidence(shared)
    assert counts(shared) == [1, 41, 1]
    chain.clock.forward(minutes=2)
    sweep_evidence(shared)
    assert counts(shared) == [1, 1, 0]


def test_a_failure_at_the_last_step_takes_the_pieces_with_it(chain, shared, monkeypatch):
    receipt = send(chain)
    keep = service.keep

    def fails(*arguments):
        keep(*arguments)
        raise RuntimeError("failed")

    monkeypatch.setattr(service, "keep", fails)
    path = f"/v1/reports/{receipt['id']}/evidence?kind=photo"
    headers = chain.partner.headers
    answer = chain.partner.app.test_client().post(path, data=JPEG, content_type=BINARY, headers=headers)
    assert answer.status_code == 500
    assert counts(shared) == [0, 0, 0]
