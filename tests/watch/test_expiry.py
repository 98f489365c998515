import pytest

from registry.config import SettingError, Settings
from registry.orders.watch.following import plan_of, watch_orders
from registry.orders.watch.models import PersonWatch
from tests.watch.conftest import ELSEWHERE
from tests.world import secrets_environ

ENDS = {"order": {"startsOn": "2026-08-01", "decidedOn": "2026-08-01", "endsOn": "2027-03-31"}}


def test_an_end_is_told_sixty_thirty_and_seven_days_ahead_each_once_to_the_organisations_of_the_order(region):
    order_id = region.send(**ENDS)
    told = {}
    for day in ("2027-01-29", "2027-01-30", "2027-02-28", "2027-03-01", "2027-03-23", "2027-03-24", "2027-03-31"):
        region.on(day)
        region.watch()
        told[day] = [each["days"] for _, each in region.told()]
    assert told == {
        "2027-01-29": [],
        "2027-01-30": [60],
        "2027-02-28": [60],
        "2027-03-01": [60, 30],
        "2027-03-23": [60, 30],
        "2027-03-24": [60, 30, 7],
        "2027-03-31": [60, 30, 7],
    }
    first = region.told()[0][1]
    assert {first.pop("notice_id")} == {region.listed(asked="?state=closed")[-1]["id"]}
    assert first == {
        "kind": "expiry_near",
        "order_id": order_id,
        "rule": "end_told",
        "until_on": "2027-03-31",
        "days": 60,
        "occurred_at": "2027-03-31T22:00:00Z",
    }
    assert region.kinds("POL-MN") == region.kinds("RN-MN") == region.kinds("CJIB")[-3:] == ["expiry_near"] * 3
    assert order_id not in str(region.told("POL-NN"))
    region.on("2027-04-02")
    assert [each["closedBecause"] for each in region.listed(asked=f"?orderId={order_id}")] == ["past"] * 3
    assert region.kinds() == ["expiry_near"] * 3


def test_an_order_that_comes_late_is_told_with_the_days_that_are_left_and_not_with_those_that_passed(region):
    region.on("2027-03-10")
    region.send(**ENDS)
    region.watch()
    assert [each["days"] for _, each in region.told()] == [30]


def test_a_ban_of_ten_days_is_told_only_when_days_ahead_lie_within_it(region):
    region.send(order={"regime": "HV", "decidedOn": "2026-11-23", "startsOn": "2026-11-23", "endsOn": "2026-12-03"})
    region.watch()
    assert region.kinds() == []
    region.on("2026-11-26")
    assert [each["days"] for _, each in region.told()] == [7]


def test_an_extension_says_that_the_end_told_is_wrong_and_the_new_end_is_told_in_its_time(region):
    region.send(**ENDS)
    region.on("2027-03-10")
    assert region.kinds() == ["expiry_near"]
    region.send(version=2, kind="extension", order=ENDS["order"] | {"endsOn": "2027-06-30"})
    region.watch()
    assert region.kinds() == ["expiry_near", "resolved"]
    assert region.told()[1][1]["notice_id"] == region.told()[0][1]["notice_id"]
    region.on("2027-03-31")
    assert region.kinds() == ["expiry_near", "resolved"]
    region.on("2027-05-05")
    assert [each["until_on"] for _, each in region.told()][2:] == ["2027-06-30"]


def test_a_correction_back_to_the_first_end_is_told_again(region):
    region.send(**ENDS)
    region.on("2027-03-10")
    region.send(version=2, kind="extension", order=ENDS["order"] | {"endsOn": "2027-06-30"})
    region.watch()
    region.send(version=3, kind="correction", corrects=2, **ENDS)
    region.watch()
    assert region.kinds() == ["expiry_near", "resolved", "expiry_near"]


