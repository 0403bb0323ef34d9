"""The pages of the minutes of a meeting and of the picture of a case."""

import re

import httpx2
import pytest

from models.words import Phase
from tests.conftest import Databases
from tests.doors import Door
from tests.factories import Story, a_case
from tests.integration.test_workplace import csrf, signed_in
from tests.minuting import SEEN, corrected, held, meeting_of, of, typed


@pytest.fixture
async def story(door: Door, db: Databases) -> Story:
    return await a_case(db.web, door.house, Phase.FOCUSOVERLEG)


async def sent(client: httpx2.AsyncClient, path: str, **fields: str) -> httpx2.Response:
    """Send a form."""
    return await client.post(path, data=csrf(client) | fields)


async def test_lines_are_written_completed_and_taken_away_on_a_page(door: Door, db: Databases, story: Story) -> None:
    path = f"/overleggen/{await meeting_of(story)}/verslag"
    police = {"spreker": of(door, "politie")[0]}
    async with signed_in(db, door.house, "regisseur") as client:
        await sent(client, f"{path}/regels", wat="beeld:feit", tekst=SEEN, leefgebied="wonen", **police)
        await sent(client, f"{path}/regels", wat="beeld:feit", tekst="nog onbekend van wie")
        await sent(client, f"{path}/regels", wat="besluit:evaluatie", evaluatiedatum="2027-02-01")
        wrong = await sent(client, f"{path}/regels", wat="beeld:feit", evaluatiedatum="morgen")
        page = (await client.get(path)).text
        (draft,) = re.findall(r"/regels/([0-9a-f-]{36})/aanvullen", page)
        await sent(client, f"{path}/regels/{draft}/aanvullen", **police)
        spare = re.findall(r"/regels/([0-9a-f-]{36})/weghalen", page)[-1]
        gone = await sent(client, f"{path}/regels/{spare}/weghalen")
        after = (await client.get(path)).text

    assert (wrong.status_code, gone.status_code) == (422, 303)
    assert "Evaluatie op 1 februari 2027" in page
    assert "/aanvullen" not in after
    assert "Evaluatie op" not in after


async def test_minutes_are_corrected_and_adopted_on_a_page(door: Door, db: Databases, story: Story) -> None:
    await typed(door, story, leefgebied="wonen")
    path = f"/overleggen/{await held(story)}/verslag"
    async with signed_in(db, door.house, "regisseur") as client:
        assert (await sent(client, f"{path}/voorleggen")).status_code == 303
        early = await sent(client, f"{path}/vaststellen")
    async with signed_in(db, door.house, "gemeente") as client:
        page = (await client.get(path)).text
        line = re.findall(r"/regels/([0-9a-f-]{36})/lezing", page)[0]
        other = await sent(client, f"{path}/regels/{line}/lezing", tekst="hij was die avond thuis")
        picture = (await client.get(f"/casussen/{story.case_id}/beeld")).text
        case = (await client.get(f"/casussen/{story.case_id}")).text
    await corrected(story)
    async with signed_in(db, door.house, "regisseur") as client:
        adopted = await sent(client, f"{path}/vaststellen")
        after = (await client.get(path)).text

    assert (early.status_code, other.status_code, adopted.status_code) == (409, 303, 303)
    assert "correctietermijn" in early.text
    assert "/voorleggen" not in page, "who corrects does not lead"
    assert "Spreekt elkaar tegen" in picture
    assert {"Hendrik B.", "Wonen"} <= set(re.findall(r"<h[23][^>]*>([^<]+)</h[23]>", picture))
    assert f'href="{path}"' in case
    assert "Vastgesteld" in after
    assert "/regels/" not in after


async def test_a_page_hides_what_the_interface_hides(door: Door, db: Databases, story: Story) -> None:
    await typed(door, story, nietVoor=of(door, "ggz"))
    await typed(door, story, tekst="iemand zei", spreker=None)
    path = f"/overleggen/{await meeting_of(story)}/verslag"

    for who, there in {"politie": (True, False), "ggz": (False, False), "regisseur": (True, True)}.items():
        async with signed_in(db, door.house, who) as client:
            page = (await client.get(path)).text
            assert ((SEEN in page), ("iemand zei" in page)) == there, who
            assert (SEEN in (await client.get(f"/casussen/{story.case_id}/beeld")).text) is there[0], who
    for who in ("reclassering", "regisseur2", "manager"):
        async with signed_in(db, door.house, who) as client:
            assert (await client.get(path)).status_code == 404, who
