import re
import shutil
from datetime import date

import pytest

from registry.law import LawTableError, load
from registry.law.periods import holds
from registry.law.rules import Confidence, Listing, RegimeCode
from registry.law.table import DATA

LAW = load()
TODAY = date(2026, 11, 20)
TYPES = (
    "contact_ban", "location_ban", "area_ban", "location_duty", "police_reporting_duty", "probation_reporting_duty",
    "settlement_ban", "moving_duty",
)  # fmt: skip
# Y in the statute's list, C possible as another condition, - not; the last is electronic monitoring.
MATRIX = {
    "SVH": "CCCCCCC-C",
    "GDA": "Y-Y-Y----",
    "VBM": "Y-YYY----",
    "VV": "YYYYYYC-Y",
    "VI": "YYYYYYYYY",
    "GVM": "YYYYYYYYY",
    "SBA": "CCCCCC---",
    "SEP": "CCCCCC---",
    "HV": "YY-------",
    "BGM": "-YY-Y----",
    "EPO_IN": "YYY------",
}


@pytest.mark.parametrize("regime", MATRIX)
def test_the_conditions_of_a_regime_are_those_of_the_matrix(regime):
    listed = LAW.conditions_allowed(regime, TODAY)
    told = "".join(listed[each].value for each in TYPES) + LAW.monitoring_allowed(regime, TODAY).value
    assert told == MATRIX[regime]


def test_a_ban_on_nearing_a_person_is_of_the_foreign_order_only():
    assert LAW.conditions_allowed("EPO_IN", TODAY)["approach_ban"] is Listing.LISTED
    assert not any("approach_ban" in LAW.conditions_allowed(code, TODAY) for code in MATRIX if code != "EPO_IN")


def test_an_order_from_before_its_catalogue_is_not_judged_by_it():
    assert LAW.conditions_allowed("VV", date(2012, 3, 31)) == {}
    assert LAW.conditions_allowed("VV", date(2012, 4, 1))["contact_ban"] is Listing.LISTED


@pytest.mark.parametrize("code", RegimeCode)
def test_every_regime_has_a_basis_for_every_day_since_it_exists(code):
    rows = [row for row in LAW.regimes if row.code == code]
    assert rows[-1].valid_until is None
    for earlier, later in zip(rows, rows[1:], strict=False):
        assert (later.valid_from - earlier.valid_until).days == 1
    assert holds(LAW.regime(code, TODAY), TODAY)
    assert all(row.legal_basis and row.source for row in rows)


@pytest.mark.parametrize("code", ["VV", "SBA", "GVM", "TBSV", "TBSB", "PROEF", "PIJV", "ISDV"])
def test_a_decision_of_before_book_six_does_not_rest_on_it(code):
    old, new = LAW.regime(code, date(2019, 12, 31)), LAW.regime(code, date(2020, 1, 1))
    assert old.valid_until == date(2019, 12, 31)
    assert new.valid_from == date(2020, 1, 1)
    assert not re.search(r"\b6:\d", old.legal_basis)


def test_what_no_source_tells_is_said_to_be_for_a_lawyer():
    guessed = [row for row in LAW.regimes if row.confidence is Confidence.DERIVED]
    assert guessed
    assert all("te bevestigen" in f"{row.source} {row.clock_source}" for row in guessed)


@pytest.mark.parametrize(
    ("code", "times", "last_lawful"),
    [
        ("GDA", 0, date(2026, 3, 31)),
        ("GDA", 1, date(2026, 6, 29)),
        ("GDA", 3, date(2026, 12, 26)),
        ("GDA", 9, date(2026, 12, 26)),
        ("GDA", None, date(2026, 12, 26)),
        ("VBM", 0, date(2030, 12, 31)),
        ("VBM", None, date(2030, 12, 31)),
        ("VV", None, date(2035, 12, 31)),
        ("SBA", 0, date(2026, 12, 31)),
        ("GVM", 0, date(2030, 12, 31)),
        ("GVM", 2, date(2040, 12, 31)),
        ("HV", 0, date(2026, 1, 11)),
        ("HV", None, date(2026, 1, 29)),
        ("BGM", 1, date(2026, 6, 30)),
        ("BGM", None, date(2027, 12, 31)),
        ("EPO_IN", None, date(2026, 12, 31)),
    ],
)
def test_an_order_may_last_as_long_as_its_renewals_allow(code, times, last_lawful):
    regime, start_on = LAW.regime(code, TODAY), date(2026, 1, 1)
    assert regime.exceeds_maximum(start_on, last_lawful, times=times) is None
    assert regime.exceeds_maximum(start_on, date.fromordinal(last_lawful.toordinal() + 1), times=times)


