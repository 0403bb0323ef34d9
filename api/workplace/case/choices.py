"""What the forms on the page of a case offer to who looks. A form that is not for them is not on their page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from textwrap import shorten
from typing import Any, Protocol
from uuid import UUID

from api.workplace.visits import Visit
from models import process
from models.casebook import goals, plans
from models.casebook.pledges import DOMAINS
from models.lookups import cases, conflicts, people, referrals
from models.lookups.caselists import CaseLine
from models.lookups.coherence import Linked
from models.lookups.conflicts import Elsewhere
from models.policy import Intervention, Policy, StatutoryTask
from models.words import DecisionKind, OrganisationKind, Phase, Role, Standing

Named = Sequence[tuple[UUID, str]]
_WIDE = 80


class HasText(Protocol):
    """A goal or a commitment."""

    @property
    def id(self) -> UUID:
        """Which."""

    @property
    def body(self) -> str:
        """What it says."""


@dataclass(frozen=True, slots=True)
class Partner:
    """An organisation that stands to the case."""

    organisation_id: UUID
    standing: Standing
    since: datetime


@dataclass(frozen=True, slots=True)
class Choices:
    """Which forms there are, and what can be chosen in them."""

    goals: bool = False
    pledges: bool = False
    closing: bool = False
    linking: bool = False
    people: Named = ()  #: whom a goal or a commitment can be about
    involved: Named = ()
    others: Named = ()  #: participants that are not involved
    deciders: Named = ()  #: who decided what one writes down for them; without any one decides oneself
    elsewhere: Sequence[Elsewhere] = ()  #: commitments of linked cases that the actor leads as well
    domains: Sequence[str] = ()
    interventions: Sequence[Intervention] = ()
    tasks: Sequence[StatutoryTask] = ()
    pledge_domains: Sequence[str] = DOMAINS

    def pairs(self, words: Iterable[str]) -> Sequence[tuple[str, str]]:
        """Words that are sent as they are shown."""
        return [(one, one) for one in words]

    def texts(self, rows: Iterable[HasText]) -> Named:
        """Rows by what they say, cut off where a list would be too wide."""
        return [(one.id, shorten(one.body, _WIDE, placeholder=" …")) for one in rows]

    @property
    def told_elsewhere(self) -> Named:
        """Commitments of linked cases, each with the number of its case."""
        return [(one.id, f"{one.number}: {shorten(one.body, _WIDE, placeholder=' …')}") for one in self.elsewhere]


NONE = Choices()
_LINKED_IN = process.DECISIONS[DecisionKind.INVOLVE].phases
_FOR_OTHERS = (Role.TRIAGE_OFFICER, Role.MANAGER)


async def partners(visit: Visit, line: CaseLine) -> list[Partner]:
    """Who is involved, and for the house who was asked a question; for who follows the process."""
    if not line.process:
        return []
    found = [one for one in await cases.standings(visit.work, line.case.id) if one.until is None]
    shown = set(Standing) if visit.actor.organisation_kind is OrganisationKind.HOUSE else {Standing.INVOLVED}
    return [Partner(one.organisation_id, one.standing, one.since) for one in found if one.standing in shown]


async def of_case(visit: Visit, line: CaseLine, linked: Sequence[Linked]) -> Choices:
    """The forms for who leads the case, and for who decides about it: in the phases in which there is such a form."""
    case, actor = line.case, visit.actor
    leads = actor.is_staff and actor.leads(case.director_id)
    linking = _links(visit, line)
    if not leads and not linking:
        return NONE
    work, phase = visit.work, case.phase
    names = await people.organisation_names(work)
    there = await cases.standings(work, case.id)
    involved = {one.organisation_id for one in there if one.until is None and one.standing is Standing.INVOLVED}
    others = [one for one in await people.participants(work, public_only=False) if one not in involved]
    _version, policy = await cases.house_policy(work, case.house_id)
    return Choices(
        goals=leads and phase in goals.WITH_A_PLAN, pledges=leads and phase in plans.IN_FORCE,
        closing=leads and phase is Phase.CLOSING, linking=linking,
        people=[(one.id, one.name) for one in await referrals.subjects_around(work, case)] if leads else (),
        involved=_named(involved, names), others=_named(others, names),
        deciders=await people.deciding(work) if linking and actor.is_staff else (),
        elsewhere=await conflicts.led_elsewhere(work, [one.other_id for one in linked if not one.row.ended_at])
        if leads else (), **_of_the_house(policy),
    )  # fmt: skip


def _of_the_house(policy: Policy) -> dict[str, Any]:
    return {
        "domains": policy.life_domains, "interventions": policy.interventions, "tasks": policy.statutory_tasks,
    }  # fmt: skip


def _links(visit: Visit, line: CaseLine) -> bool:
    """Public participants decide who is involved and what hangs together (R3, R19); the house writes it down."""
    actor = visit.actor
    if not line.process or line.case.phase not in _LINKED_IN:
        return False
    if actor.is_staff:
        return actor.leads(line.case.director_id) or actor.has(*_FOR_OTHERS)
    return actor.organisation_kind is OrganisationKind.LID1 and actor.has(Role.TRIAGE_MEMBER)


def _named(ids: set[UUID] | list[UUID], names: dict[UUID, str]) -> Named:
    return sorted(((one, names[one]) for one in ids if one in names), key=lambda pair: pair[1])
