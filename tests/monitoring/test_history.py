"""The history of a wearer: all that was stored of him, nothing of others, and nothing of where she lives."""

import json
import tracemalloc
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
from registry.monitoring.history import service
from tests.monitoring.bundles import supervisor_of
from tests.monitoring.wearers import INSIDE, OUTSIDE, circle, ping, stay, visit
from tests.world import NOW, some_id

WEEK = {
    "from": format_instant(NOW - timedelta(days=7)),
    "until": format_instant(NOW),
    "reason": "Verzoek om inzage van mr. Vosmeerkamp.",
}


@pytest.fixture
def wearer(field):
    """A wearer with a visit, what was kept unused, and an alarm; with a stranger at the same places."""
    wearer = field.wearer()
    field.wearer("EB-other", circle(*INSIDE))
    field.send(*visit(), *visit(device="EB-other"), ping(-100, (0, 0)), ping(-165, OUTSIDE))
    field.send(
        ping(-20, None, kind="alarm", alarm="tampering"), ping(-21, None, "EB-other", kind="alarm", alarm="tampering")
    )
    return wearer


def _path(person_id):
    return f"/v1/wearers/{person_id}/history-exports"


def _records(answer):
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "application/geo+json-seq"
    begin, *texts = answer.data.split(b"\x1e")
    assert begin == b"" and all(text.endswith(b"\n") for text in texts)
    return [json.loads(text) for text in texts]


def test_a_history_holds_every_position_episode_and_signal_of_the_period_and_nothing_of_anybody_else(field, wearer):
    answer = field.supervisor.post(_path(wearer["personId"]), WEEK)
    head, *told, end = [record["properties"] for record in _records(answer)]
    assert (head["is"], head["holds"]) == ("history", ["positions", "episodes", "signals"])
    assert end == {"is": "end", "positions": 7, "episodes": 1, "signals": 1}
    assert [one["is"] for one in told] == ["position"] * 7 + ["episode", "signal"]
    assert sorted((one["use"], one["reason"] or "") for one in told[:7]) == [
        ("unused", "conflict"),
        ("unused", "null_island"),
        *[("used", "")] * 5,
    ]
    assert {one["deviceId"] for one in told if "deviceId" in one} == {wearer["deviceId"]}
    assert (told[7]["verdict"], told[8]["kind"]) == ("confirmed", "case")
    assert all(record["type"] == "Feature" for record in _records(answer))


def test_only_the_period_is_told(field, wearer):
    early = WEEK | {"until": format_instant(NOW - timedelta(seconds=200))}
    *_, end = _records(field.supervisor.post(_path(wearer["personId"]), early))
    assert end["properties"] == {"is": "end", "positions": 1, "episodes": 0, "signals": 0}


def test_who_may_not_know_where_she_lives_is_told_no_episode_and_no_shape(field, wearer, world):
    other = world.caller(field.supervisor_code, OrganisationKind.PROBATION, Scope.HISTORIES_EXPORT)
    answer = other.post(_path(wearer["personId"]), WEEK)
    head, *told, end = [record["properties"] for record in _records(answer)]
    assert head["holds"] == ["positions", "signals"]
    assert {one["is"] for one in told} == {"position", "signal"}
    assert b"zone" not in answer.data and b"radius" not in answer.data and b"Polygon" not in answer.data
    assert end["episodes"] == 0


def test_only_the_supervising_organisation_with_the_scope_and_a_reason_is_given_a_history(field, wearer, world):
    path = _path(wearer["personId"])
    strangers = [world.caller("OM-1", OrganisationKind.PROSECUTION), field.provider]
    assert [one.post(path, WEEK).status_code for one in strangers] == [404, 404]
    assert field.supervisor.post(_path(some_id()), WEEK).status_code == 404
    without = world.caller(field.supervisor_code, OrganisationKind.PROBATION, *(set(Scope) - {Scope.HISTORIES_EXPORT}))
    assert without.post(path, WEEK).status_code == 403
    for wrong in ({"reason": " "}, {"until": WEEK["from"]}, {"from": "2020-01-01T00:00:00Z"}):
        assert field.supervisor.post(path, WEEK | wrong).status_code == 400
    assert field.count(TrackExport) == 0


def test_that_a_history_was_given_is_on_record_and_the_reason_sealed(field, wearer):
    head = _records(field.supervisor.post(_path(wearer["personId"]), WEEK))[0]["properties"]
    (export,) = field.rows(select(TrackExport))
    assert (str(export.id), export.details["reason"]) == (head["id"], WEEK["reason"])
    (entry,) = field.rows(select(AuditEntry).where(AuditEntry.object_ref == f"history:{export.id}"))
    assert entry.action == "disclosed" and "Vosmeerkamp" not in str(entry.details)


def test_a_long_history_takes_no_more_memory_than_a_piece_of_it(field):
    wearer = field.wearer(begins=NOW - timedelta(days=6))
    for day in range(1, 6):
        first_s = -86_400 * day
        field.submit(*stay(OUTSIDE, *range(first_s, first_s + 86_000, 30), accuracyM=5))
    actor = supervisor_of(field.supervisor, Scope.HISTORIES_EXPORT)
    asked = Asked(UUID(wearer["personId"]), Window(NOW - timedelta(days=6), NOW), "Inzage.")
    with field.shared.database.transaction() as session:
        history = service.begin(session, actor, NOW, asked)
    most, number = 0, 0
    tracemalloc.start()
    try:
        for number, _ in enumerate(service.records_of(field.shared.database, history, field.shared.clock), start=1):
            if number % 1000 == 0:
                most = max(most, tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
    assert number == 5 * 2867 + 2
    assert most < 4 * 2**20
