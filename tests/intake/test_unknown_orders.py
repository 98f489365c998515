"""Messages that name an order which is not here: a mistyped number must not look like success."""

import pytest

from registry.equipment import equip
from registry.orders.naming import order_numbers
from tests.intake.conftest import codes, many
from tests.intake.messages import ABSENT, row

LINK = {"orderNumber": "CJIB-2026-000777"}


def stop(kind="end", number="CJIB-2026-000132", **more):
    return row(kind=kind, orderNumber=number, **({"messageId": "M-2", "version": 2, "order": ABSENT} | more))


def merge(link, **more):
    return row(kind="merge", subjectLink=link, **({"messageId": "M-2", "version": 2} | more))


def listed(caller):
    return [
        (each["orderNumber"], each["code"], each["ageDays"]) for each in caller.get("/v1/findings").json["findings"]
    ]


@pytest.fixture
def capitals(shared):
    order_numbers.configure(upper=True)
    yield
    order_numbers.configure(upper=False)


@pytest.mark.parametrize("kind", ["end", "withdrawal", "annulment", "suspension"])
def test_an_ending_with_a_mistyped_number_says_that_no_such_order_is_known_and_stays_on_the_list(
    cjib, deliver, clock, kind
):
    deliver(row(), *many(2, first=7))
    answer = deliver(stop(kind))
    assert answer.json["results"][0]["outcome"] == "accepted_with_warnings"
    assert codes(answer.json["results"]) == [["order_not_known"]]
    clock.forward(days=3)
    assert listed(cjib) == [("CJIB-2026-000132", "order_not_known", 3)]
    deliver(stop(number="CJIB-2026-000123", messageId="M-3"))
    assert ("CJIB-2026-000132", "order_not_known", 3) in listed(cjib)
    assert codes(deliver(stop(messageId="M-4", version=3)).json["results"]) == [["order_not_known"]]


def test_an_ending_that_came_before_its_order_is_mended_by_the_order(cjib, deliver):
    assert codes(deliver(stop()).json["results"]) == [["order_not_known"]]
    deliver(row(orderNumber="CJIB-2026-000132"))
    assert listed(cjib) == []


def test_an_ending_of_an_order_that_is_known_is_not_said_to_miss_it(deliver):
    deliver(row())
    assert codes(deliver(stop(number="CJIB-2026-000123")).json["results"]) == [["ending_without_order"]]


def test_a_merge_with_an_order_that_is_not_here_waits_visibly_until_it_comes(cjib, deliver):
    deliver(row(), *many(2, first=7))
    assert codes(deliver(merge(LINK)).json["results"]) == [["subject_link_unknown"]]
    assert listed(cjib) == [("CJIB-2026-000123", "subject_link_unknown", 0)]
    deliver(*many(1, first=8), *many(1, first=777))
    assert listed(cjib) == []


def test_a_merge_with_itself_joins_nothing_and_says_so(deliver):
    deliver(row())
    assert codes(deliver(merge({"orderNumber": " CJIB-2026-000123"})).json["results"]) == [["subject_link_itself"]]


def test_a_merge_with_an_order_of_the_same_delivery_is_no_finding(deliver):
    answer = deliver(row(), *many(1, first=777), merge(LINK))
    assert codes(answer.json["results"])[2] == []


def test_spaces_around_an_order_number_name_the_same_order(cjib, deliver, clock):
    deliver(row())
    answer = deliver(stop(number=" CJIB-2026-000123 \t"))
    clock.forward(seconds=1)
    assert "order_not_known" not in codes(answer.json["results"])[0]
    (order,) = cjib.get("/v1/orders?number=%20CJIB-2026-000123%20").json["orders"]
    assert order["status"]["code"] == "ended"


def test_letters_make_another_order_unless_this_register_says_that_they_do_not(deliver):
    deliver(row())
    assert codes(deliver(stop(number="cjib-2026-000123")).json["results"]) == [["order_not_known"]]


def test_where_letters_make_no_difference_every_way_of_writing_a_number_is_one_order(capitals, cjib, deliver):
    deliver(row(orderNumber="cjib-2026-000123"))
    answer = deliver(stop(number=" Cjib-2026-000123"))
    assert codes(answer.json["results"]) == [["ending_without_order"]]
    assert [each["number"] for each in cjib.get("/v1/orders?number=cjib-2026-000123").json["orders"]] == [
        "CJIB-2026-000123"
    ]


def test_the_setting_reaches_the_process(settings):
    equip(settings)
    assert order_numbers.order_number(" a ") == "a"
