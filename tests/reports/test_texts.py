import re
from html.parser import HTMLParser

import pytest

from registry.console import explanations
from registry.law import load
from registry.law.rules import Card
from registry.orders.rules import ConditionType
from registry.reports.informing.rules import Moment
from registry.reports.texts.composing import Section, explanation, sentences
from tests.enforcement.test_leadtimes import unpacked

LAW = load()
HTML = {"headers": {"Accept": "text/html"}}
CONDITIONS = [one.value for one in ConditionType]


class Outline(HTMLParser):
    """The tags of a page in order, and what stands in them."""

    def __init__(self, page):
        super().__init__()
        self.open, self.headings, self.lang, self.unclosed = [], [], None, []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.lang = dict(attrs).get("lang") or self.lang
        if tag not in ("meta", "br", "link"):
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_endtag(self, tag):
        if self.open.pop() != tag:
            self.unclosed.append(tag)


def test_every_regime_condition_and_power_has_its_sentence():
    known = sentences()
    assert set(known.regimes) == {one.code for one in LAW.regimes}
    assert set(known.conditions) == set(CONDITIONS)
    assert set(known.after) == {one.value for one in Card} | {"none"}


@pytest.mark.parametrize("regime", sorted(sentences().regimes))
def test_every_regime_is_explained_from_what_was_decided_to_what_she_hears(chain, regime):
    made = chain.partner.get(f"/v1/explanations/{regime}?conditions={','.join(CONDITIONS)}").json
    assert {one["moment"] for one in made["sections"]} == {one.value for one in Moment} | {None}
    lines = [line for section in made["sections"] for line in section["lines"]]
    assert any("Bel 112" in line for line in lines) and any("geen aangifte" in line for line in lines)
    assert len(made["sections"][1]["lines"]) == len(CONDITIONS)


@pytest.mark.parametrize(
    ("regime", "said"),
    [("HV", "strafbaar feit"), ("VV", "vraagt de officier van justitie"), ("CIV", "deurwaarder")],
)
def test_what_follows_is_what_the_law_lets_the_police_do(chain, regime, said):
    made = chain.partner.get(f"/v1/explanations/{regime}?conditions=contact_ban").json
    (after,) = [one["lines"][0] for one in made["sections"] if one["moment"] is None]
    assert said in after


def test_the_sentences_are_short_and_plain():
    known = sentences()
    texts = [*known.regimes.values(), *known.conditions.values(), *known.after.values()]
    texts += [line for section in known.section for line in section.lines]
    longest = max(len(one.split()) for text in texts for one in re.split(r"(?<=[.?!:]) ", text))
    assert longest <= 22
    for word in ("dader", "betekening", "onherroepelijk", "vordering", "tenuitvoerlegging", "alsmede", "indien"):
        assert [text for text in texts if word in text.lower()] == []


def test_the_page_can_be_read_aloud_from_top_to_bottom(chain):
    answer = chain.partner.get("/v1/explanations/VV?conditions=contact_ban,area_ban", **HTML)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    page = Outline(answer.text)
    assert (page.lang, page.open, page.unclosed) == ("nl", [], [])
    assert page.headings == [1] + [2] * 7
    assert "<title>" in answer.text and "<main>" in answer.text and "<script" not in answer.text


def test_whatever_a_sentence_holds_is_text_on_the_page(chain, monkeypatch):
    made = explanation("VV", ["contact_ban"], None)
    sneaky = made.__class__(made.title, (Section("<b>", ("<script>x()</script>",)),))
    monkeypatch.setattr("registry.reports.texts.routes.explanation", lambda *_: sneaky)
    page = chain.partner.get("/v1/explanations/VV?conditions=contact_ban", **HTML).text
    assert "<script" not in page and "&lt;script&gt;" in page


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_on_paper_it_is_a_tagged_document_in_dutch_with_its_title(chain):
    asked = chain.world.app.test_client().get("/explanations/VV.pdf?conditions=contact_ban,area_ban")
    assert (asked.status_code, asked.content_type) == (200, "application/pdf")
    assert asked.headers["Content-Disposition"] == 'inline; filename="uitleg-vv.pdf"'
    content = unpacked(asked.data)
    for told in (b"/MarkInfo", b"/StructTreeRoot", b"/Lang (nl)", b"pdfuaid", b"/H1", b"/H2", b"/LI"):
        assert told in content
    assert "Wat betekent het beschermingsbevel voor u?".encode("utf-16-be") in content or (
        b"Wat betekent het beschermingsbevel voor u?" in content
    )


@pytest.mark.parametrize(
    ("path", "elsewhere"),
    [
        ("/v1/explanations/VV?conditions=contact_ban", "application/pdf is at /explanations/{regime}.pdf."),
        ("/v1/lead-times", "application/pdf is at /lead-times."),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_asks_for_paper_where_there_is_none_reads_at_which_address_it_is(chain, path, elsewhere):
    refused = chain.prosecution.get(path, headers={"Accept": "application/pdf"})
    assert (refused.status_code, refused.json["code"]) == (406, "not_acceptable")
    assert elsewhere in refused.json["detail"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whoever_asks_for_many_keeps_nobody_waiting_and_the_same_is_drawn_once(chain, monkeypatch):
    drawn = []
    monkeypatch.setattr(explanations, "as_pdf", lambda html: drawn.append(html) or b"%PDF-")
    monkeypatch.setattr(explanations, "_WAIT_S", 0)
    explanations._drawn.cache_clear()
    asked = [chain.partner.get("/explanations/HV.pdf?conditions=contact_ban") for _ in range(3)]
    assert [one.data for one in asked] == [b"%PDF-"] * 3 and len(drawn) == 1
    with explanations._drawing:
        refused = chain.partner.get("/explanations/BGM.pdf?conditions=contact_ban")
        kept = chain.partner.get("/explanations/HV.pdf?conditions=contact_ban")
    assert (refused.status_code, kept.status_code, len(drawn)) == (503, 200, 1)
    assert chain.partner.get("/explanations/BGM.pdf?conditions=contact_ban").status_code == 200
    explanations._drawn.cache_clear()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("XX?conditions=contact_ban", 404),
        ("VV", 400),
        ("VV?conditions=", 400),
        ("VV?conditions=contact_ban,gossip", 400),
        ("VV?conditions=contact_ban,contact_ban", 400),
    ],
)
def test_what_is_no_regime_or_condition_is_refused(chain, path, status):
    assert chain.partner.get(f"/v1/explanations/{path}").status_code == status
    regime, *query = path.split("?")
    assert chain.partner.get(f"/explanations/{regime}.pdf?{''.join(query)}").status_code == status
