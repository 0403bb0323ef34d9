"""Taken through the interface: whose they are, answering, by phone, handing on and asking once more."""

from datetime import UTC, datetime, timedelta

from models.tables.duties import Answer
from models.transactions import unit_of_work
from models.words import DutyKind, Phase
from tests.conftest import Databases
from tests.doors import Door, own_client, rows
from tests.factories import a_case, a_house


async def test_somebody_sees_what_they_owe_and_nobody_elses(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)

    async def kinds(who: str) -> set[str]:
        return {one["soort"] for one in (await door.get(who, "/taken"))["resultaten"]}

    assert await kinds("triagist") == {"bekendheid_andere_huizen", "criteria_toetsen"}
    assert await kinds("om") == {"bekend_of_niet_bekend", "over_toelating_beslissen"}
    assert await kinds("politie") == {"over_toelating_beslissen"}
    assert await kinds("ggz") == set()
    assert (await door.task("om", story.case_id, "bekend_of_niet_bekend"))["organisatie"][
        "naam"
    ] == "Openbaar Ministerie"


async def test_the_question_whether_somebody_is_known_says_who_it_is_about(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)
    task = await door.task("om", story.case_id, "bekend_of_niet_bekend")

    own = await door.get("om", f"/taken/{task['id']}")
    desk = await door.get("triagist", f"/taken/{task['id']}")

    assert own["betrokkenen"] == [{"naam": "Hendrik B.", "bsn": "999990044", "geboortedatum": None}]
    assert desk["betrokkenen"] is None
    assert [one["uitkomst"] for one in own["uitkomsten"]] == ["bekend", "niet_bekend", "geen_mededeling"]
    assert own["eindigtDoor"] == "antwoord"


async def test_an_answer_ends_the_task_and_a_second_one_comes_too_late(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)
    task = await door.task("om", story.case_id, "bekend_of_niet_bekend")
    path = f"/taken/{task['id']}/antwoorden"

    await door.post("om", path, {"uitkomst": "bekend"})
    problem = await door.refused("om", path, {"uitkomst": "niet_bekend"}, 409)

    assert problem["detail"] == "Deze taak is al afgedaan: bekend."
    all_ = await door.get("triagist", f"/casussen/{story.case_id}/taken", afgedaan=True, paginaGrootte=100)
    assert next(one for one in all_["resultaten"] if one["id"] == task["id"])["afgedaanAls"] == "bekend"
    open_ = await door.get("triagist", f"/casussen/{story.case_id}/taken")
    assert task["id"] not in {one["id"] for one in open_["resultaten"]}


async def test_the_criteria_are_answered_together(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)
    task = await door.task("triagist", story.case_id, "criteria_toetsen")
    judged = [{"criterium": one, "voldaan": True, "motivering": "zie melding"} for one in "abcd"]
    path = f"/taken/{task['id']}/antwoorden"

    missing = await door.refused("triagist", path, {"uitkomst": "getoetst", "criteria": judged[:3]}, 400)
    wrong = await door.refused("triagist", path, {"uitkomst": "getoetst", "criteria": [{"criterium": "e"}]}, 400)
    await door.post("triagist", path, {"uitkomst": "getoetst", "criteria": judged})

    assert [one["veld"] for one in missing["velden"]] == ["criteria"]
    assert {one["veld"] for one in wrong["velden"]} == {
        "criteria[0].criterium", "criteria[0].voldaan", "criteria[0].motivering",
    }  # fmt: skip
    read = await door.get("om", f"/casussen/{story.case_id}")
    assert [(one["criterium"], one["voldaan"]) for one in read["criteria"]] == [(one, True) for one in "abcd"]


async def test_the_regisseur_registers_what_a_partner_said_by_phone(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.FOCUSOVERLEG)
    task = next(one for one in await story.duties(DutyKind.INFORMATION, key="regisseur"))
    path = f"/taken/{task.id}/antwoorden"
    before = await rows(db, door.house)

    unnamed = await door.refused("regisseur", path, {"uitkomst": "niet_bekend"}, 400)
    other = await door.refused("manager", path, {"uitkomst": "niet_bekend"}, 403)
    assert await rows(db, door.house) == before

    called = {"gesprokenMet": "mw. Jansen", "gesprokenOp": datetime.now(UTC).isoformat()}  # noqa: TID251
    await door.post("regisseur", path, {"uitkomst": "niet_bekend"} | called)

    assert {one["veld"] for one in unnamed["velden"]} == {"gesprokenMet", "gesprokenOp"}
    assert "Deze taak is van een ander" in other["detail"]
    lines = (await door.get("regisseur", f"/casussen/{story.case_id}/tijdlijn"))["resultaten"]
    assert any("telefonisch" in one["tekst"] for one in lines)


async def test_an_outcome_that_does_not_fit_says_what_does(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.PLAN)
    task = await door.task("ggz", story.case_id, "afspraak_aanvaarden")
    path = f"/taken/{task['id']}/antwoorden"

    wrong = await door.refused("ggz", path, {"uitkomst": "misschien"}, 400)
    bare = await door.refused("ggz", path, {"uitkomst": "geweigerd"}, 400)

    assert wrong["velden"] == [{"veld": "uitkomst", "melding": "kies uit: aanvaard, geweigerd"}]
    assert bare["velden"] == [{"veld": "toelichting", "melding": "is nodig bij 'geweigerd'"}]


async def test_what_follows_from_a_decision_is_not_answered(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)
    task = await door.task("om", story.case_id, "over_toelating_beslissen")

    problem = await door.refused("om", f"/taken/{task['id']}/antwoorden", {"uitkomst": "ja"}, 400)

    assert "volgt uit een besluit" in problem["detail"]


