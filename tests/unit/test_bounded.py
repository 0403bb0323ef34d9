"""JSON within bounds: what people send is understood as ever, what is built to cost much is refused before it does."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.bounded import DEEPEST, MOST_DIGITS, MOST_NAMES, TooElaborate, parsed

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5), max_leaves=15,
)  # fmt: skip


def _deep(found: Any) -> int:
    if isinstance(found, dict):
        return 1 + max(map(_deep, found.values()), default=0)
    return 1 + max(map(_deep, found), default=0) if isinstance(found, list) else 0


@given(VALUES, st.booleans())
def test_json_of_a_common_form_means_what_it_meant(value: Any, ascii_: bool) -> None:  # noqa: FBT001
    body = json.dumps(value, ensure_ascii=ascii_).encode("utf-8", "surrogatepass")

    if _deep(value) <= DEEPEST:
        assert parsed(body) == value


@given(st.integers(1, 60), st.booleans(), st.text(alphabet='[]{}"\\x', max_size=12))
def test_depth_is_counted_outside_texts_only(depth: int, lists: bool, inside: str) -> None:  # noqa: FBT001
    value: Any = inside
    for _ in range(depth):
        value = [value] if lists else {inside: value}
    body = json.dumps(value).encode()

    if depth > DEEPEST:
        with pytest.raises(TooElaborate, match="400"):
            parsed(body)
    else:
        assert parsed(body) == value


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 1_000_000, b'{"a":' * 100_000, b"1" * 1_000_000, b"1." + b"1" * 500, b"-1e" + b"9" * 500, b"NaN",
        b"-Infinity", json.dumps({str(one): one for one in range(MOST_NAMES + 1)}).encode(), b'{"a": 1, "a": 2}',
        b"[" + b"9" * (MOST_DIGITS + 1) + b"]", b"[" + b'"a",' * 249_000 + b"1]", b"[" + b"[]," * 330_000 + b"1]",
        b"[" + b"1," * 30_000 + b"1]",
    ],
    ids=[
        "lists", "objects", "digits", "fraction", "exponent", "nan", "infinity", "names", "twice", "number", "texts",
        "empty lists", "numbers",
    ],
)  # fmt: skip
def test_what_is_built_to_cost_much_is_refused(body: bytes) -> None:
    with pytest.raises(TooElaborate):
        parsed(body)


@pytest.mark.parametrize("body", [b"", b"{", b'"', b'"\\', b"]", b'{"a"}', b"\xff"])
def test_what_is_no_json_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - JSONDecodeError and UnicodeDecodeError alike
        parsed(body)
