"""What somebody does who came in by link: with the link alone nothing ends, with the second factor they answer.

Each act is that of its person, by the verbs that everybody uses, and the log says that it came by link.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from models import links
from models.agenda import Presence, RepliedBy
from models.casebook import answers, invitees, outbox
from models.casebook.frame import Frame, audit, open_frame
from models.commands.cases import GiveAnswer
from models.links import ASKED_AGAIN, Factor
from models.lookups import duties as duty_lookup
from models.lookups import links as lookup
from models.lookups import work as work_lookup
from models.refusals import NotAllowed, NotPossible
from models.tables.asking import PrivateAnswer
from models.tables.duties import Duty
from models.tables.links import Reference
from models.tables.trail import History
from models.transactions import Link, Work

_OPENED = text("SELECT pols_link_opened(:token)")
_ANSWERED = text("SELECT pols_link_answered(:token)")
_PROVE = text("SELECT pols_link_prove(:token, :browser, :how)")


async def opened(work: Work) -> None:
    """A person opened the page, and said so by a button."""
    await work.session.execute(_OPENED, {"token": lookup.link_of(work).token_hash})


async def prove(work: Work, browser_hash: bytes, how: Factor) -> None:
    """The second factor was given with this link, in this browser."""
    link = lookup.link_of(work)
    await work.session.execute(_PROVE, {"token": link.token_hash, "browser": browser_hash, "how": how})
    _log(work, link, "tweede factor gegeven", how)


def not_proven(work: Work) -> None:
    """The second factor that was given is not theirs."""
    link = lookup.link_of(work)
    audit(work, "tweede factor geweigerd", "taak", link.duty_id, case_id=link.case_id, result="geweigerd",
          kenmerk=link.reference)  # fmt: skip


async def received(work: Work) -> None:
    """Whoever was asked says that they got it. Said again, it changes nothing."""
    frame, duty, reference = await _open(work)
    if reference.received_at is None:
        reference.received_at = work.now
        _note(frame, duty, "ontvangst bevestigd")


async def ask_more_time(work: Work) -> None:
    """Ask who leads the case for more time; they extend the term, or call. Raises NotPossible within a day."""
    frame, duty, reference = await _open(work)
    _once(reference.more_time_at, work, "U vroeg hier al om meer tijd. De procesregisseur heeft bericht; bel gerust.")
    reference.more_time_at = work.now
    await _tell_leader(frame, duty, "meer_tijd_gevraagd")
    _note(frame, duty, "meer tijd gevraagd")


async def decline(work: Work) -> None:
    """Say that it is not for oneself; who leads the case gives it to another. Raises NotPossible within a day."""
    frame, duty, reference = await _open(work)
    _once(reference.declined_at, work, "U gaf dit al aan. De procesregisseur heeft bericht; bel gerust.")
    reference.declined_at = work.now
    await _tell_leader(frame, duty, "niet_voor_mij")
    _note(frame, duty, "niet voor mij")


async def answer(work: Work, outcome: str, reason: str = "") -> None:
    """Answer the duty: its ladder stops at once. Raises NotAllowed, AlreadySettled or InvalidFields."""
    link = _proven(work)
    duty, _case = await duty_lookup.duty_with_case(work, _duty_of(link))
    answers.check_open(duty)
    note = links.note_of(duty.kind, outcome, reason)
    given = await answers.answer(work, duty.id, GiveAnswer(outcome=outcome, note=note))
    if isinstance(given, PrivateAnswer):
        return  # to everybody else the link was not used to answer
    _log(work, link, "beantwoord met een link")
    await work.session.flush()
    await work.session.execute(_ANSWERED, {"token": link.token_hash})


async def hand_on(work: Work, person_id: UUID) -> None:
    """Give it to a designated colleague who works on the case. Raises NotAllowed, AlreadySettled, InvalidFields."""
    link = _proven(work)
    await answers.hand_on(work, _duty_of(link), person_id)
    _log(work, link, "doorgegeven met een link")


async def attend(work: Work, presence: Presence) -> None:
    """Say whether one comes to the meeting of the link. Raises NotFound or NotPossible: it is off, or was held."""
    link = lookup.link_of(work)
    if link.meeting_id is None or work.actor.person_id is None:
        raise NotPossible("Hier wordt niet gevraagd of u komt.")
    await invitees.respond(work, link.meeting_id, work.actor.person_id, presence, RepliedBy.LINK)
    audit(work, "gemeld met een link", "overleg", link.meeting_id, case_id=link.case_id, factor="geen",
          kenmerk=link.reference)  # fmt: skip
    await work.session.flush()
    await work.session.execute(_ANSWERED, {"token": link.token_hash})


def _proven(work: Work) -> Link:
    link = lookup.link_of(work)
    if not link.proven:
        raise NotAllowed("Geef eerst uw pincode.")
    return link


def _duty_of(link: Link) -> UUID:
    if link.duty_id is None:
        raise NotPossible("Dit is een uitnodiging; u antwoordt of u komt.")
    return link.duty_id


async def _open(work: Work) -> tuple[Frame, Duty, Reference]:
    """The duty of the link, open and theirs, under the lock of its case."""
    link = lookup.link_of(work)
    duty, case = await duty_lookup.duty_with_case(work, _duty_of(link))
    frame = await open_frame(work, case.id)
    await work.session.refresh(duty)
    if not await answers.owns(work, duty):
        raise NotAllowed("Deze taak is van een ander.")
    answers.check_open(duty)
    return frame, duty, await lookup.own_reference(work)


def _once(before: datetime | None, work: Work, why: str) -> None:
    if before is not None and work.now - before < ASKED_AGAIN:
        raise NotPossible(why)


async def _tell_leader(frame: Frame, duty: Duty, template: str) -> None:
    case = frame.case
    line = {"casus": case.number, "taak": str(duty.id), "soort": duty.kind.value, "uiterlijk": duty.due_at.isoformat()}
    who = await work_lookup.leaders(frame.work, case.id)
    outbox.tell(frame.work, who, house_id=case.house_id, template=template, case_id=case.id, lines=[line])


def _note(frame: Frame, duty: Duty, what: str) -> None:
    """In the timeline and the log. It is no event of the case: where nothing but this happens, the case is silent."""
    work, actor = frame.work, frame.work.actor
    work.session.add(
        History(
            house_id=duty.house_id, case_id=duty.case_id, at=work.now, what=what, person_id=actor.person_id,
            organisation_id=actor.organisation_id, on_behalf_of=actor.on_behalf_of,
            facts={"taak": str(duty.id), "soort": duty.kind.value, "organisatie": str(duty.owner_organisation_id)},
        )
    )  # fmt: skip
    _log(work, lookup.link_of(work), what)


def _log(work: Work, link: Link, what: str, factor: str | None = None) -> None:
    """Beside the line of the act: that it came by link, and with which factor."""
    given = factor or (link.factor if link.proven else None)
    audit(work, what, "taak", link.duty_id, case_id=link.case_id, factor=given or "geen", kenmerk=link.reference)
