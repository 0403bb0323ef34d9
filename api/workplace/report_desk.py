"""A report on the desk of who made it: what it says, what it lacks, what became of it and what can still be done."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from api.workplace.language import _
from api.workplace.visits import Visit
from models.casebook import answers
from models.casebook import referrals as casebook
from models.commands.referrals import DescribeReferral
from models.lookups import cases, duties, people, referrals, reported
from models.lookups.people import Me
from models.policy import Policy
from models.refusals import FieldError, NotAllowed, NotPossible
from models.tables.attached import Attachment
from models.tables.cases import Case
from models.tables.referrals import Referral
from models.words import DutyKind, Phase


class Mode(StrEnum):
    """What can be done with a report now."""

    DRAFT = "concept"
    SUPPLEMENT = "aanvulling"  #: the triage officer asked for more
    CORRECTION = "correctie"  #: handed in, and not decided on yet
    READ = "lezen"


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a page about one report needs."""

    referral: Referral
    case: Case | None
    mode: Mode
    content: DescribeReferral
    missing: list[FieldError]
    asked: str  #: what the triage officer misses
    files: list[Attachment]
    me: Me
    policy: Policy
    participants: list[tuple[UUID, str]]

    @property
    def is_handed_in(self) -> bool:
        """It came to the house; by a message of the sector perhaps without everything it needs."""
        return self.case is not None


def must_report(visit: Visit) -> None:
    """Only a participant reports (R1, WGS 2.31(1)). Raises NotAllowed."""
    if not visit.actor.is_participant:
        raise NotAllowed(_("Aanmelden doet een deelnemer. Hebt u een vraag over een situatie? Bel het huis."))


async def own(visit: Visit, referral_id: UUID) -> tuple[Referral, Case | None]:
    """A report of the actor's own organisation, and what it became. Raises NotAllowed or NotFound."""
    must_report(visit)
    found = await referrals.own_referral(visit.work, referral_id)
    return found, await referrals.case_of(visit.work, found)


async def desk(visit: Visit, referral_id: UUID) -> Desk:
    """A report of the actor's own organisation; that they see it is logged. Raises NotAllowed or NotFound."""
    work, (referral, case) = visit.work, await own(visit, referral_id)
    answers.saw(work, "aanmelding", referral.id, case.id if case else None)
    _version, policy = await cases.house_policy(work, referral.house_id)
    mode = await _mode(visit, referral, case)
    return Desk(
        referral=referral, case=case, mode=mode, policy=policy, me=await people.me(work),
        content=await reported.content(work, referral, places=True),
        missing=await casebook.missing(work, referral) if mode is not Mode.READ else [],
        asked=await reported.supplement_asked(work, case) if case and mode is Mode.SUPPLEMENT else "",
        files=await referrals.attachments(work, referral.id), participants=await reported.participants(work),
    )  # fmt: skip


async def _mode(visit: Visit, referral: Referral, case: Case | None) -> Mode:
    if case is None:
        return Mode.READ if referral.withdrawn_at else Mode.DRAFT
    if await duties.open_in_case(visit.work, case.id, {DutyKind.SUPPLEMENT}):
        return Mode.SUPPLEMENT
    return Mode.CORRECTION if case.phase in {Phase.INTAKE, Phase.SCREENING} else Mode.READ


def must_change(found: Desk) -> None:
    """Raises NotPossible when the report cannot change any more."""
    if found.mode is Mode.READ:
        raise NotPossible(_("Over deze aanmelding is besloten; lever nieuwe gegevens als informatie aan."))
