from datetime import date
from types import MappingProxyType

import pytest

from registry.law import LawTable, UnknownRegime, load
from registry.law.checks import CONDITIONS, LawTableError
from registry.law.periods import holds
from registry.law.rules import Card, Confidence, Half, Listing, RegimeCode
from registry.orders.rules import ConditionType

LAW = load()
TODAY = date(2026, 11, 20)


def texts(steps):
    return " ".join(step.text_nl for step in steps)


def test_every_regime_has_a_name_a_word_for_its_subject_and_a_source():
    rows = {code: LAW.regime(code, TODAY) for code in RegimeCode}
    assert len(rows) == 25
    assert all(row.name_nl and row.legal_basis and row.imposed_by_nl and row.source for row in rows.values())
    assert not any("dader" in row.subject_nl for row in rows.values())


@pytest.mark.parametrize(
    ("code", "word"),
    [
        *((code, "verdachte") for code in ("SVH", "GDA", "SEP")),
        *((code, "veroordeelde") for code in ("VV", "VBM", "VI", "GVM")),
        ("HV", "uithuisgeplaatste"),
        ("BGM", "betrokkene"),
        ("CIV", "gedaagde"),
    ],
)
def test_a_subject_is_called_what_his_regime_calls_him(code, word):
    assert LAW.regime(code, TODAY).subject_nl == word


def test_the_law_is_that_of_the_day():
    assert "oude regeling" in LAW.regime("VI", date(2021, 6, 30)).name_nl
    assert LAW.regime("VI", date(2021, 7, 1)).legal_basis == "art. 6:2:10-6:2:14 Sv"


def test_an_order_older_than_its_regime_is_still_found_and_can_be_told_apart():
    row = LAW.regime("GVM", date(2001, 1, 1))
    assert row.code == "GVM"
    assert not holds(row, date(2001, 1, 1))


def test_an_unknown_code_is_named_as_such():
    with pytest.raises(UnknownRegime):
        LAW.regime("XX", TODAY)
    with pytest.raises(UnknownRegime):
        LAW.powers("XX", None, TODAY)


@pytest.mark.parametrize(
    ("code", "ground", "card", "offence", "pretrial"),
    [
        ("GDA", "b", Card.A, "art. 184a Sr", True),
        ("GDA", "a", Card.A, "art. 184 Sr", False),
        ("GDA", "c", Card.A, "art. 184 Sr", False),
        ("GDA", "d", Card.C, None, None),
        ("GDA", None, Card.A, "art. 184 of 184a Sr", None),
        ("HV", None, Card.A, "art. 11 Wth", True),
        ("BGM", None, Card.A, "art. 184 Sr", False),
        ("VV", None, Card.B, None, None),
        ("SVH", None, Card.B, None, None),
        ("CIV", None, Card.C, None, None),
        ("REG606", None, Card.C, None, None),
    ],
)
def test_the_card_follows_from_regime_and_ground(code, ground, card, offence, pretrial):
    powers = LAW.powers(code, ground, TODAY)
    assert (powers.card, powers.offence, powers.pretrial_offence) == (card, offence, pretrial)


@pytest.mark.parametrize("code", RegimeCode)
def test_every_card_reads_as_plain_dutch_with_sources_and_the_independent_offences(code):
    powers = LAW.powers(code, None, TODAY)
    assert powers.steps
    assert all(step.source and "{" not in step.text_nl for step in powers.steps)
    assert "285b" in texts(powers.always)


def test_card_a_has_two_halves_and_without_pretrial_detention_no_arrest_outside_the_act():
    halves = {step.half: step.text_nl for step in LAW.powers("GDA", "b", TODAY).steps}
    assert "art. 53 Sv" in halves[Half.CAUGHT_IN_ACT]
    assert "bevel van de officier van justitie" in halves[Half.OUTSIDE]
    outside = [step for step in LAW.powers("GDA", "a", TODAY).steps if step.half is Half.OUTSIDE]
    assert texts(outside).startswith("Buiten heterdaad: geen aanhouding")


def test_a_foreign_order_gives_arrest_only_after_the_order_to_comply_was_ignored():
    first, then, outside = LAW.powers("EPO_IN", None, TODAY).steps
    assert (first.half, then.half, outside.half) == (Half.CAUGHT_IN_ACT, Half.CAUGHT_IN_ACT, Half.OUTSIDE)
    assert "bevelen de maatregel na te leven" in first.text_nl
    assert "niet strafbaar" in then.text_nl and "niet opvolgt" in then.text_nl
    assert "geen aanhouding" in outside.text_nl


def test_the_grounds_that_decide_a_card_are_named():
    assert LAW.grounds("GDA", TODAY) == {"a", "b", "c", "d"}
    assert LAW.grounds("VV", TODAY) == frozenset()


def test_card_b_says_whom_to_call_and_only_a_suspension_names_article_84():
    powers = LAW.powers("VV", None, TODAY)
    assert powers.call_nl == ("officier van justitie", "hulpofficier van justitie")
    assert all(step.half is None for step in powers.steps)
    assert "art. 84" not in texts(powers.steps)
    assert "art. 84 Sv" in texts(LAW.powers("SVH", None, TODAY).steps)


