"""The overview as a place to work: a duty is done where it is listed, and the board comes back as it was filtered."""

from datetime import timedelta

import pytest

from api.workplace.doing import ALOUD, HERE
from models.clocks import AMSTERDAM
from models.owed import DUTIES
from models.tables.duties import Answer
from models.words import ClosedBy, DutyKind, Phase
from tests import factories
from tests.conftest import Databases
from tests.factories import AHouse, Story
from tests.following import days_pass
from tests.integration.test_workplace import a_duty, csrf, signed_in

HERE_AGAIN = {"terug": "overzicht", "bord": "bereik=mijn&oorzaak=laat_antwoord"}


@pytest.fixture
async def story(db: Databases, house: AHouse) -> Story:
    """A case in which a participant that was absent is asked to accept its commitment."""
    return await factories.a_case(db.web, house, Phase.PLAN)


async def test_a_duty_is_answered_where_it_is_listed(db: Databases, house: AHouse, story: Story) -> None:
    duty = await a_duty(story, DutyKind.ACCEPT_COMMITMENT)
    async with signed_in(db, house, "ggz") as client:
        shown = (await client.get("/")).text
        answer = await client.post(
            f"/taken/{duty}/antwoorden", data=csrf(client) | HERE_AGAIN | {"uitkomst": "aanvaard"}
        )

    assert f'action="/taken/{duty}/antwoorden"' in shown
    assert answer.headers["location"] == "/?bereik=mijn&oorzaak=laat_antwoord&gezegd=geantwoord"
    assert [one.outcome for one in await story.all(Answer, Answer.duty_id == duty)] == ["aanvaard"]


async def test_what_a_partner_says_by_phone_is_noted_where_its_late_duty_is_listed(own_db: Databases) -> None:
    house = await factories.a_house(own_db.owner)
    story = await factories.a_case(own_db.web, house, Phase.PLAN)
    duty = await a_duty(story, DutyKind.ACCEPT_COMMITMENT)
    await days_pass(own_db, 5)
    async with story.acting("regisseur") as work:
        called = (work.now - timedelta(hours=1)).astimezone(AMSTERDAM)
    spoken = {"uitkomst": "aanvaard", "gesprokenMet": "mw. Jansen", "gesprokenOp": f"{called:%Y-%m-%dT%H:%M}"}
    async with signed_in(own_db, house, "regisseur") as client:
        mine = (await client.get("/?bereik=mijn")).text
        answer = await client.post(f"/taken/{duty}/telefonisch", data=csrf(client) | HERE_AGAIN | spoken)
    async with signed_in(own_db, house, "triagist") as client:
        of_another = (await client.get("/")).text

    assert f'action="/taken/{duty}/telefonisch"' in mine
    assert 'name="bord" value="bereik=mijn"' in mine
    assert f'action="/taken/{duty}/telefonisch"' not in of_another
    assert answer.headers["location"] == "/?bereik=mijn&oorzaak=laat_antwoord&gezegd=telefonisch"


@pytest.mark.parametrize(
    "bord", ["//elders.example", "bereik=mijn&gezegd=herinnerd&kwaad=1", "a=b" * 500, "%0d%0aX: y"]
)
async def test_nothing_but_the_filters_of_the_board_is_come_back_to(
    db: Databases, house: AHouse, story: Story, bord: str
) -> None:
    duty = await a_duty(story, DutyKind.ACCEPT_COMMITMENT)
    async with signed_in(db, house, "ggz") as client:
        answer = await client.post(
            f"/taken/{duty}/antwoorden",
            data=csrf(client) | {"uitkomst": "aanvaard", "terug": "overzicht", "bord": bord},
        )

    assert answer.headers["location"] in {"/?gezegd=geantwoord", "/?bereik=mijn&gezegd=geantwoord"}


def test_nothing_is_answered_in_a_list_that_needs_more_than_an_outcome_and_a_text() -> None:
    for kind, outcomes in HERE.items():
        assert DUTIES[kind].closed_by is ClosedBy.ANSWER
        assert "uitgesteld" not in outcomes, "a postponement needs a day"
    assert not {DutyKind.JUDGE_CRITERIA, DutyKind.HANDOVER, DutyKind.REREFERRAL_CRITERIA} & (HERE.keys() | ALOUD.keys())
    for kind, outcomes in ALOUD.items():
        assert not set(outcomes) & set(DUTIES[kind].private), "what stays with a partner only it says itself (R12)"
        assert outcomes
