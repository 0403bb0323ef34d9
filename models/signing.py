"""Signing what is sent to another system, as Standard Webhooks does: the id, the moment and the body together.

`webhook-signature: v1,<base64 of HMAC-SHA256 over "id.timestamp.body">`. A receiver recomputes it with the secret that
it was given once, refuses what is older than five minutes, and what it has seen before by its id.
"""

import hmac
import secrets
from base64 import b64decode, b64encode
from binascii import Error
from hashlib import sha256

PREFIX = "whsec_"
FRESH_SECONDS = 300
_BYTES = 32


def new_secret() -> str:
    """A secret to share with one receiver."""
    return PREFIX + b64encode(secrets.token_bytes(_BYTES)).decode()


def is_secret(text: str) -> bool:
    """Whether this is a secret in the form that receivers know, long enough to be one."""
    try:
        return text.startswith(PREFIX) and len(b64decode(text.removeprefix(PREFIX), validate=True)) >= _BYTES
    except (Error, ValueError):
        return False


def headers(secret: str, message_id: str, seconds: int, body: bytes) -> dict[str, str]:
    """What goes with a body: who made it and when, so that nobody else can have."""
    return {
        "webhook-id": message_id, "webhook-timestamp": str(seconds),
        "webhook-signature": f"v1,{_signature(secret, message_id, seconds, body)}",
    }  # fmt: skip


def is_genuine(secret: str, given: dict[str, str], body: bytes, now: int) -> bool:
    """Whether a receiver may believe these headers and this body; the reference of our documentation and tests."""
    try:
        seconds = int(given["webhook-timestamp"])
        wanted = _signature(secret, given["webhook-id"], seconds, body)
    except (KeyError, ValueError):
        return False
    known = (one.partition(",") for one in given.get("webhook-signature", "").split())
    signed = any(version == "v1" and hmac.compare_digest(found, wanted) for version, _, found in known)
    return signed and abs(now - seconds) <= FRESH_SECONDS


def _signature(secret: str, message_id: str, seconds: int, body: bytes) -> str:
    key = b64decode(secret.removeprefix(PREFIX))
    return b64encode(hmac.digest(key, f"{message_id}.{seconds}.".encode() + body, sha256)).decode()