def test_a_measure_renewable_without_limit_has_no_bound_once_it_was_renewed():
    assert LAW.regime("GVM", TODAY).exceeds_maximum(date(2026, 1, 1), date(2090, 1, 1), times=None) is None
    assert LAW.regime("GVM", TODAY).longest(None) is None


@pytest.mark.parametrize(("code", "most"), [("GDA", 3), ("BGM", 3), ("VBM", 0)])
def test_the_number_of_renewals_is_counted_where_the_law_names_one(code, most):
    regime = LAW.regime(code, TODAY)
    assert not regime.renewed_too_often(most)
    assert regime.renewed_too_often(most + 1)


def test_without_a_number_in_the_law_no_renewal_is_one_too_many():
    assert not any(LAW.regime(code, TODAY).renewed_too_often(50) for code in ("VV", "VI", "GVM", "SVH", "HV"))


def test_a_usual_length_is_configuration_and_never_bounds_an_order():
    row = next(row for row in LAW.usual if "GRA" in row.regimes)
    assert row.confidence is Confidence.CONFIGURATION
    assert "te bevestigen" in row.source
    assert LAW.regime("GRA", TODAY).longest() is None
    assert LAW.usual_longest("VV", TODAY) is None


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(DATA, tmp_path / "data")


def broken(folder, name, old, new):
    file = folder / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LawTableError) as caught:
        load(None, folder)
    return str(caught.value)


def test_the_data_files_as_they_are_make_the_table(folder):
    assert load(None, folder).hash == LAW.hash


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("regimes.toml", 'code = "VBM"', 'code = "VBMM"', "VBMM"),
        ("regimes.toml", 'source = "art. 38v Sr (Stb. 2011, 546)"', 'source = ""', "regimes.toml, row 3: no source"),
        ("regimes.toml", "valid_until = 2019-12-31", "valid_until = 2020-01-01", "regime VV: two rows hold at once"),
        ("regimes.toml", "valid_from = 2018-01-01", "valid_from = 2020-01-01", "regime GVM: ends before it begins"),
        ("regimes.toml", "amount = 90", "amount = 0", "regime GDA: a length counts at least one"),
        ("regimes.toml", "most = 3,", "most = 4,", "regime GDA: the renewals come to more than the maximum in total"),
        ("regimes.toml", "amount = 360", "amount = 60", "regime GDA: the maximum with renewals is not beyond"),
        ("regimes.toml", "grounds_source", "note", "regime GDA: grounds without source"),
        ("regimes.toml", "least = { amount = 3,", "least = { amount = 300,", "regime VBM: the least penalty"),
        ("regimes.toml", "[[regime]]", "[[regime]", "regimes.toml cannot be read"),
        ("regimes.toml", "[[regime]]", "[regime]", "regimes.toml"),
        ("conditions.toml", 'settlement_ban = "C"', 'setlement_ban = "C"', "conditions of SVH: no such condition"),
        ("conditions.toml", 'settlement_ban = "C"', 'settlement_ban = "Z"', "Invalid enum value 'Z'"),
        ("conditions.toml", 'location_ban = "area_ban"', 'location_ban = "location_duty"', "cannot stand for"),
        ("conditions.toml", '["VBM"]', '["GDA"]', "conditions of GDA: two rows hold at once"),
        ("policy.toml", 'regimes = ["GRA"]', 'regimes = ["GDA"]', "usual GDA: the law has a maximum"),
        ("holidays.toml", "source", "sauce", "no source"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else None,
)
def test_a_broken_table_is_refused_with_the_row_named(folder, name, old, new, told):
    assert told in broken(folder, name, old, new)


def test_every_fault_is_named_at_once(folder):
    file = folder / "regimes.toml"
    text = file.read_text(encoding="utf-8").replace("grounds_source", "note", 1).replace("amount = 360", "amount = 60")
    file.write_text(text, encoding="utf-8")
    told = broken(folder, "conditions.toml", 'settlement_ban = "C"', 'setlement_ban = "C"')
    assert told.startswith("The tables of law are not sound")
    for fault in ("grounds without source", "the maximum with renewals is not beyond", "no such condition"):
        assert fault in told
