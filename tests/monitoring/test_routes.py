import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind, Scope
from registry.errors import Unavailable
from registry.monitoring.engine.judge import Judge
from registry.monitoring.evidence.models import TrackExport
from registry.monitoring.models import Coupling, Device, EpisodeRecord, PingRow
from registry.monitoring.rules import EnginePolicy
from tests.monitoring.wearers import FAR, INSIDE, OUTSIDE, body, ping, stay, visit
from tests.world import NOW, some_id

JSON = {"Content-Type": "application/json"}


def test_every_ping_of_a_batch_gets_its_own_answer_and_a_bad_one_costs_only_itself(field):
    field.wearer()
    batch = [ping(-60, OUTSIDE), {"device": "EB-1"}, ping(-60, OUTSIDE), ping(-60, INSIDE), ping(-50, (95, 5))]
    answer = field.provider.post("/v1/pings", {"pings": batch}).json
    assert {name: answer[name] for name in ("accepted", "duplicates", "conflicts", "rejected")} == {
        "accepted": 1, "duplicates": 1, "conflicts": 1, "rejected": 2,
    }  # fmt: skip
    outcomes = [(one["index"], one["outcome"], one.get("code"), one.get("pointer")) for one in answer["results"]]
    assert outcomes == [
        (0, "accepted", None, None),
        (1, "rejected", "time_missing", "#/pings/1/fixTime"),
        (2, "duplicate", None, None),
        (3, "conflict", None, None),
        (4, "rejected", "position_out_of_range", "#/pings/4/lat"),
    ]


@pytest.mark.parametrize(
    ("sent", "headers", "status"),
    [
        (b"{", JSON, 400),
        (b'{"pings":{}}', JSON, 400),
        (b'{"pings":[],"more":1}', JSON, 400),
        (body(ping(-60)), {"Content-Type": "text/plain"}, 415),
        (gzip.compress(body(ping(-60)), mtime=0)[:-9], JSON | {"Content-Encoding": "gzip"}, 400),
        (gzip.compress(b" " * (9 << 20), mtime=0), JSON | {"Content-Encoding": "gzip"}, 413),
    ],
)
def test_a_body_that_is_no_batch_is_a_problem_and_stores_nothing(field, sent, headers, status):
    answer = field.provider.call("POST", "/v1/pings", data=sent, headers=headers)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert field.count(PingRow) == 0


def test_a_packed_batch_and_an_empty_one_are_taken(field):
    packed = gzip.compress(body(ping(-60)))
    answer = field.provider.call("POST", "/v1/pings", data=packed, headers=JSON | {"Content-Encoding": "gzip"})
    assert answer.json["accepted"] == 1
    assert field.provider.post("/v1/pings", {"pings": []}).json["results"] == []


def test_nan_costs_only_its_own_ping(field):
    text = json.dumps({"pings": [ping(-60), ping(-50, (float("nan"), 5.0))]})
    answer = field.provider.call("POST", "/v1/pings", data=text, headers=JSON)
    assert [one["outcome"] for one in answer.json["results"]] == ["accepted", "rejected"]


def test_an_unknown_device_is_registered_by_its_first_ping_for_its_own_provider_only(field, world):
    other = world.caller("EB-2", OrganisationKind.DEVICE_PROVIDER)
    wearer = field.wearer()
    assert field.send(ping(-60, INSIDE), caller=other) == ["accepted"]
    assert field.told(wearer["personId"]) == []
    assert field.send(ping(-60, INSIDE)) == ["accepted"]
    assert len(field.told(wearer["personId"])) == 1
    assert field.count(Device, Device.name == "EB-1") == 2


def test_a_device_is_seen_by_its_provider_and_its_supervisor_and_nobody_else(field, world):
    wearer = field.wearer()
    path = f"/v1/devices/{wearer['deviceId']}"
    assert field.provider.get(path).json["name"] == "EB-1"
    assert field.supervisor.get(path).status_code == 200
    assert world.caller("RN-NH", OrganisationKind.PROBATION).get(path).status_code == 404
    assert world.caller("EB-2", OrganisationKind.DEVICE_PROVIDER).get(path).status_code == 404
    assert field.provider.get(f"/v1/devices/{some_id()}").status_code == 404


def test_a_device_is_registered_once_by_whoever_names_it_first(field):
    made = field.provider.post("/v1/devices", {"name": "EB-7"})
    assert made.status_code == 201
    again = field.supervisor.post("/v1/devices", {"name": "EB-7", "provider": "EB"})
    assert (again.status_code, again.json["id"]) == (201, made.json["id"])
    for wrong in ({"name": "EB-7"}, {"name": "EB-7", "provider": "RN-MN"}, {"name": "EB-7", "provider": "nobody"}):
        assert field.supervisor.post("/v1/devices", wrong).status_code == 400


