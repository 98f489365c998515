from tests.watch.conftest import ELSEWHERE

HELD_AT, FREE_AT = "2026-11-01T00:00:00Z", "2027-01-20T08:00:00Z"


def _told(region, who="OM-MN"):
    return [(kind, each["occurred_at"]) for kind, each in region.told(who)]


def test_a_release_known_beforehand_is_told_ahead_and_at_the_moment_to_those_who_must_warn(region):
    order_id = region.send()
    region.detain(order_id, HELD_AT, FREE_AT)
    region.on("2027-01-06", hour=7)
    assert _told(region) == []
    region.on("2027-01-07")
    region.watch()
    assert _told(region) == _told(region, "POL-MN") == [("release_near", FREE_AT)]
    region.on("2027-01-20", hour=8)
    region.on("2027-01-21")
    assert _told(region) == [("release_near", FREE_AT), ("released", FREE_AT)]
    assert [kind for kind, _ in _told(region, "POL-MN")] == ["release_near", "released"]
    for who in ("RN-MN", "CJIB", "OM-NN"):
        assert order_id not in [each["order_id"] for kind, each in region.told(who) if "release" in kind], who
    assert {each["order_id"] for _, each in region.told()} == {order_id}


def test_a_release_that_is_put_off_is_said_to_be_wrong_and_told_again(region):
    order_id = region.send()
    region.detain(order_id, HELD_AT, FREE_AT)
    region.on("2027-01-10")
    region.detain(order_id, HELD_AT, "2027-06-20T08:00:00Z")
    region.watch()
    assert [kind for kind, _ in _told(region)] == ["release_near", "resolved"]
    region.on("2027-01-21")
    assert [kind for kind, _ in _told(region)] == ["release_near", "resolved"]
    region.on("2027-06-19")
    assert _told(region)[2:] == [("release_near", "2027-06-20T08:00:00Z")]


def test_a_release_that_is_heard_of_late_is_told_at_once_and_said_to_be_late(region):
    order_id = region.send()
    region.on("2027-01-25")
    region.detain(order_id, HELD_AT, FREE_AT)
    region.watch()
    ((kind, told),) = region.told()
    assert (kind, told["found_late"]) == ("released", True)


def test_nothing_is_told_of_a_release_before_the_order_came_or_long_ago_or_followed_by_detention(region):
    earlier = region.send("A")
    region.detain(earlier, "2026-01-01T00:00:00Z", "2026-10-01T00:00:00Z")
    long_ago = region.send("B", order={"subject": {"surname": "Smit", "skn": "22222222"}})
    region.on("2027-03-25")
    region.detain(long_ago, HELD_AT, FREE_AT)
    transferred = region.send("C", order={"subject": {"surname": "Mol", "skn": "33333333"}})
    region.detain(transferred, HELD_AT, "2027-04-01T08:00:00Z")
    region.detain(transferred, "2027-04-01T08:00:00Z", None)
    region.on("2027-04-02")
    assert [kind for kind in region.kinds() if kind != "expiry_near"] == []


def test_nothing_is_told_of_the_subject_of_an_order_that_was_ended(region):
    for number, kind in enumerate(("end", "withdrawal", "annulment")):
        order_id = region.send(kind, order={"subject": {"surname": f"Naam{number}", "skn": f"9000000{number}"}})
        region.detain(order_id, HELD_AT, FREE_AT)
        region.send(kind, version=2, kind=kind, bare=True)
    region.on("2027-01-10")
    region.on("2027-01-21")
    assert region.kinds() == []


def test_nothing_is_told_of_the_subject_of_an_order_that_has_run_out_by_then(region):
    order_id = region.send(order={"regime": "GDA", "ground": "b", "endsOn": "2026-12-31"})
    region.detain(order_id, HELD_AT, FREE_AT)
    region.on("2027-01-10")
    region.on("2027-01-21")
    assert {kind for kind in region.kinds()} <= {"expiry_near"}


def test_a_release_is_told_for_each_live_order_to_its_own_organisations(region):
    first = region.send("A")
    second = region.send(
        "B", order=ELSEWHERE | {"protected": [{"reference": "P1", "kind": "person", "surname": "Bos"}]}
    )
    region.detain(first, HELD_AT, FREE_AT)
    region.on("2027-01-10")
    assert [each["order_id"] for _, each in region.told()] == [first]
    assert [each["order_id"] for kind, each in region.told("POL-NN") if kind == "release_near"] == [second]


def test_an_escape_is_told_at_the_moment_and_is_no_release(region):
    order_id = region.send()
    region.detain(order_id, HELD_AT, "2026-12-01T10:00:00Z")
    region.detain(order_id, "2026-12-01T10:00:00Z", None, kind="unlawfully_absent")
    region.on("2026-12-01", hour=9)
    before = region.kinds()
    region.on("2026-12-01", hour=10)
    assert "release_near" not in before and region.kinds() == [*before, "escaped"]


def test_an_order_that_names_neither_prosecution_nor_police_is_told_to_its_sender(region):
    order_id = region.send(order={"policeUnit": None, "prosecution": None})
    body = {"orderId": order_id, "kind": "detained", "fromAt": HELD_AT, "untilAt": FREE_AT, "source": "DJI"}
    assert region.by["CJIB"].post("/v1/detentions", body).status_code == 201
    region.on("2027-01-10")
    assert ("release_near", FREE_AT) in _told(region, "CJIB")
    assert _told(region) == []


def test_leave_is_told_ahead_and_at_the_moment_and_stops_no_clock_nor_ends_detention(region):
    order_id = region.send()
    region.detain(order_id, HELD_AT, FREE_AT)
    region.detain(order_id, "2026-12-24T09:00:00Z", "2026-12-27T16:00:00Z", kind="leave")
    before = region.by["OM-MN"].get(f"/v1/orders/{order_id}").json["status"]
    region.on("2026-12-20")
    region.on("2026-12-25")
    region.on("2026-12-28")
    assert _told(region) == [("leave_near", "2026-12-24T09:00:00Z"), ("on_leave", "2026-12-24T09:00:00Z")]
    assert [each["closedBecause"] for each in region.listed()] == ["past", "past"]
    region.on("2027-01-10")
    assert region.kinds()[2:] == ["release_near"]
    assert region.by["OM-MN"].get(f"/v1/orders/{order_id}").json["status"]["code"] == before["code"]


def test_a_detention_that_was_a_mistake_takes_back_the_release_that_was_told(region):
    order_id = region.send()
    held_id = region.detain(order_id, HELD_AT, FREE_AT)
    region.on("2027-01-10")
    assert region.by["OM-MN"].post(f"/v1/detentions/{held_id}/withdrawal").status_code == 200
    region.on("2027-01-21")
    assert region.kinds() == ["release_near", "resolved"]
