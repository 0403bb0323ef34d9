"""Referrals, the people in them, and support questions."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import undefer

from models.lookups.paging import Page, Paged, Place, cut, keyset
from models.refusals import NotFound
from models.tables.attached import Attachment, ReferralVersion
from models.tables.cases import Case, CriterionJudgement
from models.tables.referrals import Referral, Subject, SubjectRelation, SupportQuestion
from models.transactions import Work


class ReferralState(StrEnum):
    """How far a referral came; it follows from its moments."""

    DRAFT = "concept"
    SUBMITTED = "ingediend"
    WITHDRAWN = "ingetrokken"


_STATES: dict[ReferralState, ColumnElement[bool]] = {
    ReferralState.DRAFT: and_(Referral.submitted_at.is_(None), Referral.withdrawn_at.is_(None)),
    ReferralState.SUBMITTED: and_(Referral.submitted_at.is_not(None), Referral.withdrawn_at.is_(None)),
    ReferralState.WITHDRAWN: Referral.withdrawn_at.is_not(None),
}


async def referral(work: Work, referral_id: UUID) -> Referral:
    """A referral the actor may read. Raises NotFound."""
    found = await work.session.get(Referral, referral_id)
    if found is None:
        raise NotFound("Deze aanmelding")
    return found


async def own_referral(work: Work, referral_id: UUID) -> Referral:
    """A referral of the actor's own organisation. Raises NotFound."""
    found = await referral(work, referral_id)
    if found.reporter_organisation_id != work.actor.organisation_id:
        raise NotFound("Deze aanmelding")
    return found


async def own_for_update(work: Work, referral_id: UUID) -> Referral:
    """A referral of the actor's own organisation, locked. Raises NotFound."""
    found = (
        await work.session.scalars(
            select(Referral)
            .where(Referral.id == referral_id, Referral.reporter_organisation_id == work.actor.organisation_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    ).one_or_none()
    if found is None:
        raise NotFound("Deze aanmelding")
    return found


async def case_of(work: Work, found: Referral) -> Case | None:
    """The case a referral became; of several the first."""
    statement = select(Case).where(Case.referral_id == found.id).order_by(Case.id).limit(1)
    return (await work.session.scalars(statement)).one_or_none()


async def by_message(work: Work, message_id: str) -> Referral | None:
    """The referral that an earlier delivery of the same message became."""
    statement = select(Referral).where(
        Referral.message_id == message_id, Referral.reporter_organisation_id == work.actor.organisation_id
    )
    return (await work.session.scalars(statement)).one_or_none()


async def is_submitted(work: Work, case: Case) -> bool:
    """The report of this case was submitted, so with everything it needs; a report nobody may read here was."""
    found = await work.session.get(Referral, case.referral_id)
    return found is None or found.submitted_at is not None


async def subjects(work: Work, referral_id: UUID) -> list[Subject]:
    """The people in a referral, in the order the reporter named them."""
    statement = select(Subject).where(Subject.referral_id == referral_id).order_by(Subject.position)
    return list(await work.session.scalars(statement))


async def relations(work: Work, referral_id: UUID) -> list[SubjectRelation]:
    """What the people in a referral are to each other; only between people the actor may read."""
    statement = select(SubjectRelation).where(SubjectRelation.referral_id == referral_id).order_by(SubjectRelation.id)
    return list(await work.session.scalars(statement))


async def subjects_of_case(work: Work, case_id: UUID) -> list[Subject]:
    """The person a case is about, when the actor may read that."""
    return list(await work.session.scalars(select(Subject).where(Subject.case_id == case_id).order_by(Subject.id)))


async def subjects_around(work: Work, case: Case) -> list[Subject]:
    """The betrokkene of a case and its direct circle: of the same report, and of no other case (BGS 2.19)."""
    statement = select(Subject).where(
        Subject.referral_id == case.referral_id, or_(Subject.case_id == case.id, Subject.case_id.is_(None))
    )
    return list(await work.session.scalars(statement.order_by(Subject.position)))


async def person_of(work: Work, case_id: UUID, subject_id: UUID) -> Subject:
    """The betrokkene of a case, or somebody of its circle that the actor may read. Raises NotFound."""
    found = await work.session.get(Subject, subject_id)
    case = await work.session.get(Case, case_id)
    if found is None or case is None or found.referral_id != case.referral_id or found.case_id not in {case_id, None}:
        raise NotFound("Deze persoon")
    return found


async def own(work: Work, page: Page, *, state: ReferralState | None = None) -> Paged[Referral]:
    """The referrals of the actor's organisation, the newest first."""
    statement = select(Referral).where(Referral.reporter_organisation_id == work.actor.organisation_id)
    if state is not None:
        statement = statement.where(_STATES[state])
    statement = keyset(statement, page, Referral.created_at, Referral.id, newest_first=True)
    found = (await work.session.scalars(statement)).all()
    return cut(found, page, lambda one: Place(one.id, one.created_at))


async def judgements(work: Work, case_id: UUID) -> list[CriterionJudgement]:
    """Per criterion what was prepared and adopted."""
    statement = select(CriterionJudgement).where(CriterionJudgement.case_id == case_id)
    return list(
        await work.session.scalars(statement.order_by(CriterionJudgement.prepared_at, CriterionJudgement.criterion))
    )


async def support_questions(work: Work, page: Page, *, answered: bool | None = None) -> Paged[SupportQuestion]:
    """Questions asked of the house: the unanswered first, of both the oldest first."""
    is_answered = SupportQuestion.answered_at.is_not(None)
    statement = keyset(
        select(SupportQuestion), page, is_answered, SupportQuestion.asked_at, SupportQuestion.id,
        start=lambda place: (bool(place.part), place.at, place.id),
    )  # fmt: skip
    if answered is not None:
        statement = statement.where(is_answered.is_(answered))
    found = (await work.session.scalars(statement)).all()
    return cut(found, page, lambda one: Place(one.id, one.asked_at, part=int(one.answered_at is not None)))


async def support_question(work: Work, question_id: UUID) -> SupportQuestion:
    """One question. Raises NotFound."""
    found = await work.session.get(SupportQuestion, question_id)
    if found is None:
        raise NotFound("Deze hulpvraag")
    return found


async def versions(work: Work, referral_id: UUID) -> list[ReferralVersion]:
    """What a referral said before, the newest first, for who may read that."""
    statement = select(ReferralVersion).where(ReferralVersion.referral_id == referral_id)
    return list(await work.session.scalars(statement.order_by(ReferralVersion.version.desc())))


async def version(work: Work, referral_id: UUID, number: int) -> ReferralVersion:
    """One earlier version. Raises NotFound."""
    found = await work.session.get(ReferralVersion, (referral_id, number))
    if found is None:
        raise NotFound("Deze versie")
    return found


async def attachments(work: Work, referral_id: UUID) -> list[Attachment]:
    """The files with a referral, without their content, in the order they came."""
    statement = select(Attachment).where(Attachment.referral_id == referral_id).order_by(Attachment.id)
    return list(await work.session.scalars(statement))


async def attachment(work: Work, attachment_id: UUID, *, content: bool = False) -> Attachment:
    """One file, with its content only when asked. Raises NotFound."""
    options = [undefer(Attachment.content)] if content else []
    found = await work.session.get(Attachment, attachment_id, options=options)
    if found is None:
        raise NotFound("Deze bijlage")
    return found
