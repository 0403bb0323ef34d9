"""Documents that Pols makes: drawn up as the person who left the work, with their rights, not the engine's.

What is kept is the text; date, reference and signature come with each copy on paper (`models.papers`).
"""

from uuid import UUID

from models.actors import ENGINE, Actor
from models.casebook import documents, journal
from models.lookups import letters as lookup
from models.tables.engine import JournalEntry
from models.texts.rendering import letter
from models.transactions import Work, unit_of_work
from tasks.journalled import journalled


@journalled
async def closing_letter(work: Work, entry: JournalEntry) -> None:
    """Draw up the closing letter, namens the sponsor, for the regisseur to look over and send."""
    actor = await journal.actor_of(work, entry)
    await _draw_up(actor or ENGINE, entry.case_id, entry.id)


async def _draw_up(actor: Actor, case_id: UUID, ref: UUID) -> None:
    """In a unit of work of the person's own: the engine's has no right to see the name. Twice is once (unique ref)."""
    async with unit_of_work(actor, fenced=False) as work:
        facts = await lookup.closing_facts(work, case_id)
        if facts is None:  # shielded before the engine came to it: the regisseur sent a letter of their own
            return
        body = letter("slotbrief.txt", facts=facts)
        await documents.keep(work, case_id, kind="slotbrief", ref=ref, body=body)
