"""A bundle of an episode: who may have it, what is in it, and what is not."""

import csv
import io
import json
from datetime import timedelta
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import delete, select

from geo.wire import shape_from_geojson
from registry.access.checkpoints import verify as verify_audit
from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind, Scope
from registry.access.signing import public_key
from registry.monitoring.evidence.models import TrackExport
from registry.monitoring.evidence.verifying import Outcome, verify
from registry.monitoring.models import EpisodeRecord, PingRow, TrackMark
from tests.monitoring.bundles import REASON, asked, files_in, material, packed, path_of, without_map
from tests.monitoring.wearers import INSIDE, NOW_MS, OUTSIDE, circle, ping, stay, visit
from tests.world import NOW, some_id


@pytest.fixture
def visited(field):
    """A wearer who went in, stayed, and left; with what was kept and not judged, and a stranger at the same place."""
    wearer = field.wearer()
    field.wearer("EB-other", circle(*INSIDE))
    field.send(*visit(), *visit(device="EB-other"))
    field.send(ping(-165, OUTSIDE), ping(-100, (0, 0)), ping(500, OUTSIDE), ping(-90, OUTSIDE, device="EB-noise"))
    person_id = UUID(wearer["personId"])
    (episode_id,) = field.rows(select(EpisodeRecord.id).where(EpisodeRecord.person_id == person_id))
    return wearer, episode_id


def test_a_bundle_holds_all_that_the_episode_follows_from_and_comes_out_the_same(field, visited, settings):
    wearer, episode_id = visited
    bundle = asked(field.supervisor, episode_id)
    files = files_in(bundle)
    report = verify(io.BytesIO(bundle), public_key(settings.keys.checkpoint_seed))
    assert (report.outcome, report.faults, report.remarks) == (Outcome.SAME, [], [])
    assert sorted(files) == [
        "LEESMIJ.txt", "episode.json", "fixes.csv", "manifest.json", "map.pdf", "map.png", "policy.json",
        "track.geojson", "zones.json",
    ]  # fmt: skip
    assert Image.open(io.BytesIO(files["map.png"])).size == (2000, 1760)
    assert files["map.pdf"].startswith(b"%PDF-1.7")
    told = json.loads(files["episode.json"])
    assert (told["personId"], told["record"]["id"]) == (wearer["personId"], str(episode_id))
    assert [reason["step"] for reason in told["found"]["reasons"]] == ["suspected", "confirmed", "left"]
    policy = json.loads(files["policy.json"])
    assert policy["method"]["model"]["receiver"]["thrown_m"] == 65.0
    (thresholds,) = policy["zonePolicies"].values()
    assert thresholds["confirm_chance"] == 0.95