def test_an_overlapping_coupling_is_refused_and_one_that_follows_is_not(field):
    first = field.wearer("EB-1", until=NOW)
    number = field.order()
    overlapping = [
        {"begins": NOW - timedelta(minutes=1)},
        {"begins": NOW - timedelta(days=9)},
        {"begins": NOW - timedelta(hours=1), "until": NOW - timedelta(minutes=30)},
    ]
    for times in overlapping:
        answer = field.couple("EB-1", number, **times)
        assert (answer.status_code, answer.json["code"]) == (409, "coupling_overlaps")
    assert field.couple("EB-1", number, begins=NOW).status_code == 201
    before = field.couple("EB-1", number, begins=NOW - timedelta(days=9), until=NOW - timedelta(hours=2))
    assert before.status_code == 201
    assert field.count(Coupling, Coupling.device_id == UUID(first["deviceId"])) == 3


def test_of_couplings_made_at_the_same_time_one_wins(field):
    numbers = [field.order() for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda number: field.couple("EB-1", number).status_code, numbers))
    assert sorted(answers) == [201, 409, 409, 409]


def test_a_coupling_needs_an_order_of_ones_own_a_provider_and_an_end_after_its_beginning(field, world):
    number = field.order()
    foreign = world.caller("RN-NH", OrganisationKind.PROBATION)
    text = {"device": "EB-1", "provider": "EB", "orderNumber": number, "from": "2026-11-23T11:00:00Z"}
    assert foreign.post("/v1/couplings", text).status_code == 404
    assert field.supervisor.post("/v1/couplings", text | {"orderNumber": "CJIB-none"}).status_code == 404
    assert field.supervisor.post("/v1/couplings", text | {"provider": "RN-MN"}).status_code == 400
    assert field.supervisor.post("/v1/couplings", text | {"until": text["from"]}).status_code == 400
    assert field.supervisor.post("/v1/couplings", text | {"from": "2026-11-23T11:00:00"}).status_code == 400


def test_couplings_are_listed_and_ended_by_their_own_organisation(field, world):
    mine = field.wearer()
    foreign = world.caller("RN-NH", OrganisationKind.PROBATION)
    listed = field.supervisor.get("/v1/couplings?limit=1").json
    assert [one["id"] for one in listed["couplings"]] == [mine["id"]]
    assert len(field.supervisor.get(f"/v1/couplings?cursor={listed['next']}").json["couplings"]) == 1
    assert foreign.get("/v1/couplings").json["couplings"] == []
    path, end = f"/v1/couplings/{mine['id']}/end", {"until": "2026-11-23T11:30:00Z"}
    assert foreign.post(path, end).status_code == 404
    assert field.supervisor.post(path, end).json["until"] == "2026-11-23T11:30:00Z"
    assert field.supervisor.post(path, end).status_code == 200
    assert field.supervisor.post(path, {"until": "2026-11-23T11:40:00Z"}).status_code == 409
    assert field.supervisor.post(path, {"until": "2026-11-22T11:30:00Z"}).status_code == 400


def test_episodes_are_shown_to_the_organisations_of_the_order_only(field, world):
    wearer = field.wearer()
    field.send(*visit(-400), *stay(INSIDE, -100, -85))
    listed = field.supervisor.get("/v1/episodes").json["episodes"]
    assert [one["status"] for one in listed] == ["open", "closed"]
    assert {one["personId"] for one in listed} == {wearer["personId"]}
    assert len(field.supervisor.get("/v1/episodes?status=open&limit=1").json["episodes"]) == 1
    assert field.supervisor.get(f"/v1/episodes?orderId={wearer['orderId']}&limit=1").json["next"]
    path = f"/v1/episodes/{listed[0]['id']}"
    assert field.supervisor.get(path).json == listed[0]
    for foreign in (world.caller("RN-NH", OrganisationKind.PROBATION), field.provider):
        assert foreign.get(path).status_code == 404
        assert foreign.get("/v1/episodes").json["episodes"] == []


