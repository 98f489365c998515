import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind, Scope
from registry.http.fields import format_instant
from tests.orders.orders import CONTACT_BAN, PROTECTED, SUBJECT, area_ban, content, message
from tests.world import NOW

MOVED = replace(PROTECTED, addresses=(replace(PROTECTED.addresses[0], postcode="9712XL", house_number=5),))
ELSEWHERE = {"type": "Circle", "center": [5.2, 52.1], "radiusM": 300}


@pytest.fixture
def police(world):
    return world.caller("POL-MN", OrganisationKind.POLICE, Scope.ORDERS_READ, Scope.DETENTIONS_WRITE)


@pytest.fixture
def trusted(world):
    return world.caller("OM-MN", OrganisationKind.PROSECUTION, Scope.ORDERS_READ, Scope.PROTECTED_READ)


def history(caller, order_id, query=""):
    return caller.get(f"/v1/orders/{order_id}/history{query}").json


def changes(answer, version):
    (told,) = [one for one in answer["versions"] if one["version"] == version]
    return {one["field"]: (one["before"], one["after"]) for one in told["changes"]}


def test_each_version_tells_who_sent_it_and_what_it_changed(deliver, police):
    order_id = deliver(message(), message(2, "extension", content(ends_on=date(2029, 10, 31), court="Hof Den Haag")))
    answer = history(police, order_id)
    assert answer["versions"][1]["sender"] == {"code": "CJIB", "name": "Organisatie CJIB"}
    assert answer["versions"][1]["comparedWith"] == 1
    assert changes(answer, 2) == {
        "endsOn": ("2028-10-31", "2029-10-31"),
        "court": ("Rechtbank Midden-Nederland", "Hof Den Haag"),
    }
    assert (answer["versions"][0]["changes"], answer["versions"][0]["comparedWith"]) == ([], None)


def test_protected_values_are_named_and_shown_only_to_who_may_see_them(deliver, police, trusted):
    conditions = (area_ban(wire=ELSEWHERE, text="Niet in de Geheimstraat."), CONTACT_BAN)
    order_id = deliver(message(), message(2, "change", content(protected=(MOVED,), conditions=conditions)))
    plain, opened = history(police, order_id), history(trusted, order_id)
    named = {"parties.protected.P1.identity.addresses", "conditions.C1.text", "conditions.C1.zone.geometry"}
    assert named <= changes(plain, 2).keys() == changes(opened, 2).keys()
    assert {changes(plain, 2)[name] for name in named} == {(None, None)}
    assert changes(opened, 2)["conditions.C1.text"][1] == "Niet in de Geheimstraat."
    for secret in ("9712X", "Verborgenlaan", "Geheimstraat", "52.1", "Vosmeer"):
        assert secret not in json.dumps(plain)


def test_a_condition_that_came_or_went_is_told_by_its_reference(deliver, police):
    order_id = deliver(message(), message(2, "change", content(conditions=(CONTACT_BAN,))))
    found = changes(history(police, order_id), 2)
    assert found["conditions.C1.type"] == ("area_ban", None)
    assert not any(name.startswith("conditions.C2") for name in found)


def test_an_ending_alone_changes_no_field_and_a_correction_names_what_it_takes_back(deliver, police):
    order_id = deliver(message(), message(2, "end", None), message(3, "correction", corrects=2))
    answer = history(police, order_id)
    assert [(one["comparedWith"], one["changes"], one["correctsVersion"]) for one in answer["versions"]] == [
        (None, [], None),
        (None, [], None),
        (1, [], 2),
    ]


def test_for_whom_the_subject_was_taken_is_told_with_cause_and_times(clock, deliver, police):
    other = replace(SUBJECT, bsn="999991176", skn="5550001", surname="Linden")
    target, source = deliver(message(number="A")), deliver(message(told=content(subject=other), number="B"))
    clock.forward(days=1)
    deliver(message(2, "merge", content(subject=other), number="B", subject_link="A"))
    answer = history(police, source)
    assert [(one["cause"], one["replacedAt"] is None) for one in answer["identities"] if one["version"] == 1] == [
        ("new", False),
        ("merge", True),
    ]
    assert answer["identities"][-1]["personId"] == history(police, target)["identities"][0]["personId"]


