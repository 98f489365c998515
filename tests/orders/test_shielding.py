"""A sender can write her address in any field; who may not know her does not read it in any of them."""

import json
from dataclasses import replace

import pytest

from registry.access.rules import OrganisationKind, Scope
from registry.orders.naming.free_text import shielded
from registry.orders.register.content import Risk, Supervision
from tests.orders.orders import CONTACT_BAN, PROTECTED, SUBJECT, area_ban, content, message

HER_HOME = "Verborgenlaan 77"
SPELLINGS = ("Verborgenlaan", "VERBORGENLAAN", "9712XK", "9712 xk")


def everywhere():
    """An order with her address in every field that is not meant for it."""
    return content(
        subject=replace(SUBJECT, aliases=(f"de man van {HER_HOME}",)),
        protected=(replace(PROTECTED, reference=HER_HOME),),
        conditions=(
            area_ban(f"rond {HER_HOME}", protects=(HER_HOME,)),
            replace(CONTACT_BAN, protects=(HER_HOME,)),
        ),
        court=f"Rechtbank {HER_HOME.upper()}",
        case_number="9712 xk",
        supervision=Supervision("RN-MN", f"bel over {HER_HOME}", "+31301234567"),
        youth_supervision=Supervision("Jeugd 9712XK", None, None),
        case_director=Supervision(None, f"zit op de {HER_HOME}", None),
        risk=Risk("high", None, f"taxatie {HER_HOME}"),
        remark=f"Zij woont op {HER_HOME}, 53.2194, 6.5665 of 233600 582000.",
    )


def texts(told):
    return json.dumps(told, ensure_ascii=False)


@pytest.mark.parametrize("path", ["", "/history"])
def test_her_address_in_any_field_is_not_shown_to_who_may_not_see_her(world, deliver, path):
    probation = world.caller("RN-MN", OrganisationKind.PROBATION, Scope.ORDERS_READ)
    order_id = deliver(message(told=everywhere()))
    shown = probation.get(f"/v1/orders/{order_id}{path}")
    assert shown.status_code == 200
    answer = texts(shown.json)
    assert [found for found in SPELLINGS if found in answer] == []
    assert not any(each in answer for each in ("53.2194", "6.5665", "233600", "582000"))


def test_what_is_no_address_stays_and_who_may_see_her_reads_it_as_it_was_sent(world, deliver):
    probation = world.caller("RN-MN", OrganisationKind.PROBATION, Scope.ORDERS_READ)
    police = world.caller("POL-MN", OrganisationKind.POLICE, Scope.ORDERS_READ, Scope.PROTECTED_READ)
    order_id = deliver(message(told=everywhere()))
    told = probation.get(f"/v1/orders/{order_id}").json
    assert told["court"] == "Rechtbank [afgeschermd]"
    assert told["supervision"]["contactName"] == "bel over [afgeschermd]"
    assert told["supervision"]["phone"] == "+31301234567"
    subject = next(each for each in told["parties"] if each["role"] == "subject")
    assert subject["identity"]["addresses"][0]["street"] == "Dorpsstraat"
    assert police.get(f"/v1/orders/{order_id}").json["supervision"]["contactName"] == f"bel over {HER_HOME}"


@pytest.mark.parametrize(
    ("code", "kind"), [("POL-MN", OrganisationKind.POLICE), ("OM-MN", OrganisationKind.PROSECUTION)]
)
@pytest.mark.parametrize("path", ["", "/history"])
def test_who_answers_calls_reads_no_address_of_the_register_whatever_else_he_may(world, deliver, code, kind, path):
    scopes = (Scope.ORDERS_READ, Scope.PROTECTED_READ)
    room = world.caller(code, kind, *scopes, Scope.LOOKUPS_ASK)
    apart, everything = world.caller_of(room, *scopes), world.caller_of(room, *Scope)
    order_id = deliver(message(told=everywhere()))
    for asking in (room, everything):
        shown = asking.get(f"/v1/orders/{order_id}{path}")
        assert shown.status_code == 200
        assert [found for found in SPELLINGS if found in texts(shown.json)] == []
    assert any(found in texts(apart.get(f"/v1/orders/{order_id}").json) for found in SPELLINGS)


def test_an_order_without_such_faults_is_shown_unchanged(world, deliver):
    probation = world.caller("RN-MN", OrganisationKind.PROBATION, Scope.ORDERS_READ)
    order_id = deliver(message())
    told = probation.get(f"/v1/orders/{order_id}").json
    assert (told["court"], told["parties"][1]["reference"]) == ("Rechtbank Midden-Nederland", "P1")
    assert told["supervision"]["contactName"] == "A. Bakker"


@pytest.mark.parametrize("place", ["52.0936, 5.1222", "52,09361 5,12222", "136012 455880"])
def test_a_coordinate_in_free_text_is_hidden(place):
    assert not any(part in shielded(f"meldt zich op {place} elke dag", ()) for part in place.split(" "))


@pytest.mark.parametrize("harmless", ["binnen 5 dagen", "een boete van 1.500 euro", "op 500 meter", "voor 24 maanden"])
def test_other_numbers_stay(harmless):
    assert shielded(f"betaalt of meldt zich {harmless}", ()) == f"betaalt of meldt zich {harmless}"
