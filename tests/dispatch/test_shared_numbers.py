"""A number that the register has of two people: one of the two was mistyped, and nobody can say which."""

from dataclasses import replace

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


def test_a_number_that_two_unlike_people_share_establishes_neither_of_them(register, noise, ask):
    henk, leyla = register(), register("CJIB-2026-000124", subject=LEYLA)
    hits = {hit["orderId"]: hit for hit in ask(bsn="999990019")["hits"]}
    assert hits.keys() == {str(henk), str(leyla)}
    for hit in hits.values():
        assert hit["identityEstablished"] is False and hit["score"] < 1
        assert "heel andere persoonsgegevens" in hit["matchedOn"][-1]["how"]


def test_the_number_that_is_hers_alone_finds_her_alone(register, noise, ask):
    register()
    leyla = register("CJIB-2026-000124", subject=LEYLA)
    (hit,) = ask(skn="7654321")["hits"]
    assert (hit["orderId"], hit["identityEstablished"]) == (str(leyla), True)


def test_a_married_name_or_another_spelling_of_a_date_is_no_doubt_about_a_number(register, noise, ask):
    married = replace(SUBJECT, surname="Jansen", partner_surname="Berg", birth_date=PartialDate(1985, 3, 21))
    orders = {register(), register("CJIB-2026-000124", subject=married)}
    hits = ask(bsn="999990019")["hits"]
    assert {hit["orderId"] for hit in hits} == {str(each) for each in orders}
    assert all(hit["identityEstablished"] for hit in hits)


def test_a_number_that_only_an_earlier_version_told_still_finds_him_and_establishes_nothing(register, noise, ask):
    told = register()
    register(version=2, kind="change", subject=replace(SUBJECT, bsn=None))
    (hit,) = ask(bsn="999990019")["hits"]
    assert (hit["orderId"], hit["relation"], hit["identityEstablished"]) == (str(told), "bound_by", False)
    assert "eerdere versie van dit bevel" in next(one["how"] for one in hit["matchedOn"] if one["field"] == "bsn")
    (hit,) = ask(skn=SUBJECT.skn)["hits"]
    assert hit["identityEstablished"] is True
    assert ask(bsn="999991206")["hits"] == []


def test_a_number_that_was_corrected_finds_him_by_the_new_one_alone(register, noise, ask):
    told = register()
    register(version=2, kind="correction", subject=replace(SUBJECT, bsn="999991206"))
    (hit,) = ask(bsn="999991206")["hits"]
    assert (hit["orderId"], hit["identityEstablished"]) == (str(told), True)
    assert ask(bsn="999990019")["hits"] == []


def test_a_number_that_a_correction_left_out_is_found_as_one_that_is_no_longer_his(register, noise, ask):
    other, told = register(), register("CJIB-2026-000124", subject=replace(SUBJECT, skn=None))
    assert len(ask(bsn="999990019")["hits"]) == 2
    register("CJIB-2026-000124", version=2, kind="correction", subject=replace(SUBJECT, bsn=None, skn=None))
    (hit,) = ask(bsn="999990019")["hits"]
    assert (hit["orderId"], hit["identityEstablished"]) == (str(other), True)
    register(version=2, kind="correction", subject=replace(SUBJECT, bsn=None))
    hits = {hit["orderId"]: hit for hit in ask(bsn="999990019")["hits"]}
    assert hits.keys() == {str(other), str(told)}
    for hit in hits.values():
        how = next(one["how"] for one in hit["matchedOn"] if one["field"] == "bsn")
        assert hit["identityEstablished"] is False and "door een correctie is vervallen" in how
