"""An outcome and minutes that were kept as texts become lines when a database is brought up to date."""

from sqlalchemy import select, text

from models.lookups import meetings as meeting_lookup
from models.migrations.versions.minutes import MOVED
from models.tables.base import new_id
from models.tables.cases import Document
from models.tables.items import InfoItem
from models.tables.minutes import MinuteLine, MinuteVersion, MinuteVersionLine
from models.words import Phase
from tests.conftest import Databases
from tests.factories import AHouse, Story, a_case, a_house


async def kept(story: Story, **texts: str) -> None:
    """Documents about the meeting of a case, as they were kept before there were lines."""
    async with story.acting("regisseur") as work:
        (meeting,) = await meeting_lookup.meetings_of(work, story.case_id)
        work.session.add_all(
            Document(
                id=new_id(), house_id=story.house.id, case_id=story.case_id, kind=kind, ref=meeting.id,
                made_at=work.now, made_by=story.house.person("regisseur"), body=body,
            )
            for kind, body in texts.items()
        )  # fmt: skip


async def moved(db: Databases) -> None:
    """As the migration does, before it closes its new tables off."""
    new = ("minute_line", "minute_version", "minute_version_line")
    async with db.owner.engine.begin() as connection:
        for statement in (*(f"ALTER TABLE {one} NO FORCE ROW LEVEL SECURITY" for one in new), *MOVED):
            await connection.execute(text(statement))


async def test_what_was_kept_as_a_text_is_a_line_and_an_item_of_the_sponsor(own_db: Databases) -> None:
    house: AHouse = await a_house(own_db.owner)
    story = await a_case(own_db.web, house, Phase.FOCUSOVERLEG)
    other = await a_case(own_db.web, house, Phase.FOCUSOVERLEG)
    await kept(story, uitkomst="één plan", verslag="wat er is gezegd", slotbrief="blijft een stuk")
    await kept(other, uitkomst="alleen een uitkomst", verslag="  ")

    await moved(own_db)

    async with story.acting("ggz") as work:
        lines = list(await work.session.scalars(select(MinuteLine).where(MinuteLine.case_id == story.case_id)))
        items = list(await work.session.scalars(select(InfoItem).where(InfoItem.case_id == story.case_id)))
        versions = list(await work.session.scalars(select(MinuteVersion).where(MinuteVersion.case_id == story.case_id)))
        held = list(await work.session.scalars(select(MinuteVersionLine.line_id)))
        left = list(await work.session.scalars(select(Document.body).where(Document.case_id == story.case_id)))
    assert {(one.section, one.kind) for one in lines} == {("besluit", "strategie"), ("duiding", "duiding")}
    assert {one.body for one in items} == {"één plan", "wat er is gezegd"}
    assert {one.supplier_id for one in items} == {house.organisations["politie"]}
    assert all(one.subject_id for one in items)
    assert [(one.number, one.state) for one in versions] == [(1, "ter_correctie")], "nobody had adopted them"
    assert {one.id for one in lines} == set(held)
    assert all(one.held for one in lines)
    assert left == ["blijft een stuk"]
    assert [one.held for one in await other.all(MinuteLine)] == [False]
    assert await other.all(MinuteVersion) == []
    assert await other.all(Document) == []
