"""How deep a row is and how many fields it has, told from its bytes as from its values."""

import json

from hypothesis import given
from hypothesis import strategies as st

from registry.intake.parsing import row as rows
from registry.intake.parsing.depth import is_deeper, outside_texts
from registry.intake.parsing.reader import Findings
from registry.intake.parsing.twice import told_once

TEXTS = st.text(alphabet='ab[]{}:,"\\ é', max_size=6)
VALUES = st.recursive(
    st.none() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=25,
)


def depth_of(value):
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth_of, inner), default=0)


@given(VALUES, st.integers(1, 8), st.sampled_from([None, 1]))
def test_the_bytes_of_any_row_tell_its_depth(value, most, indent):
    outside = outside_texts(json.dumps(value, ensure_ascii=False, indent=indent).encode())
    if outside is not None:
        assert is_deeper(outside, most) is (depth_of(value) > most)


@given(st.dictionaries(TEXTS, VALUES, max_size=4), st.sampled_from([None, 1]))
def test_a_row_whose_names_stand_once_is_left_as_it_is(value, indent):
    findings = Findings()
    raw = json.dumps(value, ensure_ascii=False, indent=indent).encode()
    assert told_once(value, raw, findings) == value
    assert not findings.found


def test_a_row_is_as_deep_as_allowed_or_too_deep_whatever_its_texts_hold():
    for text in ("plain", "[[[[]]]]", 'with \\" quote'):
        for depth, is_refused in ((rows.MAX_DEPTH, False), (rows.MAX_DEPTH + 1, True)):
            inner = b"[" * (depth - 1) + b"]" * (depth - 1)
            raw = b'{"text": "' + text.encode() + b'", "order": ' + inner + b"}"
            assert rows._too_deep(json.loads(raw), raw) is is_refused, (text, depth)


def test_brackets_in_texts_hide_no_depth():
    deep = b'{"a": ' + b'["]", ' * 80 + b"1" + b"]" * 80 + b"}"
    assert rows._too_deep(json.loads(deep), deep)


def test_a_field_told_twice_behind_a_ring_is_found():
    raw = b'{"order": {"shape": [[5.1, 52.1], {"a": 1, "a": 2}]}}'
    findings = Findings()
    told_once(json.loads(raw), raw, findings)
    assert [code for code, _ in findings.found] == ["key_twice"]
