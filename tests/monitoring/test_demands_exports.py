"""What leaves under a demand or for a breach: a history, and a bundle that can be judged again."""

import io
import json
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind, Scope
from registry.http.fields import format_instant
from registry.monitoring.demands.ground import Asked
from registry.monitoring.demands.rules import Window
from registry.monitoring.evidence.models import TrackExport
from registry.monitoring.evidence.verifying import Outcome, verify
from registry.monitoring.history import service
from registry.monitoring.models import EpisodeRecord
from tests.monitoring.bundles import REASON, files_in, path_of, supervisor_of
from tests.monitoring.demands import READING, approved, prosecutor, revoke, wanted, window
from tests.monitoring.wearers import INSIDE, NOW_MS, circle, ping, visit
from tests.world import NOW, some_id


@pytest.fixture
def om(field, world):
    field.prosecution_code, field.police_code = "OM-1", "POL-1"
    world.caller("POL-1", OrganisationKind.POLICE)
    return prosecutor(world, Scope.PROTECTED_READ)


@pytest.fixture
def wearer(field, om):
    """A wearer who was outside from -300 s, inside from -180 to -150, and outside again at -30."""
    wearer = field.wearer()
    field.wearer("EB-other", circle(*INSIDE))
    field.send(*visit(), *visit(device="EB-other"))
    field.send(ping(-20, None, kind="alarm", alarm="tampering"))
    return wearer


def _episode(field, wearer):
    query = select(EpisodeRecord).where(EpisodeRecord.person_id == UUID(wearer["personId"]))
    (found,) = field.rows(query)
    return found


def _records(answer):
    assert answer.status_code == 200, answer.text
    return [json.loads(text) for text in answer.data.split(b"\x1e")[1:]]


def _history(wearer):
    return f"/v1/wearers/{wearer['personId']}/history-exports"


def _wish(demand_id, *within):
    body = wanted(demand_id, *within)
    return {name: body[name] for name in ("from", "until", "reason", "demandId")}


def test_a_history_under_a_demand_tells_nothing_of_any_instant_outside_its_window(field, wearer, om, world):
    demand_id = approved(field, wearer, **window(-170, -100))
    head, *told, end = [one["properties"] for one in _records(om.post(_history(wearer), _wish(demand_id, -170, -100)))]
    assert (head["holds"], end["positions"], end["episodes"], end["signals"]) == (
        ["positions", "episodes", "signals"], 2, 1, 0,
    )  # fmt: skip
    episode = told[2]
    assert (episode["startedAt"], episode["endedAt"]) == (None, None)
    assert {one["step"] for one in episode["reasons"]} <= {"suspected", "confirmed"}
    instants = [one["at_ms"] - NOW_MS for one in episode["reasons"]]
    assert [one for one in instants if not -170_000 <= one < -100_000] == []
    beyond = om.post(_history(wearer), _wish(demand_id, -171, -100))
    assert beyond.status_code == 403
    without = world.caller_of(om, *READING)
    records = _records(without.post(_history(wearer), _wish(demand_id, -170, -100)))
    assert {one["properties"]["is"] for one in records} == {"history", "position", "end"}
    entries = field.rows(select(AuditEntry).where(AuditEntry.object_ref == f"history:{head['id']}"))
    assert [one.details["demand"] for one in entries] == [demand_id]
    assert field.count(TrackExport, TrackExport.demand_id == UUID(demand_id)) == 2


def _begun(field, wearer, om, demand_id):
    """A history of a day under a demand, of which nothing was read yet."""
    actor = supervisor_of(om, Scope.HISTORIES_EXPORT)
    asked = Asked(
        UUID(wearer["personId"]),
        Window(NOW - timedelta(days=1), NOW - timedelta(seconds=10)),
        "Dossier.",
        UUID(demand_id),
    )
    with field.shared.database.transaction() as session:
        history = service.begin(session, actor, NOW, asked)
    return service.records_of(field.shared.database, history, field.shared.clock)


def test_a_history_breaks_off_without_an_end_when_its_demand_is_revoked_meanwhile(field, wearer, om):
    demand_id = approved(field, wearer, **window(-86_400, -10))
    records = _begun(field, wearer, om, demand_id)
    assert next(records)["properties"]["is"] == "history"
    revoke(field, demand_id)
    assert list(records) == []