def test_detentions_are_told_with_who_recorded_them_and_why_they_gave_way(clock, deliver, police):
    order_id = deliver(message())
    body = {"orderId": str(order_id), "kind": "detained", "fromAt": format_instant(NOW), "source": "DJI"}
    first = police.post("/v1/detentions", body).json["id"]
    clock.forward(days=2)
    police.post(f"/v1/detentions/{first}/end", {"untilAt": format_instant(clock.now())})
    found = history(police, order_id)["detentions"]
    assert [(one["recordedBy"], one["replacedBecause"], one["replacedBy"]) for one in found] == [
        ("POL-MN", "ended", "POL-MN"),
        ("POL-MN", None, None),
    ]
    assert found[0]["replacementId"] == found[1]["id"]


def test_a_history_goes_on_where_it_stopped_and_still_compares(deliver, police):
    courts = ("Hof Den Haag", "Hof Amsterdam", "Hof Arnhem")
    order_id = deliver(message(), *(message(n, "change", content(court=c)) for n, c in enumerate(courts, start=2)))
    first = history(police, order_id, "?limit=2")
    second = history(police, order_id, f"?limit=2&cursor={first['next']}")
    assert [one["version"] for one in (*first["versions"], *second["versions"])] == [1, 2, 3, 4]
    assert changes(second, 3) == {"court": ("Hof Den Haag", "Hof Amsterdam")}
    assert history(police, order_id, f"?cursor={second['next']}")["next"] is None


def test_the_same_messages_in_another_order_give_the_same_history_by_version(deliver, police):
    told = [
        message(1),
        message(2, "change", content(court="Hof Den Haag")),
        message(3, "suspension", None),
        message(5, "extension", content(ends_on=date(2030, 1, 1), protected=(MOVED,))),
    ]
    found = []
    for place, order in enumerate(([0, 1, 2, 3], [3, 1, 0, 2], [2, 3, 1, 0])):
        subject = replace(SUBJECT, bsn=None, skn=None)
        alone = [
            replace(told[each], number=f"H-{place}", content=each != 2 and replace(told[each].content, subject=subject))
            for each in order
        ]
        answer = history(police, deliver(*(replace(one, content=one.content or None) for one in alone)))
        versions = sorted(answer["versions"], key=lambda one: one["version"])
        unlike = ("id", "recordedAt")
        found.append([{name: one[name] for name in one if name not in unlike} for one in versions])
        assert [one["version"] for one in answer["gaps"]] == [4]
    assert found[0] == found[1] == found[2]


def test_a_history_is_audited_and_is_not_there_for_others(shared, deliver, trusted, world):
    order_id = deliver(message())
    history(trusted, order_id)
    with shared.database.reading() as session:
        asked = select(AuditEntry.details).where(
            AuditEntry.organisation_id == trusted.organisation_id, AuditEntry.object_ref == f"order:{order_id}"
        )
        assert {"part": "history", "protected": True} in list(session.scalars(asked))
    stranger = world.caller("POL-OB", OrganisationKind.POLICE, Scope.ORDERS_READ, Scope.PROTECTED_READ)
    assert stranger.get(f"/v1/orders/{order_id}/history").status_code == 404


def test_every_identity_that_was_delivered_stays_readable_through_merges_and_splits(clock, deliver, trusted):
    other = replace(SUBJECT, bsn="999991176", skn="5550001", surname="Linden", prefix=None, phones=())
    deliver(message(number="A"))
    kinds = (("merge", "A"), ("split", None), ("merge", "A"))
    names = ["Linden", "Lindeman", "Van der Linde", "Linden-Berg"]
    order_id = deliver(message(told=content(subject=other), number="B"))
    for version, ((kind, link), surname) in enumerate(zip(kinds, names[1:], strict=True), start=2):
        clock.forward(days=1)
        subject = replace(other, surname=surname)
        deliver(message(version, kind, content(subject=subject), number="B", subject_link=link))
    clock.forward(days=1)
    found = []
    for days in range(4):
        known_at = format_instant(NOW + timedelta(days=days, hours=1))
        answer = trusted.get(f"/v1/orders/{order_id}?knownAt={known_at}").json
        (subject,) = [one for one in answer["parties"] if one["role"] == "subject"]
        found.append((subject["identity"]["surname"], subject["personId"]))
    assert [surname for surname, _ in found] == names
    persons = [person for _, person in found]
    assert persons[1] == persons[3] and persons[0] != persons[1] != persons[2]
    told = [changes(history(trusted, order_id), version) for version in (2, 3, 4)]
    assert [one["parties.subject.S.identity.surname"] for one in told] == list(zip(names, names[1:], strict=False))