def test_a_day_whose_law_is_not_known_and_an_order_not_in_force_give_no_power():
    for powers in (LAW.powers("VV", None, date(2015, 1, 1)), LAW.no_power()):
        assert powers.card is Card.C
        assert texts(powers.steps).startswith("Geen bevoegdheid uit dit bevel.")
        assert powers.always


@pytest.mark.parametrize(
    ("code", "immediate", "presence", "needed"),
    [
        ("VV", True, False, True),
        ("VV", True, True, False),
        ("VV", False, False, False),
        ("VV", None, None, True),
        ("VV", True, None, True),
        ("VBM", True, False, False),
        ("GDA", None, None, False),
    ],
)
def test_service_is_needed_where_a_source_asks_for_it_and_the_unknown_counts_against_an_arrest(
    code, immediate, presence, needed
):
    regime = LAW.regime(code, TODAY)
    assert regime.needs_service(immediately_enforceable=immediate, imposed_in_presence=presence) is needed


def test_an_order_longer_than_the_law_allows_is_noticed():
    regime = LAW.regime("GDA", TODAY)
    assert regime.exceeds_maximum(date(2026, 1, 1), date(2026, 3, 31)) is None
    assert regime.exceeds_maximum(date(2026, 1, 1), date(2026, 4, 1)).source == "art. 509hh lid 4 Sv"
    assert regime.exceeds_maximum(date(2026, 1, 1), date(2026, 4, 1), times=None) is None
    assert LAW.regime("SVH", TODAY).exceeds_maximum(date(2020, 1, 1), date(2040, 1, 1)) is None


def test_conditions_follow_the_matrix_and_what_it_does_not_name_is_not_judged():
    gda = LAW.conditions_allowed("GDA")
    assert gda["location_duty"] is Listing.NOT_LISTED
    assert gda["contact_ban"] is Listing.LISTED
    assert "other" not in gda
    assert LAW.use_instead("VBM", "location_ban") == "area_ban"
    assert LAW.monitoring_allowed("VBM") is Listing.NOT_LISTED
    assert LAW.monitoring_allowed("TBSV") is None
    assert LAW.conditions_allowed("TBSV") == MappingProxyType({})
    assert set(ConditionType) == CONDITIONS


def test_the_clock_stands_still_where_the_law_says_so():
    assert LAW.regime("VV", TODAY).clock_stops == ("detained",)
    assert LAW.regime("GVM", TODAY).clock_stops == ("detained", "unlawfully_absent")
    assert LAW.regime("VBM", TODAY).clock_stops == ()


def test_the_hash_names_the_content_and_nothing_else(tmp_path):
    load.cache_clear()
    assert load().hash == LAW.hash
    assert len(LAW.hash) == 64
    assert written(tmp_path, T06_IN_60_DAYS).hash != LAW.hash


T06_IN_60_DAYS = """
[[term]]
id = "T06"
title_nl = "afspraak van de keten"
regimes = ["VV"]
start = "prosecutor_decision"
amount = 60
unit = "day"
nature = "P"
source = "convenant"
confidence = "configuration"
"""


def written(folder, text) -> LawTable:
    path = folder / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def test_policy_can_be_replaced_and_says_that_it_is_no_law(tmp_path):
    term = written(tmp_path, T06_IN_60_DAYS).terms.find("T06", TODAY)
    assert (term.amount, term.confidence) == (60, Confidence.CONFIGURATION)
    assert LAW.terms.find("T06", TODAY).amount == 45


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id = "T06"', 'id = "T01"', "two rows hold at once"),
        ('confidence = "configuration"', 'confidence = "found"', "separate files"),
        ('source = "convenant"', "", "no source"),
        ("amount = 60", "amount = 60\nlenght = 3", r"policy\.toml, term 1 \(T06\): unknown key lenght"),
        ('unit = "day"', 'unit = "fortnight"', "fortnight"),
        ("amount = 60", 'amount = 91\nextension = "yes"', "cannot be extended"),
        ('start = "prosecutor_decision"', 'start = "full_moon"', "no such starting event full_moon"),
        ("amount = 60", 'amount = 60\narrondissement = "atlantis"', "no such district atlantis"),
        ('nature = "P"', 'nature = "H"', "say whether the Algemene termijnenwet extends it"),
        ('nature = "P"', 'nature = "H"\nexempt = "not_statutory"', "configuration is a policy norm"),
        ('id = "T06"', 'id = "T01"\narrondissement = "limburg"', "term T01: the law is the same in every district"),
        ('id = "T06"', 'id = "T09"\narrondissement = "limburg"', "term T09: the law is the same in every district"),
        ("amount = 60", "amount = -1", "amount and unit belong together"),
        (
            "[[term]]",
            "[[target]]\nterm = 'T04'\nhours = 80\nhard_stop_hours = 72\nsource = 'x'\n"
            "confidence = 'configuration'\n[[term]]",
            "target of T04: the reminder, the aim and the limit come in this order",
        ),
        ("[[term]]", "[[terms]]", r"policy\.toml, terms: no such section"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused_with_the_row_named(tmp_path, old, new, message):
    with pytest.raises(LawTableError, match=message):
        written(tmp_path, T06_IN_60_DAYS.replace(old, new))