def test_every_position_is_there_once_with_its_use_and_no_other_wearers_is(field, visited):
    wearer, episode_id = visited
    files = without_map(material(field.shared, field.supervisor, episode_id))
    rows = list(csv.DictReader(io.StringIO(files["fixes.csv"].decode())))
    told = sorted(((int(row["at_ms"]) - NOW_MS) // 1000, row["use"], row["reason"]) for row in rows)
    assert told == [
        (-300, "used", ""), (-180, "used", ""), (-165, "unused", "conflict"), (-165, "used", ""), (-150, "used", ""),
        (-100, "unused", "null_island"), (-30, "used", ""), (500, "unused", "clock_ahead"),
    ]  # fmt: skip
    assert {row["device_id"] for row in rows} == {wearer["deviceId"]}
    strange = {one["id"] for one in _couplings(field) if one["personId"] != wearer["personId"]}
    strange |= {one[name] for one in _couplings(field) for name in ("personId", "deviceId") if one["id"] in strange}
    assert len(strange) == 6
    assert [one for one in strange if one.encode() in b"".join(files.values())] == []


def _couplings(field):
    return field.supervisor.get("/v1/couplings").json["couplings"]


def test_the_map_data_opens_as_geojson_and_covers_the_same_ground(field, visited):
    _, episode_id = visited
    drawn = json.loads(without_map(material(field.shared, field.supervisor, episode_id))["track.geojson"])
    zone, *fixes = drawn["features"]
    shape = shape_from_geojson(zone["geometry"])
    assert zone["geometry"]["type"] == "Polygon" and shape.covers(*INSIDE) and not shape.covers(*OUTSIDE)
    assert [fix["geometry"] is None for fix in fixes].count(True) == 1
    assert len(fixes) == 8


def test_who_asked_and_why_is_kept_sealed_and_the_audit_chain_holds_the_hash_of_the_manifest(field, visited, settings):
    _, episode_id = visited
    bundle = asked(field.supervisor, episode_id)
    manifest = json.loads(files_in(bundle)["manifest.json"])
    (export,) = field.rows(select(TrackExport))
    assert str(export.id) == manifest["bundleId"] and export.details["reason"] == REASON["reason"]
    (entry,) = field.rows(select(AuditEntry).where(AuditEntry.object_ref == manifest["audit"]["objectRef"]))
    assert (entry.action, entry.details["episode"]) == ("disclosed", str(episode_id))
    assert len(entry.details["manifest_sha256"]) == 64 and "16/123456" not in str(entry.details)
    with field.shared.database.reading() as session:
        assert verify_audit(session, settings.state_dir, settings.keys.checkpoint_seed).faults == ()


def test_who_has_nothing_to_do_with_an_episode_has_no_bundle_of_it_nor_anybody_without_both_scopes(
    field, visited, world
):
    _, episode_id = visited
    others = [
        world.caller("OM-1", OrganisationKind.PROSECUTION, Scope.EVIDENCE_EXPORT, Scope.PROTECTED_READ),
        world.caller("RN-2", OrganisationKind.PROBATION),
        field.provider,
    ]
    assert [other.post(path_of(episode_id), REASON).status_code for other in others] == [404, 404, 404]
    assert field.supervisor.post(path_of(some_id()), REASON).status_code == 404
    every = set(Scope)
    for missing in (Scope.EVIDENCE_EXPORT, Scope.PROTECTED_READ):
        caller = world.caller(field.supervisor_code, OrganisationKind.PROBATION, *(every - {missing}))
        refused = caller.post(path_of(episode_id), REASON)
        assert refused.status_code == 403 and missing in refused.json["detail"]
        # Whether there is such an episode is not told either.
        assert caller.post(path_of(some_id()), REASON).json["detail"] == refused.json["detail"]
    assert field.count(TrackExport) == 0


def test_without_a_reason_there_is_no_bundle(field, visited):
    _, episode_id = visited
    for body in ({}, {"reason": " \n"}, {"reason": "x" * 2001}):
        answer = field.supervisor.post(path_of(episode_id), body)
        assert [fault["pointer"] for fault in answer.json["errors"]] == ["#/reason"]
    assert field.count(TrackExport) == 0


def test_an_episode_that_goes_on_comes_out_as_it_stands_now(field):
    field.wearer()
    field.send(*stay(OUTSIDE, -300), *stay(INSIDE, -45, -30, -15))
    going_on = select(EpisodeRecord.id).where(EpisodeRecord.end_ms.is_(None))
    (episode_id,) = field.rows(going_on)
    made = material(field.shared, field.supervisor, episode_id)
    assert made.differing == ()
    assert verify(packed(without_map(made))).outcome is Outcome.SAME


def test_an_episode_that_the_clock_is_about_to_end_is_to_be_asked_for_again(field):
    field.wearer()
    field.send(*stay(OUTSIDE, -300), *stay(INSIDE, -45, -30, -15))
    (episode_id,) = field.rows(select(EpisodeRecord.id))
    field.order(version=2, kind="end", number="CJIB-2026-000002", effective_at=NOW - timedelta(seconds=1))
    answer = field.supervisor.post(path_of(episode_id), REASON)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    field.judge.tick()
    assert material(field.shared, field.supervisor, episode_id).differing == ()


def test_an_episode_that_was_withdrawn_says_so_and_comes_out_as_gone(field):
    field.wearer()
    field.send(*visit())
    (episode_id,) = field.rows(select(EpisodeRecord.id))
    field.order(version=2, kind="annulment", number="CJIB-2026-000002", effective_at=NOW - timedelta(hours=2))
    field.judge.tick()
    made = material(field.shared, field.supervisor, episode_id)
    assert made.told.is_withdrawn
    report = verify(packed(without_map(made)))
    assert report.outcome is Outcome.SAME and "withdrawn" in report.said[-1]


def test_who_lingers_near_the_edge_for_days_is_judged_on_from_a_state_that_was_kept(field):
    wearer = field.wearer(begins=NOW - timedelta(days=3))
    near = (52.0907, 5.1270)
    hours = range(-60 * 3600, -3600, 600)
    field.send(*stay(near, *hours, accuracyM=15))
    field.send(*stay(INSIDE, -600, -585, -570, -555), *stay(OUTSIDE, -300, -285))
    assert field.count(TrackMark, TrackMark.kind == "held") > 24
    own = select(EpisodeRecord.id).where(EpisodeRecord.person_id == UUID(wearer["personId"]))
    (episode_id,) = field.rows(own)
    made = material(field.shared, field.supervisor, episode_id)
    assert made.case.begin == "state" and len(made.case.fixes) < 40
    assert verify(packed(without_map(made))).outcome is Outcome.SAME


def test_when_positions_are_gone_by_now_the_bundle_says_so_and_so_does_who_verifies_it(field, visited):
    _, episode_id = visited
    with field.shared.database.transaction() as session:
        session.execute(delete(PingRow).where(PingRow.at_ms.between(NOW_MS - 180_000, NOW_MS - 150_000)))
    bundle = asked(field.supervisor, episode_id)
    assert "NIET dezelfde episode" in files_in(bundle)["LEESMIJ.txt"].decode()
    report = verify(io.BytesIO(bundle))
    assert (report.outcome, len(report.faults)) == (Outcome.EPISODE_DIFFERS, 1)
