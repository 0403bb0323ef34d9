"""The plan in full: goals, the catalogue, what waits for what, for whom it is, its versions, and the outcome."""

from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from models.casebook import policies
from models.commands.referrals import DescribeSubject
from models.lookups import cases
from models.policy import Intervention
from models.tables.cases import Case
from models.tables.duties import Duty
from models.tables.engine import JournalEntry, Message
from models.tables.plans import CommitmentNeed
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, Phase, WorkKind
from tasks import messages
from tests.conftest import Databases
from tests.doors import Door, rows
from tests.factories import Story, a_case, described
from tests.integration.test_api_plan import commitment_of, in_days, pledge
from tests.integration.test_workplace import signed_in

SECTOR = Path(__file__).parents[2] / "docs/standards/UitkomstOverleg.yaml"


@pytest.fixture
async def story(door: Door, db: Databases) -> Story:
    """A plan in execution: the police supervise, the ggz does an intake."""
    return await a_case(db.web, door.house, Phase.MONITORING)


def where(story: Story, what: str = "afspraken") -> str:
    return f"/casussen/{story.case_id}/{what}"


async def added(door: Door, story: Story, *pledges: dict[str, Any]) -> list[str]:
    """Commitments added to the plan, each accepted by its owner."""
    made = await door.post("regisseur", where(story), {"afspraken": list(pledges)})
    ids = [str(one["id"]) for one in made["resultaten"]]
    for duty in await story.duties(DutyKind.ACCEPT_COMMITMENT, key="regisseur"):
        if str(duty.about_id) in ids and duty.ended_as is None:
            who = next(key for key, id_ in door.house.organisations.items() if id_ == duty.owner_organisation_id)
            await door.post(who, f"/taken/{duty.id}/antwoorden", {"uitkomst": "aanvaard"})
    return ids


async def chased(story: Story) -> set[str]:
    """The commitments that somebody is reminded of."""
    return {str(one.about_id) for one in await story.duties(DutyKind.COMMITMENT, key="regisseur") if not one.ended_as}


async def told(door: Door, story: Story, who: str = "regisseur") -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in (await door.get(who, where(story)))["resultaten"]}


async def test_an_intervention_of_the_catalogue_brings_its_domain_and_the_task_is_of_the_owners_kind(
    door: Door, db: Databases, story: Story
) -> None:
    good = await pledge(story, "ggz", interventie="verslavingszorg", domein=None, wettelijkeTaak="ggz-instelling")
    wrong = await pledge(story, "ggz", interventie="verslavingszorg", domein="straf", wettelijkeTaak="politie")
    unknown = await pledge(story, "ggz", interventie="hypnose", domein="zorg", begintOp="2089-01-01")
    before = await rows(db, door.house)

    problem = await door.refused("regisseur", where(story), {"afspraken": [wrong, unknown]}, 400)
    assert {one["veld"] for one in problem["velden"]} == {
        "afspraken[0].domein", "afspraken[0].wettelijkeTaak", "afspraken[1].interventie", "afspraken[1].begintOp",
    }  # fmt: skip
    assert await rows(db, door.house) == before
    [made] = await added(door, story, good)

    assert {name: (await told(door, story))[made][name] for name in ("domein", "interventie", "wettelijkeTaak")} == {
        "domein": "zorg", "interventie": "verslavingszorg", "wettelijkeTaak": "ggz-instelling",
    }  # fmt: skip


async def test_a_house_shows_its_catalogue_and_its_tasks(door: Door) -> None:
    policy = await door.get("ggz", f"/huizen/{door.house.id}/beleid")

    assert {"naam": "verslavingszorg", "domein": "zorg", "verdraagtNiet": []} in policy["interventies"]
    assert {"naam": "reclassering", "soort": "private_deelnemer"} in policy["wettelijkeTaken"]


