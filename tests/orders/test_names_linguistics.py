import re

import pytest

from registry.orders.naming.identifiers import PartialDate
from registry.orders.naming.likeness import ReasonCode
from registry.orders.naming.linguistics import ABBREVIATED, ALSO_NAMES, CALLED, PREFIXES, SOUND_RULES
from registry.orders.naming.matching import DISPLAY_THRESHOLD, NameQuery, match
from registry.orders.naming.names import NameFields, fold, key, query_tokens, tokens

BORN = PartialDate(1985, 3, 12)


def sound_without(left_out, name):
    sound = fold(name).replace(" ", "")
    for rule in SOUND_RULES:
        if rule is not left_out:
            sound = re.sub(rule.letters, rule.sound, sound)
    return sound


@pytest.mark.parametrize("rule", SOUND_RULES, ids=lambda rule: " ".join(rule.same))
def test_the_names_of_a_rule_sound_the_same_and_would_not_without_it(rule):
    assert len({key(name) for name in rule.same}) == 1
    assert len({sound_without(rule, name) for name in rule.same}) > 1


def test_the_sound_rules_say_what_the_key_does():
    assert all(key(name) == sound_without(None, name) for rule in SOUND_RULES for name in rule.same)


def test_each_name_to_be_called_by_goes_both_ways_and_is_folded():
    assert "cornelis" in CALLED["kees"] and "kees" in CALLED["cornelis"]
    assert all(one in CALLED[other] for one, others in CALLED.items() for other in others)
    assert all(fold(name) == name for name in CALLED)


def test_what_is_abbreviated_or_also_a_name_is_a_prefix():
    assert ABBREVIATED.keys() | ALSO_NAMES <= PREFIXES


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("v.d. Berg", "vanderberg"),
        ("vd Berg", "vandenberg"),
        ("v.t. Hof", "vanthof"),
        ("Berg v.d.", "vandeberg"),
        ("Berg, Jan van den", "vandenberg"),
    ],
)
def test_an_abbreviated_or_trailing_prefix_is_tried_before_the_name(typed, form):
    assert form in query_tokens(typed).words[0].forms


@pytest.mark.parametrize(
    ("typed", "initials"), [("JP Smit", ("j", "p")), ("Smit JWM", ("j", "w", "m")), ("Ng Smit", ()), ("Bo Smit", ())]
)
def test_consonants_in_a_row_are_initials_without_dots(typed, initials):
    assert query_tokens(typed).initials == initials


def test_consonants_by_themselves_are_all_there_is_to_look_for():
    assert [word.text for word in query_tokens("JP").words] == ["jp"]


def test_a_name_registered_with_its_prefix_written_on_is_also_listed_without():
    assert "bussche" in tokens(NameFields("Vandenbussche"))[0].forms
    assert tokens(NameFields(given_names="Vandana"))[0].others == ()


def test_a_name_to_be_called_by_is_told_as_such_and_only_for_a_given_name():
    found = match(NameQuery("Kees Jansen"), NameFields("Jansen", "", "Cornelis"))
    assert found.score >= DISPLAY_THRESHOLD
    assert ReasonCode.CALLED in {reason.code for reason in found.reasons}
    assert match(NameQuery("Kees"), NameFields("Cornelis")).score < DISPLAY_THRESHOLD


def test_a_surname_that_is_hardly_alike_is_recognised_by_the_day_of_birth_and_only_then():
    registered = {"surname": "Gebregziabher", "given_names": "Tamrat"}
    dated = NameQuery("Tamrat Gebrigzabir", BORN)
    assert match(dated, NameFields(**registered, birth_on=BORN)).score >= DISPLAY_THRESHOLD
    assert match(dated, NameFields(**registered)).score < DISPLAY_THRESHOLD
    assert match(dated, NameFields("Haile", "", "Tamrat", birth_on=BORN)).score < DISPLAY_THRESHOLD
