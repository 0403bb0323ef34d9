"""Support questions: anybody asks, the house answers, a participant may adopt one as a draft referral."""

from uuid import UUID

from models.casebook import referrals
from models.casebook.frame import audit
from models.commands.cases import AskSupport
from models.commands.referrals import DescribeReferral
from models.refusals import AlreadySettled, NotAllowed, NotFound
from models.tables.base import new_id
from models.tables.referrals import Referral, SupportQuestion
from models.transactions import Work


def ask(work: Work, house_id: UUID, command: AskSupport) -> SupportQuestion:
    """Put a question to the house, without anything about a person."""
    made = SupportQuestion(id=new_id(), house_id=house_id, asked_at=work.now, **command.model_dump())
    work.session.add(made)
    audit(work, "hulpvraag gesteld", "hulpvraag", made.id, house_id=house_id)
    return made


async def advise(work: Work, question_id: UUID, advice: str) -> SupportQuestion:
    """Give the advice. Raises NotFound, NotAllowed, AlreadySettled."""
    if not work.actor.is_staff:
        raise NotAllowed("Advies op een hulpvraag geeft een medewerker van het huis.")
    question = await _locked(work, question_id)
    if question.answered_at is not None:
        raise AlreadySettled("Deze hulpvraag is al beantwoord.")
    question.advice, question.answered_at, question.answered_by = advice, work.now, work.actor.person_id
    audit(work, "hulpvraag beantwoord", "hulpvraag", question.id)
    return question


async def adopt(work: Work, question_id: UUID) -> Referral:
    """A participant makes the question its own: a draft referral, and the participant becomes the sponsor."""
    question = await _locked(work, question_id)
    if question.adopted_as is not None:
        raise AlreadySettled("Deze hulpvraag is al overgenomen als aanmelding.")
    themes = (question.theme,) if question.theme else ()
    referral = await referrals.draft(work, DescribeReferral(reason=question.question, themes=themes))
    question.adopted_as = referral.id
    return referral


async def _locked(work: Work, question_id: UUID) -> SupportQuestion:
    """Of two at once the second waits, and then sees what the first did. Raises NotFound."""
    found = await work.session.get(SupportQuestion, question_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("Deze hulpvraag")
    return found
