"""Names that an object bears twice: neither value is used, and the row says so."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import Invalid
from registry.intake.lines import messages
from registry.intake.parsing import parse_row
from registry.intake.parsing.reader import Findings
from registry.intake.parsing.twice import told_once
from registry.orders.rules import WORKS_AT_ONCE
from tests.intake.messages import row
from tests.intake.test_parsing_decision import CHECKS

FIELD = '"endsOn": "2028-10-31"'


def parsed(*pairs):
    text = row().decode()
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return parse_row(text.encode(), CHECKS)


def told(found):
    return [(each.code, each.field) for each in found.findings]


def test_an_end_that_is_told_twice_is_no_end_and_not_no_end_date_either():
    found = parsed((FIELD, FIELD + ', "endsOn": "2031-10-31"'))
    assert ("key_twice", "/order/endsOn") in told(found)
    facts = found.message.content.facts
    assert (facts.ends_on, facts.end_unreadable) == (None, True)
    assert found.message.raw["order"]["endsOn"] == ["2028-10-31", "2031-10-31"]


@pytest.mark.parametrize("colon", [":", " :", "\t: ", "\n:\n"])
def test_spaces_before_the_colon_hide_nothing(colon):
    found = parsed((FIELD, f'"endsOn"{colon}"2028-10-31", "endsOn"{colon}"2031-10-31"'))
    assert ("key_twice", "/order/endsOn") in told(found)


def test_a_value_that_is_told_twice_and_the_same_is_used():
    found = parsed((FIELD, f"{FIELD}, {FIELD}"))
    assert ("key_twice", "/order/endsOn") in told(found)
    assert found.message.content.facts.ends_on.isoformat() == "2028-10-31"


def test_an_order_number_that_is_told_twice_names_no_order_and_the_row_is_rejected():
    number = '"orderNumber": "CJIB-2026-000123"'
    found = parsed((number, number + ', "orderNumber": "CJIB-2026-000124"'))
    assert found.message is None
    assert {("key_twice", "/orderNumber"), ("order_number_missing", "/orderNumber")} <= set(told(found))


@pytest.mark.parametrize("kinds", [("end", "change"), ("new", "INGETROKKEN")])
def test_of_two_kinds_the_one_that_stops_the_order_counts(kinds):
    first, second = kinds
    found = parsed(('"kind": "new"', f'"kind": "{first}", "kind": "{second}"'))
    assert {("key_twice", "/kind"), ("kind_guessed", "/kind")} <= set(told(found))
    assert found.message.kind in WORKS_AT_ONCE
    neither = parsed(('"kind": "new"', '"kind": "new", "kind": "change"'))
    assert ("kind_unknown", "/kind") in told(neither)


def test_a_text_that_looks_like_a_field_is_no_second_one():
    found = parsed(('"Bel de reclassering."', json.dumps('Bel: "endsOn": "endsOn" : {"a":1,"a":2}')))
    assert "key_twice" not in {code for code, _ in told(found)}


def test_a_name_that_nobody_agreed_on_is_not_repeated():
    found = parsed((FIELD, FIELD + ', "Jan Berg": 1, "Jan Berg": 2'))
    assert ("key_twice", "/order") in told(found)
    assert "Jan" not in repr(told(found))


@pytest.mark.parametrize(
    "body",
    [
        b'{"messages": [{"a": 1}], "messages": [{"b": 1}]}',
        b'{"messages": [{"b": 1}], "messages": [{"b": 1}]}',
        b'{"messages": [], "messages": [{"b": 1}]}',
    ],
)
def test_a_body_that_holds_its_messages_twice_is_refused_whole(body):
    with pytest.raises(Invalid) as refused:
        messages(body)
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("#/messages", "key_twice")]


def test_a_body_that_holds_its_messages_once_is_taken_however_it_is_spaced():
    assert messages(b' { "messages" :\n [ {"messages": [1]} , {"b": 1} ] } ') == [b'{"messages": [1]}', b'{"b": 1}']


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), _VALUES, max_size=4), st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : ")]))
def test_a_row_without_a_name_twice_stays_as_it_is(value, separators):
    findings = Findings()
    assert told_once(value, json.dumps(value, separators=separators).encode(), findings) is value
    assert findings.found == {}


@given(st.text(min_size=1), _VALUES, _VALUES, st.lists(st.sampled_from(["a", "b"]), max_size=3))
def test_a_name_twice_is_seen_however_deep_and_whatever_it_is(name, first, second, above):
    inner = f"{{{json.dumps(name)}:{json.dumps(first)},{json.dumps(name)}:{json.dumps(second)}}}"
    for each in above:
        inner = f'{{"{each}":[0.5,{inner}]}}' if each == "a" else f'{{"{each}":{inner}}}'
    findings = Findings()
    read = told_once(json.loads(inner), inner.encode(), findings)
    assert [code for code, _ in findings.found] == ["key_twice"]
    assert isinstance(read, dict)
