"""Keeping what was drawn up for a case, and giving it out on paper."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from models import papers, visibility
from models.casebook.frame import audit
from models.clocks import AMSTERDAM
from models.commands.cases import DrawUp
from models.lookups import cases, people
from models.lookups import papers as lookup
from models.lookups.papers import Content, Reading
from models.papers import Paper, Stamp
from models.refusals import NotAllowed
from models.tables.base import new_id
from models.tables.cases import Document
from models.transactions import Work, become


async def keep(work: Work, case_id: UUID, *, kind: str, ref: UUID, body: str) -> None:
    """Keep a document once per reference: drawing it up again changes nothing."""
    case = await cases.case(work, case_id)
    values = {
        "id": new_id(), "house_id": case.house_id, "case_id": case_id, "kind": kind, "ref": ref, "made_at": work.now,
        "made_by": work.actor.person_id, "body": body,
    }  # fmt: skip
    await work.session.execute(
        insert(Document).values(values).on_conflict_do_nothing(index_elements=["case_id", "kind", "ref"])
    )


async def draw_up(work: Work, case_id: UUID, command: DrawUp) -> Paper:
    """Draw up a document for its recipient and log it: for whom, what for, and in whose name (R27, R30).

    Nothing else is kept of it: a copy would be another place with data about people. Raises NotFound, NotAllowed,
    NotPossible, InvalidFields, ReadTooMuch.
    """
    case, facts = await cases.seen(work, case_id)
    if not visibility.takes_on_paper(work.actor, facts):
        raise NotAllowed("Een stuk is er alleen voor wie de inhoud van deze casus mag lezen.")
    work.opens(case_id)
    recipient = await lookup.recipient(work, case, facts, command.recipient)
    content = await lookup.content(Reading(work, case, facts, recipient, command.meeting_id), command.kind)
    paper_id = new_id()
    house = (await people.me(work)).house.name
    sponsor = (await people.organisation_names(work))[case.sponsor_organisation_id]
    stamp = Stamp(recipient.name, command.purpose, work.now.astimezone(AMSTERDAM).date(), papers.shortened(sponsor))
    paper = _paper(content, command, house=house, paper_id=paper_id, stamp=stamp)
    actor = replace(work.actor, purpose=command.purpose, on_behalf_of=case.sponsor_organisation_id)
    audit(
        await become(work, actor), "stuk opgemaakt", command.kind, paper_id, case_id=case.id,
        ontvanger=recipient.id or work.actor.person_id,
    )  # fmt: skip
    return paper


def _paper(content: Content, command: DrawUp, *, house: str, paper_id: UUID, stamp: Stamp) -> Paper:
    return Paper(
        command.kind, house, content.about, papers.reference_of(paper_id), stamp, content.blocks,
        papers.shortened(content.signed_by), content.signed_as,
    )  # fmt: skip
