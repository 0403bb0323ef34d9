"""The messages of a house for who keeps the mail: to whom, of what kind, how it went. Never what is in a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, literal_column, or_, select

from models.delivery import Delivery, Moments, said, sees, state
from models.lookups.duties import any_of
from models.lookups.paging import Page, Paged, Place, cut, keyset
from models.refusals import NotAllowed, NotFound
from models.tables.base import Moment
from models.tables.cases import Case
from models.tables.engine import Message
from models.tables.people import Organisation, Person
from models.transactions import Work

#: since when nothing is owed any more of what a message asked, when any of it was answered: here or elsewhere (by
#: phone, in Pols, by a colleague). Worked out when it is asked: it costs an answer nothing, and is never behind.
_ANSWERED = """(
  SELECT CASE WHEN bool_and(greatest(d.answered_at, d.lapsed_at, d.withdrawn_at) IS NOT NULL)
                   AND bool_or(d.answered_at IS NOT NULL)
              THEN max(greatest(d.answered_at, d.lapsed_at, d.withdrawn_at)) END
  FROM jsonb_array_elements(outbox.lines) AS line JOIN duty d ON d.id = CAST(line->>'taak' AS uuid)
)"""
_answered: ColumnElement[Any] = func.coalesce(Message.answered_at, literal_column(_ANSWERED, Moment()))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages are asked for; what is absent does not count."""

    state: Delivery | None = None
    organisation_id: UUID | None = None
    case_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """A message, who it is for, how it went, and of the cases it is about those that the reader may know of."""

    row: Message
    person: str
    organisation_id: UUID
    organisation: str
    moments: Moments
    numbers: tuple[tuple[UUID, str], ...]

    @property
    def state(self) -> Delivery:
        """Where it stands."""
        return state(self.moments)

    @property
    def why(self) -> str:
        """What went wrong, in plain words."""
        return said(self.row.code)


async def page(work: Work, wanted: Page, only: Wanted | None = None) -> Paged[Post]:
    """The messages of the house, the newest first. Raises NotAllowed."""
    if not sees(work.actor):
        raise NotAllowed("Berichten ziet wie voor het huis werkt, of de functioneel beheerder.")
    only = only or Wanted()
    statement = _asked(work).where(*_narrowed(only))
    rows = (
        await work.session.execute(keyset(statement, wanted, Message.created_at, Message.id, newest_first=True))
    ).all()
    posts = await _posts(work, rows)
    return cut(posts, wanted, lambda one: Place(one.row.id, one.row.created_at))


async def one(work: Work, message_id: UUID) -> Post:
    """One message. Raises NotFound."""
    rows = (await work.session.execute(_asked(work).where(Message.id == message_id))).all()
    if not rows:
        raise NotFound("Dit bericht")
    return (await _posts(work, rows))[0]


def _asked(work: Work) -> Select[*tuple[Any, ...]]:
    return (
        select(Message, Person.name, Organisation.id, Organisation.name, _answered.label("answered"))
        .join(Person, Person.id == Message.recipient_id)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(Message.house_id == work.actor.house_id)
    )  # fmt: skip


def _narrowed(only: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if only.state is not None:
        found += [_BEGINS[only.state], STATE.in_([only.state.value])]
    if only.organisation_id is not None:
        found.append(Person.organisation_id == only.organisation_id)
    if only.case_id is not None:
        known = select(Case.id).where(Case.id == only.case_id).exists()  # of a case one may not know there is nothing
        found += [Message.case_ids.contains([only.case_id]), known]
    return found


_sent, _gave_up = Message.sent_at.is_not(None), Message.gave_up_at.is_not(None)
_opened, _bounced = Message.opened_at.is_not(None), Message.bounced_at.is_not(None)
#: `delivery.state`, as a question; a test compares them
STATE: ColumnElement[str] = case(
    (and_(or_(_sent, _gave_up), _answered.is_not(None)), Delivery.ANSWERED.value),
    (_opened, Delivery.OPENED.value), (_bounced, Delivery.BOUNCED.value), (_sent, Delivery.SENT.value),
    (_gave_up, Delivery.GIVEN_UP.value), else_=Delivery.WAITING.value,
)  # fmt: skip
#: what an index begins at, for each state
_BEGINS = {
    Delivery.WAITING: and_(Message.sent_at.is_(None), Message.gave_up_at.is_(None)),
    Delivery.SENT: _sent, Delivery.ANSWERED: or_(_sent, _gave_up), Delivery.OPENED: _opened,
    Delivery.BOUNCED: and_(or_(_gave_up, _bounced), _bounced),
    Delivery.GIVEN_UP: and_(or_(_gave_up, _bounced), _gave_up),
}  # fmt: skip


async def _posts(work: Work, rows: Sequence[Row[*tuple[Any, ...]]]) -> list[Post]:
    about = {case_id for row in rows for case_id in row[0].case_ids}
    numbers = await _numbers(work, about)
    return [
        Post(
            row[0], row[1], row[2], row[3],
            Moments(row[0].sent_at, row[0].gave_up_at, row[0].bounced_at, row[0].opened_at, row.answered),
            tuple((case_id, numbers[case_id]) for case_id in row[0].case_ids if case_id in numbers),
        )
        for row in rows
    ]  # fmt: skip


async def _numbers(work: Work, case_ids: set[UUID]) -> dict[UUID, str]:
    """The numbers of the cases that this actor may know of: the others are not there for them."""
    if not case_ids:
        return {}
    rows = await work.session.execute(select(Case.id, Case.number).where(Case.id == any_of(case_ids)))
    return {row.id: row.number for row in rows}
