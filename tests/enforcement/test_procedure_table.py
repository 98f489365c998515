import re
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from registry.enforcement.procedure.details import CODES
from registry.enforcement.procedure.events import Event, EventKind
from registry.enforcement.procedure.page import diagram, page
from registry.enforcement.procedure.rules import TELLING, Frame
from registry.enforcement.procedure.table import load, table_faults
from registry.law import LawTableError
from registry.law import load as load_law
from registry.law.periods import holds
from registry.law.rules import RegimeCode
from tests.world import NOW

TABLE, LAW = load(), load_law()
TODAY = date(2026, 11, 20)
PAGE = Path(__file__).parents[2] / "api_spec" / "procedures.md"


def test_the_table_is_sound_and_every_term_in_it_is_one_of_the_law():
    assert table_faults(TABLE, LAW.terms) == []


@pytest.mark.parametrize(("code", "ground"), list(product(RegimeCode, (None, "a", "b", "e"))))
def test_every_regime_has_one_procedure_on_any_day_whatever_its_ground(code, ground):
    for on in (date(2012, 1, 1), date(2019, 12, 31), date(2020, 1, 1), date(2021, 7, 1), TODAY):
        row = TABLE.of(Frame(code, on, ground))
        assert code in row.regimes
        known = [
            one for one in TABLE.rows if code in one.regimes and (one.grounds is None or (ground or "") in one.grounds)
        ]
        assert sum(holds(one, on) for one in known) <= 1


def test_the_procedure_is_that_of_the_arrest_and_for_a_release_that_of_the_judgment():
    assert TABLE.of(Frame("VV", date(2019, 12, 31))).code == "vv-oud"
    assert TABLE.of(Frame("VV", date(2020, 1, 1), decided_on=date(2015, 1, 1))).code == "vv"
    assert TABLE.of(Frame("VI", TODAY, decided_on=date(2021, 6, 30))).code == "vi-oud"
    assert TABLE.of(Frame("VI", TODAY, decided_on=date(2021, 7, 1))).code == "vi"
    assert {ground: TABLE.of(Frame("GDA", TODAY, ground)).code for ground in ("a", "b", "e", None)} == {
        "a": "gda-ac", "b": "gda-b", "e": "gda", None: "gda",
    }  # fmt: skip


def test_every_kind_of_event_is_a_step_and_no_two_steps_of_a_procedure_mean_the_same():
    assert {step.kind for step in TABLE.steps.values()} == set(EventKind)
    for row in TABLE.rows:
        for kind in EventKind:
            told = CODES.get(kind, {}).get(TELLING.get(kind, ""), ("",))
            for value, party, by in product((*told, ""), ("", "prosecution", "subject"), ("", "court", "authority")):
                details = {TELLING.get(kind, "x"): value, "party": party, "decided_by": by}
                event = Event(kind, NOW, "1", {name: one for name, one in details.items() if one})
                meant = [path.step for path in row.path if TABLE.means(path.step, event)]
                exact = [one for one in meant if one != "any_decision"]
                assert len(exact) <= 1, (row.code, details, meant)


def test_every_step_can_be_reached_and_every_procedure_can_end():
    for row in (one for one in TABLE.rows if not one.open):
        reached: set[str] = set()
        while True:
            more = {path.step for path in row.path if not path.after or reached & set(path.after)} - reached
            if not more:
                break
            reached |= more
        assert reached == {path.step for path in row.path}, row.code
        assert set(row.ends) & reached, row.code


def test_a_clock_starts_and_stops_with_steps_of_its_procedure():
    for row in (one for one in TABLE.rows if not one.open):
        placed = {path.step for path in row.path}
        for rule in row.clock:
            assert rule.start in placed, (row.code, rule.term)
            assert placed & set(rule.stop), (row.code, rule.term)


def test_a_missing_detail_never_hides_a_demand_nor_invents_an_appeal():
    def steps(**details):
        event = Event(EventKind.FILING, NOW, "1", details)
        return {code for code in ("demand_custody", "demand_execution", "appeal_om") if TABLE.means(code, event)}

    assert steps() == steps(demand="custody") == steps(demand="custody", party="prosecution") == {"demand_custody"}
    assert steps(demand="execution") == {"demand_execution"}
    assert steps(demand="appeal") == steps(demand="appeal", party="subject") == set()
    assert steps(demand="appeal", party="prosecution") == {"appeal_om"}


def test_the_page_for_lawyers_and_its_diagrams_are_what_the_table_says():
    told = PAGE.read_text(encoding="utf-8")
    assert told == page(TABLE, LAW.terms), "run `make openapi`"
    assert told.count("```mermaid") == sum(not row.open for row in TABLE.rows)


@pytest.mark.parametrize("row", [one for one in TABLE.rows if not one.open], ids=lambda row: row.code)
def test_a_diagram_has_a_node_for_each_step_and_an_arrow_for_each_way_to_it(row):
    drawn = diagram(row, TABLE)
    assert set(re.findall(r"^  (\w+)\[\"", drawn, re.MULTILINE)) == {path.step for path in row.path}
    arrows = set(re.findall(r"^  (\w+) (?:-->|-\.->) (\w+)$", drawn, re.MULTILINE))
    assert arrows == {(before, path.step) for path in row.path for before in path.after}


BROKEN = """
step = [{ code = "arrest", kind = "arrest", actors = ["police"], name_nl = "aanhouding", values = ["nee"] }]

[[procedure]]
code = "x"
title_nl = "X"
regimes = ["VV"]
summary_nl = "X"
source = "art. X"
path = [{ step = "arrest", after = ["release"], source = "" }]
clock = [{ term = "T999", start = "arrest", stop = ["arrest"] }]
ends = ["arrest"]
"""


def test_a_table_that_names_what_is_not_there_is_found_faulty_with_every_fault(tmp_path):
    file = tmp_path / "table.toml"
    file.write_text(BROKEN, encoding="utf-8")
    faults = "\n".join(table_faults(load(file), LAW.terms))
    for fault in ("no such step release", "no such term T999", "arrest has no source", "cannot say nee", "for SVH"):
        assert fault in faults
    file.write_text(BROKEN.replace('kind = "arrest"', 'kind = "dance"'), encoding="utf-8")
    load.cache_clear()
    with pytest.raises(LawTableError, match="cannot be read"):
        load(file)
