"""Asking partners for information: in words, before the meeting, and with one state for whatever did not come (R12)."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from models.asking import Supplied, delivery
from models.clocks import AMSTERDAM
from models.words import DecisionKind as D
from models.words import DutyKind, Phase, Withheld
from tests.conftest import Databases
from tests.doors import Door
from tests.factories import Story, a_case
from tests.integration.test_workplace import csrf, signed_in

ITEM = {"categorie": "zorg", "tekst": "stabiel sinds mei"}
QUESTION = {"vraag": "Is er sinds mei nog behandeling geweest?", "leefgebieden": ["geestelijke gezondheid"]}
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.fixture
async def story(door: Door, db: Databases) -> Story:
    return await a_case(db.web, door.house, Phase.FOCUSOVERLEG)


def of(story: Story, who: str) -> str:
    return str(story.house.organisations[who])


async def asked(door: Door, story: Story, who: str = "ggz") -> str:
    body = QUESTION | {"organisatie": of(story, who)}
    return str((await door.post("regisseur", f"/casussen/{story.case_id}/informatieverzoeken", body))["id"])


async def states(door: Door, story: Story, looking: str, who: str = "ggz") -> list[str]:
    found = await door.get(looking, f"/casussen/{story.case_id}/informatieverzoeken", paginaGrootte=100)
    return [one["stand"] for one in found["resultaten"] if one["organisatie"]["id"] == of(story, who)]


@pytest.mark.parametrize(
    ("ended_as", "after", "is_"),
    [
        (None, -1, Supplied.ASKED), (None, 0, Supplied.NOT), ("geen_antwoord", -1, Supplied.NOT),
        ("termijn voorbij", 1, Supplied.NOT), ("geleverd", 1, Supplied.DELIVERED), ("deels", -1, Supplied.PARTLY),
        ("niet_bekend", 1, Supplied.UNKNOWN), ("beantwoord", 1, Supplied.ANSWERED),
    ],
)  # fmt: skip
def test_what_did_not_come_is_one_state(ended_as: str | None, after: int, is_: Supplied) -> None:
    assert delivery(ended_as=ended_as, due_at=NOON, now=NOON + timedelta(hours=after)) is is_


async def test_the_regisseur_asks_one_partner_more_than_once_and_only_it_reads_the_words(
    door: Door, story: Story
) -> None:
    first, second = await asked(door, story), await asked(door, story)
    path = f"/casussen/{story.case_id}/informatieverzoeken"

    words = {
        who: [one["vraag"] for one in (await door.get(who, path))["resultaten"] if one["id"] in {first, second}]
        for who in ("regisseur", "ggz", "politie")
    }

    assert words == {
        "regisseur": [QUESTION["vraag"]] * 2, "ggz": [QUESTION["vraag"]] * 2, "politie": [None, None],
    }  # fmt: skip
    assert await states(door, story, "politie") == ["gevraagd"] * 3  # and the question to all before the meeting
    lines = (await door.get("regisseur", f"/casussen/{story.case_id}/tijdlijn"))["resultaten"]
    assert any(one["tekst"] == "Informatie gevraagd aan GGZ Westerveen" for one in lines)


async def test_who_is_not_involved_is_not_asked_nor_by_anybody_else(door: Door, story: Story) -> None:
    path = f"/casussen/{story.case_id}/informatieverzoeken"

    stranger = await door.refused("regisseur", path, QUESTION | {"organisatie": of(story, "corporatie")}, 400)
    odd = await door.refused(
        "regisseur", path, QUESTION | {"organisatie": of(story, "ggz"), "leefgebieden": ["weer"]}, 400
    )
    await door.refused("manager", path, QUESTION | {"organisatie": of(story, "ggz")}, 403)
    await door.refused("politie", path, QUESTION | {"organisatie": of(story, "ggz")}, 403)

    assert [one["veld"] for one in stranger["velden"]] == ["organisatie"]
    assert [one["veld"] for one in odd["velden"]] == ["leefgebieden"]


async def test_delivered_is_said_by_who_delivered_something_since_it_was_asked(door: Door, story: Story) -> None:
    await door.post("ggz", f"/casussen/{story.case_id}/informatie", ITEM)
    duty = await asked(door, story)

    for outcome in ("geleverd", "deels"):
        problem = await door.refused("ggz", f"/taken/{duty}/antwoorden", {"uitkomst": outcome}, 409)
        assert "Lever de informatie eerst aan" in problem["detail"]
    await door.post("ggz", f"/casussen/{story.case_id}/informatie", ITEM)
    await door.post("ggz", f"/taken/{duty}/antwoorden", {"uitkomst": "deels"})

    assert sorted(await states(door, story, "regisseur")) == ["deels", "gevraagd"]
    assert sorted(await states(door, story, "gemeente")) == ["beantwoord", "gevraagd"]


async def test_refused_and_silent_are_not_delivered_from_the_deadline_on(own_db: Databases, roving_door: Door) -> None:
    door = roving_door
    stories = [await a_case(own_db.web, door.house, Phase.FOCUSOVERLEG) for _ in range(2)]
    await stories[1].answer("ggz", DutyKind.INFORMATION, "geweigerd", why=Withheld.WEIGHTY)

    before = [await states(door, one, "regisseur") for one in stories]
    await own_db.shift(7 * 86_400)
    after = [await states(door, one, "regisseur") for one in stories]

    assert (before, after) == ([["gevraagd"]] * 2, [["niet_geleverd"]] * 2)


async def test_it_is_due_on_the_working_day_before_the_meeting_and_moves_along(db: Databases, story: Story) -> None:
    async with story.acting("regisseur") as work:
        now = work.now
        rows = await work.session.execute(
            text("SELECT starts_at FROM meeting WHERE case_id = :c"), {"c": story.case_id}
        )
        starts_at = rows.scalar_one()
    due = (await story.duty(DutyKind.INFORMATION, key="regisseur")).due_at
    sooner = now + timedelta(days=4)

    await story.decide("regisseur", D.ADJOURN, until=sooner)
    moved = (await story.duty(DutyKind.INFORMATION, key="regisseur")).due_at

    assert due < starts_at
    assert due.astimezone(AMSTERDAM).date() < starts_at.astimezone(AMSTERDAM).date()
    assert moved.astimezone(AMSTERDAM).date() < sooner.astimezone(AMSTERDAM).date()
    assert moved < due
    assert await _why(db, story) == {"verzet"}


async def _why(db: Databases, story: Story) -> set[str]:
    async with db.engine.engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT why FROM term_change JOIN duty d ON d.id = duty_id"
                 " WHERE d.case_id = :c AND d.kind = 'informatie_aanleveren'"), {"c": story.case_id},
        )  # fmt: skip
        return {row[0] for row in rows}


async def test_what_was_asked_while_preparing_is_asked_for_the_meeting(door: Door, db: Databases) -> None:
    """It survives the step to the conference, and takes the place of the question to everybody."""
    story = await a_case(db.web, door.house, Phase.REGIE)
    house = door.house
    await story.decide("manager", D.ASSIGN_DIRECTOR, person_id=house.person("regisseur"))
    await story.decide("om", D.CHOOSE_INVOLVED, organisations=story.organisations("politie", "gemeente", "ggz"))
    duty = await asked(door, story)
    await story.convene()
    await story.decide("regisseur", D.PREPARED)

    open_ = [str(one.id) for one in await story.duties(DutyKind.INFORMATION, key="regisseur")]

    assert duty in open_
    assert len(open_) == 3


async def test_nobody_waits_for_information_to_confer(story: Story) -> None:
    """Whatever was not answered holds nothing up: it ends as no answer when the phase does."""
    known = await story.open_kinds("regisseur")
    await story.decide("gemeente", D.END_REGIE)

    assert DutyKind.INFORMATION in known
    async with story.acting("regisseur") as work:
        ended = await work.session.scalars(
            text("SELECT DISTINCT ended_as FROM duty WHERE case_id = :c AND kind = 'informatie_aanleveren'"),
            {"c": story.case_id},
        )
        assert ended.all() == ["geen_antwoord"]


async def test_the_page_of_the_case_shows_it_and_asks(db: Databases, door: Door, story: Story) -> None:
    path = f"/casussen/{story.case_id}"
    async with signed_in(db, door.house, "regisseur") as client:
        form = csrf(client) | {
            "organisatie": of(story, "ggz"),
            "vraag": QUESTION["vraag"],
            "leefgebied": "geestelijke gezondheid",
        }
        short = await client.post(f"{path}/informatieverzoeken", data=form | {"vraag": "kort"})
        sent = await client.post(f"{path}/informatieverzoeken", data=form)
        page = (await client.get(path)).text
    async with signed_in(db, door.house, "politie") as client:
        other = (await client.get(path)).text

    assert (short.status_code, sent.status_code) == (422, 303)
    assert "Is er sinds mei nog behandeling geweest?" in page
    assert "Gevraagde informatie" in other
    assert "Is er sinds mei nog behandeling geweest?" not in other