def test_nothing_is_told_of_an_order_that_was_ended_or_withdrawn_or_has_no_end(region):
    region.send("ENDED", **ENDS)
    region.send("ENDED", version=2, kind="end", bare=True)
    region.send("WITHDRAWN", **ENDS)
    region.send("WITHDRAWN", version=2, kind="withdrawal", **ENDS)
    region.send("ANNOUNCED", **ENDS)
    region.send("ANNOUNCED", version=2, kind="end", effectiveAt="2027-03-20T00:00:00Z", **ENDS)
    region.send("OPEN", order={"regime": "CIV", "endsOn": None})
    for day in ("2027-02-01", "2027-03-05", "2027-03-26", "2027-04-05"):
        region.on(day)
    assert {"expiry_near", "resolved"} & set(region.kinds()) == set()


def test_a_withdrawal_after_an_end_was_told_says_that_it_no_longer_is_so(region):
    region.send(**ENDS)
    region.on("2027-03-10")
    region.send(version=2, kind="withdrawal", bare=True)
    region.watch()
    region.watch()
    assert region.kinds() == ["expiry_near", "resolved"]
    assert [each["closedBecause"] for each in region.listed()] == ["resolved"]


def test_an_end_moves_with_the_days_in_detention_of_a_regime_whose_clock_stands(region):
    order_id = region.send(**ENDS)
    region.on("2027-03-10")
    region.detain(order_id, "2027-03-09T23:00:00Z", None)
    region.watch()
    assert region.kinds() == ["expiry_near", "resolved"]
    region.on("2027-03-30")
    region.detain(order_id, "2027-03-09T23:00:00Z", "2027-03-29T22:00:00Z")
    region.watch()
    told = [each for kind, each in region.told() if kind == "expiry_near"]
    assert [(each["until_on"], each["rule"], each["days"]) for each in told] == [
        ("2027-03-31", "end_told", 30),
        ("2027-04-20", "end_moved", 30),
    ]


def test_what_no_event_tells_of_is_found_by_the_round_past_all_orders(region, shared):
    region.watch()
    order_id = region.send(**ENDS)
    watch_orders(shared)
    region.world.clock.forward(days=100)
    region.send(version=2, kind="extension", order=ENDS["order"] | {"endsOn": "2027-05-31"})
    region.world.clock.forward(days=1)
    watch_orders(shared)
    assert region.told() == []
    region.world.clock.forward(days=30)
    watch_orders(shared)
    assert [(each["order_id"], each["until_on"]) for _, each in region.told()] == [(order_id, "2027-05-31")]


def test_a_worker_that_begins_anew_tells_nothing_twice(region, shared):
    region.send(**ENDS)
    region.on("2027-03-10")
    with shared.database.transaction() as session:
        for each in session.query(PersonWatch):
            session.delete(each)
    region.watch()
    region.watch()
    assert region.kinds() == ["expiry_near"]


def test_each_organisation_reads_its_own_notices_only(region):
    mine = region.send(**ENDS)
    theirs = region.send("B", order=ENDS["order"] | ELSEWHERE | {"subject": {"surname": "Smit", "skn": "11111111"}})
    region.on("2027-03-10")
    assert [each["orderId"] for each in region.listed(asked="?state=open")] == [mine]
    assert theirs in [each["orderId"] for each in region.listed("OM-NN", "?kind=expiry_near")]
    (one,) = region.listed(asked=f"?orderId={mine}")
    assert region.by["POL-MN"].get(f"/v1/notices/{one['id']}").json == one
    assert region.by["POL-NN"].get(f"/v1/notices/{one['id']}").status_code == 404
    assert region.listed(asked=f"?orderId={theirs}") == []
    page = region.by["CJIB"].get("/v1/notices?limit=1").json
    assert page["next"] and region.by["CJIB"].get(f"/v1/notices?limit=1&cursor={page['next']}").json["notices"]


def test_the_days_ahead_are_configuration(shared):
    plan = plan_of(shared)
    assert (plan.expiry_days, plan.release_days, plan.most_gap_days) == ((60, 30, 7), 14, 30)
    told = Settings.from_env(secrets_environ() | {"EXPIRY_NOTICE_DAYS": "5, 20", "GAP_DAYS": "3"})
    assert (told.expiry_notice_days, told.release_notice_days, told.gap_days) == ((20, 5), 14, 3)
    with pytest.raises(SettingError):
        Settings.from_env(secrets_environ() | {"EXPIRY_NOTICE_DAYS": "zestig"})
