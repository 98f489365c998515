import uuid
from datetime import UTC, datetime, timedelta

import pytest

from registry.outbox.destination import BadDestination, is_public, parse
from registry.outbox.rules import (
    FIELDS,
    FORMS,
    EventType,
    check_event,
    known_filter,
    retry_delay,
    wanted,
)

SOME = uuid.UUID("01900000-0000-7000-8000-000000000001")
ALERT = f"alert:{SOME}"
RAISED = {"alert_class": "zone_breach", "priority": 1, "level": 0}


def test_every_event_type_has_known_fields() -> None:
    assert FIELDS.keys() == set(EventType)
    for fields in FIELDS.values():
        assert fields.required | fields.optional <= FORMS.keys()


def test_absent_fields_are_left_out() -> None:
    assert check_event(EventType.ALERT_RAISED, ALERT, RAISED | {"order_id": None}) == RAISED


@pytest.mark.parametrize(
    ("event_type", "subject", "data"),
    [
        ("nl.beschermingsbevel.alert.invented.v1", ALERT, RAISED),
        (EventType.ALERT_RAISED, ALERT, RAISED | {"surname": "Berg"}),
        (EventType.ALERT_RAISED, ALERT, {"priority": 1}),
        (EventType.ALERT_RAISED, ALERT, RAISED | {"order_id": "CJIB 1"}),
        (EventType.ALERT_RAISED, ALERT, RAISED | {"priority": True}),
        (EventType.ALERT_RAISED, ALERT, RAISED | {"alert_class": "Dorpsstraat 1"}),
        (EventType.ALERT_RAISED, ALERT, RAISED | {"raised_at": "2026-11-23"}),
        (EventType.ALERT_RAISED, ALERT, RAISED | {"raised_at": datetime(2026, 11, 23)}),  # noqa: DTZ001
        (EventType.ALERT_RAISED, "alert:Jan de Berg", RAISED),
        (EventType.ALERT_RAISED, f"order:{SOME}", RAISED),
        (EventType.DEADLINE_NEAR, f"deadline:{SOME}", {"due_on": datetime(2026, 11, 23, tzinfo=UTC)}),
    ],
)
def test_what_the_catalogue_does_not_know_is_refused(event_type: str, subject: str, data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        check_event(event_type, subject, data)


def test_a_filter_takes_a_type_a_prefix_or_everything() -> None:
    raised = EventType.ALERT_RAISED
    assert wanted([raised], raised)
    assert wanted(["nl.beschermingsbevel.alert.*"], raised)
    assert wanted(["*"], raised)
    assert not wanted(["nl.beschermingsbevel.order.*", EventType.ALERT_ESCALATED], raised)
    assert not wanted(["nl.beschermingsbevel.al*"], raised)
    assert not known_filter("nl.beschermingsbevel.al*")
    assert not known_filter("nl.beschermingsbevel.zone.*")


def test_the_first_tries_are_close_together_then_each_minute_for_half_an_hour() -> None:
    delays_s = [retry_delay(attempts, 0.5).total_seconds() for attempts in range(1, 40)]
    assert delays_s[:6] == [2, 5, 10, 20, 40, 60]
    assert set(delays_s[6:36]) == {60}
    assert delays_s[36:] == [120, 240, 480]


def test_the_spread_is_a_fifth_to_either_side() -> None:
    assert retry_delay(3, 0.0) == timedelta(seconds=8)
    assert retry_delay(3, 1.0) == timedelta(seconds=12)


def test_tries_never_end_and_never_rest_longer_than_five_hours() -> None:
    delays = [retry_delay(attempts, 0.9) for attempts in range(1, 400)]
    assert max(delays) < timedelta(hours=5)
    assert sum(delays[:50], timedelta(0)) < timedelta(days=3)


def test_what_the_receiver_asks_in_retry_after_is_honoured_up_to_an_hour() -> None:
    assert retry_delay(1, 0.5, 30) == timedelta(seconds=30)
    assert retry_delay(1, 0.5, 1e9) == timedelta(hours=1)
    assert retry_delay(1, 0.5, -5) == timedelta(seconds=2)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"]
    + [
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "255.255.255.255",
    ],
)
def test_private_addresses_are_known_in_every_guise(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2a00:1450:400e:80c::200e", "::ffff:8.8.8.8"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.org/hook", "https_only"),
        ("ftp://example.org/hook", "https_only"),
        ("https://user:secret@example.org/", "url_holds_more"),
        ("https://example.org/?token=1", "url_holds_more"),
        ("https://example.org/#x", "url_holds_more"),
        ("https://10.0.0.1/hook", "private_address"),
        ("https://[::1]/hook", "private_address"),
        ("https://localhost/hook", "private_address"),
        ("https://example.org:99999/", "url_invalid"),
        ("https://", "url_invalid"),
        ("https://example.org/a b", "url_invalid"),
        ("https://example.org/\r\nX: y", "url_invalid"),
        ("nonsense", "url_invalid"),
    ],
)
def test_a_destination_that_could_do_harm_is_refused(url: str, code: str) -> None:
    with pytest.raises(BadDestination) as refused:
        parse(url, {"10.0.0.2", "inside:8080"})
    assert refused.value.code == code


def test_a_private_host_that_the_settings_name_may_be_plain_http() -> None:
    assert parse("http://inside:8080/hook", {"inside:8080"}).is_listed
    assert parse("http://10.0.0.2/hook", {"10.0.0.2"}).port == 80
    with pytest.raises(BadDestination):
        parse("http://inside:8081/hook", {"inside:8080"})
