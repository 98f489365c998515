"""A bundle that was tampered with, damaged, or made to do harm: each is told apart, and none does any."""

import io
import json
import struct
import zipfile
from dataclasses import replace

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from registry.__main__ import commands
from registry.access.signing import public_key
from registry.monitoring.evidence import archive
from registry.monitoring.evidence.archive import NotABundle, read_bundle
from registry.monitoring.evidence.manifest import Software, manifest_of
from registry.monitoring.evidence.verifying import Outcome, verify
from registry.monitoring.models import EpisodeRecord
from tests.monitoring.bundles import SEED, material, packed, signed_anew, without_map
from tests.monitoring.wearers import visit

DATA = ("episode.json", "zones.json", "policy.json", "fixes.csv", "track.geojson")


@pytest.fixture
def made(field):
    field.wearer()
    field.send(*visit())
    (episode_id,) = field.rows(select(EpisodeRecord.id))
    return material(field.shared, field.supervisor, episode_id)


@pytest.fixture
def files(made):
    return without_map(made)


def outcome(files, key=None):
    report = verify(packed(files), key)
    assert (report.faults == []) is (report.outcome is Outcome.SAME)
    return report.outcome, " ".join(report.faults)


def test_one_byte_of_any_file_is_seen_and_the_file_is_named(files):
    assert outcome(files)[0] is Outcome.SAME
    for name in DATA:
        for place in (0, len(files[name]) // 2, len(files[name]) - 1):
            content = bytearray(files[name])
            content[place] ^= 1
            found, told = outcome(files | {name: bytes(content)})
            assert (found, f"{name} was ALTERED" in told) == (Outcome.FILES_DIFFER, True)
    content = files["manifest.json"].replace(b'"madeAt": "2026', b'"madeAt": "2025')
    assert outcome(files | {"manifest.json": content})[0] is Outcome.MANIFEST_ALTERED


def test_what_is_missing_or_added_is_told_apart_from_what_was_altered(files):
    for name in DATA:
        found, told = outcome({each: content for each, content in files.items() if each != name})
        assert (found, f"{name} is MISSING" in told, "ALTERED" in told) == (Outcome.FILES_DIFFER, True, False)
    assert outcome({name: files[name] for name in DATA})[0] is Outcome.MANIFEST_MISSING
    found, told = outcome(files | {"map.png": b"\x89PNG"})
    assert (found, "map.png was ADDED" in told) == (Outcome.FILES_DIFFER, True)
    assert outcome(files | {"manifest.json": b"{}"})[0] is Outcome.MANIFEST_UNREADABLE


def test_who_signs_with_a_key_of_his_own_is_found_out_by_whoever_has_the_services(files):
    assert outcome(files, public_key(SEED))[0] is Outcome.SAME
    found, told = outcome(files, public_key(bytes(32)))
    assert (found, "ANOTHER KEY" in told) == (Outcome.OTHER_KEY, True)
    assert "compare it with that of the service" in verify(packed(files)).remarks[0]


def _changed(files, name, change):
    told = json.loads(files[name])
    change(told)
    return files | {name: json.dumps(told).encode()}


CHANGES = {
    "WEARER": lambda told: told.update(personId="another"),
    "ZONE VERSION": lambda told: told["found"].update(zone_version=7),
    "START": lambda told: told["found"].update(start_ms=told["found"]["start_ms"] - 15_000),
    "END": lambda told: told["found"].update(end_ms=told["found"]["end_ms"] + 1),
    "CAUSE": lambda told: told["found"].update(cause="first_seen"),
    "CAUSE OF THE END": lambda told: told["found"].update(end_cause="zone_ended"),
    "VERDICT": lambda told: told["found"].update(verdict="passed"),
    "CONFIRMATION": lambda told: told["found"].update(confirmed_ms=None),
    "REASON 1 (suspected) differs in chance": lambda told: told["found"]["reasons"][0].update(chance=0.51),
    "REASON 2 (confirmed) differs in distance_m": lambda told: told["found"]["reasons"][1].update(distance_m=-1.0),
    "REASONS differ": lambda told: told["found"]["reasons"].pop(),
}


def test_a_bundle_that_fits_its_manifest_and_tells_something_else_is_found_out_by_judging_again(made, files):
    for named, change in CHANGES.items():
        found, told = outcome(signed_anew(made, _changed(files, "episode.json", change)))
        assert (found, named in told) == (Outcome.EPISODE_DIFFERS, True), (named, told)


def test_other_positions_zones_or_numbers_come_out_otherwise(made, files):
    lines = files["fixes.csv"].split(b"\r\n")
    fewer = files | {"fixes.csv": b"\r\n".join([*lines[:2], *lines[5:]])}
    moved = _changed(files, "zones.json", lambda told: told["zones"][0]["shape"].update(center=[5.2, 52.0907]))
    harder = _changed(files, "zones.json", lambda told: told["zones"][0]["policy"].update(confirm_fixes=9, dwell_s=999))
    surer = _changed(files, "policy.json", lambda told: told["method"]["accuracy"].update(unknown_m=300.0))
    for changed in (fewer, moved, harder, surer):
        assert outcome(signed_anew(made, changed))[0] is Outcome.EPISODE_DIFFERS


def test_a_position_of_a_device_that_he_did_not_wear_then_makes_it_another_wearers(made, files):
    changed = _changed(files, "episode.json", lambda told: told["worn"][0].update(untilMs=told["found"]["start_ms"]))
    found, told = outcome(signed_anew(made, changed))
    assert (found, "WEARER" in told) == (Outcome.EPISODE_DIFFERS, True)


def test_other_software_is_a_remark_and_judges_all_the_same(files):
    here = Software.here()
    for other in (replace(here, version="9.9.9"), replace(here, judging="0" * 64), replace(here, libraries={})):
        report = verify(packed(files), public_key(SEED), other)
        assert report.outcome is Outcome.SAME
        assert report.remarks and all(remark.startswith("OTHER SOFTWARE") for remark in report.remarks)


def test_a_signed_bundle_with_nonsense_in_it_is_refused_in_words(made, files):
    nonsense = {
        "episode.json": (b"[]", b"{", b'{"found": 1}', b"[" * 100_000, b"\xff"),
        "zones.json": (b'{"zones": [{}]}', b'{"zones": 5}', files["zones.json"].replace(b"Circle", b"Sphere")),
        "policy.json": (b'{"method": {}}', files["policy.json"].replace(b"near_m", b"far_m")),
        "fixes.csv": (b"", b"a,b\r\n1,2\r\n", files["fixes.csv"].replace(b"52.", b"inf"), b'"' * 300_000),
    }
    for name, contents in nonsense.items():
        for content in contents:
            found, told = outcome(signed_anew(made, files | {name: content}))
            assert found is Outcome.NOT_RECOMPUTED and name in told, (name, content[:20])


def test_numbers_that_cannot_be_reckoned_with_are_refused_too(made, files):
    def without_method(told):
        told["method"]["accuracy"].update(least_m=0.0, unknown_m=0.0)
        told["method"].update(step_ms=0, memory_ms=-1)

    found, _ = outcome(signed_anew(made, _changed(files, "policy.json", without_method)))
    assert found in (Outcome.NOT_RECOMPUTED, Outcome.EPISODE_DIFFERS)


def _zip(**entries):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed_files:
        for name, content in entries.items():
            packed_files.writestr(name, content)
    return made.getvalue()


def _refused(content):
    with pytest.raises(NotABundle) as raised:
        read_bundle(io.BytesIO(content))
    assert verify(io.BytesIO(content)).outcome is Outcome.NOT_A_BUNDLE
    return str(raised.value)


def test_no_path_is_followed_and_nothing_but_the_files_of_a_bundle_is_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("../manifest.json", "/etc/passwd", "map.png/../x", "C:\\x", "manifest.json/", "sub/manifest.json"):
        assert "no bundle has" in _refused(_zip(**{name: "x"}))
    assert list(tmp_path.iterdir()) == []


def test_a_bomb_goes_off_nowhere(monkeypatch):
    assert "unpacks to too much" in _refused(_zip(**{"fixes.csv": bytes(30 * 2**20)}))
    monkeypatch.setattr(archive, "MOST_BYTES", 1000)
    assert "larger" in _refused(_zip(**{"fixes.csv": bytes(range(256)) * 8}))
    monkeypatch.setattr(archive, "MOST_BYTES", 10_000)
    monkeypatch.setattr(archive, "MOST_BYTES_TOGETHER", 3000)
    assert "larger" in _refused(_zip(**dict.fromkeys(DATA, bytes(range(256)) * 8)))


def test_what_the_archive_says_of_sizes_is_not_believed(monkeypatch):
    monkeypatch.setattr(archive, "MOST_BYTES", 5000)
    content = bytearray(_zip(**{"fixes.csv": bytes(range(256)) * 100}))
    directory = content.rindex(b"PK\x01\x02")
    struct.pack_into("<I", content, directory + 24, 10)
    struct.pack_into("<I", content, 22, 10)
    assert _refused(bytes(content))


def test_what_is_twice_encrypted_packed_otherwise_or_damaged_is_refused(files):
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = io.BytesIO()
        with zipfile.ZipFile(twice, "w") as both:
            both.writestr("fixes.csv", "a")
            both.writestr("fixes.csv", "b")
    assert "twice" in _refused(twice.getvalue())
    secret = bytearray(_zip(**{"fixes.csv": b"a"}))
    secret[secret.rindex(b"PK\x01\x02") + 8] |= 1
    assert "encrypted" in _refused(bytes(secret))
    strong = io.BytesIO()
    with zipfile.ZipFile(strong, "w", zipfile.ZIP_LZMA) as one:
        one.writestr("fixes.csv", "a" * 1000)
    assert "packed in another way" in _refused(strong.getvalue())
    whole = packed(files).getvalue()
    for broken in (b"", b"PK", whole[: len(whole) // 2], b"MZ" * 500, whole[:200] + bytes(50) + whole[250:]):
        assert _refused(broken)


def test_the_command_needs_no_setting_says_in_words_what_it_found_and_exits_with_1_when_it_differs(
    files, tmp_path, monkeypatch
):
    for name in ("DATABASE_URL", "STATE_DIR", "SECRETS_FILE", "DATA_KEYS"):
        monkeypatch.delenv(name, raising=False)
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    good.write_bytes(packed(files).getvalue())
    bad.write_bytes(packed(files | {"fixes.csv": files["fixes.csv"] + b" "}).getvalue())
    run = CliRunner().invoke(commands, ["verify-evidence", str(good), "--key", public_key(SEED)])
    assert (run.exit_code, run.output.splitlines()[-1]) == (
        0,
        "THE SAME: the episode comes out of this bundle as it was told",
    )
    run = CliRunner().invoke(commands, ["verify-evidence", str(bad)])
    assert run.exit_code == 1 and "FAULT fixes.csv was ALTERED" in run.output and "THE SAME" not in run.output


def test_what_a_terminal_would_obey_is_not_repeated_from_a_file(made):
    data = made.data()
    issue = replace(made.issue, bundle_id="\x1b[2Jx")
    report = verify(packed({"manifest.json": manifest_of(data, issue, {}, SEED), **data}))
    assert report.outcome is Outcome.SAME and "\x1b" not in "".join(report.said)
