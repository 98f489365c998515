from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from registry.access.rules import OrganisationKind
from registry.orders import service
from registry.orders.register.detentions import NewDetention
from registry.orders.service import order_for
from tests.orders.orders import SUBJECT, sender

NO_POWER = "Geen bevoegdheid uit dit bevel; onderzoek zelfstandige strafbare feiten; bevestig bij de bron."


@pytest.fixture
def hit(ask):
    """The one hit on the BSN of the subject."""

    def hit():
        [found] = ask(bsn="999990019")["hits"]
        return found

    return hit


def assert_no_power(found, code):
    assert found["status"]["code"] == code
    assert found["powers"] == {
        "card": None,
        "titleNl": NO_POWER,
        "halves": [],
        "steps": [],
        "callNl": [],
        "always": [],
        "source": None,
    }


def test_an_order_in_force_says_so_until_when_and_carries_its_card(register, hit):
    register()
    found = hit()
    assert found["status"] == {
        "code": "in_force",
        "textNl": "Geldig",
        "since": "2026-10-31T23:00:00Z",
        "until": "2028-10-31T23:00:00Z",
        "endedAt": None,
        "reasonsNl": ["Het bevel is ingegaan en geldt tot en met 31 oktober 2028."],
        "toBeVerified": False,
    }
    assert found["powers"]["card"] == "B"


@pytest.mark.parametrize(
    ("facts", "code", "told"),
    [
        ({"starts_on": date(2027, 1, 1)}, "not_yet", "Het bevel gaat in op 1 januari 2027."),
        ({"ends_on": date(2026, 11, 22)}, "expired_verify", "De laatste dag was 22 november 2026"),
        ({"immediately_enforceable": True, "imposed_in_presence": False}, "not_served", "betekening is niet bekend"),
    ],
)
def test_an_order_that_does_not_hold_says_why_and_shows_no_power(register, hit, facts, code, told):
    register(**facts)
    found = hit()
    assert_no_power(found, code)
    assert told in found["status"]["reasonsNl"][0]


@pytest.mark.parametrize(
    ("kind", "code", "told"),
    [
        ("suspension", "suspended", "geschorst sinds 23 november 2026 om 13:00 uur"),
        ("end", "ended", "geëindigd op 23 november 2026 om 13:00 uur"),
        ("withdrawal", "ended", "ingetrokken op"),
        ("annulment", "ended", "vernietigd op"),
    ],
)
def test_an_order_that_was_ended_or_suspended_says_so_at_once_and_shows_no_power(register, hit, kind, code, told):
    register()
    register(version=2, kind=kind, told=None)
    found = hit()
    assert_no_power(found, code)
    assert told in found["status"]["reasonsNl"][0]


def test_an_ending_above_a_gap_works_and_is_to_be_verified(register, hit):
    register()
    register(version=4, kind="end", told=None)
    found = hit()
    assert_no_power(found, "ended")
    assert found["status"]["toBeVerified"]
    assert found["gaps"] == {"missing": 2, "versions": [2, 3]}


def test_an_order_without_end_that_was_not_confirmed_for_long_shows_no_power(register, hit, clock):
    register(ends_on=None)
    assert hit()["status"]["code"] == "in_force"
    clock.forward(days=31)
    assert_no_power(hit(), "unconfirmed")


def test_while_the_subject_is_detained_the_order_is_paused_and_shows_no_power(register, hit, shared, clock, world):
    order_id = register()
    owner = sender(world.organisation("CJIB", OrganisationKind.CJIB))
    told = NewDetention("detained", datetime(2026, 11, 20, tzinfo=UTC), None, "PI Utrecht")
    with shared.database.transaction() as session:
        assert order_for(session, owner, order_id)
        service.record_detention(session, owner, clock.now(), order_id, told)
    clock.forward(seconds=1)
    assert_no_power(hit(), "paused")


def test_ground_b_of_a_prosecutors_order_gives_arrest_in_the_act_and_outside_it_on_order(register, hit):
    register(regime="GDA", ground="b", ends_on=date(2027, 1, 20))
    powers = hit()["powers"]
    assert (powers["card"], powers["steps"]) == ("A", [])
    act, outside = powers["halves"]
    assert act["titleNl"] == "Op heterdaad (art. 53 Sv)"
    assert "verdachte mag worden aangehouden" in act["steps"][0]["textNl"]
    assert outside["titleNl"] == "Buiten heterdaad (art. 54 Sv)"
    assert "op bevel van de officier van justitie" in outside["steps"][0]["textNl"]
    assert powers["callNl"] == ["officier van justitie", "hulpofficier van justitie"]


@pytest.mark.parametrize("ground", ["a", "c"])
def test_the_other_grounds_give_no_arrest_outside_the_act(register, hit, ground):
    register(regime="GDA", ground=ground, ends_on=date(2027, 1, 20))
    powers = hit()["powers"]
    assert powers["card"] == "A"
    assert powers["halves"][1]["steps"][0]["textNl"].startswith("Buiten heterdaad: geen aanhouding.")
    assert powers["callNl"] == []


def test_a_conditional_sentence_says_whom_to_call_and_that_the_officer_has_no_power_of_his_own(register, hit):
    register()
    powers = hit()["powers"]
    assert (powers["card"], powers["halves"]) == ("B", [])
    assert powers["callNl"] == ["officier van justitie", "hulpofficier van justitie"]
    assert powers["steps"][0]["textNl"].startswith("Geen eigen aanhoudingsbevoegdheid")
    assert "6:3:15 lid 1 Sv" in powers["steps"][1]["source"]
    assert "285b" in powers["always"][0]["textNl"]


def test_a_suspended_detention_has_its_own_extra_order_to_ask_for(register, hit):
    register(regime="SVH")
    steps = {step["code"] for step in hit()["powers"]["steps"]}
    assert {"suspension_prosecutor", "suspension_assistant"} <= steps
    assert hit()["person"]["calledNl"] == "verdachte"


def test_a_civil_order_gives_no_coercion(register, hit):
    register(regime="CIV")
    powers = hit()["powers"]
    assert (powers["card"], powers["callNl"]) == ("C", [])


def test_an_order_of_which_little_was_delivered_is_shown_as_far_as_it_is_known(register, ask):
    unknown = dict.fromkeys(("bsn", "skn", "given_names", "initials", "birth_date"))
    bare = replace(SUBJECT, **unknown, addresses=(), phones=(), plates=())
    register(subject=bare, protected=(), conditions=(), ends_on=None, starts_on=None, decided_on=None)
    [found] = ask(name="van den Berg")["hits"]
    assert (found["conditions"], found["protected"]) == ([], [])
    assert found["person"] == {"calledNl": "veroordeelde", "name": "van den Berg", "birthDate": None, "minor": None}
    assert "De ingangsdatum ontbreekt" in " ".join(found["status"]["reasonsNl"])
