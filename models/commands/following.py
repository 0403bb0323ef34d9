"""What people ask when a case is handed over, watched, or stuck."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from models.commands.base import Command, Day, Line, Prose, Some
from models.words import HandoverWay

Text = Annotated[Prose, Field(min_length=1)]


class HandOverCommitment(Command):
    """What becomes of one open commitment; why, unless it is handed over."""

    commitment_id: UUID
    way: HandoverWay
    note: Prose = ""


class OfferHandover(Command):
    """Offer the case to who follows it from now: a participant, who accepts itself, or somebody outside, who did."""

    receiver_id: UUID | None = None
    receiver: Line = ""
    accepted_by: Line = ""
    accepted_on: Day | None = None
    commitments: Some[HandOverCommitment] = ()
    items: Some[UUID] = ()
    note: Prose = ""


class SetCriterion(Command):
    """When to report again, what to do then, and whom to call."""

    criterion: Text
    to_do: Text
    to_call: Line = ""


class SetCriteria(Command):
    """The whole list, in the place of what stood there."""

    criteria: Annotated[tuple[SetCriterion, ...], Field(min_length=1, max_length=25)]


class RaiseIssue(Command):
    """Raise what is stuck to the next level, or to this one: a duty, a commitment, or the case as a whole."""

    reason: Annotated[str, Field(min_length=1, max_length=2_000)]
    duty_id: UUID | None = None
    commitment_id: UUID | None = None
    level: Annotated[int, Field(ge=1, le=10)] | None = None
