"""Where Pols may connect to outside: names that mean one thing, and addresses that are nobody's own network.

A form that two programs could read differently is refused instead of interpreted. `tasks/egress.py` connects.
"""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

HTTPS = 443
LONGEST = 1_000
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)+(?:[a-z]{{2,63}}|xn--[a-z0-9-]{{1,58}}[a-z0-9])", re.ASCII)
_URL = re.compile(
    r"https://(?P<host>[a-z0-9.-]{1,253})(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)?(?:\?(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?",
    re.ASCII,
)
#: names that lead to one's own network, whatever answers for them
_INSIDE = ("localhost", "local", "localdomain", "internal", "intranet", "private", "lan", "home", "corp", "arpa", "svc")
_HIGHEST_PORT = 65_535

#: by RFC 6890 and its registry: what is somebody's own, a link's, a group's, documentation or not given out
_NOT_OUTSIDE_4 = tuple(
    IPv4Network(one) for one in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
#: of IPv6 only what is given out counts; in it stand addresses that carry another one inside (Teredo, 6to4)
_GIVEN_OUT_6 = IPv6Network("2000::/3")
_NOT_OUTSIDE_6 = tuple(
    IPv6Network(one) for one in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)


def is_outside(address: str) -> bool:
    """Whether an address is somebody else's, on the internet. One that hides another (mapped, NAT64, 6to4) never is."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return not any(found in net for net in _NOT_OUTSIDE_4)
    return _is_outside_6(found)


def _is_outside_6(found: IPv6Address) -> bool:
    if found.scope_id is not None or found not in _GIVEN_OUT_6:
        return False
    return not any(found in net for net in _NOT_OUTSIDE_6)


def is_name(host: str) -> bool:
    """Whether this is a name of the internet in its one form: small letters, no number, not of one's own network."""
    return len(host) <= 253 and _NAME.fullmatch(host) is not None and host.rpartition(".")[2] not in _INSIDE  # noqa: PLR2004 - RFC 1035


def parts_of(url: str) -> tuple[str, int] | None:
    """The host and the port of an address in its one form; nothing when there could be two opinions about it."""
    if len(url) > LONGEST or (found := _URL.fullmatch(url)) is None:
        return None
    port = int(found["port"] or HTTPS)
    return (found["host"], port) if port <= _HIGHEST_PORT else None


def place_of(url: str) -> str | None:
    """The host of an address to send to, with its port when that is not the usual one; nothing when it is none."""
    found = parts_of(url)
    if found is None or not is_name(found[0]):
        return None
    return found[0] if found[1] == HTTPS else f"{found[0]}:{found[1]}"
