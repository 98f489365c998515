from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest

from registry.law import load
from registry.law.terms import compute, steps_nl
from registry.law.terms.page import page

LAW = load()
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def at(year, month, day, hour=0):
    return datetime(year, month, day, hour, tzinfo=AMSTERDAM)


def explained(name, start, stretches=()):
    term = LAW.terms.find(name, date(2026, 11, 20))
    stored = orjson.loads(orjson.dumps(compute(term, start, LAW, stretches).steps))
    return steps_nl(stored, term.source)


def test_an_appeal_of_three_days_over_christmas_reads_as_a_calculation():
    assert explained("T14", at(2026, 12, 24, 10)) == [
        "Begin: betekening, donderdag 24 december 2026 10:00 uur. [art. 87 lid 2 Sv]",
        "Duur: 3 dagen. [art. 87 lid 2 Sv]",
        "De dag van het begin telt niet mee; zonder verlenging eindigt de termijn op zondag 27 december 2026."
        " [art. 87 lid 2 Sv]",
        "Er moeten twee werkdagen in de termijn vallen: tot en met dinsdag 29 december 2026. [art. 2 ATW]",
        "Uiterlijk dinsdag 29 december 2026, 24:00 uur. [art. 87 lid 2 Sv]",
    ]


def test_a_hearing_whose_extension_is_arguable_shows_both_days_and_why_the_first_counts():
    told = "\n".join(explained("T05", at(2025, 11, 25, 10)))
    assert "Begin: ontvangst van de vordering" in told
    assert "Een maand is dertig dagen. [art. 136 Sv, art. 88 Sr]" in told
    assert "Donderdag 25 december 2025 is geen werkdag (eerste kerstdag)" in told
    assert (
        "is te betwisten: donderdag 25 december 2025 of maandag 29 december 2025. De vroegste dag geldt, want het gaat "
        "om een plicht van de overheid. [art. 1, 2, 4 ATW]" in told
    )
    assert told.endswith("Uiterlijk donderdag 25 december 2025, 24:00 uur. [art. 6:6:21 lid 4 Sv]")


def test_what_is_not_extended_says_which_exception_leaves_it_out():
    told = {
        "T43": "een termijn van vrijheidsbeneming. [art. 4 onder c ATW]",
        "T46": "uitgezonderd. [art. 13 Wth]",
        "T27": "een termijn die wordt teruggeteld. [art. 1 lid 2 ATW]",
        "T06": "geen termijn uit een wet of algemene maatregel van bestuur. [art. 1, 5 ATW]",
        "T15": "een maximum, dat met verlenging een beperking langer zou maken. [art. 509hh lid 4 Sv]",
    }
    for name, ending in told.items():
        (sentence,) = [one for one in explained(name, at(2026, 6, 1, 12)) if "wordt niet verlengd" in one]
        assert sentence.endswith(ending)
    assert any("[art. 4 onder a ATW]" in one for one in explained("T01", at(2026, 6, 1, 12)))


def test_an_internal_aim_says_that_it_is_no_law():
    told = "\n".join(explained("T04", at(2026, 11, 20, 10)))
    assert "onverwijld of zo spoedig mogelijk" in told
    assert told.count("geen wettelijke termijn") == told.count("Geen wettelijke grens bekend") == 1


def test_a_year_without_a_known_decree_says_that_the_term_may_be_longer():
    assert any("gelijkgestelde dagen van 2030 zijn niet bekend" in one for one in explained("T10-V", at(2030, 5, 1)))


@pytest.mark.parametrize("term", list(LAW.terms), ids=lambda term: f"{term.id}")
def test_every_term_of_the_catalogue_can_be_read_and_each_of_its_steps_has_a_source(term):
    held = [(at(2026, 12, 1, 5), None)]
    for start in (at(2026, 11, 20, 10), at(2026, 12, 23, 23)):
        for sentence in steps_nl(compute(term, start, LAW, held).steps, term.source):
            assert sentence.endswith("]") and "[]" not in sentence and "{" not in sentence
            assert sentence[0].isupper()


def test_the_page_for_lawyers_is_what_the_table_says_and_leaves_out_no_term():
    told = Path(__file__).parents[2].joinpath("api_spec", "terms.md").read_text(encoding="utf-8")
    assert told == page(load().terms), "run `make openapi`"
    assert [row.id for row in LAW.terms if f"| {row.id} | {row.title_nl}" not in told] == []