async def test_a_task_is_handed_on_to_a_colleague_only(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)
    task = await door.task("om", story.case_id, "bekend_of_niet_bekend")
    path = f"/taken/{task['id']}/overdrachten"

    await door.refused("om", path, {"persoon": str(door.house.person("politie"))}, 400)
    await door.post("om", path, {"persoon": str(door.house.person("om"))}, status=204)

    assert (await door.get("om", f"/taken/{task['id']}"))["persoon"]["naam"] == "Om Fictief"


async def test_the_house_reminds_by_hand_once_a_day(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)
    task = await door.task("om", story.case_id, "bekend_of_niet_bekend")
    path = f"/taken/{task['id']}/herinneringen"
    before = (await rows(db, door.house))["outbox"]

    await door.post("triagist", path, status=204)
    again = await door.refused("triagist", path, None, 409)
    await door.refused("om", path, None, 403)

    assert "vandaag al een herinnering" in again["detail"]
    assert (await rows(db, door.house))["outbox"] == before + 1
    lines = (await door.get("triagist", f"/casussen/{story.case_id}/tijdlijn"))["resultaten"]
    assert lines[0]["tekst"].startswith("Met de hand herinnerd")


async def test_a_task_that_a_partner_may_not_know_of_is_not_found(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)
    task = await door.task("om", story.case_id, "bekend_of_niet_bekend")

    for verb, path in (("GET", ""), ("POST", "/antwoorden")):
        body = {"uitkomst": "bekend"} if verb == "POST" else None
        problem = await door.refused("ggz", f"/taken/{task['id']}{path}", body, 404, verb)
        assert problem["detail"] == "Deze taak is niet gevonden, of niet voor u toegankelijk."


async def test_a_task_is_late_when_its_term_is_over(own_db: Databases) -> None:
    house = await a_house(own_db.owner)
    async with own_client(own_db) as client:
        there = Door(client, house)
        story = await a_case(own_db.web, house, Phase.SCREENING)
        await own_db.shift(timedelta(days=10).total_seconds())

        task = await there.task("om", story.case_id, "bekend_of_niet_bekend")
        stalled = await there.get("triagist", "/stagnaties")

    assert task["teLaat"] is True
    assert task["id"] in {one["taak"] for one in stalled["teLaat"]}
    assert stalled["aantallen"]["teLaat"] == len(stalled["teLaat"])


async def test_whoever_acts_is_the_actor_of_the_token(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)
    task = await door.task("om", story.case_id, "bekend_of_niet_bekend")
    answered = await door.post("om", f"/taken/{task['id']}/antwoorden", {"uitkomst": "bekend"})

    async with unit_of_work(door.house.actors["om"], db.web) as work:
        kept = await work.session.get(Answer, answered["id"])

    assert kept is not None
    assert kept.registered_by == door.house.person("om")


async def _ended(door: Door, who: str, case_id: object) -> dict[str, str | None]:
    found = await door.get(who, f"/casussen/{case_id}/taken", afgedaan=True, paginaGrootte=100)
    return {one["soort"]: one["afgedaanAls"] for one in found["resultaten"]}


async def test_what_a_partner_answered_is_told_only_to_who_may_read_the_answer(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.FOCUSOVERLEG)
    mine = next(
        one for one in await story.duties(DutyKind.INFORMATION, key="ggz")
        if one.owner_organisation_id == door.house.organisations["ggz"]
    )  # fmt: skip
    body = {"uitkomst": "niet_bekend"}
    await door.post("ggz", f"/taken/{mine.id}/antwoorden", body)

    told, lines = {}, {}
    for who in ("ggz", "regisseur", "gemeente", "politie", "manager"):
        told[who] = (await door.get(who, f"/taken/{mine.id}"))["afgedaanAls"]
        found = (await door.get(who, f"/casussen/{story.case_id}/tijdlijn"))["resultaten"]
        lines[who] = {one["tekst"] for one in found if "'informatie aanleveren'" in one["tekst"]}

    said = "GGZ Westerveen antwoordde op 'informatie aanleveren'"
    assert told == {
        "ggz": "niet_bekend", "regisseur": "niet_bekend", "gemeente": "beantwoord", "politie": "beantwoord",
        "manager": "beantwoord",
    }  # fmt: skip
    assert lines["ggz"] == lines["regisseur"] == {f"{said}: niet bekend"}
    assert lines["gemeente"] == lines["politie"] == lines["manager"] == {said}


async def test_that_informing_the_person_was_postponed_stays_with_the_reporter_and_who_leads(
    door: Door, db: Databases
) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    task = await door.task("politie", story.case_id, "betrokkene_informeren")
    body = {"uitkomst": "uitgesteld", "toelichting": "gevaar", "hertoetsOp": "2089-12-30T09:00:00+01:00"}
    await door.post("politie", f"/taken/{task['id']}/antwoorden", body)
    hidden = {"betrokkene_informeren", "uitstel_informeren_hertoetsen"}

    for who in ("politie", "regisseur"):
        ended = await _ended(door, who, story.case_id)
        assert hidden <= ended.keys()
        assert ended["betrokkene_informeren"] == "uitgesteld"
    for who in ("gemeente", "ggz", "triagist", "regisseur2"):
        assert hidden.isdisjoint(await _ended(door, who, story.case_id))
        await door.refused(who, f"/taken/{task['id']}", None, 404, "GET")
        told = (await door.get(who, f"/casussen/{story.case_id}/tijdlijn"))["resultaten"]
        assert not [one for one in told if "informeren'" in one["tekst"] and "grond" not in one["tekst"]]
