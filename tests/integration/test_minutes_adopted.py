"""Minutes that are put up for correction and adopted, with both views; and the picture of a case."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from models.clocks import AMSTERDAM
from models.refusals import NotPossible
from models.tables.base import new_id
from models.tables.duties import Duty
from models.tables.minutes import MinuteLine, MinuteVersion
from models.words import DecisionKind as D
from models.words import DutyKind, Phase
from tests.conftest import Databases
from tests.doors import Door
from tests.factories import Story, a_case
from tests.minuting import SEEN, corrected, held, lines, meeting_of, of, texts, typed
from tests.papers import words as words_of


@pytest.fixture
async def story(door: Door, db: Databases) -> Story:
    return await a_case(db.web, door.house, Phase.FOCUSOVERLEG)


# Correction and adoption


async def test_putting_up_asks_who_was_there_and_is_what_the_duty_asked(door: Door, story: Story) -> None:
    await typed(door, story)
    meeting = await meeting_of(story)
    await door.refused("regisseur", f"/overleggen/{meeting}/verslag/versies", None, 409)
    await held(story)

    made = await door.post("regisseur", f"/overleggen/{meeting}/verslag/versies")

    assert made == {"nummer": 1, "stand": "ter_correctie"}
    asked = await story.duties(DutyKind.CORRECT_MINUTES)
    assert {one.owner_organisation_id for one in asked} == set(story.organisations("politie", "gemeente"))
    assert (await story.duty(DutyKind.MINUTES)).answered_at is not None
    again = await door.post("regisseur", f"/overleggen/{meeting}/verslag/versies")
    assert again["nummer"] == 2
    assert len(await story.duties(DutyKind.CORRECT_MINUTES)) == 2, "who was asked is not asked twice"
    read = await door.get("gemeente", f"/overleggen/{meeting}/verslag")
    assert [(one["nummer"], one["stand"], one["gemaaktDoor"]["naam"]) for one in read["versies"]] == [
        (2, "ter_correctie", "Regisseur Fictief"), (1, "ter_correctie", "Regisseur Fictief"),
    ]  # fmt: skip


async def test_answering_the_duty_puts_the_lines_up_and_needs_lines(door: Door, story: Story) -> None:
    await held(story)
    duty = (await story.duty(DutyKind.MINUTES)).id
    refused = await door.refused("regisseur", f"/taken/{duty}/antwoorden", {"uitkomst": "gedaan"}, 400)
    await typed(door, story)

    await door.post("regisseur", f"/taken/{duty}/antwoorden", {"uitkomst": "gedaan"})

    assert [one["veld"] for one in refused["velden"]] == ["toelichting"]
    assert (await door.get("politie", f"/overleggen/{await meeting_of(story)}/verslag"))["stand"] == "ter_correctie"


async def agreed(door: Door, story: Story, days: int) -> date:
    """The minutes of a meeting that was held say that the case is evaluated so many days from its report."""
    day = (await story.facts()).reported_at.date() + timedelta(days=days)
    nobody: dict[str, Any] = {"spreker": None, "tekst": ""}
    await typed(door, story, onderdeel="besluit", soort="evaluatie", evaluatiedatum=f"{day}", **nobody)
    return day


async def test_the_plan_is_evaluated_on_the_day_that_the_minutes_name(door: Door, story: Story) -> None:
    day = await agreed(door, story, 30)
    await held(story)

    await story.adopt()

    assert [one.due_at.astimezone(AMSTERDAM).date() for one in await story.duties(DutyKind.EVALUATION)] == [day]


async def test_a_day_that_leaves_the_case_alone_too_long_is_refused_until_another_is_said(
    door: Door, story: Story
) -> None:
    await agreed(door, story, 400)
    await held(story)

    with pytest.raises(NotPossible, match="zet er een eerdere in"):
        await story.adopt()
    day = await agreed(door, story, 20)
    await story.decide("regisseur", D.ADOPT_PLAN)

    assert [one.due_at.astimezone(AMSTERDAM).date() for one in await story.duties(DutyKind.EVALUATION)] == [day]


async def test_adoption_names_what_must_be_done_first(door: Door, story: Story) -> None:
    await typed(door, story)
    draft = await typed(door, story, spreker=None, tekst="iemand zei iets")
    meeting = await held(story)
    path = f"/overleggen/{meeting}/verslag"
    early = await door.refused("regisseur", f"{path}/vaststellingen", None, 409)
    await door.post("regisseur", f"{path}/versies")

    blocked = await door.refused("regisseur", f"{path}/vaststellingen", None, 409)

    assert "ter correctie" in early["detail"]
    for part in ("beeld mist spreker en categorie en regime", "loopt nog voor Gemeente Westerveen, Politie"):
        assert part in blocked["detail"], blocked["detail"]
    assert "iemand zei iets" not in str(blocked), "what a draft says is in no message"
    await corrected(story)
    done = {"spreker": of(door, "politie")[0]}
    await door.post("regisseur", f"{path}/regels/{draft['id']}/aanvullingen", done)
    late = await door.refused("regisseur", f"{path}/vaststellingen", None, 409)
    assert "na versie 1" in late["detail"]
    await door.post("regisseur", f"{path}/versies")
    await corrected(story)

    for who, status in {"politie": 403, "regisseur2": 403, "reclassering": 404}.items():
        await door.refused(who, f"{path}/vaststellingen", None, status)
    made = await door.post("regisseur", f"{path}/vaststellingen")

    assert made == {"nummer": 3, "stand": "vastgesteld"}
    told = [one["tekst"] for one in (await door.get("ggz", f"/casussen/{story.case_id}/tijdlijn"))["resultaten"]]
    assert {"Verslag vastgesteld (versie 3)", "Verslag ter correctie voorgelegd (versie 1)"} <= set(told)
    for refused in (f"{path}/vaststellingen", f"{path}/versies"):
        await door.refused("regisseur", refused, None, 409)
    await door.refused("regisseur", f"{path}/regels", {"onderdeel": "duiding", "tekst": "nog iets"}, 409)


async def test_who_sees_it_otherwise_stands_beside_it_and_both_stay(door: Door, story: Story) -> None:
    made = await typed(door, story, leefgebied="wonen")
    meeting = await held(story)
    path = f"/overleggen/{meeting}/verslag"
    view = {"tekst": "hij was die avond thuis", "betrouwbaarheid": "aannemelijk"}
    await door.refused("gemeente", f"{path}/regels/{made['id']}/lezingen", view, 409)
    await door.post("regisseur", f"{path}/versies")

    other = await door.post("gemeente", f"{path}/regels/{made['id']}/lezingen", view)

    await door.refused("ggz", f"{path}/regels/{made['id']}/lezingen", view, 400)  # under secrecy: without a route
    await door.refused("regisseur", f"{path}/regels/{made['id']}/lezingen", view, 403)
    await door.refused("gemeente", f"{path}/regels/{new_id()}/lezingen", view, 404)
    rows = {one["id"]: one for one in await lines(door, story, "ggz")}
    assert rows[other["id"]]["weerspreekt"] == made["id"]
    assert rows[other["id"]]["leverancier"]["naam"] == "Gemeente Westerveen"
    assert rows[made["id"]]["tekst"] == SEEN
    (known,) = [
        one for person in (await door.get("ggz", f"/casussen/{story.case_id}/beeld"))["personen"]
        for domain in person["leefgebieden"] if domain["leefgebied"] == "wonen" for one in domain["gegevens"]
    ]  # fmt: skip
    assert known["weersproken"]
    assert [one["leverancier"]["naam"] for one in known["lezingen"]] == ["Politie", "Gemeente Westerveen"]
    await corrected(story)
    await door.post("regisseur", f"{path}/vaststellingen")
    assert {SEEN, view["tekst"]} <= set(await texts(door, story, "politie", versie=2))
    assert view["tekst"] not in await texts(door, story, "politie", versie=1)


async def test_a_contradiction_of_what_one_may_not_read_says_nothing_about_it(door: Door, story: Story) -> None:
    made = await typed(door, story, nietVoor=of(door, "ggz"))
    await typed(door, story, tekst="was toen thuis", spreker=of(door, "gemeente")[0], categorie="relaties",
                weerspreekt=made["id"])  # fmt: skip

    (seen,) = await lines(door, story, "ggz")
    (both, other) = await lines(door, story, "politie")

    assert (seen["weerspreekt"], other["weerspreekt"], both["id"]) == (None, made["id"], made["id"])
    picture = await door.get("ggz", f"/casussen/{story.case_id}/beeld")
    assert "'weersproken': True" not in str(picture)
    assert "'weersproken': True" in str(await door.get("politie", f"/casussen/{story.case_id}/beeld"))
    async with story.acting("ggz") as work:
        assert await work.session.scalar(text("SELECT count(*) FROM item_conflict")) == 0


async def test_a_later_correction_shows_as_a_correction_in_what_was_adopted(door: Door, story: Story) -> None:
    await typed(door, story)
    meeting = await held(story)
    await door.post("regisseur", f"/overleggen/{meeting}/verslag/versies")
    await corrected(story)
    await door.post("regisseur", f"/overleggen/{meeting}/verslag/vaststellingen")
    (line,) = [one for one in await lines(door, story, "politie") if one["tekst"] == SEEN]
    assert not line["gecorrigeerd"]
    better = {"categorie": "politiegegevens", "regime": "Wpg", "tekst": "gezien bij het station"}

    await door.call("PUT", f"/casussen/{story.case_id}/informatie/{line['informatie']}", "politie", json=better)

    for who in ("politie", "ggz"):
        found = {one["id"]: one for one in await lines(door, story, who, versie=2)}[line["id"]]
        assert (found["tekst"], found["gecorrigeerd"]) == ("gezien bij het station", True)
    pdf = await door.call(
        "POST", f"/casussen/{story.case_id}/stukken", "ggz",
        json={"soort": "verslag", "doel": "eigen_dossier", "overleg": meeting},
    )  # fmt: skip
    assert "Later gecorrigeerd door de leverancier" in words_of(pdf.content)
    assert "nog niet vastgesteld" not in words_of(pdf.content)


async def test_what_was_put_up_stays_and_a_line_of_the_concept_can_go(door: Door, story: Story) -> None:
    first, second = await typed(door, story), await typed(door, story, tekst="vergissing", spreker=None)
    meeting = await held(story)
    path = f"/overleggen/{meeting}/verslag"

    assert (await door.call("DELETE", f"{path}/regels/{second['id']}", "regisseur")).status_code == 204
    assert (await door.call("DELETE", f"{path}/regels/{first['id']}", "politie")).status_code == 403
    await door.post("regisseur", f"{path}/versies")

    assert (await door.call("DELETE", f"{path}/regels/{first['id']}", "regisseur")).status_code == 409
    assert (await door.call("DELETE", f"{path}/regels/{second['id']}", "regisseur")).status_code == 404
    assert "vergissing" not in await texts(door, story, "regisseur")


# The picture


async def test_the_picture_is_by_person_and_life_domain_without_what_was_weighed(door: Door, story: Story) -> None:
    await typed(door, story, leefgebied="wonen", soort="beschermende_factor")
    await typed(door, story, tekst="geen domein")
    await typed(door, story, onderdeel="weging", spreker=None, tekst="het loopt op")
    await door.post("gemeente", f"/casussen/{story.case_id}/informatie",
                    {"categorie": "huisvesting", "tekst": "huurt een kamer", "leefgebied": "wonen"})  # fmt: skip

    (person,) = (await door.get("ggz", f"/casussen/{story.case_id}/beeld"))["personen"]

    assert person["naam"] == "Hendrik B."
    known = {
        domain["leefgebied"]: [one["lezingen"][0]["tekst"] for one in domain["gegevens"]]
        for domain in person["leefgebieden"]
    }  # fmt: skip
    assert known == {"wonen": [SEEN, "huurt een kamer"], "": ["geen domein"]}
    first = person["leefgebieden"][0]["gegevens"][0]["lezingen"][0]
    assert (first["beschermend"], first["leverancier"]["naam"]) == (True, "Politie")
    narrow = await door.get("ggz", f"/casussen/{story.case_id}/beeld", leefgebied="wonen")
    assert len(narrow["personen"][0]["leefgebieden"]) == 1
    other = await door.get("ggz", f"/casussen/{story.case_id}/beeld", persoon=str(new_id()))
    assert other == {"personen": []}


async def test_two_items_are_said_to_contradict_by_who_supplied_one_or_leads(door: Door, story: Story) -> None:
    async def supplied(who: str, words: str) -> str:
        body = {"categorie": "relaties", "tekst": words}
        return str((await door.post(who, f"/casussen/{story.case_id}/informatie", body))["id"])

    one, other = await supplied("politie", "woont alleen"), await supplied("gemeente", "woont samen")
    path = f"/casussen/{story.case_id}/informatie/{one}/tegenspraken"

    await door.refused("ggz", path, {"weerspreekt": other}, 403)
    await door.refused("gemeente", path, {"weerspreekt": one}, 400)
    await door.refused("gemeente", path, {"weerspreekt": str(new_id())}, 400)
    for who in ("gemeente", "regisseur"):
        await door.post(who, path, {"weerspreekt": other}, 204)

    picture = await door.get("ggz", f"/casussen/{story.case_id}/beeld")
    (known,) = picture["personen"][0]["leefgebieden"][0]["gegevens"]
    assert [look["tekst"] for look in known["lezingen"]] == ["woont alleen", "woont samen"]


# What the database keeps


async def test_the_database_keeps_what_was_adopted_and_what_was_put_up(door: Door, story: Story) -> None:
    made = await typed(door, story)
    meeting = await held(story)
    await door.post("regisseur", f"/overleggen/{meeting}/verslag/versies")

    async with story.acting("regisseur") as work:
        await work.session.execute(text("SELECT set_config('pols.acting', :id, true)"), {"id": str(story.case_id)})
        gone = await work.session.execute(text("DELETE FROM minute_line WHERE id = :id"), {"id": made["id"]})
        assert gone.rowcount == 0  # type: ignore[attr-defined]
    for statement in (
        "UPDATE minute_version SET number = 9", "DELETE FROM minute_version", "DELETE FROM minute_version_line",
    ):  # fmt: skip
        with pytest.raises(DBAPIError, match="permission denied"):
            async with story.acting("regisseur") as work:
                await work.session.execute(text(statement))
    await corrected(story)
    await door.post("regisseur", f"/overleggen/{meeting}/verslag/vaststellingen")
    values = {
        "id": new_id(), "house_id": story.house.id, "case_id": story.case_id, "meeting_id": UUID(meeting),
        "section": "besluit", "kind": "evaluatie", "on_day": None, "written_by": door.house.person("regisseur"),
    }  # fmt: skip
    for wrong in ({}, {"number": 9}):
        with pytest.raises((DBAPIError, IntegrityError)):
            async with story.acting("regisseur") as work:
                await work.session.execute(
                    text("SELECT set_config('pols.acting', :id, true)"), {"id": str(story.case_id)}
                )
                if wrong:
                    work.session.add(
                        MinuteVersion(
                            house_id=story.house.id, case_id=story.case_id, meeting_id=UUID(meeting), number=9,
                            state="vastgesteld", made_at=work.now,
                        )
                    )  # fmt: skip
                else:
                    work.session.add(MinuteLine(written_at=work.now, **values))
                await work.session.flush()


async def test_nothing_of_minutes_is_reached_by_an_answer_link_or_the_engine(db: Databases) -> None:
    async with db.engine.engine.connect() as connection:
        for table in ("minute_line", "minute_draft", "minute_version", "minute_version_line", "item_conflict"):
            may = text("SELECT has_table_privilege('pols_engine', :table, 'SELECT')")
            assert not await connection.scalar(may, {"table": table}), table
            fenced = text(
                "SELECT EXISTS (SELECT FROM pg_policies WHERE tablename = :table AND policyname = 'not_by_link')"
            )
            assert await connection.scalar(fenced, {"table": table}), table


async def test_minutes_hold_up_the_plan_until_they_are_put_up(door: Door, story: Story) -> None:
    await typed(door, story)
    meeting = await held(story)
    await story.decide("gemeente", D.APPOINT_CASE_DIRECTOR, person_id=story.house.person("gemeente"))
    await story.answer("regisseur", DutyKind.PUBLISH_OUTCOME, "gedaan")
    body = {"soort": "plan_vaststellen", "toelichting": "rond"}
    refused = await door.refused("regisseur", f"/casussen/{story.case_id}/besluiten", body, 409)
    assert "verslag" in refused["detail"].casefold()

    await door.post("regisseur", f"/overleggen/{meeting}/verslag/versies")

    await door.post("regisseur", f"/casussen/{story.case_id}/besluiten", body)
    async with story.acting("regisseur") as work:
        left = select(Duty.kind).where(Duty.case_id == story.case_id, Duty.kind == DutyKind.CORRECT_MINUTES)
        assert len((await work.session.scalars(left)).all()) == 2
