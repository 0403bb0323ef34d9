"""Somebody who got a mail with a link: what stands in it, and the pages behind it."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2
from sqlalchemy import select

from api.ways import Ways
from api.workplace.app import create_workplace
from models.actors import ENGINE
from models.casebook import links, outbox, pins
from models.casebook.outbox import Tried
from models.tables.base import new_id
from models.tables.duties import Duty
from models.transactions import unit_of_work
from models.words import DutyKind
from tests.conftest import Databases
from tests.entering import new_address
from tests.factories import Story


@dataclass
class Mail:
    """What a mail about one duty says, and the message it was."""

    message_id: UUID
    duty_id: UUID
    line: dict[str, Any]

    @property
    def path(self) -> str:
        """Where the link leads."""
        return str(self.line["pad"])

    @property
    def token(self) -> str:
        """The secret in it."""
        return self.path.removeprefix("/a/")


async def duty_of(db: Databases, story: Story, kind: DutyKind, who: str) -> Duty:
    """The open duty of this kind that the organisation of somebody owes."""
    async with unit_of_work(ENGINE, db.engine) as work:
        found = await work.session.scalars(
            select(Duty).where(
                Duty.case_id == story.case_id, Duty.kind == kind, Duty.answered_at.is_(None),
                Duty.owner_organisation_id == story.house.actors[who].organisation_id,
            )
        )  # fmt: skip
        return found.one()


async def claimed(db: Databases) -> list[Any]:
    """Every message that is due, as a sender takes it; the relay took them all."""
    async with unit_of_work(ENGINE, db.engine) as work:
        found = await outbox.claim(work, 1000)
        await links.mint(work, found)
        await outbox.record(work, [Tried(one.id, one.tries) for one in found])
        return found


async def mailed(db: Databases, story: Story, kind: DutyKind, who: str, template: str = "vraag") -> Mail:
    """Somebody is told of a duty, and the sender takes the message."""
    duty = await duty_of(db, story, kind, who)
    async with unit_of_work(ENGINE, db.engine) as work:
        await outbox.tell_about_duties(work, [(duty.id, "opened")], template=template, key=new_id().hex)
    mine = [one for one in await claimed(db) if one.recipient_id == story.house.person(who)]
    message, line = next((one, line) for one in mine for line in one.lines if line.get("taak") == str(duty.id))
    return Mail(message.id, duty.id, line)


async def a_pin(db: Databases, story: Story, who: str) -> str:
    """The manager gives somebody a pin."""
    async with unit_of_work(story.house.actors["manager"], db.web) as work:
        return await pins.give(work, story.house.person(who))


@asynccontextmanager
async def somebody(db: Databases, address: str = "") -> AsyncIterator[httpx2.AsyncClient]:
    """A browser without a session, at an address of its own."""
    app = create_workplace(db.web, Ways(token_form=True))
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False, client=(address or new_address(), 40000))
    async with httpx2.AsyncClient(transport=transport, base_url="https://pols.example") as client:
        yield client


def csrf(page: httpx2.Response) -> dict[str, str]:
    """What the forms of a page carry."""
    found = re.search(r'name="csrf" value="(\w+)"', page.text)
    assert found, page.text
    return {"csrf": found[1]}


async def goes_on(client: httpx2.AsyncClient, mail: Mail) -> httpx2.Response:
    """Follow the link and press the button, as a person does."""
    page = await client.get(mail.path)
    assert page.status_code == 200, page.text
    answer = await client.post(mail.path, data=csrf(page))
    assert answer.status_code == 303, answer.text
    return await client.get(answer.headers["location"])


async def proves(client: httpx2.AsyncClient, mail: Mail, pin: str) -> httpx2.Response:
    """Give a pin."""
    page = await client.get(f"{mail.path}/antwoord")
    return await client.post(f"{mail.path}/pincode", data=csrf(page) | {"pincode": pin})


async def sends(client: httpx2.AsyncClient, mail: Mail, **form: str) -> httpx2.Response:
    """Send the form of the page."""
    page = await client.get(f"{mail.path}/antwoord")
    return await client.post(f"{mail.path}/antwoord", data=csrf(page) | form)
