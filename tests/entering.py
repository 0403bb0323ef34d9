"""Somebody with a browser at the door: accounts of their own, an app for codes, and an address to come from."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

import httpx2
import pyotp

from api.ways import Accounts, Ways
from api.workplace.app import create_workplace
from api.workplace.visits import COOKIE, csrf_of
from models.actors import ENGINE
from models.casebook import accounts
from models.credentials import Seal
from models.transactions import Database, unit_of_work
from tests.conftest import Databases
from tests.factories import AHouse

PASSWORD = "de kat krabt de krullen van de trap"
_ADDRESSES = count(1)


class Wall:
    """The clock on the wall, which a test moves."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Entrance:
    """A workplace where people sign in with an account, on one database."""

    database: Database
    ways: Ways
    wall: Wall
    apps: dict[str, str] = field(default_factory=dict)  #: the second factor of each, by address

    @classmethod
    def on(cls, database: Database, accounts_: Accounts) -> "Entrance":
        wall = Wall()
        return cls(database, Ways(accounts=accounts_, token_form=True, wall=wall), wall)

    @asynccontextmanager
    async def browser(
        self, *, address: str = "", base: str = "https://pols.example"
    ) -> AsyncIterator[httpx2.AsyncClient]:
        """A browser without a session, at an address of its own."""
        client = (address or new_address(), 40000)
        app = create_workplace(self.database, self.ways)
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False, client=client)
        async with httpx2.AsyncClient(transport=transport, base_url=base) as made:
            yield made

    def code(self, email: str) -> str:
        """The code that the app shows; a minute later, so that it was not used."""
        self.wall.seconds += 60
        return pyotp.TOTP(self.apps[email]).at(int(self.wall.seconds))

    async def sign_in(self, client: httpx2.AsyncClient, email: str, **other: str) -> httpx2.Response:
        """Send the form, as it should be but for what is other."""
        form = {"email": email, "wachtwoord": PASSWORD} | other
        if "code" not in form:
            form["code"] = self.code(email) if email in self.apps else "000000"
        return await client.post("/aanmelden", data=form)

    async def enrol(self, invitation: str, email: str) -> None:
        """Set the account up as somebody would."""
        async with self.browser() as client:
            page = (await client.post("/aanmelden/account", data={"uitnodiging": invitation})).text
            self.apps[email] = shown_secret(page)
            sent = enrolment(invitation, self.code(email))
            answer = await client.post("/aanmelden/account", data=sent)
            assert answer.headers["location"] == "/aanmelden?gezegd=ingesteld", answer.text


def new_address() -> str:
    """An address that nobody came from before."""
    number = next(_ADDRESSES)
    return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"


def shown_secret(page: str) -> str:
    """The second factor on the page of an invitation."""
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert found, page
    return found[1]


def enrolment(invitation: str, code: str) -> dict[str, str]:
    """The form of an invitation, as it should be."""
    return {"uitnodiging": invitation, "wachtwoord": PASSWORD, "herhaling": PASSWORD, "code": code}


def csrf(client: httpx2.AsyncClient) -> dict[str, str]:
    """What every form of a session carries."""
    return {"csrf": csrf_of(client.cookies[COOKIE])}


def email_of(house: AHouse, key: str) -> str:
    """The address of somebody of a house."""
    return f"{key}@{house.slug}.example"


async def invited(db: Databases, house: AHouse, key: str) -> str:
    """The operator invites somebody; answers the secret of the invitation."""
    async with unit_of_work(ENGINE, db.owner) as work:
        return await accounts.invite(work, email_of(house, key))


async def enrolled(db: Databases, entrance: Entrance, house: AHouse, key: str) -> str:
    """Somebody who has an account; answers its address."""
    email = email_of(house, key)
    await entrance.enrol(await invited(db, house, key), email)
    return email


def new_accounts() -> Accounts:
    """Accounts under a key of their own."""
    return Accounts(Seal(Seal.new_key()))
