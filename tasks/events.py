"""Telling one event to one system: a CloudEvent, signed, over our door to outside."""

import asyncio
import time
from dataclasses import dataclass

from models import signing
from models.egress import place_of
from models.events import MEDIA_TYPE, Happened, cloud_event
from tasks.egress import Egress, NotReached
from tasks.outgoing import Sent

GONE = 410


@dataclass(frozen=True, slots=True)
class Teller:
    """Who tells: the door to outside, where it may lead for events (nothing: anywhere), and in whose name."""

    egress: Egress
    source: str
    base_url: str
    hosts: frozenset[str] = frozenset()


async def tell(teller: Teller, one: Happened, url: str, secret: str) -> Sent:
    """Send an event once. Every try is the same event with the same id, by which it is recognised."""
    place = place_of(url)
    if place is None or (teller.hosts and place not in teller.hosts):
        return Sent("adres niet toegestaan")
    body = cloud_event(one, source=teller.source, base_url=teller.base_url).model_dump_json().encode()
    headers = {"Content-Type": MEDIA_TYPE, "User-Agent": "Pols"}
    headers |= signing.headers(secret, str(one.id), int(time.time()), body)
    try:
        answer = await asyncio.to_thread(teller.egress.request, "POST", url, headers=headers, body=body)
    except NotReached as refused:
        return Sent(refused.code)
    return Sent(answer.code, lasting=answer.status == GONE)
