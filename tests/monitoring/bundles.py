"""Bundles for a test: asked for over the API, or put together without the map, and taken apart again."""

import io
import zipfile

from registry.access.rules import Actor, OrganisationKind, Purpose, Scope
from registry.monitoring.evidence import service
from registry.monitoring.evidence.archive import write_bundle
from registry.monitoring.evidence.manifest import manifest_of

SEED = bytes(range(32))
REASON = {"reason": "Dossier 16/123456-26, vordering tenuitvoerlegging."}


def path_of(episode_id):
    return f"/v1/episodes/{episode_id}/evidence-bundles"


def asked(caller, episode_id):
    answer = caller.post(path_of(episode_id), REASON)
    assert answer.status_code == 200, answer.text
    return answer.data


def files_in(packed):
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files):
    made = io.BytesIO()
    write_bundle(files, made)
    made.seek(0)
    return made


def supervisor_of(caller, *scopes):
    """The actor behind a caller, with these scopes."""
    return Actor(
        None, caller.organisation_id, OrganisationKind.PROBATION,
        frozenset(scopes or (Scope.EVIDENCE_EXPORT, Scope.PROTECTED_READ)), "tester-1", "unit-1", "role-1",
        Purpose.SUPERVISION,
    )  # fmt: skip


def material(shared, caller, episode_id):
    with shared.database.reading() as session:
        return service.material_of(session, supervisor_of(caller), shared.clock.now(), episode_id)


def without_map(made):
    """The files of a bundle that are data, with their manifest."""
    return service.sealed_with(made, made.data(), {}, SEED)


def signed_anew(made, files):
    """The same files with a manifest that fits them, as somebody with a key of his own would make it."""
    data = {name: content for name, content in files.items() if name != "manifest.json"}
    return {"manifest.json": manifest_of(data, made.issue, {}, SEED), **data}
