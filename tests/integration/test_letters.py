"""The closing letter: drawn up as the regisseur, by the engine's task, once."""

from sqlalchemy import select

from models.actors import ENGINE
from models.casebook import handover, journal
from models.commands.people import HandOver
from models.tables.cases import Document
from models.tables.engine import JournalEntry
from models.transactions import Database, unit_of_work
from models.words import Phase, WorkKind
from tasks.letters import closing_letter
from tests.conftest import Databases
from tests.factories import AHouse, Story, a_case, a_deputy


async def owed(story: Story, engine_database: Database) -> JournalEntry:
    """The letter that is owed in a case."""
    wanted = select(JournalEntry).where(JournalEntry.case_id == story.case_id, JournalEntry.kind == WorkKind.LETTER)
    async with unit_of_work(ENGINE, engine_database) as work:
        return (await work.session.scalars(wanted)).one()


async def drawn_up_by(story: Story, key: str) -> list[str | None]:
    """Whose letters there are, as somebody reads them."""
    async with story.acting(key) as work:
        wanted = select(Document).where(Document.case_id == story.case_id, Document.kind == "slotbrief")
        letters = await work.session.scalars(wanted)
        names = {one.person_id: who for who, one in story.house.actors.items()}
        return [names.get(one.made_by) for one in letters]


async def test_a_letter_of_a_case_that_was_handed_over_is_of_who_leads_it_now(
    db: Databases, house: AHouse, engine_database: Database
) -> None:
    story = await a_case(db.web, house, Phase.CLOSING)
    async with story.acting("manager") as work:
        await handover.hand_over(
            work, house.person("regisseur"), HandOver(person_id=house.person("regisseur2"), reason="andere baan")
        )

    await closing_letter.fn((await owed(story, engine_database)).id)

    assert await drawn_up_by(story, "regisseur2") == ["regisseur2"]


async def test_a_letter_in_the_name_of_an_absent_regisseur_is_made_and_read_by_who_stands_in(
    db: Databases, house: AHouse, engine_database: Database
) -> None:
    story = await a_case(db.web, house, Phase.CLOSING)
    await a_deputy(db.owner, house)

    await closing_letter.fn((await owed(story, engine_database)).id)

    assert await drawn_up_by(story, "vervanger") == ["regisseur"]


async def test_the_closing_letter_names_the_person_and_is_drawn_up_once(
    db: Databases, house: AHouse, engine_database: Database
) -> None:
    story = await a_case(db.web, house, Phase.CLOSING)
    entry = await owed(story, engine_database)

    await closing_letter.fn(entry.id)
    await closing_letter.fn(entry.id)

    async with unit_of_work(house.actors["regisseur"], db.web) as work:
        letters = list(await work.session.scalars(select(Document).where(Document.kind == "slotbrief")))
    mine = [one.body for one in letters if one.case_id == story.case_id]
    assert len(mine) == 1
    assert "Hendrik B." in mine[0]
    async with unit_of_work(ENGINE, engine_database) as work:
        assert await journal.take(work, entry.id) is None
