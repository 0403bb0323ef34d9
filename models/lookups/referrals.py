"""Referrals, the people in them, and support questions."""

from uuid import UUID

from sqlalchemy import select

from models.refusals import NotFound
from models.tables.cases import Case, CriterionJudgement
from models.tables.referrals import Referral, Subject, SubjectRelation, SupportQuestion
from models.transactions import Work


async def referral(work: Work, referral_id: UUID) -> Referral:
    """A referral the actor may read. Raises NotFound."""
    found = await work.session.get(Referral, referral_id)
    if found is None:
        raise NotFound("Deze aanmelding")
    return found


async def own_for_update(work: Work, referral_id: UUID) -> Referral:
    """A referral of the actor's own organisation, locked. Raises NotFound."""
    found = (
        await work.session.scalars(
            select(Referral)
            .where(Referral.id == referral_id, Referral.reporter_organisation_id == work.actor.organisation_id)
            .with_for_update()
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


async def own(work: Work) -> list[Referral]:
    """The referrals of the actor's organisation, the newest first."""
    statement = (
        select(Referral).where(Referral.reporter_organisation_id == work.actor.organisation_id)
        .order_by(Referral.created_at.desc()).limit(100)
    )  # fmt: skip
    return list(await work.session.scalars(statement))


async def judgements(work: Work, case_id: UUID) -> list[CriterionJudgement]:
    """Per criterion what was prepared and adopted."""
    statement = select(CriterionJudgement).where(CriterionJudgement.case_id == case_id)
    return list(
        await work.session.scalars(statement.order_by(CriterionJudgement.prepared_at, CriterionJudgement.criterion))
    )


async def support_questions(work: Work) -> list[SupportQuestion]:
    """Questions asked of the house, unanswered first."""
    statement = select(SupportQuestion).order_by(SupportQuestion.answered_at.is_not(None), SupportQuestion.asked_at)
    return list(await work.session.scalars(statement.limit(100)))


async def support_question(work: Work, question_id: UUID) -> SupportQuestion:
    """One question. Raises NotFound."""
    found = await work.session.get(SupportQuestion, question_id)
    if found is None:
        raise NotFound("Deze hulpvraag")
    return found
