"""A number that the register has of two people: one of the two was mistyped, and nobody can say which."""

from dataclasses import replace

import pytest

from registry.orders.naming.identifiers import PartialDate
from tests.orders.orders import SUBJECT

LEYLA = replace(
    SUBJECT,
    skn="7654321",
    surname="Yilmaz",
    prefix=None,
    given_names="Leyla",
    birth_date=PartialDate(1999, 4, 2),
    addresses=(),
    phones=(),
    plates=(),
)


@pytest.mark.parametrize("question", [{"skn": "7654321"}, {"bsn": "999990019"}])
def test_a_number_that_two_unlike_people_share_establishes_neither_of_them(register, noise, ask, question):
    henk, leyla = register(), register("CJIB-2026-000124", subject=LEYLA)
    hits = {hit["orderId"]: hit for hit in ask(**question)["hits"]}
    assert hits.keys() == {str(henk), str(leyla)}
    assert hits[str(henk)]["identityEstablished"] is False and hits[str(henk)]["score"] < 1
    assert "heel andere persoonsgegevens" in hits[str(henk)]["matchedOn"][-1]["how"]
    assert hits[str(leyla)]["identityEstablished"] is ("skn" in question)


def test_a_married_name_or_another_spelling_of_a_date_is_no_doubt_about_a_number(register, noise, ask):
    married = replace(SUBJECT, surname="Jansen", partner_surname="Berg", birth_date=PartialDate(1985, 3, 21))
    orders = {register(), register("CJIB-2026-000124", subject=married)}
    hits = ask(bsn="999990019")["hits"]
    assert {hit["orderId"] for hit in hits} == {str(each) for each in orders}
    assert all(hit["identityEstablished"] for hit in hits)
