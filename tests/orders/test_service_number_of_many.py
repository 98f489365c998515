"""A number that is filled in where none is known: it ties nobody, and is noted of everybody."""

from dataclasses import replace
from itertools import product

from registry.orders.naming.identifiers import PartialDate
from registry.orders.register.sameness import MOST_IDENTITIES
from tests.orders.orders import SUBJECT
from tests.orders.test_service_shared_numbers import HER_BSN, LEYLA, of, shared_numbers


def test_a_number_filled_in_for_very_many_ties_nobody_and_one_correction_fewer_ties_again(shared, deliver, person_of):
    henk, again = deliver(of(SUBJECT, "A")), deliver(of(replace(SUBJECT, skn=None), "A2"))
    strangers = [
        replace(
            LEYLA, skn=None, surname=f"{one}a{other}ek", given_names=f"{other}o{one}us", birth_date=PartialDate(year)
        )
        for year, (one, other) in enumerate(product("BDKMZ", "fglnrs"), start=1940)
    ][:MOST_IDENTITIES]
    assert person_of(henk) == person_of(again)
    found = [deliver(of(each, f"S{number}")) for number, each in enumerate(strangers)]
    assert len({person_of(each) for each in (henk, again, *found)}) == MOST_IDENTITIES + 2
    told = shared_numbers(shared)
    assert {pair[0] for pair in told} == {"A", "A2", *(f"S{number}" for number in range(MOST_IDENTITIES))}
    assert len(told) == 2 * (MOST_IDENTITIES + 1)
    deliver(of(replace(strangers[0], bsn=HER_BSN), "S0", 2, "correction"))
    assert person_of(henk) == person_of(again)
    assert "S0" not in {pair[0] for pair in shared_numbers(shared)}
