import json
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from registry.access.rules import OrganisationKind
from registry.monitoring.engine.judge import Judge
from registry.monitoring.models import Device, GatewayToken, PingRow, RejectedPing
from tests.monitoring.test_gateways_captured import CAPTURED, FORMATS, captured
from tests.monitoring.trackers import FORWARD_POSITION, LOCATION, PHONE
from tests.monitoring.wearers import FAR, INSIDE, NOW_MS, OUTSIDE

NOW_S = NOW_MS // 1000


@pytest.fixture
def tokens(field):
    """A secret for each format."""
    return {name: make_token(field.provider, name) for name in ("traccar", "osmand", "owntracks")}


def make_token(caller, *formats):
    answer = caller.post("/v1/gateway-tokens", {"name": "telefoons", "formats": list(formats)})
    assert answer.status_code == 201, answer.text
    assert [urlsplit(url).path for url in answer.json["urls"]] == [
        f"/gateways/{name}/{answer.json['token']}" for name in sorted(formats)
    ]
    return answer.json["token"]


def knock(field, path, method="POST", **how):
    return field.world.app.test_client().open(f"/gateways/{path}", method=method, **how)


def test_osmand_by_query_stores_and_judges_a_ping(field, tokens):
    field.wearer("EB-1")
    query = f"id=EB-1&lat={INSIDE[0]}&lon={INSIDE[1]}&timestamp={NOW_S - 30}&speed=3&batt=80"
    for method in ("GET", "POST"):
        answer = knock(field, f"osmand/{tokens['osmand']}/?{query}", method)
        assert (answer.status_code, answer.data) == (200, b"")
    assert field.told() == [(-30, None, "first_seen", "open")]
    assert field.count(PingRow) == 1


def test_traccar_forward_and_owntracks_get_the_answers_they_expect(field, tokens):
    position = FORWARD_POSITION | {"latitude": FAR[0], "longitude": FAR[1]}
    forwarded = {"position": position, "device": {"uniqueId": "EB-1"}}
    answer = knock(field, f"traccar/{tokens['traccar']}/api/positions", json=forwarded)
    assert (answer.status_code, answer.data) == (200, b"")
    answer = knock(field, f"owntracks/{tokens['owntracks']}", json=PHONE | {"topic": "owntracks/jan/EB-2"})
    assert (answer.status_code, answer.data, answer.content_type) == (200, b"[]", "application/json")
    assert set(field.rows(select(Device.name))) == {"EB-1", "jan/EB-2", "EB-noise"}


def test_osmand_json_stores_what_is_good_and_keeps_what_is_not_sealed(field, tokens):
    good = LOCATION | {"timestamp": "2026-11-23T11:59:00Z"}
    bad = good | {"coords": good["coords"] | {"latitude": 95.5}}
    answer = knock(field, f"osmand/{tokens['osmand']}", json={"location": [good, bad], "device_id": "EB-1"})
    assert answer.status_code == 200
    assert field.count(PingRow) == 1
    [kept] = field.rows(select(RejectedPing))
    assert (kept.format, kept.code, kept.organisation_id) == (
        "osmand", "position_out_of_range", field.provider.organisation_id,
    )  # fmt: skip
    assert "95.5" in kept.content and b"95.5" not in kept.content_sealed


def test_a_secret_writes_only_its_own_organisations_pings_by_its_own_formats_until_it_is_revoked(field, tokens, world):
    wearer = field.wearer("EB-1")
    other = world.caller("EB-2", OrganisationKind.DEVICE_PROVIDER)
    query = f"?id=EB-1&lat={INSIDE[0]}&lon={INSIDE[1]}&timestamp={NOW_S - 30}"
    assert knock(field, f"osmand/{make_token(other, 'osmand', 'traccar')}{query}").status_code == 200
    assert field.told(wearer["personId"]) == []
    for path in (f"traccar/{tokens['osmand']}", f"none/{tokens['osmand']}", "osmand/gw_wrong"):
        answer = knock(field, path + query)
        assert answer.status_code == 404
        assert tokens["osmand"] not in answer.text
    listed = field.provider.get("/v1/gateway-tokens").json["gatewayTokens"]
    assert len(listed) == 3 and "token" not in listed[0]
    mine = next(one["id"] for one in listed if one["formats"] == ["osmand"])
    assert other.delete(f"/v1/gateway-tokens/{mine}").status_code == 404
    assert knock(field, f"osmand/{tokens['osmand']}{query}").status_code == 200
    assert field.provider.delete(f"/v1/gateway-tokens/{mine}").status_code == 204
    assert knock(field, f"osmand/{tokens['osmand']}{query}").status_code == 404


def test_the_secret_is_nowhere_in_the_database(field, tokens):
    [hashed] = field.rows(select(GatewayToken.token_hash).where(GatewayToken.formats == ["osmand"]))
    assert tokens["osmand"].encode() not in hashed


def test_a_message_of_no_use_is_answered_and_one_that_cannot_be_judged_now_is_put_off(field, tokens):
    assert knock(field, f"osmand/{tokens['osmand']}", data=b"{", content_type="application/json").status_code == 400
    assert knock(field, f"traccar/{tokens['traccar']}", json=[]).status_code == 400
    assert knock(field, f"owntracks/{tokens['owntracks']}", json={"_type": "lwt", "tst": 1}).status_code == 200
    assert field.count(PingRow) == field.count(RejectedPing) == 0
    elsewhere = Judge(field.shared.database, field.shared.clock)
    field.judge.close()
    elsewhere.tick()
    late = knock(field, f"osmand/{tokens['osmand']}?id=EB-1&lat={OUTSIDE[0]}&lon={OUTSIDE[1]}")
    elsewhere.close()
    assert late.status_code == 503


@pytest.mark.skipif(not CAPTURED.exists(), reason=f"no captured requests in {CAPTURED}: set BB_SHARED_DATA")
def test_all_captured_requests_get_their_clients_answer_over_the_web(field, tokens):
    for sent in captured():
        format = FORMATS[sent["client"]]
        parts = urlsplit(sent["path"])
        answer = knock(
            field,
            f"{format}/{tokens[format]}{parts.path}?{parts.query}",
            sent["method"],
            data=None if sent["body"] is None else json.dumps(sent["body"]),
            content_type=sent["content_type"],
        )
        assert answer.status_code == (400 if sent["expect"] == "verifyNull" else 200), sent["path"]
        assert answer.data == (b"[]" if format == "owntracks" else b"")
    assert field.count(PingRow) > 30
