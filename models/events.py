"""What other systems are told when it happens: notifications as CloudEvents (NL GOV profile 1.1), poor in information.

An event says that something happened to a duty or a meeting and where to read what: ids and an address, no name, no
number of a person, no text. Who may read it is asked again when it is read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from models.commands.base import Command
from models.egress import LONGEST

MEDIA_TYPE = "application/cloudevents+json"
_DOMAIN = "nl.zorg-en-veiligheid"
#: the organisation that sends (its OIN) and the system: never the address of data
SOURCE = re.compile(r"urn:nld:(?:oin:[0-9]{20}|kvknr:[0-9]{8}):systeem:[a-z0-9-]{1,40}", re.ASCII)
TYPE = re.compile(r"[a-z]{2,}(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)+\.v[0-9]+", re.ASCII)
#: open subscriptions of one organisation
MOST = 5
#: what became of an event, for who asks
KEPT = timedelta(days=90)


class EventKind(StrEnum):
    """What can be heard of."""

    DUTY_OPENED = "taak_geopend"
    DUTY_ANSWERED = "taak_beantwoord"
    DUTY_LAPSED = "taak_vervallen"
    DUTY_MOVED = "taak_verzet"
    MEETING_SET = "overleg_gepland"
    MEETING_OFF = "overleg_vervallen"
    MEETING_HELD = "overleg_gehouden"
    TRIAL = "proef"


@dataclass(frozen=True, slots=True)
class EventType:
    """A kind of event as it is described to who receives it."""

    meaning: str
    collection: str  #: where its subject is read
    about: str  #: what its subject is called in the data


_DUTY, _MEETING = ("taken", "taak"), ("overleggen", "overleg")
TYPES: Mapping[EventKind, EventType] = {
    EventKind.DUTY_OPENED: EventType("een taak is aan iemand gevraagd", *_DUTY),
    EventKind.DUTY_ANSWERED: EventType("een taak is beantwoord", *_DUTY),
    EventKind.DUTY_LAPSED: EventType("een taak hoeft niet meer: vervallen of ingetrokken", *_DUTY),
    EventKind.DUTY_MOVED: EventType("de termijn van een taak is verplaatst", *_DUTY),
    EventKind.MEETING_SET: EventType("een overleg is gepland", *_MEETING),
    EventKind.MEETING_OFF: EventType("een overleg gaat niet door of is verzet", *_MEETING),
    EventKind.MEETING_HELD: EventType("een overleg is gehouden", *_MEETING),
    EventKind.TRIAL: EventType("een proef van de beheerder; er is niets gebeurd", "gebeurtenissen", "abonnement"),
}


def type_of(kind: EventKind) -> str:
    """The type of an event on the wire: reverse domain, with one number for its version."""
    return f"{_DOMAIN}.{kind.replace('_', '-')}.v1"


class CloudEvent(BaseModel):
    """A CloudEvent 1.0 in its JSON form. What is in it may be logged by everybody it passes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: Annotated[str, Field(pattern=SOURCE.pattern)]
    type: Annotated[str, Field(pattern=TYPE.pattern)]
    subject: UUID
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    dataref: Annotated[str, Field(pattern="^https?://")]
    data: Annotated[dict[str, UUID], Field(max_length=2)]


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as it is kept: ids, a kind and a moment."""

    id: UUID
    kind: EventKind
    about_id: UUID
    case_id: UUID | None
    at: datetime


def cloud_event(one: Happened, *, source: str, base_url: str) -> CloudEvent:
    """The event as it is sent; every try sends the same one."""
    described = TYPES[one.kind]
    base = f"{base_url.rstrip('/')}/v1/{described.collection}"
    trial = one.kind is EventKind.TRIAL
    data = {described.about: one.about_id} | ({"casus": one.case_id} if one.case_id else {})
    return CloudEvent(
        id=one.id, source=source, type=type_of(one.kind), subject=one.about_id, time=one.at,
        dataref=base if trial else f"{base}/{one.about_id}", data=data,
    )  # fmt: skip


def _heard(kinds: tuple[EventKind, ...]) -> tuple[EventKind, ...]:
    if EventKind.TRIAL in kinds:
        raise PydanticCustomError("uitleg", "een proef stuurt de beheerder; daarop abonneert niemand zich")
    return tuple(dict.fromkeys(kinds))


class Subscribe(Command):
    """Let a system of a participant hear of what happens in the cases that it is involved in."""

    organisation_id: UUID
    url: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    kinds: Annotated[tuple[EventKind, ...], Field(min_length=1, max_length=20), AfterValidator(_heard)]
