"""`pols person`: what becomes of somebody who was designated. An operator does this, as the owner of the database."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated

import typer

from deployments.settings import Settings
from models.actors import ENGINE, Origin
from models.casebook import designations
from models.designation import Designation, kept_out
from models.refusals import Refusal
from models.tables.people import Person
from models.transactions import Database, Work, unit_of_work
from models.words import Door, OrganisationKind, Role

person = typer.Typer(help="Iemand die is aangewezen: uitschakelen, rollen, geldigheid.", no_args_is_help=True)

Email = Annotated[str, typer.Argument(help="the address that was given when they were designated")]
House = Annotated[str, typer.Option("--huis", help="short name, when several houses know the address")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="the last day that it is valid")]


@person.command()
def disable(email: Email, house: House = "") -> None:
    """Shut somebody out: sessions end at once, tokens are revoked."""
    _done(lambda work: designations.disable(work, email, house=house))


@person.command()
def enable(email: Email, house: House = "") -> None:
    """Let somebody in again who was shut out."""
    _done(lambda work: designations.enable(work, email, house=house))


@person.command()
def roles(
    email: Email, given: Annotated[list[Role], typer.Argument(help="all of them; what is not named is taken away")],
    house: House = "",
) -> None:  # fmt: skip
    """Give somebody these roles and no others; counts with their next request."""
    _done(lambda work: designations.set_roles(work, email, given, house=house))


@person.command()
def valid(email: Email, screening: Day = None, training: Day = None, house: House = "") -> None:
    """Record until when somebody is screened, trained, or both."""
    _done(
        lambda work: designations.renew(
            work, email, house=house, screened_until=screening.date() if screening else None,
            trained_until=training.date() if training else None,
        )
    )  # fmt: skip


def _done(act: Callable[[Work], Awaitable[Person]]) -> None:
    try:
        typer.echo(asyncio.run(as_operator(Settings().database_owner_url.get_secret_value(), act)))
    except Refusal as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(1) from None


async def as_operator(url: str, act: Callable[[Work], Awaitable[Person]]) -> str:
    """Do this in one transaction, as the operator; answers how somebody stands now. Raises Refusal."""
    database = Database(url, pool_size=1)
    try:
        async with unit_of_work(ENGINE, database, origin=Origin(Door.OPERATOR)) as work:
            return _told(await act(work), work)
    finally:
        await database.close()


def _told(found: Person, work: Work) -> str:
    known = Designation(found.active, OrganisationKind.HOUSE, found.screened_until, found.trained_until)
    why = "; ".join(kept_out(known, work.now.date())) or "kan aanmelden"
    return f"{found.email}\t{', '.join(found.roles)}\t{why}"
