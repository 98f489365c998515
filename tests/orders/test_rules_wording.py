from datetime import date

import pytest

from registry.orders.force.wording import ConditionFacts, condition_nl, day_nl
from registry.orders.rules import ConditionType


@pytest.mark.parametrize("kind", list(ConditionType))
def test_every_type_of_condition_has_a_sentence_that_names_its_end(kind):
    sentence = condition_nl(ConditionFacts("C1", kind, ends_on=date(2028, 10, 31)))
    assert sentence.endswith(", tot en met 31 oktober 2028.")
    assert "{" not in sentence


def test_a_contact_ban_names_the_protected_by_reference_only():
    facts = ConditionFacts("C2", ConditionType.CONTACT_BAN, protects=("P1", "P2", "P3"))
    assert condition_nl(facts) == (
        "Contactverbod: mag geen contact hebben met beschermden P1, P2 en P3, ook niet via anderen of online."
    )


def test_an_area_ban_says_for_whom_when_and_how_it_is_watched():
    facts = ConditionFacts("C1", ConditionType.AREA_BAN, protects=("P1",), scheduled=True, electronic_monitoring=True)
    assert condition_nl(facts) == (
        "Gebiedsverbod: mag niet komen in het gebied van voorwaarde C1 (voor beschermde P1), "
        "op de vastgestelde tijden. Met enkelband."
    )


def test_an_approach_ban_names_its_distance():
    facts = ConditionFacts("C1", ConditionType.APPROACH_BAN, protects=("P1",), distance_m=500)
    assert condition_nl(facts) == "Afstandsverbod: mag beschermde P1 niet dichter naderen dan 500 meter."
    assert "de uitspraak noemt" in condition_nl(ConditionFacts("C1", ConditionType.APPROACH_BAN))


def test_a_location_duty_without_times_holds_always():
    assert "moet steeds zijn" in condition_nl(ConditionFacts("C1", ConditionType.LOCATION_DUTY))


def test_a_date_is_written_as_people_write_it():
    assert day_nl(date(2026, 3, 2)) == "2 maart 2026"
