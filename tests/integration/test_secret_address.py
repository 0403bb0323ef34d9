"""S4: stalking. Where Samira is, is known to who is named, and to nobody else in whatever they read."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from models.casebook import meetings
from models.commands.meetings import Convene
from models.commands.referrals import DescribeRelation, DescribeSubject, KeepSecret
from models.refusals import InvalidFields
from models.tables.meetings import Commitment
from models.texts.rendering import message
from models.words import DecisionKind as D
from models.words import DutyKind, Phase, RelationKind
from tests.conftest import Databases
from tests.doors import Door, own_client
from tests.everything import reveal
from tests.eyes import Ids, ids_of, seen, tables_with
from tests.factories import AHouse, Story, a_case, a_house, a_report
from tests.integration.test_api_referrals import SUBMITTED
from tests.integration.test_workplace import signed_in

CANARY = "kanarie"  #: in everything that tells where Samira and her child are
NAMED = {"ggz", "gemeente"}  #: who reported (here: Veilig Thuis), and the municipality that arranges the shelter
_LOG = text("SELECT action FROM audit_line WHERE object_kind = 'persoon'")
EVERYBODY = (
    "triagist", "regisseur", "regisseur2", "manager", "beheerder", "privacy", "politie", "om", "gemeente",
    "reclassering", "ggz", "buren",
)  # fmt: skip


@dataclass
class Scene:
    """Two linked cases of one report."""

    db: Databases
    door: Door
    dennis: Story
    samira: Story
    ids: Ids

    async def person(self, name: str) -> str:
        report = await self.door.get("ggz", f"/aanmeldingen/{self.ids['aanmeldingen'][0]}")
        return str(next(one["id"] for one in report["personen"] if one["naam"] == name))


def people() -> tuple[DescribeSubject, ...]:
    hidden: dict[str, Any] = {"address": "Kanariestraat 12", "secret": KeepSecret()}
    return (
        DescribeSubject(name="Dennis B.", bsn="999990081", address="Dorpsstraat 1"),
        DescribeSubject(name="Samira K.", bsn="999990068", contact_channel="kanarie@veilig.example", **hidden),
        DescribeSubject(name="Kind K.", standing="directe_kring", school="Kanarieschool", **hidden),
    )  # fmt: skip


@pytest.fixture
async def scene(own_db: Databases) -> Any:
    house = await a_house(own_db.owner)
    house.tokens["buren"] = (await a_house(own_db.owner)).tokens["triagist"]
    async with own_client(own_db) as client:
        door = Door(client, house)
        yield await played(own_db, house, door)


async def played(db: Databases, house: AHouse, door: Door) -> Scene:
    """Veilig Thuis reports both; each gets a case, a conference, information and a regisseur."""
    relations = (
        DescribeRelation(of=1, to=2, kind=RelationKind.FORMER_PARTNER),
        DescribeRelation(of=3, to=2, kind=RelationKind.CHILD),
    )
    dennis = await a_report(db.web, house, by="ggz", subjects=people(), relations=relations, reason="stalking")
    scene = Scene(db, door, dennis, dennis, await ids_of(db, house))
    await _corrected(scene)
    secret = {"organisaties": [str(house.organisations["gemeente"])], "personen": []}
    for name in ("Samira K.", "Kind K."):
        path = f"/casussen/{dennis.case_id}/betrokkenen/{await scene.person(name)}/adresgeheim"
        answer = await door.call("PUT", path, "ggz", json=secret)
        assert answer.status_code == 204, answer.text
    await dennis.decide("triagist", D.COMPLETE)
    samira = UUID(await scene.person("Samira K."))
    await dennis.judge(others=(samira,))
    await dennis.decide("om", D.ADMIT, subjects=(samira,))
    cases = (await ids_of(db, house))["casussen"]
    scene.samira = Story(db.web, house, next(UUID(one) for one in cases if one != str(dennis.case_id)))
    await _conferred(dennis, "politie", "reclassering", "ggz", place="Stadhuis")
    await _conferred(scene.samira, "politie", "gemeente", "ggz", place="Kanariehuis, kamer 3")
    await _supplied(scene)
    scene.ids = await ids_of(db, house)
    return scene


async def _corrected(scene: Scene) -> None:
    """Corrected once, so that there is an earlier version."""
    path = f"/aanmeldingen/{scene.ids['aanmeldingen'][0]}"
    report = await scene.door.get("ggz", path)
    body = {
        name: value
        for name, value in report.items()
        if name not in {"id", "opgesteldOp", "ingediendOp", "casus", "versie"}
    }
    body["personen"] = [
        {name: value for name, value in one.items() if name not in {"id", "adresIsGeheim"}} for one in body["personen"]
    ]
    answer = await scene.door.call("PUT", path, "ggz", json=body | {"situatie": "volgt haar"})
    assert answer.status_code == 204, answer.text


async def _conferred(story: Story, *involved: str, place: str) -> None:
    await story.decide("manager", D.ASSIGN_DIRECTOR, person_id=story.house.person("regisseur"))
    await story.decide("om", D.CHOOSE_INVOLVED, organisations=story.organisations(*involved))
    async with story.acting("regisseur") as work:
        await meetings.convene(work, story.case_id, Convene(starts_at=work.now + timedelta(days=3), place=place))
    await story.decide("regisseur", D.PREPARED)
    await story.record(("politie", "contactverbod bewaken"), present=("politie",))


async def _supplied(scene: Scene) -> None:
    path = f"/casussen/{scene.samira.case_id}/informatie"
    await scene.door.post(
        "gemeente", path, {"categorie": "huisvesting", "tekst": "zij woont nu in de Kanariestraat 12"}
    )
    await scene.door.post(
        "ggz", path, {"categorie": "identificerend_en_contact", "tekst": "bel via kanarie@veilig.example"}
    )
    await scene.door.post("politie", path, {"categorie": "politiegegevens", "tekst": "drie aangiften", "regime": "Wpg"})


async def test_nobody_outside_the_list_reads_where_she_is_at_any_address(scene: Scene) -> None:
    found = {}
    for who in EVERYBODY:
        answers = await seen(scene.door, who, scene.ids)
        assert len(answers) > 40
        assert {one.status_code for one in answers.values()} <= {200, 403, 404}
        found[who] = {path for path, answer in answers.items() if CANARY in f"{answer.text} {answer.headers}".lower()}

    assert {who for who, paths in found.items() if paths} == NAMED
    assert {path.split("/")[1] for path in found["ggz"] | found["gemeente"]} == {
        "aanmeldingen",
        "casussen",
        "overleggen",
    }


async def test_nobody_outside_the_list_reads_where_she_is_on_any_page(scene: Scene) -> None:
    found = {}
    for who in EVERYBODY[:-1]:
        async with signed_in(scene.db, scene.door.house, who) as client:
            pages = [
                await client.get(one)
                for one in ("/", "/casussen", *(f"/casussen/{id_}" for id_ in scene.ids["casussen"]))
            ]
        found[who] = any(CANARY in page.text.lower() for page in pages)

    assert {who for who, anything in found.items() if anything} == NAMED


async def test_where_she_is_stands_behind_its_own_fence_and_in_no_mail_no_log_and_nothing_the_engine_reads(
    scene: Scene,
) -> None:
    assert await tables_with(scene.db, "engine", CANARY) == set()
    async with scene.db.engine.engine.connect() as connection:
        told = (await connection.exec_driver_sql("SELECT template, lines FROM outbox")).all()
    mails = [message(one.template, one.lines, house="Huis", base_url="https://pols.example") for one in told]
    assert CANARY not in str(mails).lower()

    await reveal(scene.db)

    assert await tables_with(scene.db, "owner", CANARY) == {"subject_address", "info_item", "meeting_place"}


async def test_who_is_named_as_a_person_finds_her_and_a_colleague_does_not(scene: Scene) -> None:
    path = f"/casussen/{scene.samira.case_id}"
    mine = f"{path}/betrokkenen/{await scene.person('Samira K.')}/adresgeheim"
    listed = {"organisaties": [], "personen": [str(scene.door.house.person("regisseur"))]}
    before = (await scene.door.get("regisseur", path))["betrokkenen"][0]

    assert (await scene.door.call("PUT", mine, "regisseur", json=listed)).status_code == 204

    after = (await scene.door.get("regisseur", path))["betrokkenen"][0]
    assert (before["adres"], before["school"], before["veiligContactkanaal"]) == (None, None, None)
    assert before["adresIsGeheim"]
    assert after["adres"] == "Kanariestraat 12"
    assert (await scene.door.get("gemeente", path))["betrokkenen"][0]["adres"] is None, "no longer named"
    assert (await scene.door.get("ggz", path))["betrokkenen"][0]["adres"] == "Kanariestraat 12", "who reported keeps it"
    await scene.door.refused("politie", mine, listed, 403, "PUT")
    assert (await scene.door.call("DELETE", mine, "regisseur")).status_code == 204
    assert (await scene.door.get("politie", path))["betrokkenen"][0]["adres"] == "Kanariestraat 12"
    async with scene.samira.acting("privacy") as work:
        log = (await work.session.execute(_LOG)).scalars().all()
    assert {"adres geheim gehouden", "adres niet meer geheim"} <= set(log)


async def test_a_text_of_who_knows_does_not_name_the_place(scene: Scene) -> None:
    """Other readers read it; who does not know the address is not told by a refusal that they guessed it."""
    path = f"/casussen/{scene.samira.case_id}/informatie"
    said = {"categorie": "begeleiding_en_hulp", "tekst": "bezocht haar in de  KANARIESTRAAT 12"}

    problem = await scene.door.refused("gemeente", path, said, 400)
    await scene.door.post("politie", path, said | {"alleenVoor": []})

    assert [one["veld"] for one in problem["velden"]] == ["tekst"]
    with pytest.raises(InvalidFields, match="personen"):
        await a_report(scene.db.web, scene.door.house, by="ggz", subjects=people(), situation="woont Kanariestraat 12")


async def test_informing_dennis_stays_postponed_while_one_ground_remains(scene: Scene) -> None:
    """Police and Veilig Thuis have a ground; that of the police lapses at the arrest, the other is enough (BGS 1.3)."""
    dennis = scene.dennis
    for who in ("politie", "ggz"):
        await dennis.answer(who, DutyKind.INFORM_GROUND, "grond", note=f"UAVG 41, {who}")
    async with dennis.acting("ggz") as work:
        again = work.now + timedelta(days=7)
    await dennis.answer("ggz", DutyKind.INFORM_PERSON, "uitgesteld", note="politie en Veilig Thuis", recheck_at=again)
    await scene.db.shift(timedelta(days=7).total_seconds())
    later = again + timedelta(days=14)

    await dennis.answer(
        "ggz", DutyKind.RECHECK_INFORMING, "uitgesteld", note="alleen Veilig Thuis nog", recheck_at=later
    )

    rechecks = await dennis.duties(DutyKind.RECHECK_INFORMING, key="ggz")
    assert [(one.ended_as, one.due_at) for one in rechecks] == [("uitgesteld", again), (None, later)]
    assert await dennis.duties(DutyKind.RECHECK_INFORMING, DutyKind.INFORM_PERSON, key="reclassering") == []
    for who in ("politie", "reclassering"):
        read = str(await scene.door.get(who, f"/casussen/{dennis.case_id}/tijdlijn"))
        assert "Veilig Thuis nog" not in read


async def test_a_correction_neither_leaves_her_out_nor_makes_somebody_else_of_her(door: Door) -> None:
    secret = {"organisaties": [str(door.house.organisations["ggz"])], "personen": []}
    samira = {"naam": "Samira", "rol": "directe_kring", "adres": "Kade 1", "geheimAdres": secret}
    related = {"relaties": [{"van": 2, "met": 1, "soort": "ex_partner"}]}
    sent = SUBMITTED | {"personen": [{"naam": "Dennis"}, samira]} | related
    made = (await door.post("ggz", "/aanmeldingen", sent))["id"]
    await door.post("ggz", f"/aanmeldingen/{made}/indieningen")

    for told in ([{"naam": "Dennis"}], [{"naam": "Dennis"}, {"naam": "Piet", "rol": "directe_kring"}]):
        problem = await door.refused("ggz", f"/aanmeldingen/{made}", SUBMITTED | {"personen": told}, 400, "PUT")
        assert problem["velden"][0]["veld"] == "personen"
        assert "geheim adres" in problem["velden"][0]["melding"]


async def test_no_text_about_how_it_goes_names_the_place_either(door: Door, db: Databases) -> None:
    """Progress, what came of it, the words of a watch, why a handover is refused: all of them have readers."""
    house = door.house
    secret = KeepSecret(organisations=(house.organisations["gemeente"],))
    samira = DescribeSubject(name="Samira K.", bsn="999990068", address="Kanariestraat 12", secret=secret)
    story = await a_case(db.web, house, Phase.MONITORING, by="ggz", subjects=(samira,))
    named, case = "bezoekt haar in de kanariestraat 12", f"/casussen/{story.case_id}"
    [mine] = [one for one in await story.all(Commitment) if one.organisation_id == house.organisations["ggz"]]
    duty = await story.duty(DutyKind.COMMITMENT)
    police = next(one.id for one in await story.duties(DutyKind.COMMITMENT) if one.about_id != mine.id)
    care = next(one.id for one in await story.duties(DutyKind.COMMITMENT) if one.about_id == mine.id)
    problems = [
        await door.refused("ggz", f"/afspraken/{mine.id}/voortgang", {"stand": "op_schema", "toelichting": named}, 400),
        await door.refused("ggz", f"/taken/{care}/antwoorden", {"uitkomst": "gereed", "toelichting": named}, 400),
    ]
    await door.post("politie", f"/taken/{police}/antwoorden", {"uitkomst": "gereed", "toelichting": named})
    await story.decide("politie", D.SCALE_DOWN)
    until = (duty.opened_at + timedelta(days=60)).isoformat()
    watch = {"soort": "waakvlam_instellen", "datum": until, "organisaties": [], "toelichting": named}
    problems.append(await door.refused("gemeente", f"{case}/besluiten", watch, 400))
    await door.post("om", f"{case}/besluiten", watch)
    package = {"ontvanger": str(house.organisations["ggz"]), "afspraken": [
        {"afspraak": str(mine.id), "wijze": "overgedragen"}]}  # fmt: skip
    await door.post("regisseur", f"{case}/overdrachten", package)
    asked = await door.task("ggz", story.case_id, "overdracht_aanvaarden")
    no = {"uitkomst": "geweigerd", "toelichting": named}
    problems.append(await door.refused("ggz", f"/taken/{asked['id']}/antwoorden", no, 400))

    assert [one["velden"][0]["veld"] for one in problems] == ["toelichting"] * 4
    assert {"geheim adres" in one["velden"][0]["melding"] for one in problems} == {True}
