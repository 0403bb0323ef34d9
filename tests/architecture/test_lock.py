"""The lock file: every dependency pinned with hashes, from no address in particular."""

import re

from tests.architecture.source import ROOT

LOCK = ROOT / "requirements.lock"
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)(\[[a-z0-9,_-]+\])?==\S+")


def entries() -> list[str]:
    """Give one line per requirement, with its continuation lines joined and comments left out."""
    lines = [line for line in LOCK.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [line.strip() for line in joined.splitlines() if line.strip()]


def test_every_requirement_is_pinned_and_has_a_hash() -> None:
    assert len(entries()) > 50
    assert [entry[:60] for entry in entries() if not PINNED.match(entry) or "--hash=sha256:" not in entry] == []


def test_the_lock_names_no_address_and_no_option() -> None:
    text = LOCK.read_text(encoding="utf-8")

    assert "://" not in text
    assert [line for line in text.splitlines() if line.startswith("-")] == []


def test_everything_asked_for_is_locked() -> None:
    asked = [line.split(";")[0].strip() for line in (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()]
    names = {
        re.split(r"[\[=<>~! ]", line)[0].lower().replace("_", "-") for line in asked if line and line[0] not in "#-"
    }
    locked = {found[1].lower().replace("_", "-") for entry in entries() if (found := PINNED.match(entry))}

    assert names
    assert names - locked == set()
