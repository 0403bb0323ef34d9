"""How long somebody waits who failed to sign in. Pure: what was counted and the moment come in, a wait goes out.

What counts is where an attempt comes from: nobody can use up the attempts of somebody in another place. Hence no count
for an account as a whole: whoever tries passwords from elsewhere would keep its owner out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address, ip_network

#: after this long without an attempt, counting starts anew
FORGOTTEN_AFTER = timedelta(days=1)
NO_WAIT = timedelta(0)
_MOST_DOUBLINGS = 32


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many attempts are free, and how waits grow after them: each twice the one before, up to the longest."""

    free: int
    first: timedelta
    longest: timedelta


#: one account from one address; one address, all accounts together (a house sits behind one); a browser known for it
ACCOUNT_FROM_ADDRESS = Allowance(5, timedelta(seconds=30), timedelta(hours=1))
ADDRESS = Allowance(30, timedelta(seconds=30), timedelta(minutes=15))
KNOWN_DEVICE = Allowance(10, timedelta(seconds=30), timedelta(hours=1))
#: a pin with one link, and of one person with all links: only who has their mail can use these up, and not for long
PIN_WITH_LINK = Allowance(5, timedelta(seconds=30), timedelta(hours=1))
PIN_OF_PERSON = Allowance(20, timedelta(minutes=1), timedelta(hours=1))
#: one reference with a code, wherever it is typed: the link in the mail goes on working
REFERENCE = Allowance(20, timedelta(seconds=30), timedelta(minutes=15))


@dataclass(frozen=True, slots=True)
class Budget:
    """Something that attempts are counted for: its key says nothing about who."""

    key: bytes
    allowance: Allowance


def wait_after(failures: int, allowance: Allowance) -> timedelta:
    """How long after the last of so many failures the next attempt may come."""
    over = failures - allowance.free
    if over < 0:
        return NO_WAIT
    grown: timedelta = allowance.first * 2 ** min(over, _MOST_DOUBLINGS)
    return min(grown, allowance.longest)


def remaining(failures: int, last_at: datetime, now: datetime, allowance: Allowance) -> timedelta:
    """How long it still takes until an attempt may come; nothing when it may come now."""
    if now - last_at >= FORGOTTEN_AFTER:
        return NO_WAIT
    return max(NO_WAIT, last_at + wait_after(failures, allowance) - now)


def counted(failures: int, last_at: datetime, now: datetime) -> int:
    """The count with one failure more."""
    return 1 if now - last_at >= FORGOTTEN_AFTER else failures + 1


def budgets(login: str, address: str, device: bytes | None) -> tuple[Budget, ...]:
    """What an attempt counts for: the browser when it is known for this account, else the place it comes from."""
    if device is not None:
        return (Budget(_key("apparaat", login, device.hex()), KNOWN_DEVICE),)
    place = network_of(address)
    return (Budget(_key("account", login, place), ACCOUNT_FROM_ADDRESS), Budget(_key("adres", place), ADDRESS))


def confirming(person: str) -> tuple[Budget, ...]:
    """What counts when somebody who is signed in proves again who they are."""
    return (Budget(_key("bevestigen", person), KNOWN_DEVICE),)


def proving(person: str, link: str) -> tuple[Budget, ...]:
    """What counts when somebody gives their pin on an answer page."""
    return (Budget(_key("pincode", link), PIN_WITH_LINK), Budget(_key("pincodes", person), PIN_OF_PERSON))


def typing(reference: str, address: str) -> tuple[Budget, ...]:
    """What counts when somebody types a reference and a code."""
    return (Budget(_key("kenmerk", reference), REFERENCE), Budget(_key("kenmerken", network_of(address)), ADDRESS))


def network_of(address: str) -> str:
    """The address as somebody has it: of version 6 one line gets 2**64, of which each would be another client."""
    try:
        found = ip_address(address)
    except ValueError:
        return "onbekend"
    mapped = getattr(found, "ipv4_mapped", None)
    if mapped is not None:
        return str(mapped)
    return str(ip_network(f"{found}/64", strict=False)) if found.version == 6 else str(found)  # noqa: PLR2004


def _key(*parts: str) -> bytes:
    return sha256("\0".join(parts).encode()).digest()