async def test_a_goal_is_set_by_the_regisseur_read_by_the_involved_and_let_go_of_with_a_reason(
    door: Door, story: Story
) -> None:
    wanted = {"tekst": "veilig wonen", "leefgebied": "wonen"}
    await door.refused("ggz", where(story, "doelen"), wanted, 403)
    await door.refused("regisseur", where(story, "doelen"), wanted | {"leefgebied": "ruimtevaart"}, 400)
    made = (await door.post("regisseur", where(story, "doelen"), wanted))["id"]
    [towards] = await added(door, story, await pledge(story, "ggz", doel=made))

    await door.refused("regisseur", f"/doelen/{made}/standen", {"status": "losgelaten"}, 400)
    await door.refused("reclassering", f"/doelen/{made}/standen", {"status": "bereikt"}, 404)
    gone = await door.call(
        "POST", f"/doelen/{made}/standen", "regisseur", json={"status": "losgelaten", "toelichting": "verhuisd"}
    )

    assert gone.status_code == 204
    [read] = (await door.get("ggz", where(story, "doelen")))["resultaten"]
    assert (read["tekst"], read["status"], read["toelichting"]) == ("veilig wonen", "losgelaten", "verhuisd")
    assert (await told(door, story, "ggz"))[towards]["doel"] == made
    assert (await door.get("manager", where(story, "doelen")))["resultaten"] == []
    await door.refused("reclassering", where(story, "doelen"), None, 404, "GET")


async def test_what_waits_for_a_condition_is_not_chased_until_it_comes_true(door: Door, story: Story) -> None:
    [waits] = await added(door, story, await pledge(story, "ggz", voorwaarde="als hij niet wordt opgenomen"))
    assert waits not in await chased(story)
    assert (await told(door, story))[waits]["wacht"]

    await door.refused("politie", f"/afspraken/{waits}/voorwaarde", {"ingetreden": True}, 403)
    came = await door.call("POST", f"/afspraken/{waits}/voorwaarde", "ggz", json={"ingetreden": True})

    assert came.status_code == 204
    assert waits in await chased(story)
    assert not (await told(door, story))[waits]["wacht"]
    await door.refused("regisseur", f"/afspraken/{waits}/voorwaarde", {"ingetreden": False}, 409)


async def test_a_condition_that_does_not_come_true_drops_the_commitment(door: Door, story: Story) -> None:
    [waits] = await added(door, story, await pledge(story, "ggz", voorwaarde="als hij vrijkomt"))

    await door.call("POST", f"/afspraken/{waits}/voorwaarde", "regisseur", json={"ingetreden": False})

    assert (await told(door, story))[waits]["status"] == "vervallen"
    assert waits not in await chased(story)


async def test_what_needs_another_commitment_is_chased_once_that_is_done(door: Door, story: Story) -> None:
    first, second = await added(
        door, story, await pledge(story, "politie"), await pledge(story, "ggz", wachtOpNieuwe=[1])
    )
    assert await chased(story) & {first, second} == {first}

    await door.post("politie", f"/afspraken/{first}/voortgang", {"stand": "gereed"})

    assert second in await chased(story)


async def test_commitments_never_wait_in_a_circle(door: Door, story: Story) -> None:
    around = [await pledge(story, "politie", wachtOpNieuwe=[2]), await pledge(story, "ggz", wachtOpNieuwe=[1])]

    problem = await door.refused("regisseur", where(story), {"afspraken": around}, 400)

    assert {one["veld"] for one in problem["velden"]} == {"afspraken[0].wachtOp", "afspraken[1].wachtOp"}
    first, second = await added(
        door, story, await pledge(story, "politie"), await pledge(story, "ggz", wachtOpNieuwe=[1])
    )
    async with story.acting("regisseur") as work:
        work.session.add(
            CommitmentNeed(commitment_id=first, needs_id=second, house_id=story.house.id, case_id=story.case_id)
        )
        with pytest.raises(DBAPIError, match="wait for each other"):
            await work.session.flush()
        await work.session.rollback()


async def test_a_commitment_that_is_not_for_somebody_is_nowhere_for_them(door: Door, story: Story) -> None:
    politie = str(door.house.organisations["politie"])
    [apart] = await added(door, story, await pledge(story, "ggz", tekst="schuilplaats", nietVoor=[politie]))
    await door.post("ggz", f"/afspraken/{apart}/voortgang", {"stand": "vertraagd", "toelichting": "wachtlijst"})

    for who, sees in (("politie", False), ("gemeente", True), ("ggz", True), ("regisseur", True)):
        assert (apart in await told(door, story, who)) is sees, who
        planned = (await door.get(who, where(story, "plan")))["versies"][0]["afspraken"]
        assert (apart in {one["afspraak"] for one in planned}) is sees, who
    tasks = (await door.get("politie", where(story, "taken"), afgedaan="true"))["resultaten"]
    assert apart not in {one["onderwerp"] for one in tasks}
    lines = [one["tekst"] for one in (await door.get("politie", where(story, "tijdlijn")))["resultaten"]]
    assert not [one for one in lines if one.startswith(("Voortgang", "1 afspraak"))]
    accepted = [one for one in lines if "afspraak aanvaarden" in one]
    assert accepted == ["GGZ Westerveen antwoordde op 'afspraak aanvaarden'"]  # of the commitment that is for all
    about = {"commitment": "id", "duty": "about_id", "progress": "commitment_id", "planned": "commitment_id"}
    for table, column in about.items():
        async with story.acting("politie") as work:
            assert not (await work.session.execute(text(f"SELECT 1 FROM {table} WHERE {column} = '{apart}'"))).all(), (
                table
            )
    assert (await told(door, story, "gemeente"))[apart]["nietVoor"] is None
    assert (await told(door, story, "ggz"))[apart]["nietVoor"] == [politie]


