"""The chain over the log, and who checks it: pure, so that anybody can with only this file and what was exported.

`python sealing.py FILE --anchors FOLDER --public-key FILE` needs Python and, for the anchors, the package
`cryptography`; nothing else of Pols. It reads line by line, says the first number that is wrong and why, and then ends
with 1.
"""

import argparse
import gzip
import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

START = b"\x00" * 32
#: the chain of what belongs to no house
SYSTEM = "00000000-0000-0000-0000-000000000000"
FORM, ANCHOR_FORM = "pols-logboek-1", "pols-anker-1"
#: what of a line is sealed; all of it
FIELDS = (
    "id", "house_id", "at", "action", "object_kind", "object_id", "case_id", "referral_id", "person_id",
    "organisation_id", "on_behalf_of", "roles", "purpose", "result", "door", "address", "via_id", "glass_id",
    "policy_version", "trace_id", "span_id", "facts",
)  # fmt: skip
_PLAIN = (str, int, bool, list, dict, type(None))

Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A line with its place in its chain. Without a line when that was deleted."""

    chain: str
    seq: int
    previous: bytes
    hash: bytes
    sealed_at: str
    line: Line | None


@dataclass(frozen=True, slots=True)
class Anchor:
    """What the head of a chain was at a moment, signed, kept outside the database."""

    number: int
    chain: str
    seq: int
    hash: str
    count: int
    at: str
    previous: str
    digest: str
    name: str


@dataclass(frozen=True, slots=True)
class Found:
    """What is wrong, from which number on; None when it is about an anchor and no line can be named."""

    seq: int | None
    why: str


@dataclass(slots=True)
class Checked:
    """How far a check came."""

    lines: int = 0
    anchors: int = 0
    found: Found | None = None


def canonical(facts: Mapping[str, object]) -> bytes:
    """The one way to write facts down."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def moment(at: datetime) -> str:
    """A moment as it is sealed: in UTC."""
    return at.astimezone(UTC).isoformat()


def as_line(row: Mapping[Any, Any]) -> Line:
    """A row of the log as it is sealed and exported."""
    return {name: _plain(row[name]) for name in FIELDS}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return moment(value)
    return value if isinstance(value, _PLAIN) else str(value)


def seal(previous: bytes, chain: str, seq: int, sealed_at: str, line: Line) -> bytes:
    """The SHA-256 of the seal before and of this line with its number, chain and moment of sealing."""
    placed = {"chain": chain, "seq": seq, "sealed_at": sealed_at, "line": line}
    return hashlib.sha256(previous + canonical(placed)).digest()


# Checking


class Checker:
    """Follows one chain from its first number. Give it every line in order, then ask for the end."""

    def __init__(self, chain: str, anchors: Iterable[Anchor] = ()) -> None:
        self.chain = chain
        self.checked = Checked()
        self._previous = START
        self._anchors = sorted((one for one in anchors if one.chain == chain), key=lambda one: one.seq)
        self._met = 0
        self._anchored = 0

    def follow(self, one: Sealed) -> Found | None:
        """Check the next line; what is wrong with it, if anything."""
        expected = self.checked.lines + 1
        why = self._wrong(one, expected)
        if why:
            self.checked.found = Found(expected, why)
            return self.checked.found
        self.checked.lines, self._previous = expected, one.hash
        return self._beside_anchors(one)

    def _wrong(self, one: Sealed, expected: int) -> str:
        if one.seq > expected:
            return f"regel {expected} ontbreekt"
        if one.seq < expected:
            return f"regel {one.seq} staat hier dubbel of op een andere plaats"
        if one.line is None:
            return "de regel is verwijderd, het zegel staat er nog"
        if one.previous != self._previous:
            return "de regel sluit niet aan op de regel ervoor"
        if one.hash != seal(one.previous, one.chain, one.seq, one.sealed_at, one.line):
            return "de regel is gewijzigd, verwisseld of ingevoegd"
        return ""

    def _beside_anchors(self, one: Sealed) -> Found | None:
        while self._met < len(self._anchors) and self._anchors[self._met].seq == one.seq:
            anchor = self._anchors[self._met]
            if anchor.hash != one.hash.hex():
                self.checked.found = Found(
                    self._anchored + 1,
                    f"het logboek is herschreven: ergens van {self._anchored + 1} tot en met {one.seq} wijkt het af van"
                    f" {anchor.name}",
                )
                return self.checked.found
            self._met, self._anchored = self._met + 1, one.seq
            self.checked.anchors += 1
        return None

    def end(self) -> Checked:
        """After the last line: the anchors know of no more than there was."""
        if self.checked.found is None and self._met < len(self._anchors):
            last = self._anchors[-1]
            self.checked.found = Found(
                self.checked.lines + 1,
                f"de staart ontbreekt: volgens {last.name} waren er op {last.at} {last.seq} regels",
            )
        return self.checked


