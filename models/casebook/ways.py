"""The ways to reach a person: added, confirmed by the code that came over it, chosen, ended."""

import hashlib
import hmac
import secrets
from uuid import UUID

from sqlalchemy import delete, or_, select

from models import ways
from models.casebook.frame import audit
from models.lookups import cases, people
from models.lookups import ways as lookup
from models.refusals import AlreadySettled, FieldError, InvalidFields, NotAllowed, NotPossible
from models.tables.base import new_id
from models.tables.engine import Message
from models.tables.people import Person
from models.tables.ways import ChannelChoice, ContactWay
from models.transactions import Work
from models.ways import AddWay, ChooseWays, ConfirmWay
from models.words import Role


async def add(work: Work, person_id: UUID, command: AddWay) -> ContactWay:
    """Add a way of one's own, or send the code once more to one that was not confirmed.

    Nothing but the code goes there until it is confirmed. Raises NotFound, NotAllowed, InvalidFields or NotPossible.
    """
    somebody = await people.anybody(work, person_id)
    _must_be_own(work, person_id)
    address = ways.normal(command.kind, command.address)
    _, policy = await cases.house_policy(work, somebody.house_id)
    allowed = policy.contact_domains.get(somebody.organisation_id, ())
    ways.check_domain(command.kind, address, somebody.email, allowed)
    mine = await lookup.for_update(work, person_id)
    found = next((one for one in mine if (one.kind, one.address) == (command.kind, address)), None)
    if found is None:
        found = await _new(work, person_id, command.kind, address, open_ones=len(mine))
    elif found.verified_at is not None:
        raise AlreadySettled("Deze manier is al bevestigd.")
    _send_code(work, found)
    return found


async def _new(work: Work, person_id: UUID, kind: ways.WayKind, address: str, *, open_ones: int) -> ContactWay:
    if open_ones >= ways.MOST_WAYS or await lookup.added_lately(work, person_id) >= ways.MOST_WAYS:
        raise NotPossible("U voegde al te veel manieren toe. Beëindig er een, of probeer het morgen weer.")
    made = ContactWay(
        id=new_id(), house_id=work.actor.house_id, person_id=person_id, kind=kind, address=address, made_at=work.now,
        tries=0, codes=0,
    )  # fmt: skip
    work.session.add(made)
    audit(work, "kanaal toegevoegd", "kanaal", made.id, soort=kind)
    return made


def _must_be_own(work: Work, person_id: UUID) -> None:
    if person_id != work.actor.person_id:
        raise NotAllowed("Hoe iemand bereikt wordt, stelt diegene zelf in.")


def _send_code(work: Work, one: ContactWay) -> None:
    """A code to the way itself; an earlier one is void."""
    if one.codes >= ways.MOST_CODES:
        raise NotPossible(
            "Hierheen gingen al drie codes. Klopt het adres? Verwijder het en voeg het morgen opnieuw toe."
        )
    code = f"{secrets.randbelow(10**8):08d}"
    one.code_hash, one.code_until = _hash(one.id, code), work.now + ways.CODE_LASTS
    one.codes, one.tries = one.codes + 1, 0
    line = {"kanaal": str(one.id), "code": code, "uiterlijk": one.code_until.isoformat()}
    work.write(Message, [{
        "id": new_id(), "house_id": one.house_id, "key": f"{ways.CODE}:{new_id()}", "recipient_id": one.person_id,
        "template": ways.CODE, "case_ids": [], "lines": [line], "created_at": work.now, "next_try_at": work.now,
        "tries": 0,
    }])  # fmt: skip
    audit(work, "code voor kanaal verstuurd", "kanaal", one.id)


def _hash(way_id: UUID, code: str) -> bytes:
    return hashlib.sha256(way_id.bytes + code.encode()).digest()


async def confirm(work: Work, way_id: UUID, command: ConfirmWay) -> ContactWay | None:
    """The code that came over it: from now on it counts. None: the code was wrong.

    A wrong code is counted, so it is no refusal that undoes everything. Raises NotFound, NotAllowed, AlreadySettled or
    NotPossible.
    """
    one = await lookup.one_for_update(work, way_id)
    _must_be_own(work, one.person_id)
    if one.verified_at is not None or one.ended_at is not None:
        raise AlreadySettled("Deze manier is al bevestigd of beëindigd.")
    if one.code_hash is None or one.code_until is None or one.code_until <= work.now or one.tries >= ways.MOST_TRIES:
        raise NotPossible("Deze code is verlopen; vraag een nieuwe.")
    one.tries += 1
    if not hmac.compare_digest(one.code_hash, _hash(one.id, "".join(command.code.split()))):
        audit(work, "code onjuist", "kanaal", one.id, result="geweigerd")
        return None
    one.code_hash = one.code_until = None
    one.verified_at = work.now
    audit(work, "kanaal bevestigd", "kanaal", one.id, soort=one.kind)
    return one


async def end(work: Work, way_id: UUID) -> None:
    """Nothing goes there any more; what was chosen for it goes by mail. Raises NotFound, NotAllowed, AlreadySettled.

    By who has it, and by the functional administrator.
    """
    one = await lookup.one_for_update(work, way_id)
    if one.person_id != work.actor.person_id and not work.actor.has(Role.ADMINISTRATOR):
        _must_be_own(work, one.person_id)
    if one.ended_at is not None:
        raise AlreadySettled("Deze manier is al beëindigd.")
    one.code_hash = one.code_until = None
    one.ended_at, one.ended_by = work.now, work.actor.person_id
    audit(work, "kanaal beëindigd", "kanaal", one.id, van=one.person_id)


async def choose(work: Work, person_id: UUID, command: ChooseWays) -> None:
    """Say what goes over which way; the whole choice at once. Raises NotFound, NotAllowed or InvalidFields."""
    await people.anybody(work, person_id)
    _must_be_own(work, person_id)
    counting = {one.id for one in await lookup.for_update(work, person_id) if one.verified_at is not None}
    wrong = [f"keuzen.{occasion}" for occasion, way in command.choices.items() if way not in counting]
    if wrong:
        raise InvalidFields([FieldError(field, "kies een manier van uzelf die is bevestigd") for field in wrong])
    await work.session.execute(delete(ChannelChoice).where(ChannelChoice.person_id == person_id))
    work.write(ChannelChoice, [
        {"person_id": person_id, "house_id": work.actor.house_id, "occasion": occasion, "way_id": way}
        for occasion, way in command.choices.items()
    ])  # fmt: skip
    audit(work, "kanalen gekozen", "persoon", person_id, keuzen=sorted(command.choices))


async def forget(work: Work) -> None:
    """Drop addresses that were ended long enough ago, and those of people who left."""
    left = select(Person.id).where(Person.active.is_(False))
    over = or_(ContactWay.ended_at < work.now - ways.KEPT, ContactWay.person_id.in_(left))
    await work.session.execute(delete(ContactWay).where(over).execution_options(synchronize_session=False))
