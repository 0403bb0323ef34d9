"""The chain over the log: whatever is done to it, the first number that is wrong is told."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from models import sealing
from models.sealing import FIELDS, START, Anchor, Sealed, check, seal
from models.tables.base import new_id

CHAIN = str(new_id())
AT = "2026-11-22T08:00:00+00:00"


def a_line(number: int, **facts: Any) -> dict[str, Any]:
    return dict.fromkeys(FIELDS) | {"id": str(number), "action": "inzien", "facts": {"n": number}} | facts


def a_chain(length: int, change: Callable[[int], dict[str, Any]] = a_line) -> list[Sealed]:
    made, previous = [], START
    for seq in range(1, length + 1):
        line = change(seq)
        hash_ = seal(previous, CHAIN, seq, AT, line)
        made.append(Sealed(CHAIN, seq, previous, hash_, AT, line))
        previous = hash_
    return made


def anchored(one: Sealed, number: int = 1) -> Anchor:
    return Anchor(number, CHAIN, one.seq, one.hash.hex(), one.seq, AT, "", "", f"anker {number}")


def first_wrong(lines: list[Sealed], *anchors: Anchor) -> int | None:
    found = check(lines, CHAIN, anchors).found
    return None if found is None else found.seq


@given(st.integers(0, 30))
def test_a_chain_that_nobody_touched_is_whole(length: int) -> None:
    lines = a_chain(length)
    checked = check(lines, CHAIN, [anchored(lines[-1])] if lines else [])

    assert (checked.lines, checked.anchors, checked.found) == (length, int(length > 0), None)


@given(st.integers(2, 20), st.data())
def test_whatever_is_done_to_one_line_is_found_there(length: int, data: st.DataObject) -> None:
    lines = a_chain(length)
    at = data.draw(st.integers(0, length - 2))
    one, other = lines[at], lines[at + 1]
    changed = {
        "edited": [*lines[:at], replace(one, line=a_line(at, action="besluit")), *lines[at + 1 :]],
        "moved in time": [*lines[:at], replace(one, sealed_at="2027-01-01"), *lines[at + 1 :]],
        "emptied": [*lines[:at], replace(one, line=None), *lines[at + 1 :]],
        "deleted": lines[:at] + lines[at + 1 :],
        "renumbered": lines[:at] + [replace(later, seq=later.seq - 1) for later in lines[at + 1 :]],
        "doubled": [*lines[: at + 1], one, *lines[at + 1 :]],
        "swapped": [*lines[:at], replace(one, line=other.line), replace(other, line=one.line), *lines[at + 2 :]],
    }

    found = {name: first_wrong(those) for name, those in changed.items()}

    assert found == dict.fromkeys(changed, at + 1) | {"doubled": at + 2}


@given(st.integers(1, 20), st.data())
def test_a_tail_that_was_cut_off_is_missed_by_the_anchor_only(length: int, data: st.DataObject) -> None:
    lines = a_chain(length)
    left = data.draw(st.integers(0, length - 1))

    assert first_wrong(lines[:left]) is None
    assert first_wrong(lines[:left], anchored(lines[-1])) == left + 1


@given(st.integers(2, 20), st.data())
def test_a_chain_that_was_written_anew_differs_from_the_first_anchor_after_the_change(
    length: int, data: st.DataObject
) -> None:
    lines = a_chain(length)
    changed, anchor = data.draw(st.integers(1, length)), data.draw(st.integers(1, length - 1))
    anew = a_chain(length, lambda seq: a_line(seq, purpose="anders" if seq == changed else ""))

    found = first_wrong(anew, anchored(lines[anchor - 1]), anchored(lines[-1], 2))

    assert first_wrong(anew) is None
    assert found == 1
    same_until = [*lines[: changed - 1], *anew[changed - 1 :]]
    assert first_wrong(same_until, anchored(lines[-1], 2)) is not None


def test_a_line_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "logboek.jsonl"
    lines = [json.dumps(sealing.header(CHAIN, AT)), *(sealing.written(one) for one in a_chain(3))]
    path.write_text("\n".join([*lines[:3], "{geen json", ""]), encoding="utf-8")

    assert sealing.check_file(path).found == sealing.Found(3, "de regel is niet te lezen")
    path.write_text("niets", encoding="utf-8")
    assert sealing.main([str(path)]) == 1


def test_an_export_is_read_back_as_it_was_also_compressed(tmp_path: Path) -> None:
    for name in ("logboek.jsonl", "logboek.jsonl.gz"):
        with sealing.opened(tmp_path / name, "xt") as file:
            for text in [json.dumps(sealing.header(CHAIN, AT)), *(sealing.written(one) for one in a_chain(5))]:
                file.write(text + "\n")

        assert sealing.check_file(tmp_path / name).lines == 5
        assert sealing.main([str(tmp_path / name)]) == 0


class Kept:
    """A folder with anchors of one chain."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.key, self.previous = folder, Ed25519PrivateKey.generate(), START.hex()
        self.public = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def add(self, number: int, seq: int) -> Path:
        """The next anchor."""
        facts = sealing.anchor_facts(
            CHAIN, number, seq=seq, hash_=START, at=datetime(2026, 1, 1, tzinfo=UTC),
            previous=self.previous,
        )  # fmt: skip
        path = self.folder / sealing.anchor_name(CHAIN, number)
        path.write_bytes(sealing.signed(facts, self.key.sign))
        self.previous = sealing.read_anchor(path, self.key.public_key().verify).digest
        return path

    def wrong(self) -> str:
        """What is wrong with them."""
        found = sealing.check_anchors(self.folder, self.public)[1]
        return "" if found is None else found.why


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    made = Kept(tmp_path)
    for number in (1, 2, 3):
        made.add(number, number * 10)
    return made


def test_anchors_that_nobody_touched_hold(kept: Kept) -> None:
    assert kept.wrong() == ""
    assert [one.seq for one in sealing.check_anchors(kept.folder, kept.public, CHAIN)[0]] == [10, 20, 30]


def test_an_anchor_that_was_changed_taken_away_or_signed_by_another_is_found(kept: Kept) -> None:
    second = kept.folder / sealing.anchor_name(CHAIN, 2)
    content = second.read_bytes()

    second.write_bytes(content.replace(b'"seq":20', b'"seq":21'))
    assert "handtekening" in kept.wrong()
    second.unlink()
    assert "ontbreekt" in kept.wrong()
    second.write_bytes(b"{}")
    assert "geen anker" in kept.wrong()
    second.write_bytes(content)
    kept.public = Kept(kept.folder).public
    assert "handtekening" in kept.wrong()


def test_an_anchor_that_goes_back_is_found(kept: Kept) -> None:
    kept.add(4, 5)

    assert "aantal" in kept.wrong()


def test_without_both_a_folder_and_a_key_anchors_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        sealing.main([str(tmp_path / "x"), "--anchors", str(tmp_path)])
