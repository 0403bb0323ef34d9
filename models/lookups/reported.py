"""A report as somebody fills it in: what it says now, what they said in their last one, what became of it."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from models.commands.referrals import DescribeReferral, DescribeSubject
from models.lookups import referrals, whereabouts
from models.lookups.whereabouts import Whereabouts
from models.process import DECISIONS
from models.refusals import NotPossible
from models.tables.cases import Case, Decision
from models.tables.people import Organisation
from models.tables.referrals import Referral, Subject
from models.transactions import Work
from models.words import DecisionKind, OrganisationKind

_PLACES = ("address", "school", "contact_channel")
_PLAIN_OF_PEOPLE = DescribeSubject.model_fields.keys() - {*_PLACES, "secret"}
_PLAIN = DescribeReferral.model_fields.keys() - {"subjects", "relations", "criteria"}


async def content(work: Work, referral: Referral, *, places: bool) -> DescribeReferral:
    """What a referral says now, in the form in which it was told; where people can be found only when asked.

    Raises NotPossible when the actor may not know a place: what they would write back would not hold it.
    """
    people = await referrals.subjects(work, referral.id)
    where = await whereabouts.of(work, people) if places else {}
    numbers = {one.id: number for number, one in enumerate(people, start=1)}  # of who the actor may know
    return DescribeReferral.model_validate({name: getattr(referral, name) for name in _PLAIN} | {
        "criteria": {one: getattr(referral, f"motivation_{one}") for one in "abcd"},
        "subjects": [_person(one, where.get(one.id)) for one in people],
        "relations": [
            {name: getattr(one, name) for name in ("kind", "since", "until")}
            | {"of": numbers[one.of_id], "to": numbers[one.to_id]}
            for one in await referrals.relations(work, referral.id)
        ],
    })  # fmt: skip


def _person(one: Subject, where: Whereabouts | None) -> dict[str, object]:
    told: dict[str, object] = {name: getattr(one, name) for name in _PLAIN_OF_PEOPLE}
    if where is None:
        return told
    if one.secret_address and where.address is None:
        raise NotPossible("In deze aanmelding staat een geheim adres dat u niet mag kennen; vraag een collega.")
    told |= {name: getattr(where, name) or "" for name in _PLACES}
    named = {"organisations": tuple(where.organisations), "persons": tuple(where.persons)}
    return told | {"secret": named if one.secret_address else None}


async def latest_of(work: Work) -> Referral | None:
    """The last report that the actor made themselves: of it is taken over what stays the same."""
    statement = select(Referral).where(
        Referral.reporter_person_id == work.actor.person_id,
        Referral.reporter_organisation_id == work.actor.organisation_id,
    )
    return (await work.session.scalars(statement.order_by(Referral.created_at.desc()).limit(1))).one_or_none()


async def cases_of(work: Work, referral_ids: Iterable[UUID]) -> dict[UUID, Case]:
    """What these reports became, as far as the actor knows of it; of several cases the first."""
    statement = select(Case).where(Case.referral_id.in_(list(referral_ids))).order_by(Case.id.desc())
    return {one.referral_id: one for one in await work.session.scalars(statement) if one.referral_id is not None}


async def supplement_asked(work: Work, case: Case) -> str:
    """What the triage officer misses in a report, in the words of the last request; nothing when there was none."""
    statement = select(Decision.reason).where(
        Decision.case_id == case.id, Decision.kind == DecisionKind.REQUEST_SUPPLEMENT
    )
    return await work.session.scalar(statement.order_by(Decision.at.desc(), Decision.id.desc()).limit(1)) or ""


async def why(work: Work, case: Case) -> str:
    """The reason of the decision by which a report ended, in the words of who decided."""
    ends = [kind for kind, spec in DECISIONS.items() if spec.outcome is case.outcome]
    statement = select(Decision.reason).where(Decision.case_id == case.id, Decision.kind.in_(ends))
    return await work.session.scalar(statement.order_by(Decision.at.desc(), Decision.id.desc()).limit(1)) or ""


async def participants(work: Work) -> list[tuple[UUID, str]]:
    """The participants of the house by name, to pick from; the house itself and third parties are none (WGS 2.27)."""
    kinds = (OrganisationKind.LID1, OrganisationKind.LID2)
    rows = await work.session.execute(
        select(Organisation.id, Organisation.name).where(Organisation.kind.in_(kinds)).order_by(Organisation.name)
    )
    return [(row.id, row.name) for row in rows]
