"""Writing minutes over the interface, and looking at them as somebody."""

from typing import Any

from models.lookups import meetings as meeting_lookup
from models.words import DutyKind
from tests.doors import Door
from tests.factories import Story

SEEN = "gezien bij de winkel"


async def meeting_of(story: Story) -> str:
    async with story.acting("regisseur") as work:
        found = (await meeting_lookup.meetings_of(work, story.case_id))[0]
    return str(found.id)


def of(door: Door, *keys: str) -> list[str]:
    return [str(door.house.organisations[key]) for key in keys]


async def typed(door: Door, story: Story, who: str = "regisseur", **line: Any) -> dict[str, Any]:
    """A line of the picture, said by the police unless it says otherwise."""
    whole = {"onderdeel": "beeld", "tekst": SEEN, "spreker": of(door, "politie")[0]} | line
    made: dict[str, Any] = await door.post(who, f"/overleggen/{await meeting_of(story)}/verslag/regels", whole)
    return made


async def lines(door: Door, story: Story, who: str, **asked: Any) -> list[dict[str, Any]]:
    found = await door.get(who, f"/overleggen/{await meeting_of(story)}/verslag/regels", paginaGrootte=100, **asked)
    rows: list[dict[str, Any]] = found["resultaten"]
    return rows


async def texts(door: Door, story: Story, who: str, **asked: Any) -> list[str]:
    return [one["tekst"] for one in await lines(door, story, who, **asked)]


async def held(story: Story) -> str:
    """The meeting was held, with the police and the municipality there."""
    await story.record(("politie", "toezicht"), present=("politie", "gemeente"))
    return await meeting_of(story)


async def corrected(story: Story) -> None:
    """Everybody who was there agrees."""
    for who in ("politie", "gemeente"):
        await story.answer(who, DutyKind.CORRECT_MINUTES, "akkoord")