async def test_what_everybody_reads_does_not_wait_for_what_is_kept_from_somebody(door: Door, story: Story) -> None:
    politie = str(door.house.organisations["politie"])
    wanted = [await pledge(story, "ggz", nietVoor=[politie]), await pledge(story, "gemeente", wachtOpNieuwe=[1])]

    problem = await door.refused("regisseur", where(story), {"afspraken": wanted}, 400)
    own = await door.refused(
        "regisseur", where(story), {"afspraken": [await pledge(story, "politie", nietVoor=[politie])]}, 400
    )

    assert [one["veld"] for one in problem["velden"]] == ["afspraken[1].wachtOp"]
    assert [one["veld"] for one in own["velden"]] == ["afspraken[0].nietVoor"]


async def test_progress_says_that_it_goes_on_why_it_is_late_and_what_came_of_it(door: Door, story: Story) -> None:
    mine = (await commitment_of(door, story, "ggz"))["id"]

    await door.post("ggz", f"/afspraken/{mine}/voortgang", {"stand": "vertraagd", "toelichting": "wachtlijst"})
    late = await commitment_of(door, story, "ggz")
    await door.post("ggz", f"/afspraken/{mine}/voortgang", {"stand": "gereed", "toelichting": "intake gedaan"})
    done = await commitment_of(door, story, "ggz")

    assert (late["status"], late["redenVertraging"]) == ("in_uitvoering", "wachtlijst")
    assert (done["status"], done["redenVertraging"], done["resultaat"]) == ("gereed", "", "intake gedaan")


async def test_each_version_of_the_plan_says_who_would_do_what_before_when(door: Door, story: Story) -> None:
    mine = await commitment_of(door, story, "ggz")
    later = (await in_days(story, 60)).date().isoformat()
    changed = {"soort": "kleine_wijziging", "toelichting": "wachtlijst", "afspraak": mine["id"], "uiterlijk": later}
    await door.post("regisseur", where(story, "besluiten"), changed)

    plan = await door.get("gemeente", where(story, "plan"))

    assert (plan["versie"], [one["versie"] for one in plan["versies"]]) == (2, [2, 1])
    now, before = ({one["afspraak"]: one["uiterlijk"] for one in version["afspraken"]} for version in plan["versies"])
    assert (before[mine["id"]], now[mine["id"]]) == (mine["uiterlijk"], later)
    assert before.keys() == now.keys()


async def test_who_leaves_is_in_no_later_version(door: Door, story: Story) -> None:
    ggz = str(door.house.organisations["ggz"])
    gone = {"soort": "deelnemer_laten_gaan", "toelichting": "klaar", "organisaties": [ggz]}
    await door.post("politie", where(story, "besluiten"), gone)

    now, before = (await door.get("regisseur", where(story, "plan")))["versies"]

    assert {one["organisatie"]["naam"] for one in before["afspraken"]} == {"Politie", "GGZ Westerveen"}
    assert {one["organisatie"]["naam"] for one in now["afspraken"]} == {"Politie"}


# The outcome


def schema(name: str) -> dict[str, Any]:
    """A schema of the sector as JSON Schema: `nullable` becomes a type, its own references stay inside it."""

    def turned(part: Any) -> Any:
        if isinstance(part, list):
            return [turned(one) for one in part]
        if not isinstance(part, dict):
            return part
        found = {key: turned(value) for key, value in part.items() if key not in {"example", "nullable"}}
        if part.get("nullable") is True and isinstance(found.get("type"), str):
            found["type"] = [found["type"], "null"]
        return found

    whole = yaml.safe_load(SECTOR.read_text(encoding="utf-8"))
    return {"$ref": f"#/components/schemas/{name}", "components": turned(whole["components"])}


