"""Emergency access and supervision: asked with a reason, confirmed by a second step, over soon, told at once, reviewed.

The manager opens a case when the regisseur cannot be waited for; the privacy officer to test lawfulness. It gives
reading, never acting.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from models import rights
from models.actors import Actor
from models.casebook import duties, outbox
from models.casebook.duties import Wanted
from models.casebook.frame import Frame, audit, open_frame
from models.commands.cases import AskGlass, ConfirmGlass, ReviewGlass
from models.lookups import absence, cases, glass, people
from models.refusals import AlreadySettled, FieldError, InvalidFields, NotAllowed, NotPossible
from models.rights import Right
from models.tables.base import new_id
from models.tables.cases import Case
from models.tables.glass import Glass
from models.transactions import Work
from models.words import DutyKind, GlassKind, GlassVerdict, Role

CODE_LASTS = timedelta(minutes=10)
MOST_TRIES = 5
MOST_ASKED, ASKED_WITHIN = 5, timedelta(hours=1)


async def ask(work: Work, case_id: UUID, command: AskGlass) -> Glass:
    """Ask to read a case; a code is sent to who asks, with which they confirm within ten minutes.

    Raises NotFound, NotAllowed or NotPossible.
    """
    case, facts = await cases.seen(work, case_id)
    kind = _kind(work, facts)
    if rights.has(Right.CONTENT, work.actor, facts):
        raise NotPossible("U kunt deze casus al lezen.")
    if await glass.asked_lately(work, case_id, work.now - ASKED_WITHIN) >= MOST_ASKED:
        raise NotPossible("U vroeg dit het afgelopen uur al vijf keer; bel de privacy officer.")
    made = Glass(
        id=new_id(), house_id=case.house_id, case_id=case.id, person_id=_person(work), kind=kind, reason=command.reason,
        asked_at=work.now, code_hash=b"", tries=0, review="",
    )  # fmt: skip
    code = f"{secrets.randbelow(10**8):08d}"
    made.code_hash = _hash(made.id, code)
    work.session.add(made)
    audit(work, f"{kind} gevraagd", "toegang", made.id, case_id=case.id)
    _send_code(work, case, made, code)
    return made


def _kind(work: Work, facts: rights.CaseFacts) -> GlassKind:
    if rights.has(Right.SUPERVISE, work.actor, facts):
        return GlassKind.SUPERVISION
    if rights.has(Right.BREAK_GLASS, work.actor, facts):
        return GlassKind.EMERGENCY
    raise NotAllowed("Noodtoegang tot een lopende casus vraagt de manager; toegang voor toezicht de privacy officer.")


def _person(work: Work) -> UUID:
    if work.actor.person_id is None:
        raise NotAllowed("Dit doet een persoon.")
    return work.actor.person_id


def _hash(glass_id: UUID, code: str) -> bytes:
    return hashlib.sha256(glass_id.bytes + code.encode()).digest()


def _send_code(work: Work, case: Case, made: Glass, code: str) -> None:
    until = made.asked_at + CODE_LASTS
    line = {"casus": case.number, "soort": str(made.kind), "code": code, "uiterlijk": until.isoformat()}
    outbox.tell(
        work, [made.person_id], house_id=case.house_id, template="noodtoegang_code",
        case_id=case.id, lines=[line],
    )  # fmt: skip


def state(one: Glass, now: datetime) -> str:
    """Where it stands: asked, void, open or over."""
    if one.confirmed_at is None:
        waits = one.ended_at is None and one.tries < MOST_TRIES and one.asked_at + CODE_LASTS > now
        return "gevraagd" if waits else "vervallen"
    return "open" if one.ended_at is None and one.until is not None and one.until > now else "voorbij"


async def confirm(work: Work, glass_id: UUID, command: ConfirmGlass) -> Glass | None:
    """The second step: the code by who asked, or a colleague who oversees (four eyes). None: the code was wrong.

    A wrong code is counted, so it is no refusal that undoes everything. From here the case is open, its regisseur and
    the privacy officer are told and a review is owed. Raises NotFound, AlreadySettled or NotPossible.
    """
    found = await glass.for_update(work, glass_id)
    if found.confirmed_at is not None or found.ended_at is not None:
        raise AlreadySettled("Deze toegang is al bevestigd of beëindigd.")
    if state(found, work.now) != "gevraagd":
        raise NotPossible("Deze vraag is verlopen; vraag opnieuw toegang.")
    if work.actor.person_id == found.person_id:
        if command.code is None:
            raise InvalidFields([FieldError("code", "vul de code in die u kreeg, of laat een collega bevestigen")])
        found.tries += 1
        if not hmac.compare_digest(found.code_hash, _hash(found.id, command.code.strip())):
            audit(work, "code onjuist", "toegang", found.id, case_id=found.case_id, result="geweigerd")
            return None
    elif not work.actor.has(Role.MANAGER, Role.PRIVACY_OFFICER):
        raise NotAllowed("Bevestigen doet wie vroeg, met de code, of de manager of de privacy officer.")
    await _may_open(work, found)
    return await _opened(work, found)


def _reviewer(kind: GlassKind) -> Role:
    return Role.MANAGER if kind is GlassKind.SUPERVISION else Role.PRIVACY_OFFICER


async def _may_open(work: Work, found: Glass) -> None:
    """Who asked still has the role for it, does not hold it open already, and somebody is left to review."""
    needed = Role.PRIVACY_OFFICER if found.kind is GlassKind.SUPERVISION else Role.MANAGER
    if found.person_id not in await people.with_role(work, {needed}):
        raise NotPossible("Wie dit vroeg heeft de rol niet meer die daarvoor nodig is.")
    if await glass.is_open_for(work, found.case_id, found.person_id):
        raise AlreadySettled("Deze casus is al geopend.")
    left = {*await people.with_role(work, {_reviewer(found.kind)})} - {found.person_id, work.actor.person_id}
    if not left:
        raise NotPossible("Er blijft niemand over die dit achteraf kan beoordelen; laat een ander bevestigen.")


async def _opened(work: Work, found: Glass) -> Glass:
    frame = await open_frame(work, found.case_id)
    found.confirmed_at, found.confirmed_by = work.now, work.actor.person_id
    found.until = work.now + timedelta(minutes=frame.policy.glass_minutes)
    frame.batch_id = found.id
    duties.open_duties(frame, [Wanted(DutyKind.REVIEW_GLASS, about_id=found.id, role=_reviewer(found.kind))])
    audit(work, f"{found.kind} geopend", "toegang", found.id, case_id=found.case_id)
    await _tell(frame, found)
    return found


async def _tell(frame: Frame, found: Glass) -> None:
    overseers = await people.with_role(frame.work, {Role.PRIVACY_OFFICER, Role.MANAGER})
    director = frame.case.director_id
    leading = {director, await absence.stand_in(frame.work, director)} if director else set()
    told = {*overseers, *leading} - {found.person_id, None}
    assert found.until is not None  # noqa: S101 - just opened
    line = {"casus": frame.case.number, "soort": str(found.kind), "uiterlijk": found.until.isoformat()}
    outbox.tell(
        frame.work, sorted(one for one in told if one is not None), house_id=found.house_id, template="noodtoegang",
        case_id=found.case_id, lines=[line],
    )  # fmt: skip


async def end(work: Work, glass_id: UUID) -> None:
    """Stop before its time: who opened it, who leads the case, the manager and the privacy officer.

    Raises NotFound or AlreadySettled.
    """
    found = await glass.for_update(work, glass_id)
    if found.ended_at is not None or (found.until is not None and found.until <= work.now):
        raise AlreadySettled("Deze toegang is al voorbij.")
    if found.kind is GlassKind.SUPERVISION and work.actor.person_id != found.person_id:
        await _not_the_director(work, found)
    found.ended_at = work.now
    audit(work, f"{found.kind} beëindigd", "toegang", found.id, case_id=found.case_id)


async def review(work: Work, glass_id: UUID, command: ReviewGlass) -> Glass:
    """Say afterwards whether it was right: somebody else than who opened or confirmed it (four eyes).

    Raises NotFound, NotAllowed, AlreadySettled, NotPossible or InvalidFields.
    """
    found = await glass.for_update(work, glass_id)
    if not _reviews(work.actor, found):
        raise NotAllowed("Beoordelen doet een ander dan wie opende of bevestigde: bij noodtoegang de privacy officer, "
                         "bij toezicht de manager.")  # fmt: skip
    if found.kind is GlassKind.SUPERVISION:
        await _not_the_director(work, found)
    if found.confirmed_at is None:
        raise NotPossible("Deze toegang is nooit bevestigd; er is niets te beoordelen.")
    if command.verdict is GlassVerdict.RIGHTFUL and state(found, work.now) == "open":
        raise NotPossible("Beoordeel als de toegang voorbij is; 'onterecht' beëindigt haar meteen.")
    if found.reviewed_at is not None:
        raise AlreadySettled("Deze toegang is al beoordeeld.")
    if command.verdict is GlassVerdict.WRONGFUL and not command.review.strip():
        raise InvalidFields([FieldError("toelichting", "is nodig bij 'onterecht'")])
    await _settle(work, found, command)
    return found


async def _not_the_director(work: Work, found: Glass) -> None:
    """Who is supervised does not decide about the supervision."""
    case = await cases.case(work, found.case_id)
    if work.actor.leads(case.director_id):
        raise NotAllowed("Over toezicht op de eigen casus beslist een ander.")


def _reviews(actor: Actor, found: Glass) -> bool:
    """Four eyes: neither who opened nor who confirmed, and for supervision the manager."""
    return actor.has(_reviewer(found.kind)) and actor.person_id not in {found.person_id, found.confirmed_by}


def may_review(actor: Actor, found: Glass) -> bool:
    """Whether a review of this is asked of this actor now."""
    return found.confirmed_at is not None and found.reviewed_at is None and _reviews(actor, found)


async def _settle(work: Work, found: Glass, command: ReviewGlass) -> None:
    frame = await open_frame(work, found.case_id)
    found.verdict, found.review = command.verdict, command.review
    found.reviewed_at, found.reviewed_by = work.now, work.actor.person_id
    if command.verdict is GlassVerdict.WRONGFUL and found.ended_at is None:
        found.ended_at = work.now
    owed = [one for one in await frame.still_open({DutyKind.REVIEW_GLASS}) if one.about_id == found.id]
    await duties.end_duties(frame, owed, answered=True, ended_as=str(command.verdict))
    audit(work, f"{found.kind} beoordeeld", "toegang", found.id, case_id=found.case_id, uitkomst=command.verdict)
