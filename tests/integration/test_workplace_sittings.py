"""Overlegdagen in the workplace, without scripts: made, filled, moved and called off; and the shared screen."""

import re
from datetime import datetime, timedelta
from uuid import UUID

import httpx2
import pytest

from models.clocks import AMSTERDAM
from models.words import DecisionKind, Phase
from tests.conftest import Databases
from tests.factories import AHouse, a_case
from tests.integration.test_sittings import (
    a_prepared_case,
    a_screened_report,
    a_triage,
    coming,
)
from tests.integration.test_workplace import csrf, signed_in

pytestmark = pytest.mark.usefixtures("engine_database")


async def sent(client: httpx2.AsyncClient, path: str, status: int = 303, **fields: object) -> httpx2.Response:
    """A form of ours, as a browser sends it."""
    answer = await client.post(path, data={**csrf(client), **fields})
    assert answer.status_code == status, answer.text
    return answer


def local(house: AHouse, days: int) -> str:
    """So many days from the day this house was founded, as a browser writes it."""
    made = datetime.fromtimestamp((house.id.int >> 80) / 1000, AMSTERDAM) + timedelta(days=days)
    return made.replace(minute=0, second=0, microsecond=0, tzinfo=None).isoformat(timespec="minutes")


async def a_day(client: httpx2.AsyncClient, house: AHouse) -> str:
    """Make a day by the form; answers where it is."""
    answer = await sent(client, "/overlegdagen", soort="focusoverleg", begin=local(house, 25), plaats="Stadhuis")
    return answer.headers["location"].split("?")[0]


async def test_a_planner_makes_a_day_takes_the_proposal_over_moves_and_calls_off(db: Databases, house: AHouse) -> None:
    due = await a_prepared_case(db, house)
    number = (await due.facts()).number
    async with signed_in(db, house, "triagist") as client:
        day = await a_day(client, house)
        page = (await client.get(day)).text
        assert number in page
        assert f'value="{due.case_id}" checked' in page

        await sent(client, f"{day}/casussen", casus=str(due.case_id), minuten="40")
        await sent(client, f"{day}/zetels", voorzitter=str(house.person("manager")), notulist="")
        await sent(client, f"{day}/verzetten", begin=local(house, 26), reden="de zaal is bezet")
        meeting = await coming(due)
        assert (meeting.lasts, meeting.chair_id) == (40, house.person("manager"))
        shown = (await client.get(day)).text
        assert "40 minuten" in shown
        assert "Manager Fictief" in shown

        await sent(client, f"{day}/afgelasten", reden="sneeuw")
        assert "Deze overlegdag is afgelast" in (await client.get(day)).text
        assert "Afgelast" in (await client.get("/overlegdagen")).text


async def test_a_case_is_put_by_its_number_and_taken_off_again(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.MONITORING)
    number = (await story.facts()).number
    async with signed_in(db, house, "regisseur") as client:
        day = await a_day(client, house)
        await sent(client, f"{day}/casussen", nummer=number)
        assert "Nog te behandelen" in (await client.get(day)).text
        await sent(client, f"{day}/casussen", 422, nummer=number)
        await sent(client, f"{day}/casussen/{story.case_id}/afgelasten", reden="niet nodig")
        assert "Er staat niets op de agenda" in (await client.get(day)).text
        await sent(client, f"{day}/casussen", 404, nummer="bestaat-niet")


async def test_the_rest_is_adjourned_to_another_day(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.MONITORING)
    async with signed_in(db, house, "manager") as client:
        day = await a_day(client, house)
        await sent(client, f"{day}/casussen", casus=str(story.case_id))
        answer = await sent(client, f"{day}/verdagen", begin=local(house, 33), reden="de tijd was om")
        other = answer.headers["location"].split("?")[0]
        assert "verdaagd naar een andere dag" in (await client.get(day)).text
        assert (await story.facts()).number in (await client.get(other)).text


async def test_a_participant_sees_its_own_turn_and_no_form_and_no_other(db: Databases, house: AHouse) -> None:
    own, other = [await a_prepared_case(db, house) for _ in range(2)]

    await other.decide("om", DecisionKind.RELEASE, organisations=other.organisations("ggz"))
    async with signed_in(db, house, "triagist") as client:
        day = await a_day(client, house)
        await sent(client, f"{day}/casussen", casus=[str(other.case_id), str(own.case_id)])

    async with signed_in(db, house, "ggz") as client:
        page, listed = (await client.get(day)).text, (await client.get("/overlegdagen")).text

        assert (await own.facts()).number in page
        assert (await other.facts()).number not in page
        assert "<form" not in re.sub(r"<header.*?</header>", "", page, flags=re.DOTALL)
        assert "Stadhuis" not in page
        assert day in listed
        assert (await client.post(f"{day}/verzetten", data=csrf(client) | {"begin": local(house, 30),
                                                           "reden": "x"})).status_code == 403  # fmt: skip
    async with signed_in(db, house, "reclassering") as client:
        assert (await client.get(day)).status_code == 404
        assert day not in (await client.get("/overlegdagen")).text


async def test_at_a_triage_the_planner_notes_who_is_at_the_table(db: Databases, house: AHouse) -> None:
    theirs, own = await a_screened_report(db, house), await a_screened_report(db, house, "ggz")
    sitting = await a_triage(db, house, theirs, own)
    day = f"/overlegdagen/{sitting.id}"
    async with signed_in(db, house, "triagist") as client:
        await sent(client, f"{day}/aanwezigen", organisatie=str(house.organisations["ggz"]))
        assert "Geen quorum; er ontbreekt 1 publieke deelnemer" in (await client.get(day)).text
        await sent(client, f"{day}/aanwezigen", organisatie=[str(house.organisations[key]) for key in ("ggz", "om")])
        assert "Geen quorum" not in (await client.get(day)).text
    async with signed_in(db, house, "ggz") as client:
        page = (await client.get(day)).text
        assert (await own.facts()).number in page
        assert (await theirs.facts()).number not in page
    async with signed_in(db, house, "om") as client:
        page = (await client.get(day)).text
        assert (await theirs.facts()).number in page
        assert (await own.facts()).number in page


async def test_the_shared_screen_asks_who_is_there_and_is_for_who_conducts(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.FOCUSOVERLEG)
    screen = f"/overleggen/{(await coming(story)).id}"
    async with signed_in(db, house, "regisseur") as client:
        assert "Leg eerst vast wie er zijn" in (await client.get(f"{screen}/scherm")).text
        assert f'href="{screen}/scherm"' in (await client.get(f"/casussen/{story.case_id}")).text
        await sent(client, f"{screen}/aanwezigen", organisatie=str(house.organisations["politie"]))
        assert "Leg eerst vast wie er zijn" not in (await client.get(f"{screen}/scherm")).text
    for who, status in (("politie", 403), ("reclassering", 404)):
        async with signed_in(db, house, who) as client:
            assert (await client.get(f"{screen}/scherm")).status_code == status


@pytest.mark.parametrize("fields", [{"begin": "geen tijd"}, {"begin": "2020-01-01T10:00"}, {"begin": ""}])
async def test_a_day_needs_a_moment_that_is_to_come(db: Databases, house: AHouse, fields: dict[str, str]) -> None:
    async with signed_in(db, house, "triagist") as client:
        answer = await sent(client, "/overlegdagen", 422, soort="triageoverleg", **fields)
        assert "begin" in answer.text.lower()
        assert UUID(int=0).hex not in answer.text
