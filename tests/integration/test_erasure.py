"""A report that did not become a case is really erased on its day, and never before it (R5)."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import text

from models.actors import ENGINE
from models.casebook import erasure, outbox
from models.commands.referrals import DescribeSubject
from models.refusals import InvalidFields
from models.tables.cases import Case
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, Phase
from tests.conftest import Databases
from tests.everything import contents, reveal
from tests.factories import AHouse, Story, a_case, a_house, an_item

DAY = 86400
BSN = "999990056"


@pytest.fixture
async def db(own_db: Databases) -> Databases:
    """Nothing else happens in it: everything in it may be counted."""
    return own_db


@pytest.fixture
async def house(db: Databases) -> AHouse:
    return await a_house(db.owner)


async def _advised(story: Story) -> None:
    await story.decide("om", D.ADVISE)
    await story.answer("triagist", DutyKind.ADVICE, "uitgebracht", note="over Youssef")
    await story.answer("triagist", DutyKind.FOLLOW_UP_CALL, "gebeld")
    await story.decide("triagist", D.ADVICE_DONE)


async def _referred(story: Story) -> None:
    await story.decide("om", D.REFER_ON, receiver="Veilig Thuis")
    await story.answer("triagist", DutyKind.REFERRAL_ACCEPTANCE, "aanvaard", note="over Youssef")


async def _rejected_after_everything(story: Story) -> None:
    """As much as can hang on a report: holds, questions, judgements, reconsideration, items, mail."""
    await story.answer("gemeente", DutyKind.KNOWN, "bekend")
    await story.decide("triagist", D.MORE_INFORMATION, organisations=story.organisations("ggz"))
    await story.answer("ggz", DutyKind.MORE_INFORMATION, "gegeven", note="over Youssef")
    async with story.acting("ggz") as work:
        an_item(work, story, "ggz", body="over Youssef")
    await story.judge(met=False)
    await story.decide("triagist", D.REJECT, deciders=(story.house.person("om"),))
    await story.decide("politie", D.RECONSIDER)
    await story.decide("om", D.REJECT)


ENDS: dict[str, Callable[[Story], Awaitable[None]]] = {
    "rejected": _rejected_after_everything,
    "withdrawn": lambda story: story.decide("politie", D.WITHDRAW),
    "referred on": _referred,
    "advised": _advised,
}


async def ended(db: Databases, how: str) -> Story:
    house = await a_house(db.owner)
    people = (
        DescribeSubject(name="Youssef K.", bsn=BSN),
        DescribeSubject(name="Youssef's moeder", standing="directe_kring"),
    )
    story = await a_case(db.web, house, Phase.SCREENING, reason="over Youssef", subjects=people)
    await ENDS[how](story)
    async with unit_of_work(ENGINE, db.engine) as work:
        await outbox.post(
            work, [house.person("politie")], house_id=house.id, template="t", key="x", case_id=story.case_id, lines=[]
        )
    await reveal(db)
    return story


async def found(db: Databases, *traces: str) -> set[str]:
    """The tables in which one of these still occurs, in whatever column."""
    async with db.owner.engine.begin() as connection:
        tables = await connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        hits = set()
        for table in tables.all():
            for trace in traces:
                where = text(f"SELECT EXISTS (SELECT FROM {table} t WHERE t::text ILIKE '%' || :trace || '%')")
                if await connection.scalar(where, {"trace": trace}):
                    hits.add(table)
        return hits


async def due(db: Databases) -> list[object]:
    async with unit_of_work(ENGINE, db.engine) as work:
        return list(await erasure.due(work))


async def erase(db: Databases, story: Story) -> bool:
    async with unit_of_work(ENGINE, db.engine) as work:
        return await erasure.erase(work, story.case_id)


@pytest.mark.parametrize("how", list(ENDS))
async def test_nothing_of_the_report_is_left_but_a_count(db: Databases, how: str) -> None:
    story = await ended(db, how)
    case = await story.facts()
    assert len(await found(db, str(story.case_id))) > 10
    assert await found(db, "youssef", BSN) >= {"subject", "referral"}
    await db.shift(31 * DAY)

    assert await due(db) == [story.case_id]
    assert await erase(db, story)

    assert await found(db, "youssef", BSN, case.number, str(case.referral_id)) <= {"audit_line", "processing"}
    assert await found(db, str(story.case_id)) == {"audit_line", "processing"}, "what stays knows ids only (R27)"
    async with db.owner.engine.begin() as connection:
        counted = (await connection.execute(text("SELECT house_id, outcome, municipality FROM erased_report"))).all()
    assert [tuple(row) for row in counted] == [(story.house.id, case.outcome, "Westerveen")]
    assert await due(db) == []


async def test_the_log_that_stays_names_nobody(db: Databases) -> None:
    story = await ended(db, "rejected")
    await db.shift(31 * DAY)

    await erase(db, story)

    assert "audit_line" not in await found(db, "youssef", BSN)


async def test_nothing_is_erased_before_its_day(db: Databases) -> None:
    story = await ended(db, "rejected")
    await db.shift(29 * DAY)
    before = await contents(db)

    assert await due(db) == []
    assert not await erase(db, story)

    assert await contents(db) == before


async def test_what_was_reconsidered_is_not_erased(db: Databases) -> None:
    story = await ended(db, "rejected")
    await story.decide("politie", D.RECONSIDER)
    await db.shift(60 * DAY)

    assert await due(db) == []
    assert not await erase(db, story)


async def test_what_was_taken_on_is_never_erased_as_a_report(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.CLOSED)
    await db.shift(400 * DAY)

    assert await due(db) == []
    assert not await erase(db, story)


async def test_a_report_is_erased_also_when_another_was_bundled_with_it(db: Databases, house: AHouse) -> None:
    main, bundled = [await a_case(db.web, house, Phase.SCREENING) for _ in range(2)]
    await bundled.decide("om", D.BUNDLE, other_case=main.case_id)
    await main.decide("om", D.REJECT)
    await db.shift(31 * DAY)

    assert await erase(db, main)

    async with bundled.acting("triagist") as work:
        left = await work.session.get(Case, bundled.case_id)
        assert left is not None
        assert left.linked_to is None


async def test_an_erased_report_is_not_known_to_anybody_any_more(db: Databases) -> None:
    story = await ended(db, "withdrawn")
    await db.shift(31 * DAY)
    await erase(db, story)

    assert await story.open_kinds() == []
    with pytest.raises(InvalidFields, match="toelichting"):
        await (await a_case(db.web, story.house, Phase.SCREENING)).decide("om", D.REJECT, reason="")
