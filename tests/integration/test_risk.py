"""Risk assessments: results are recorded with their item; nothing is computed or ranked (R13, R21)."""

from typing import Any

import pytest
from sqlalchemy import text

from api.v1.risk import Risicotaxaties
from models.words import Phase
from tests.conftest import Databases
from tests.doors import Door
from tests.factories import Story, a_case
from tests.integration.test_api_rights import RISK

RESULT = RISK | {
    "categorie": "justitie_en_vervolging", "regime": "Wjsg", "tekst": "kans op herhaling zonder toezicht",
    "uitgave": "2", "scores": "7 van 15", "beschermendeFactoren": "werk", "beperkingen": "zonder gesprek",
}  # fmt: skip


@pytest.fixture
async def story(door: Door, db: Databases) -> Story:
    return await a_case(db.web, door.house, Phase.FOCUSOVERLEG)


def where(story: Story) -> str:
    return f"/casussen/{story.case_id}/risicotaxaties"


async def read(door: Door, story: Story, who: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await door.get(who, where(story)))["resultaten"]
    return found


async def test_a_result_says_by_what_and_whom_and_until_when(door: Door, story: Story) -> None:
    made = await door.post("ggz", where(story), RESULT)

    (found,) = await read(door, story, "politie")

    said = {name: found[name] for name in RESULT if name in found}
    assert said == {name: value for name, value in RESULT.items() if name not in {"categorie", "regime"}}
    assert (found["id"], found["leverancier"]["naam"]) == (made["id"], "GGZ Westerveen")
    item = await door.get("politie", f"/casussen/{story.case_id}/informatie/{made['id']}")
    assert (item["regime"], item["grondslag"]) == ("Wjsg", "WGS 1.5, tweede lid; Wjsg")


@pytest.mark.parametrize(
    "facts",
    [
        {"oordeelInstrument": "hoog"},
        {"redenAfwijken": "de situatie is veranderd"},
        {"oordeelInstrument": "midden", "redenAfwijken": "zomaar"},
        {"geldigTot": "2025-12-31"},
        {"afgenomenOp": "2089-01-01", "geldigTot": "2089-07-01"},
        {"beoordelaar": ""},
        {"oordeel": "zeer hoog"},
    ],
)
async def test_a_result_that_cannot_be_kept_is_refused_whole(door: Door, story: Story, facts: dict[str, str]) -> None:
    await door.refused("ggz", where(story), RESULT | facts, 400)

    assert await read(door, story, "ggz") == []
    assert (await door.get("ggz", f"/casussen/{story.case_id}/informatie"))["resultaten"] == []


async def test_who_judges_otherwise_than_the_instrument_says_why(door: Door, story: Story) -> None:
    other = {"oordeelInstrument": "hoog", "redenAfwijken": "hij is inmiddels opgenomen"}

    await door.post("ggz", where(story), RESULT | other)

    (found,) = await read(door, story, "politie")
    assert (found["oordeel"], found["oordeelInstrument"]) == ("midden", "hoog")


async def test_a_result_is_hidden_with_its_item(door: Door, story: Story) -> None:
    politie = str(door.house.organisations["politie"])
    await door.post("ggz", where(story), RESULT | {"nietVoor": [politie]})

    assert await read(door, story, "politie") == []
    assert len(await read(door, story, "gemeente")) == 1
    async with story.acting("politie") as work:
        assert await work.session.scalar(text("SELECT count(*) FROM risk_assessment")) == 0


async def test_what_is_taken_back_is_no_result_any_more(door: Door, story: Story) -> None:
    made = await door.post("ggz", where(story), RESULT)
    path = f"/casussen/{story.case_id}/informatie/{made['id']}/intrekkingen"

    await door.post("ggz", path, {"toelichting": "ging over een ander"}, status=204)

    assert await read(door, story, "ggz") == []
    async with story.acting("ggz") as work:
        assert await work.session.scalar(text("SELECT count(*) FROM risk_assessment")) == 0


async def test_results_come_in_order_of_time_and_nothing_adds_them_up(door: Door, story: Story) -> None:
    for day, judgement in (("2026-01-04", "hoog"), ("2026-01-02", "laag"), ("2026-01-03", "midden")):
        await door.post("ggz", where(story), RESULT | {"afgenomenOp": day, "oordeel": judgement})

    assert [one["oordeel"] for one in await read(door, story, "politie")] == ["laag", "midden", "hoog"]
    assert set(Risicotaxaties.model_fields) == {"results", "following"}
    asked = await door.call("GET", where(story), "politie", params={"oordeel": "hoog"})
    assert asked.status_code == 400