def test_the_last_position_is_for_the_supervisor_alone_with_its_age(field, world, clock):
    wearer = field.wearer()
    path, why = f"/v1/wearers/{wearer['personId']}/last-position-readings", {"reason": "Mevrouw Vosmeerkamp belt."}
    assert field.supervisor.post(path, why).status_code == 404
    field.send(ping(-60, OUTSIDE, accuracyM=12.5), ping(-90, FAR), ping(-50, FAR, "EB-noise"))
    assert field.supervisor.post(path, {"reason": " "}).status_code == 400
    shown = field.supervisor.post(path, why).json
    assert (shown["lat"], shown["lon"], shown["accuracyM"], shown["ageS"]) == (*OUTSIDE, 12.5, 60)
    clock.forward(days=3)
    assert field.supervisor.post(path, why).json["ageS"] == 60 + 3 * 86400
    assert world.caller("RN-NH", OrganisationKind.PROBATION).post(path, why).status_code == 404
    assert world.caller("CJIB", OrganisationKind.CJIB).post(path, why).status_code == 404
    assert field.provider.post(path, why).status_code == 404
    exports = field.rows(select(TrackExport))
    assert [one.details["reason"] for one in exports] == [why["reason"]] * 2
    assert not any("Vosmeerkamp" in str(told) for told in field.rows(select(AuditEntry.details)))


def test_without_a_reason_the_last_position_is_shown_only_while_an_episode_goes_on(field, world):
    wearer = field.wearer()
    path = f"/v1/wearers/{wearer['personId']}/position"
    field.send(ping(-300, OUTSIDE), *stay(INSIDE, -200, device="EB-noise"))
    refused = field.supervisor.get(path)
    assert (refused.status_code, "reason" in refused.json["detail"]) == (403, True)
    assert world.caller("RN-NH", OrganisationKind.PROBATION).get(path).status_code == 404
    field.send(*stay(INSIDE, -120, -105, -90))
    assert field.supervisor.get(path).json["lat"] == INSIDE[0]
    assert world.caller("RN-NH", OrganisationKind.PROBATION).get(path).status_code == 404
    field.send(*stay(OUTSIDE, -10, -5))
    assert field.supervisor.get(path).status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("POST", "/v1/pings", Scope.PINGS_WRITE),
        ("POST", "/v1/couplings", Scope.COUPLINGS_WRITE),
        ("POST", "/v1/devices", Scope.COUPLINGS_WRITE),
        ("GET", "/v1/couplings", Scope.COUPLINGS_READ),
        ("GET", "/v1/episodes", Scope.EPISODES_READ),
        ("GET", f"/v1/wearers/{some_id()}/position", Scope.POSITIONS_READ),
        ("GET", "/v1/gateway-tokens", Scope.GATEWAYS_MANAGE),
        ("POST", "/v1/gateway-tokens", Scope.GATEWAYS_MANAGE),
    ],
)
def test_without_its_scope_an_operation_is_refused(world, method, path, scope):
    others = [one for one in Scope if one is not scope]
    assert world.caller("EB", OrganisationKind.DEVICE_PROVIDER, *others).call(method, path).status_code == 403


def test_where_another_process_judges_a_batch_is_put_off_and_nothing_of_it_stored(field):
    elsewhere = Judge(field.shared.database, field.shared.clock)
    elsewhere.tick()
    answer = field.provider.post("/v1/pings", {"pings": [ping(-60)]})
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert field.count(PingRow) == 0
    elsewhere.close()
    assert field.send(ping(-60)) == ["accepted"]


def test_when_too_much_waits_a_batch_is_put_off(field):
    field.shared.add(Judge(field.shared.database, field.shared.clock, EnginePolicy(most_waiting_pings=2)))
    judge = field.judge
    with ThreadPoolExecutor(2) as threads:
        with judge._turn:
            first = threads.submit(field.submit, ping(-60), ping(-59))
            while not judge.waiting_pings:
                pass
            with pytest.raises(Unavailable):
                field.submit(ping(-58))
        assert first.result(30)["accepted"] == 2
    assert field.send(ping(-58)) == ["accepted"]
    judge.close()


def test_batches_of_many_threads_are_all_answered_and_judged_once(field):
    wearer = field.wearer()
    places = [(-1500 + 120 * part, INSIDE if part % 2 else OUTSIDE) for part in range(12)]
    batches = [[ping(begins + 3 * at, place) for at in range(10)] for begins, place in places]
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda batch: field.submit(*batch)["accepted"], batches + batches[:3]))
    assert sum(answers) == 120
    rows = field.rows(select(EpisodeRecord).order_by(EpisodeRecord.start_ms))
    assert len([one for one in rows if one.status in ("open", "closed")]) == 6
    assert {str(one.person_id) for one in rows} == {wearer["personId"]}