async def a_meeting(door: Door, story: Story, *pledges: dict[str, Any]) -> str:
    """A meeting that was held, with what was pledged in it."""
    meeting = str((await door.get("ggz", where(story, "overleggen")))["resultaten"][0]["id"])
    present = [str(one) for one in story.organisations("politie", "gemeente")]
    said = {"uitkomst": "één plan", "aanwezigen": present, "afspraken": list(pledges)}
    await door.post("regisseur", f"/overleggen/{meeting}/uitkomsten", said)
    return meeting


async def test_the_outcome_is_a_message_of_the_sector_with_what_the_reader_may_read(door: Door, db: Databases) -> None:
    person = described().subjects[0].model_copy(update={"address": "Dorpsstraat 12, 1234 AB Westerveen"})
    story = await a_case(db.web, door.house, Phase.FOCUSOVERLEG, subjects=(person,))
    politie = str(door.house.organisations["politie"])
    meeting = await a_meeting(
        door, story, await pledge(story, "politie", tekst="toezicht", voorwaarde="als hij vrijkomt"),
        await pledge(story, "ggz", tekst="behandeling", nietVoor=[politie], interventie="verslavingszorg"),
    )  # fmt: skip

    found = {who: await door.get(who, f"/overleggen/{meeting}/uitkomst") for who in ("politie", "ggz", "regisseur")}

    for who, one in found.items():
        jsonschema.Draft202012Validator(schema("Casusoverleg")).validate(one)
        assert one["nietOpgenomen"] == [], who
    said = {who: {each["omschrijving"] for each in one["betreft"]["heeftActie"]} for who, one in found.items()}
    assert said["politie"] == {"toezicht"}
    assert said["ggz"] == said["regisseur"] == {"toezicht", "verslavingszorg: behandeling"}
    assert found["ggz"]["notulen"] == "één plan"
    assert found["ggz"]["betreft"]["heeftActie"][0]["conditie"] in {"als hij vrijkomt", ""}
    await door.refused("manager", f"/overleggen/{meeting}/uitkomst", None, 404, "GET")
    await door.refused("reclassering", f"/overleggen/{meeting}/uitkomst", None, 404, "GET")


async def test_the_outcome_does_not_repeat_what_is_kept_from_somebody(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.FOCUSOVERLEG)
    meeting = (await door.get("ggz", where(story, "overleggen")))["resultaten"][0]["id"]
    apart = await pledge(story, "ggz", tekst="opname op afdeling Zuid", nietVoor=[str(door.house.organisations["om"])])
    said = {"uitkomst": "Eén plan: opname op afdeling Zuid, en toezicht.", "aanwezigen": [], "afspraken": [apart]}

    problem = await door.refused("regisseur", f"/overleggen/{meeting}/uitkomsten", said, 400)

    assert [one["veld"] for one in problem["velden"]] == ["uitkomst"]


async def test_what_the_message_cannot_hold_is_left_out_and_said_to_be(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.FOCUSOVERLEG)
    planned = (await door.get("ggz", where(story, "overleggen")))["resultaten"][0]["id"]
    before = await door.refused("regisseur", f"/overleggen/{planned}/uitkomst", None, 409, "GET")
    meeting = await a_meeting(door, story, await pledge(story, "politie"))

    read = await door.get("regisseur", f"/overleggen/{meeting}/uitkomst")

    assert "nog niet gehouden" in before["detail"]
    jsonschema.Draft202012Validator(schema("Casusoverleg")).validate(read)
    assert read["betreft"]["heeftActie"] == []
    mine = await commitment_of(door, story, "politie")
    assert read["nietOpgenomen"] == [{"afspraak": mine["id"], "ontbreekt": ["adres"]}]


@pytest.mark.usefixtures("engine_database")
async def test_colleagues_of_who_made_a_commitment_hear_that_and_not_what(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.FOCUSOVERLEG)
    await a_meeting(door, story, await pledge(story, "ggz", tekst="behandeling in het geheim"))
    await story.answer("regisseur", DutyKind.PUBLISH_OUTCOME, "gedaan")
    [entry] = await story.all(JournalEntry, JournalEntry.kind == WorkKind.PUBLISH)

    await messages.publish.fn(entry.id)
    await messages.publish.fn(entry.id)

    people = {one.person_id: key for key, one in door.house.actors.items()}
    async with story.acting("manager") as work:
        sent = list(await work.session.scalars(select(Message).where(Message.template == "uitkomst")))
    mine = [one for one in sent if story.case_id in one.case_ids]
    assert {people[one.recipient_id]: bool(one.lines[0].get("eigenAfspraak")) for one in mine} == {
        "politie": False, "gemeente": False, "ggz": True,
    }  # fmt: skip
    assert len(mine) == 3
    assert "geheim" not in str([one.lines for one in mine])


