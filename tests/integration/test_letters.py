"""The closing letter: drawn up as the regisseur, by the engine's task, once."""

from sqlalchemy import select

from models.actors import ENGINE
from models.casebook import journal
from models.tables.cases import Document
from models.tables.engine import JournalEntry
from models.transactions import Database, unit_of_work
from models.words import Phase, WorkKind
from tasks.letters import closing_letter
from tests.conftest import Databases
from tests.factories import AHouse, a_case


async def test_the_closing_letter_names_the_person_and_is_drawn_up_once(
    db: Databases, house: AHouse, engine_database: Database
) -> None:
    story = await a_case(db.web, house, Phase.CLOSING)
    async with unit_of_work(ENGINE, engine_database) as work:
        owed = select(JournalEntry).where(JournalEntry.case_id == story.case_id, JournalEntry.kind == WorkKind.LETTER)
        entry = (await work.session.scalars(owed)).one()

    await closing_letter.fn(entry.id)
    await closing_letter.fn(entry.id)

    async with unit_of_work(house.actors["regisseur"], db.web) as work:
        letters = list(await work.session.scalars(select(Document).where(Document.kind == "slotbrief")))
    mine = [one.body for one in letters if one.case_id == story.case_id]
    assert len(mine) == 1
    assert "Hendrik B." in mine[0]
    async with unit_of_work(ENGINE, engine_database) as work:
        assert await journal.take(work, entry.id) is None
