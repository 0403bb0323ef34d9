"""What an operator does as owner of the database: found houses, designate people, move a test clock."""

import asyncio
import logging
from datetime import date, datetime, timedelta

from pydantic import BaseModel, ConfigDict
from sqlalchemy import text

from models.actors import ENGINE, Origin
from models.casebook import setup
from models.lookups import work as lookup
from models.policy import Policy
from models.refusals import MayNotShift
from models.transactions import Database, Work, unit_of_work
from models.words import Door, OrganisationKind, Role

log = logging.getLogger("pols.founding")

#: the longest that a token lasts (docs/decisions/0008)
TOKENS_LAST = timedelta(days=365)


class PersonFile(BaseModel):
    """Somebody to designate."""

    model_config = ConfigDict(extra="forbid")

    naam: str
    email: str
    telefoon: str | None = None
    rollen: list[Role]


class OrganisationFile(BaseModel):
    """An organisation and its people."""

    model_config = ConfigDict(extra="forbid")

    naam: str
    soort: OrganisationKind
    taak: str = ""
    personen: list[PersonFile] = []


class HouseFile(BaseModel):
    """A house as an operator writes it down."""

    model_config = ConfigDict(extra="forbid")

    naam: str
    slug: str
    geldigTot: date  # noqa: N815 - Dutch on the wire
    organisaties: list[OrganisationFile]
    beleid: Policy = Policy()


async def found(url: str, content: str, *, lasts: timedelta = TOKENS_LAST) -> dict[str, str]:
    """Found a house from its JSON; answers each person's token, which is shown once. One transaction."""
    plan = HouseFile.model_validate_json(content)
    database = Database(url)
    try:
        async with unit_of_work(ENGINE, database, origin=Origin(Door.OPERATOR)) as work:
            return await _found(work, plan, lasts)
    finally:
        await database.close()


async def _found(work: Work, plan: HouseFile, lasts: timedelta) -> dict[str, str]:
    house, itself = setup.found_house(work, plan.naam, plan.slug)
    await work.session.flush()
    setup.set_policy(work, house.id, 1, plan.beleid)
    tokens: dict[str, str] = {}
    for one in plan.organisaties:
        own = one.soort is OrganisationKind.HOUSE
        organisation = itself if own else setup.add_organisation(work, house.id, one.naam, one.soort, one.taak)
        await work.session.flush()
        for person in one.personen:
            made = setup.designate(
                work, organisation, person.naam, person.email, person.rollen, valid_until=plan.geldigTot,
                phone=person.telefoon,
            )  # fmt: skip
            await work.session.flush()
            tokens[person.email] = setup.issue_token(work, made, lasts=lasts)
    return tokens


async def shift_clock(url: str, seconds: int, *, production: bool) -> datetime:
    """Move the process clock; answers the new time. Raises MayNotShift in production."""
    if production:
        raise MayNotShift("In productie wordt de klok niet verzet.")
    database = Database(url)
    try:
        async with database.engine.begin() as connection:
            await connection.execute(text("UPDATE clock SET shift_seconds = shift_seconds + :s"), {"s": seconds})
            moved: datetime = (await connection.execute(text("SELECT pols_now()"))).scalar_one()
            return moved
    finally:
        await database.close()


async def caught_up(url: str, *, within_seconds: float = 30.0) -> None:
    """Wait until the engine has done what was left to it, so that time does not run away from it; not for ever."""
    database = Database(url, pool_size=1)
    try:
        async with asyncio.timeout(within_seconds):
            while await _behind(database):  # noqa: ASYNC110 - other processes: nothing to wait on
                await asyncio.sleep(0.1)
    except TimeoutError:
        log.warning("the engine is behind; going on")
    finally:
        await database.close()


async def _behind(database: Database) -> bool:
    async with unit_of_work(ENGINE, database) as work:
        return await lookup.work_is_owed(work)