# Plans that contradict each other


async def two_cases(door: Door, db: Databases) -> tuple[Story, Story]:
    """Two people of one report, each with a case that another regisseur leads, and a plan that is being made."""
    kevin, monique = DescribeSubject(name="Kevin D.", bsn="999990019"), DescribeSubject(name="Monique D.")
    story = await a_case(db.web, door.house, Phase.SCREENING, subjects=(kevin, monique))
    async with story.acting("om") as work:
        found = await work.session.execute(text("SELECT id FROM subject WHERE name = 'Monique D.' AND case_id IS NULL"))
        other_id = found.scalar_one()
    await story.judge(others=(other_id,))
    await story.decide("om", D.ADMIT, subjects=(other_id,))
    async with story.acting("manager") as work:
        report = (await work.session.get_one(Case, story.case_id)).referral_id
        same = Case.referral_id == report
        beside = await work.session.scalar(select(Case.id).where(same, Case.id != story.case_id))
    assert beside is not None
    other = Story(db.web, door.house, beside)
    for one, leads in ((story, "regisseur"), (other, "regisseur2")):
        await one.decide("manager", D.ASSIGN_DIRECTOR, person_id=door.house.person(leads))
        await one.decide("om", D.CHOOSE_INVOLVED, organisations=one.organisations("politie", "gemeente", "ggz"))
        meeting = {"begintOp": (await in_days(one, 7)).isoformat(), "organisaties": []}
        await door.post(leads, where(one, "overleggen"), meeting)
        await one.decide(leads, D.PREPARED)
        held = (await door.get(leads, where(one, "overleggen")))["resultaten"][0]["id"]
        said = {"uitkomst": "plan", "aanwezigen": [str(door.house.organisations["politie"])]}
        pledged = [await pledge(one, "politie")]
        await door.post(leads, f"/overleggen/{held}/uitkomsten", said | {"afspraken": pledged})
        await one.decide("gemeente", D.APPOINT_CASE_DIRECTOR, person_id=door.house.person("gemeente"))
        await one.answer(leads, DutyKind.PUBLISH_OUTCOME, "gedaan")
        await one.answer(leads, DutyKind.MINUTES, "gedaan", note="verslag")
        await one.decide(leads, D.ADOPT_PLAN)
    test = {"kring": "moeder en zoon", "afhankelijkheid": "haar hulp en zijn gedrag", "noodzaak": "één aanpak"}
    await door.post("gemeente", where(story, "samenhangen"), test | {"casus": str(other.case_id)})
    return story, other


async def owed(story: Story) -> list[Duty]:
    found = await story.duties(DutyKind.RECONCILE, key="manager")
    return [one for one in found if one.ended_as is None]


async def clashing(door: Door, db: Databases) -> None:
    """Two interventions of the catalogue that do not go together."""
    apart = (
        Intervention(name="contactverbod", domain="straf", clashes_with=("systeemtherapie",)),
        Intervention(name="systeemtherapie", domain="zorg"),
    )
    async with unit_of_work(door.house.actors["beheerder"], db.web) as work:
        version, policy = await cases.house_policy(work, door.house.id)
        changed = policy.model_copy(update={"interventions": apart})
        await policies.set_policy(work, door.house.id, version + 1, changed)


