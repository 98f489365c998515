import re
from datetime import date

import pytest

from registry.law import load
from registry.law.periods import Unit, holds
from registry.law.rules import Confidence, RegimeCode
from registry.law.terms import Extension, Nature
from registry.law.terms.wording import STARTS

LAW = load()
NEW, OLD = date(2026, 11, 20), date(2019, 12, 31)


def of_2026(name):
    return LAW.terms.find(name, NEW)


def test_the_catalogue_is_whole():
    numbers = {int(found[1]) for row in LAW.terms if (found := re.match(r"T(\d\d)", row.id))}
    assert numbers == set(range(1, 60))


# What the catalogue says of each term, written down a second time: length, unit, extension, nature and start.
CATALOGUE = """
T01 72 hour no H filing | T02 72 hour no H filing | T03 48 hour no H filing | T04 0 none no S arrest
T05 1 sv_month ask H receipt | T06 45 day no P prosecutor_decision | T07 1 cal_month no P filing
T08 45 day no P prosecutor_decision | T10-OM 14 day yes H examining_judge_decision | T10-V 14 day yes H service
T11-OM 14 day yes H outcome | T11-V 14 day yes H service | T12 14 day yes H judgment
T13 14 day yes H examining_judge_decision | T14 3 day yes H service | T15 90 day24 no M order_start
T16 90 day24 no M extension | T17 0 none no S appeal | T18 5 year no M order_start | T19 3 day24 no M breach
T20 6 sv_month no M breach | T21 3 year no M probation_start | T21-0 14 day ask H judgment
T18-0 14 day no P judgment | T21-10 10 year no M probation_start
T22 0 none no M decision | T23 1 year no M release | T23-ext 2 year no M decision | T24 4 week no H release
T25 2 week yes H service | T26 30 day no H detention_end | T27 30 day no H order_end
T28-open 2 sv_month no H order_end | T28 1 sv_month no H order_end | T29 2 sv_month ask H receipt
T29-RC 1 sv_month ask H receipt | T30 7 week no M examining_judge_decision | T31 14 day yes H service
T32 14 day yes H service | T33 1 year no M order_start | T34 14 day yes H enforceable
T35 30 day yes H probation_start | T36 7 day yes H judgment | T37 5 day yes H probation_start
T37-3 3 day yes H judgment | T38 0 none no H release | T39 0 none no S awareness | T40 0 none no S report
T41 0 none no S arrest | T42 9 hour no H brought_in | T42-6 6 hour no H brought_in | T43 3 day24 no H custody_order
T44 90 hour no H arrest | T45 14 day24 no H execution | T46 10 day24 no M imposition | T47 4 week no M imposition
T48 24 hour no H imposition | T49 24 hour no H wish_expressed | T50 3 day yes H request
T50-24 24 hour no H hearing_held | T51 3 cal_month no M order_start | T51-90 24 cal_month no M order_start
T52 28 day yes H receipt_of_request | T53 28 day yes H notice | T54 2 week ask H notice_sent
T55 1 year no M order_start | T56 72 hour no H awareness | T57 15 minute no P call | T58 30 minute no P call
T59 1 day no P registration
"""


@pytest.mark.parametrize(
    "said", [one.strip() for line in CATALOGUE.split("\n") for one in line.split("|") if one.strip()]
)
def test_a_term_is_what_its_source_says(said):
    name, amount, unit, extension, nature, start = said.split()
    row = of_2026(name)
    found = (row.amount, row.unit.value, row.extension.value, row.nature.value, row.start)
    assert found == (int(amount), unit, extension, nature, start)


def test_law_is_what_was_found_or_is_known_and_the_rest_is_configuration():
    for row in LAW.terms:
        assert row.confidence in {Confidence.FOUND, Confidence.HIGH, Confidence.CONFIGURATION}
        assert (row.confidence is Confidence.CONFIGURATION) == (row.nature is Nature.POLICY)
        assert row.source and row.start in STARTS
    assert of_2026("T57").norm_percent == 90


def test_the_judge_of_instruction_counts_from_the_filing_since_2020_and_from_the_arrest_before():
    assert (LAW.terms.find("T01", OLD), LAW.terms.find("T05", OLD)) == (None, None)
    assert (of_2026("T01-old"), of_2026("T05-old")) == (None, None)
    assert LAW.terms.find("T01-old", OLD).start == "arrest"
    assert LAW.terms.find("T05-old", OLD).start == "examining_judge_decision"
    assert LAW.terms.find("T01", date(2020, 1, 1)).start == "filing"
    assert LAW.terms.find("T09", OLD).nature is Nature.HARD
    assert of_2026("T09").nature is Nature.POLICY


@pytest.mark.parametrize("name", ["T23", "T23-ext", "T24", "T25"])
def test_the_judgment_decides_under_which_scheme_of_release_a_term_falls(name):
    before, since = date(2021, 6, 30), date(2021, 7, 1)
    assert LAW.terms.find(name, NEW, judged_on=before) is None
    assert LAW.terms.find(name, NEW, judged_on=since) is not None
    assert LAW.terms.find(name, before, judged_on=None) is None
    assert LAW.terms.find("T01", NEW, judged_on=date(2015, 1, 1)) is not None


def test_no_term_of_old_law_and_its_successor_hold_on_one_day():
    for old, new in (("T01-old", "T01"), ("T05-old", "T05")):
        rows = [row for row in LAW.terms if row.id in (old, new)]
        assert all(sum(holds(row, date(year, 1, 1)) for row in rows) == 1 for year in range(2010, 2031))


def test_the_substitute_detention_is_at_least_three_days_and_in_total_a_hundred_and_eighty():
    assert (of_2026("T19").bound, of_2026("T20").bound) == ("least", "most")
    assert of_2026("T20").amount * 30 == 180 and of_2026("T20").unit is Unit.SV_MONTH


def test_a_regime_has_its_terms_and_none_of_another():
    names = {row.id for row in LAW.terms.of(RegimeCode.SVH, NEW)}
    assert {"T03", "T04-SVH", "T13", "T14"} <= names
    assert not names & {"T01", "T05", "T10-V", "T46"}


DISTRICT = """
[[term]]
id = "T08"
title_nl = "convenant Midden-Nederland"
regimes = ["VV"]
start = "prosecutor_decision"
amount = 35
unit = "day"
nature = "P"
source = "convenant"
confidence = "configuration"
arrondissement = "midden-nederland"
"""


def test_a_norm_of_one_district_goes_before_the_norm_for_all_and_leaves_the_others_alone(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text(DISTRICT, encoding="utf-8")
    terms = load(path).terms
    found = {
        name: terms.find("T08", NEW, arrondissement=name).amount for name in ("midden-nederland", "rotterdam", None)
    }
    assert found == {"midden-nederland": 35, "rotterdam": 45, None: 45}
    assert terms.find("T01", NEW, arrondissement="midden-nederland").amount == 72
    assert terms.arrondissement_of("OM-MN") == "midden-nederland"
    assert terms.arrondissement_of("OM-XX") is None and terms.arrondissement_of(None) is None


def test_what_is_not_arguable_has_one_reading():
    arguable = {row.id for row in LAW.terms if row.extension is Extension.ASK}
    assert arguable == {"T05", "T05-old", "T21-0", "T29", "T29-RC", "T54", "SR66", "SR67"}