def check(lines: Iterable[Sealed], chain: str, anchors: Iterable[Anchor] = ()) -> Checked:
    """Follow a whole chain."""
    checker = Checker(chain, anchors)
    for one in lines:
        if checker.follow(one) is not None:
            break
    return checker.end()


# The file


def header(chain: str, exported_at: str) -> dict[str, str]:
    """The first line of an export."""
    return {"form": FORM, "chain": chain, "exported_at": exported_at}


def written(one: Sealed) -> str:
    """A line of an export."""
    facts = {
        "seq": one.seq, "previous": one.previous.hex(), "hash": one.hash.hex(), "sealed_at": one.sealed_at,
        "line": one.line,
    }  # fmt: skip
    return json.dumps(facts, ensure_ascii=True, separators=(",", ":"))


def opened(path: Path, mode: str) -> IO[str]:
    """An export, to read (`rt`) or to make (`xt`); compressed when its name ends in .gz."""
    if path.name.endswith(".gz"):
        return gzip.open(path, mode, encoding="utf-8")  # type: ignore[return-value]
    return path.open(mode, encoding="utf-8")


def read(lines: Iterable[str], chain: str) -> Iterator[Sealed]:
    """The lines of an export after its header, one by one. Raises ValueError when one cannot be read."""
    for text in lines:
        facts = json.loads(text)
        yield Sealed(
            chain, facts["seq"], bytes.fromhex(facts["previous"]), bytes.fromhex(facts["hash"]), facts["sealed_at"],
            facts["line"],
        )  # fmt: skip


def check_file(path: Path, anchors: Iterable[Anchor] = ()) -> Checked:
    """Check an export."""
    with opened(path, "rt") as lines:
        try:
            first = json.loads(lines.readline())
            chain = str(first["chain"])
            checker = Checker(chain, anchors)
        except (ValueError, KeyError, TypeError):
            return Checked(found=Found(None, "dit is geen uitgevoerd logboek van Pols"))
        try:
            for one in read(lines, chain):
                if checker.follow(one) is not None:
                    break
        except (ValueError, KeyError, TypeError, AttributeError, EOFError):
            at = checker.checked.lines + 1
            checker.checked.found = Found(at, "de regel is niet te lezen")
    return checker.end()


# The anchors


def anchor_facts(chain: str, number: int, *, seq: int, hash_: bytes, at: datetime, previous: str) -> dict[str, object]:
    """What an anchor says, before it is signed. Numbers have no gaps, so the last one is also how many there are."""
    return {
        "form": ANCHOR_FORM, "number": number, "chain": chain, "house": None if chain == SYSTEM else chain,
        "seq": seq, "hash": hash_.hex(), "count": seq, "at": moment(at), "previous": previous,
    }  # fmt: skip


def signed(facts: Mapping[str, object], sign: Callable[[bytes], bytes]) -> bytes:
    """An anchor as it is kept."""
    return canonical({**facts, "signature": sign(canonical(facts)).hex()}) + b"\n"


def anchor_name(chain: str, number: int) -> str:
    """The name of an anchor: sorted by name they stand in order."""
    return f"{chain}-{number:010d}.json"


