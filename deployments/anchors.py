"""Anchors: what the head of each chain was, signed, every hour, in a folder that the database cannot reach.

A file is made once, whole, and never written over. Put the folder on write-once storage or let somebody else copy it.
"""

import asyncio
import logging
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from models.actors import ENGINE
from models.casebook import sealer
from models.sealing import START, Anchor, anchor_facts, anchor_name, read_anchor, signed
from models.transactions import Database, unit_of_work

EVERY = timedelta(hours=1)
_READ_ONLY, _SECRET = 0o444, 0o600

log = logging.getLogger("pols.anchors")


def new_key(path: Path) -> None:
    """Make a private key in a file that is not there yet. Raises FileExistsError."""
    made = Ed25519PrivateKey.generate()
    content = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _SECRET), "wb") as file:
        file.write(content)


def private_key(path: Path) -> Ed25519PrivateKey:
    """The key in a file. Raises ValueError when it is no Ed25519 key."""
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        msg = "the key of the anchors is no Ed25519 key"
        raise ValueError(msg)  # noqa: TRY004 - the content is wrong, not its type
    return key


def public_key(path: Path) -> bytes:
    """What an auditor needs of the key in a file."""
    return private_key(path).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@dataclass(frozen=True)
class Anchors:
    """The folder and the key."""

    folder: Path
    key: Ed25519PrivateKey

    @classmethod
    def of(cls, folder: Path, key_file: Path | None) -> "Anchors | None":
        """What a worker writes with; None without a key, which it says once."""
        if key_file is None:
            log.warning("no anchors are written: POLS_ANCHOR_KEY_FILE names no key")
            return None
        folder.mkdir(parents=True, exist_ok=True)
        return cls(folder, private_key(key_file))

    def last(self, chain: str) -> Anchor | None:
        """The newest anchor of a chain."""
        newest = max(self.folder.glob(f"{chain}-*.json"), default=None)
        return None if newest is None else read_anchor(newest, None)

    async def write(self, database: Database | None = None) -> int:
        """Write what has grown since an hour ago; answers how many anchors were made."""
        async with unit_of_work(ENGINE, database) as work:
            chains = await sealer.chains(work)
            heads = await sealer.heads_of(work, chains)
            made = 0
            for chain, (seq, hash_) in heads.items():
                last = await asyncio.to_thread(self.last, str(chain))
                if last is not None and not _is_due(last, seq, work.now):
                    continue
                if last is not None and await sealer.hash_at(work, chain, last.seq) != bytes.fromhex(last.hash):
                    log.error("the log of chain %s does not agree with %s: check it", chain, last.name)
                    continue
                made += await asyncio.to_thread(self._make, chain, seq, hash_, work.now, last)
            return made

    def _make(self, chain: UUID, seq: int, hash_: bytes, at: datetime, last: Anchor | None) -> int:
        number, previous = (last.number + 1, last.digest) if last else (1, START.hex())
        content = signed(
            anchor_facts(str(chain), number, seq=seq, hash_=hash_, at=at, previous=previous), self.key.sign
        )
        return int(_write_once(self.folder / anchor_name(str(chain), number), content))


def _is_due(last: Anchor, seq: int, now: datetime) -> bool:
    return seq > last.seq and now - datetime.fromisoformat(last.at) >= EVERY


def _write_once(path: Path, content: bytes) -> bool:
    """Make a file, whole or not at all. Whether this process made it: another worker may have been first."""
    half = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _READ_ONLY), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(half, path)
    except FileExistsError:
        return False
    finally:
        half.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return True