@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_history_breaks_off_without_an_end_when_its_demand_expires_meanwhile(field, wearer, om, after):
    """Also in the middle of a piece that was found in time, and one that nobody reads on is not held open."""
    until = {"validUntil": format_instant(NOW + timedelta(hours=1))}
    records = _begun(field, wearer, om, approved(field, wearer, **window(-86_400, -10), **until))
    read = [next(records)["properties"]["is"] for _ in range(1 + after)]
    assert read == ["history"] + ["position"] * after
    field.world.clock.forward(minutes=60)
    assert list(records) == []


def test_a_history_that_is_read_in_time_ends_with_its_counts(field, wearer, om):
    until = {"validUntil": format_instant(NOW + timedelta(hours=1))}
    records = _begun(field, wearer, om, approved(field, wearer, **window(-86_400, -10), **until))
    first = next(records)
    field.world.clock.forward(minutes=59, seconds=59)
    *_, last = [first, *records]
    assert last["properties"]["is"] == "end"


def test_who_answers_for_the_breach_has_the_bundle_of_its_episode_and_it_comes_out_the_same(field, wearer, om, world):
    episode = _episode(field, wearer)
    assert episode.breach_id is not None
    answer = om.post(path_of(episode.id), REASON)
    assert answer.status_code == 200, answer.text
    assert verify(io.BytesIO(answer.data)).outcome is Outcome.SAME
    own = field.supervisor.post(path_of(episode.id), REASON).data
    same = ("fixes.csv", "zones.json", "policy.json")
    assert [files_in(answer.data)[name] for name in same] == [files_in(own)[name] for name in same]
    police = world.caller("POL-1", OrganisationKind.POLICE, Scope.EVIDENCE_EXPORT, Scope.PROTECTED_READ)
    assert police.post(path_of(episode.id), REASON).status_code == 200
    elsewhere = world.caller("POL-2", OrganisationKind.POLICE, Scope.EVIDENCE_EXPORT, Scope.PROTECTED_READ)
    assert elsewhere.post(path_of(episode.id), REASON).status_code == 404
    assert om.post(path_of(some_id()), REASON).status_code == 404


def test_a_bundle_is_not_for_who_may_not_know_where_she_lives_or_answers_calls(field, wearer, om, world):
    episode, demand_id = _episode(field, wearer), approved(field, wearer, **window(-5000, -10))
    for scopes in (READING, (*READING, Scope.PROTECTED_READ, Scope.LOOKUPS_ASK)):
        refused = world.caller_of(om, *scopes).post(path_of(episode.id), REASON | {"demandId": demand_id})
        assert (refused.status_code, "protected:read" in refused.json["detail"]) == (403, True)
    assert field.count(TrackExport) == 0


def test_a_bundle_under_a_demand_lies_wholly_in_its_window_or_there_is_none(field, wearer, world):
    court = world.caller("RB-1", OrganisationKind.OTHER_SENDER, *READING, Scope.PROTECTED_READ)
    episode = _episode(field, wearer)
    assert court.post(path_of(episode.id), REASON).status_code == 404
    for (from_s, until_s), side in (
        ((-299, -29), "before"),
        ((-300, -30), "after"),
        ((-170, -100), "before and after"),
    ):
        small = approved(field, wearer, organisation="RB-1", **window(from_s, until_s))
        refused = court.post(path_of(episode.id), REASON | {"demandId": small})
        assert (refused.status_code, f"from {side} the window" in refused.json["detail"]) == (403, True)
    demand_id = approved(field, wearer, organisation="RB-1", **window(-300, -29))
    answer = court.post(path_of(episode.id), REASON | {"demandId": demand_id})
    assert answer.status_code == 200, answer.text
    assert verify(io.BytesIO(answer.data)).outcome is Outcome.SAME
    bundle_id = json.loads(files_in(answer.data)["manifest.json"])["bundleId"]
    (entry,) = field.rows(select(AuditEntry).where(AuditEntry.object_ref == f"evidence:{bundle_id}"))
    assert (entry.details["demand"], entry.organisation_id) == (demand_id, court.organisation_id)
    other = field.rows(select(EpisodeRecord.id).where(EpisodeRecord.person_id != UUID(wearer["personId"])))
    assert {court.post(path_of(one), REASON | {"demandId": demand_id}).status_code for one in other} == {404}
    revoke(field, demand_id)
    assert court.post(path_of(episode.id), REASON | {"demandId": demand_id}).status_code == 403