def read_anchor(path: Path, verify: Callable[[bytes, bytes], None] | None) -> Anchor:
    """One anchor; its signature is checked when there is something to check with. Raises ValueError."""
    content = path.read_bytes()
    facts = json.loads(content)
    signature = bytes.fromhex(facts.pop("signature"))
    if facts.get("form") != ANCHOR_FORM:
        msg = "geen anker"
        raise ValueError(msg)
    if verify is not None:
        verify(signature, canonical(facts))
    return Anchor(
        facts["number"], facts["chain"], facts["seq"], facts["hash"], facts["count"], facts["at"], facts["previous"],
        hashlib.sha256(content).hexdigest(), path.name,
    )  # fmt: skip


def check_anchors(folder: Path, public_key: bytes, chain: str | None = None) -> tuple[list[Anchor], Found | None]:
    """The anchors in a folder, and the first thing that is wrong with them. Of one chain when it is given."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - without anchors nobody needs the package
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415

    key = load_pem_public_key(public_key)
    if not isinstance(key, Ed25519PublicKey):
        return [], Found(None, "de publieke sleutel is geen Ed25519-sleutel")
    good: list[Anchor] = []
    for path in sorted(folder.glob(f"{chain or ''}*.json")):
        try:
            one = read_anchor(path, key.verify)
        except InvalidSignature:
            return good, Found(None, f"de handtekening van {path.name} klopt niet")
        except (ValueError, KeyError, TypeError):
            return good, Found(None, f"{path.name} is geen anker")
        before = next((last for last in reversed(good) if last.chain == one.chain), None)
        if why := _out_of_order(one, before):
            return good, Found(None, f"{path.name}: {why}")
        good.append(one)
    return good, None


def _out_of_order(one: Anchor, before: Anchor | None) -> str:
    number, digest, seq = (before.number, before.digest, before.seq) if before else (0, START.hex(), 0)
    if one.name != anchor_name(one.chain, one.number):
        return "de naam past niet bij de inhoud"
    if one.number != number + 1 or one.previous != digest:
        return "sluit niet aan op het anker ervoor; er ontbreekt er een, of een is vervangen"
    if one.seq <= seq or one.count != one.seq:
        return "het aantal regels klopt niet"
    return ""


# The command


def told(checked: Checked) -> str:
    """What came of a check, for a person."""
    if checked.found is None:
        return f"het logboek is heel: {checked.lines} regels, {checked.anchors} ankers kloppen"
    where = f"vanaf regel {checked.found.seq}" if checked.found.seq else "bij de ankers"
    return f"het logboek klopt niet {where}: {checked.found.why}"


def verify(file: Path, anchors: Path | None, public_key: Path | None) -> Checked:
    """Check an export, beside its anchors when they are given."""
    known: Sequence[Anchor] = ()
    if anchors is not None and public_key is not None:
        known, wrong = check_anchors(anchors, public_key.read_bytes(), chain_of(file))
        if wrong is not None:
            return Checked(found=wrong)
        return without_anchors(check_file(file, known), known)
    return check_file(file)


def without_anchors(checked: Checked, known: Sequence[Anchor]) -> Checked:
    """Who checks beside anchors and finds none has checked nothing beside them."""
    if checked.found is None and checked.lines and not known:
        checked.found = Found(None, "er is geen anker van dit logboek")
    return checked


def chain_of(file: Path) -> str | None:
    """Whose log an export is; None when it cannot be read."""
    with opened(file, "rt") as lines:
        try:
            return str(json.loads(lines.readline())["chain"])
        except (ValueError, KeyError, TypeError):
            return None


def main(arguments: Sequence[str] | None = None) -> int:
    """Check an export from the command line; answers 0 when it is whole, 1 when it is not."""
    parser = argparse.ArgumentParser(description="Controleert een uitgevoerd logboek van Pols.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--anchors", type=Path)
    parser.add_argument("--public-key", type=Path)
    given = parser.parse_args(arguments)
    if (given.anchors is None) is not (given.public_key is None):
        parser.error("--anchors en --public-key horen bij elkaar")
    checked = verify(given.file, given.anchors, given.public_key)
    sys.stdout.write(told(checked) + "\n")
    return 0 if checked.found is None else 1


if __name__ == "__main__":
    sys.exit(main())
