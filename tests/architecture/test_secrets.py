"""No secret stands in the repository: nothing that looks like one in any file that is kept."""

import re
import subprocess

import pytest

from tests.architecture.source import ROOT

PATTERNS = {
    "private key": re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "token of Pols": re.compile(rb"\bpols_[A-Za-z0-9_-]{43}\b"),
    "password in an address": re.compile(rb"[a-z+]{3,}://[^\s/:@\"'{}<>]+:[^\s/:@\"'{}<>]{3,}@(?!example|\{)"),
    "key of a cloud": re.compile(rb"\b(AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[A-Za-z0-9_-]{35}\b"),
    "token of a forge": re.compile(
        rb"\b(gh[pousr]_[A-Za-z0-9]{36}|glpat-[A-Za-z0-9_-]{20}|xox[abprs]-[A-Za-z0-9-]{10,})"
    ),
    "signed token": re.compile(rb"\beyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\."),
    "secret in a file of settings": re.compile(rb"(?im)^[A-Z_]*(PASSWORD|SECRET|TOKEN)[A-Z_]*=[^\s$\"'{(<]{8,}$"),
}
#: what is plainly made up: it says so itself
MADE_UP = re.compile(rb"geheim|verzonnen|fictief|example|invalid", re.IGNORECASE)


def kept() -> list[str]:
    """Every file that git keeps, or would keep."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return listed.splitlines()


def found(content: bytes) -> set[str]:
    """The kinds of secrets that seem to stand in a file."""
    return {
        kind for kind, pattern in PATTERNS.items()
        if any(not MADE_UP.search(match[0]) for match in pattern.finditer(content))
    }  # fmt: skip


def test_no_file_holds_a_secret() -> None:
    files = [name for name in kept() if (ROOT / name).is_file()]

    assert len(files) > 100
    assert {name: kinds for name in files if (kinds := found((ROOT / name).read_bytes()))} == {}


def test_nothing_is_kept_that_holds_secrets_by_its_nature() -> None:
    kinds = (".pem", ".key", ".p12", ".pfx", ".env", "credential", "accounts.json")

    assert [name for name in kept() if name.lower().endswith(kinds)] == []


@pytest.mark.parametrize(
    "planted",
    [
        b"-----BEGIN RSA " + b"PRIVATE KEY-----", b"pols_" + b"a" * 43, b"AKIA" + b"A" * 16, b"ghp_" + b"a" * 36,
        b"postgresql://pols:" + b"hunter22@10.0.0.1/pols", b"eyJ" + b"a" * 20 + b".eyJ" + b"b" * 20 + b".",
        b"MAIL_PASSWORD=" + b"x" * 12,
    ],
)  # fmt: skip
def test_what_looks_like_a_secret_is_found(planted: bytes) -> None:
    assert found(b"regel\n" + planted + b"\n")
