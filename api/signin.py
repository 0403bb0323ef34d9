"""Who is at the door, and whether this door is theirs: every route takes the `Work` of one of these kinds.

Signing in and acting are one transaction, begun by the holder of the token. It is committed before the answer leaves.
"""

from collections.abc import AsyncIterator, Callable
from enum import StrEnum
from typing import Annotated

from fastapi import Depends, Request
from fastapi.params import Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from api.once import first_time
from api.tracing import known, origin_of
from models import figures
from models.actors import ANONYMOUS, LOG_ROLES, PLANS_MEETINGS, Actor
from models.casebook.setup import TOKEN_PREFIX, hashed
from models.refusals import NotAllowed, NotSignedIn
from models.transactions import Work, signed_in, unit_of_work
from models.words import Door, OrganisationKind, Role, TokenScope


class Who(StrEnum):
    """Who may use a route; published as the scope of its security and as `x-pols-wie`."""

    OPEN = "iedereen"
    SIGNED_IN = "wie is aangemeld"
    CASE_WORK = "medewerkers van het huis en deelnemers"
    CASE_READ = "medewerkers van het huis, deelnemers en de privacy officer"
    OVERSIGHT = "medewerkers van het huis en de privacy officer"
    PARTICIPANT = "deelnemers"
    SUPPLIER = "deelnemers, de trajectbegeleider en de privacy officer"
    STAFF = "medewerkers van het huis"
    PLANNER = "procesregisseurs, triagisten en de manager van het huis"
    KEEPER = "medewerkers van het huis en de functioneel beheerder"
    POLICY = "de manager en de functioneel beheerder"
    MANAGER = "de manager van het huis"
    COUNTS = "de manager en de privacy officer van het huis, en contacten van deelnemers"
    LOG = "de privacy officer, de functionaris gegevensbescherming en de auditor"


def _oversees(actor: Actor) -> bool:
    return actor.organisation_kind is OrganisationKind.HOUSE and actor.has(Role.PRIVACY_OFFICER)


_MAY: dict[Who, Callable[[Actor], bool]] = {
    Who.SIGNED_IN: lambda _actor: True,
    Who.CASE_WORK: lambda actor: actor.is_staff or actor.is_participant,
    Who.CASE_READ: lambda actor: actor.is_staff or actor.is_participant or _oversees(actor),
    Who.OVERSIGHT: lambda actor: actor.is_staff or _oversees(actor),
    Who.PARTICIPANT: lambda actor: actor.is_participant,
    Who.SUPPLIER: lambda actor: (
        actor.is_participant or actor.has(Role.PRIVACY_OFFICER) or (actor.is_staff and actor.has(Role.TRAJECTORY_COACH))
    ),
    Who.STAFF: lambda actor: actor.is_staff,
    Who.PLANNER: lambda actor: actor.is_staff and actor.has(*PLANS_MEETINGS),
    Who.KEEPER: lambda actor: actor.is_staff or actor.has(Role.ADMINISTRATOR),
    Who.POLICY: lambda actor: actor.has(Role.MANAGER, Role.ADMINISTRATOR),
    Who.MANAGER: lambda actor: actor.is_staff and actor.has(Role.MANAGER),
    Who.COUNTS: lambda actor: bool(figures.open_to(actor)),
    Who.LOG: lambda actor: actor.has(*LOG_ROLES),
}

#: what a token of a system may use: the routes for messages of the sector carry this tag
SECTOR = "meldingen"
#: the same for the mail service of a house
DELIVERY = "bezorging"
_LOOKS = frozenset({"GET", "HEAD"})

_bearer = HTTPBearer(scheme_name="apiToken", description="Een API-token van Pols", auto_error=False)


async def _signed_in(
    request: Request, wanted: SecurityScopes, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> AsyncIterator[Work]:
    if given is None or not given.credentials.startswith(TOKEN_PREFIX):  # a session is no token
        raise NotSignedIn
    who = Who(wanted.scopes[-1])
    origin, database = origin_of(request, Door.API), request.app.state.database
    async with signed_in(hashed(given.credentials), database, origin=origin) as (work, _name):
        known(request, work)
        _within_scope(request, work.entry.scope)
        if not _MAY[who](work.actor):
            raise NotAllowed(f"Dit kunnen alleen {who}.")
        if who is Who.LOG:
            beyond_a_token(request)
        await first_time(request, work)
        yield work


def beyond_a_token(request: Request) -> None:
    """What asks the second factor again is done in the workplace, where a session can give it: no token ever did.

    Where a token is also good to sign in with, to try Pols out, it is good for this too. Raises NotAllowed.
    """
    if not request.app.state.tokens_suffice:
        raise NotAllowed(
            "Dit vraagt opnieuw uw tweede factor en kan daarom alleen in de werkplek, niet met een API-token."
        )


def _within_scope(request: Request, scope: TokenScope) -> None:
    """What the token is good for, whatever its person may. Raises NotAllowed."""
    if scope is TokenScope.READ and request.method not in _LOOKS:
        raise NotAllowed("Met dit token kunt u alleen lezen (bereik lezen). Gebruik een token met bereik alles.")
    tags = getattr(request.scope["route"], "tags", ())
    if scope is TokenScope.REPORT and SECTOR not in tags:
        raise NotAllowed("Met dit token levert een systeem alleen meldingen aan (bereik melden).")
    if scope is TokenScope.BOUNCES and DELIVERY not in tags:
        raise NotAllowed("Met dit token meldt een maildienst alleen wat terugkwam (bereik bezorging).")


async def _anybody(request: Request) -> AsyncIterator[Work]:
    async with unit_of_work(ANONYMOUS, request.app.state.database, origin=origin_of(request, Door.API)) as work:
        yield work


def _allows(who: Who) -> Security:
    return Security(_signed_in, scopes=[who.value], scope="function")


Anybody = Annotated[Work, Depends(_anybody, scope="function")]
SignedIn = Annotated[Work, _allows(Who.SIGNED_IN)]
CaseWork = Annotated[Work, _allows(Who.CASE_WORK)]
CaseReader = Annotated[Work, _allows(Who.CASE_READ)]
Oversight = Annotated[Work, _allows(Who.OVERSIGHT)]
Participant = Annotated[Work, _allows(Who.PARTICIPANT)]
Supplier = Annotated[Work, _allows(Who.SUPPLIER)]
Staff = Annotated[Work, _allows(Who.STAFF)]
Planner = Annotated[Work, _allows(Who.PLANNER)]
Keeper = Annotated[Work, _allows(Who.KEEPER)]
PolicyMaker = Annotated[Work, _allows(Who.POLICY)]
ManagerOnly = Annotated[Work, _allows(Who.MANAGER)]
CountReader = Annotated[Work, _allows(Who.COUNTS)]
LogReader = Annotated[Work, _allows(Who.LOG)]
