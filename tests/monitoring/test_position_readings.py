"""Reading where a wearer was: by who supervises him, against a reason, piece by piece."""

import pytest
from sqlalchemy import select

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind, Scope
from registry.monitoring.evidence.models import TrackExport
from registry.monitoring.models import EpisodeRecord
from tests.monitoring.demands import reading, seconds_of, window
from tests.monitoring.wearers import INSIDE, OUTSIDE, circle, ping, stay
from tests.world import some_id

WORDS = "Gesprek met mevrouw Vosmeerkamp over zijn nachten."
WANTED = window(-240, -60) | {"reason": WORDS}


@pytest.fixture
def wearer(field):
    """A wearer of two devices, nowhere near his area, and another at the same places."""
    wearer = field.wearer()
    field.couple("EB-2", "CJIB-2026-000002")
    field.wearer("EB-other", circle(*INSIDE))
    for device in ("EB-1", "EB-2", "EB-other"):
        field.send(*stay(OUTSIDE, -241, -240, -120, -61, -60, device=device), ping(-90, (0, 0), device))
    return wearer


def test_the_positions_of_a_window_are_read_piece_by_piece_each_once_and_nobody_elses(field, wearer):
    assert field.count(EpisodeRecord) == 0
    whole = field.supervisor.post(reading(wearer), WANTED).json
    assert whole["next"] is None and len(whole["positions"]) == 6
    times = [one["at"][14:19] for one in whole["positions"]]
    assert times == ["56:00", "56:00", "58:00", "58:00", "58:59", "58:59"]
    worn = {one["deviceId"] for one in whole["positions"]}
    others = {one["deviceId"] for one in field.supervisor.get("/v1/couplings").json["couplings"]} - worn
    assert wearer["deviceId"] in worn and (len(worn), len(others)) == (2, 2)
    for limit in (1, 2, 4, 5):
        found, cursor = [], None
        while True:
            piece = field.supervisor.post(reading(wearer), WANTED | {"limit": limit, "cursor": cursor}).json
            found, cursor = found + piece["positions"], piece["next"]
            if cursor is None:
                break
        assert found == whole["positions"]


def test_each_piece_is_on_record_with_its_reason_sealed(field, wearer):
    first = field.supervisor.post(reading(wearer), WANTED | {"limit": 4}).json
    second = field.supervisor.post(reading(wearer), WANTED | {"limit": 4, "cursor": first["next"]}).json
    exports = {str(one.id): one for one in field.rows(select(TrackExport))}
    assert set(exports) == {first["id"], second["id"]}
    assert [one.details["reason"] for one in exports.values()] == [WORDS, WORDS]
    for piece, shown in ((first, 4), (second, 2)):
        (entry,) = field.rows(select(AuditEntry).where(AuditEntry.object_ref == f"positions:{piece['id']}"))
        assert (entry.action, entry.details["shown"], entry.end_user) == ("consulted", shown, "tester-1")
        assert "Vosmeerkamp" not in str(entry.details) and "lat" not in str(entry.details)


def test_only_the_supervising_organisation_with_the_scope_reads_them(field, wearer, world):
    path = reading(wearer)
    kinds = {"OM-1": OrganisationKind.PROSECUTION, "POL-1": OrganisationKind.POLICE, "RN-2": OrganisationKind.PROBATION}
    assert {world.caller(code, kind).post(path, WANTED).status_code for code, kind in kinds.items()} == {404}
    assert field.provider.post(path, WANTED).status_code == 403
    assert field.supervisor.post(reading({"personId": some_id()}), WANTED).status_code == 404
    without = world.caller_of(field.supervisor, *(set(Scope) - {Scope.HISTORIES_READ}))
    assert without.post(path, WANTED).status_code == 403
    assert field.count(TrackExport) == 0


def test_a_reading_without_a_reason_a_bounded_window_or_a_cursor_of_ours_is_refused(field, wearer):
    too_long, turned = window(-32 * 86_400, 0), window(-60, -240)
    for wrong in (
        {"reason": " "}, too_long, turned, {"limit": 0}, {"limit": 1001}, {"cursor": "1"}, {"cursor": "1.2.3.x"},
        {"cursor": "1.2.3.-4"}, {"cursor": "9" * 40}, {"everything": True},
    ):  # fmt: skip
        assert field.supervisor.post(reading(wearer), WANTED | wrong).status_code == 400, wrong
    assert field.count(TrackExport) == 0
    edge = {"cursor": ".".join(("9" * 15, "9" * 9, "9" * 9, "9" * 9))}
    assert seconds_of(field.supervisor.post(reading(wearer), WANTED | edge)) == []
    before = {"cursor": "0.0.0.0"}
    assert len(seconds_of(field.supervisor.post(reading(wearer), WANTED | before))) == 6
