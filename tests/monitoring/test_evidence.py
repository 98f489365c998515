"""A bundle of an episode: who may have it, what is in it, and that it comes out the same."""

import io
import json
import zipfile

import pytest
from sqlalchemy import select

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind, Scope
from registry.monitoring.evidence.models import TrackExport
from registry.monitoring.evidence.verifying import Outcome, verify
from registry.monitoring.models import EpisodeRecord
from tests.monitoring.wearers import FAR, INSIDE, NOW_MS, OUTSIDE, ping, stay, visit

REASON = {"reason": "Dossier 16/123456-26, vordering tenuitvoerlegging."}


def made(caller, episode_id):
    answer = caller.post(f"/v1/episodes/{episode_id}/evidence-bundles", REASON)
    assert answer.status_code == 200, answer.text
    return answer.data


def files_in(packed):
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def episode_ids(field, person_id):
    return field.rows(select(EpisodeRecord.id).where(EpisodeRecord.person_id == person_id))


def test_a(field, tmp_path):
    wearer = field.wearer()
    field.send(*visit())
    (episode_id,) = field.rows(select(EpisodeRecord.id))
    packed = made(field.supervisor, episode_id)
    (tmp_path / "b.zip").write_bytes(packed)
    report = verify(io.BytesIO(packed))
    print(report)
    import shutil
    shutil.copy(tmp_path / "b.zip", "/tmp/evidence-b.zip")
    assert report.outcome is Outcome.SAME