async def test_what_the_catalogue_forbids_together_is_marked_for_both_regisseurs(door: Door, db: Databases) -> None:
    one, other = await two_cases(door, db)
    await clashing(door, db)
    ban = await pledge(one, "politie", tekst="niet bij de woning", domein=None, interventie="contactverbod")
    therapy = await pledge(other, "ggz", tekst="samen in gesprek", domein=None, interventie="systeemtherapie")
    await door.post("regisseur", where(one), {"afspraken": [ban]})
    assert await owed(one) == []

    await door.post("regisseur2", where(other), {"afspraken": [therapy]})

    [mine], [theirs] = await owed(one), await owed(other)
    assert (mine.owner_person_id, theirs.owner_person_id) == tuple(map(door.house.person, ("regisseur", "regisseur2")))
    [seen] = (await door.get("regisseur", where(one, "conflicten")))["resultaten"]
    assert (seen["gevondenDoor"], seen["andereCasus"]["id"]) == ("regel", str(other.case_id))
    assert "gesprek" not in str(seen)
    for who in ("politie", "ggz", "manager"):
        assert (await door.get(who, where(one, "conflicten")))["resultaten"] == [], who
    kinds = {each["soort"] for each in (await door.get("politie", where(one, "taken")))["resultaten"]}
    assert "tegenstrijdige_afspraken_afstemmen" not in kinds
    answer = {"uitkomst": "afgestemd", "toelichting": "therapie pas na het verbod"}
    await door.post("regisseur", f"/taken/{mine.id}/antwoorden", answer)
    assert (await door.get("regisseur", where(one, "conflicten")))["resultaten"][0]["afgestemdOp"] is None
    await door.post("regisseur2", f"/taken/{theirs.id}/antwoorden", answer)
    assert (await door.get("regisseur2", where(other, "conflicten")))["resultaten"][0]["afgestemdOp"] is not None


async def test_a_regisseur_marks_a_contradiction_once_and_only_with_a_linked_case(door: Door, db: Databases) -> None:
    one, other = await two_cases(door, db)
    stranger = await a_case(db.web, door.house, Phase.MONITORING)
    mine, theirs, strange = [
        next(iter(await told(door, each, who)))
        for each, who in ((one, "regisseur"), (other, "regisseur2"), (stranger, "regisseur"))
    ]
    path = f"/afspraken/{mine}/conflicten"

    await door.refused("regisseur", path, {"afspraak": strange, "toelichting": "botst"}, 409)
    await door.refused("politie", path, {"afspraak": theirs, "toelichting": "botst"}, 403)
    await door.post("regisseur", path, {"afspraak": theirs, "toelichting": "botst"})
    again = await door.refused("regisseur", path, {"afspraak": theirs, "toelichting": "botst"}, 409)

    assert "al als tegenstrijdig" in again["detail"]
    assert (len(await owed(one)), len(await owed(other)), await owed(stranger)) == (1, 1, [])


# In the workplace


async def test_the_page_of_a_case_shows_the_plan_and_the_outcome_to_who_may_read_them(
    door: Door, db: Databases, story: Story
) -> None:
    await door.post("regisseur", where(story, "doelen"), {"tekst": "rust in de straat", "leefgebied": "wonen"})
    politie = str(door.house.organisations["politie"])
    await added(
        door, story, await pledge(story, "ggz", tekst="vervolgafspraak", voorwaarde="als hij wegblijft"),
        await pledge(story, "ggz", tekst="schuilplaats", nietVoor=[politie]),
    )  # fmt: skip

    pages = {}
    for who in ("regisseur", "politie", "manager"):
        async with signed_in(db, door.house, who) as client:
            pages[who] = (await client.get(f"/casussen/{story.case_id}")).text

    for who in ("regisseur", "politie"):
        for said in ("rust in de straat", "Het systeem", "als hij wegblijft", "wacht op de voorwaarde", "één plan"):
            assert said in pages[who], (who, said)
    assert ("schuilplaats" in pages["regisseur"], "schuilplaats" in pages["politie"]) == (True, False)
    for said in ("rust in de straat", "vervolgafspraak", "één plan"):
        assert said not in pages["manager"]


async def test_a_contradiction_is_on_the_page_of_both_cases_with_the_number_of_the_other(
    door: Door, db: Databases
) -> None:
    one, other = await two_cases(door, db)
    mine, theirs = [
        next(iter(await told(door, each, who))) for each, who in ((one, "regisseur"), (other, "regisseur2"))
    ]
    await door.post("regisseur", f"/afspraken/{mine}/conflicten", {"afspraak": theirs, "toelichting": "botst in tijd"})

    for here, there, who in ((one, other, "regisseur"), (other, one, "regisseur2")):
        async with signed_in(db, door.house, who) as client:
            page = (await client.get(f"/casussen/{here.case_id}")).text
        assert "Tegenstrijdige afspraken" in page
        assert f"een afspraak in casus {(await there.facts('manager')).number}: botst in tijd" in page
    async with signed_in(db, door.house, "politie") as client:
        assert "Tegenstrijdige" not in (await client.get(f"/casussen/{one.case_id}")).text
