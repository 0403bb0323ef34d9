"""Who of a participant works on a case: named by one of them, and from the next request on nobody else of it."""

from dataclasses import dataclass

import httpx2
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from models.casebook import outbox
from models.tables.assigned import Assignment
from models.tables.base import new_id
from models.tables.engine import Message
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, Phase
from tests import factories
from tests.behind import behind
from tests.conftest import Databases
from tests.doors import Door
from tests.factories import Story


@dataclass
class Scene:
    """A case in execution in which the ggz has two contacts and an account without a role."""

    door: Door
    story: Story
    db: Databases

    @property
    def path(self) -> str:
        return f"/casussen/{self.story.case_id}"

    async def name(self, by: str, *keys: str, status: int = 204) -> str:
        persons = [str(self.door.house.person(key)) for key in keys]
        answer = await self.door.call("PUT", f"{self.path}/medewerkers", by, json={"personen": persons})
        assert answer.status_code == status, answer.text
        return answer.text

    async def status(self, who: str, path: str = "") -> int:
        return (await self.door.call("GET", self.path + path, who)).status_code

    async def owed(self, who: str) -> set[str]:
        found = (await self.door.get(who, "/taken"))["resultaten"]
        return {one["soort"] for one in found if one["casus"]["id"] == str(self.story.case_id)}

    async def why(self, about: str) -> dict[str, object]:
        found = await self.door.get("regisseur", f"{self.path}/toegang/{self.door.house.person(about)}")
        return next(one for one in found["rechten"] if one["recht"] == "inhoud")


@pytest.fixture
async def scene(db: Databases, client: httpx2.AsyncClient) -> Scene:
    house = await factories.with_more_people(db.owner, await factories.a_house(db.owner))
    story = await factories.a_case(db.web, house, Phase.MONITORING)
    return Scene(Door(client, house), story, db)


async def test_until_anybody_is_named_all_contacts_of_an_involved_participant_work_on_the_case(scene: Scene) -> None:
    assert await scene.status("ggz", "/informatie") == await scene.status("psychiater", "/informatie") == 200
    assert await scene.owed("psychiater") == await scene.owed("ggz") != set()

    shown = await scene.door.get("ggz", f"{scene.path}/medewerkers")

    assert shown["aangewezen"] == []
    assert [one["naam"] for one in shown["mogelijk"]] == ["Ggz Fictief", "Psychiater Fictief"]


@pytest.mark.parametrize("who", ["secretariaat", "contactpunt"])
async def test_an_account_without_the_role_of_contact_reads_no_case_of_its_organisation(scene: Scene, who: str) -> None:
    assert await scene.status(who) == 404
    assert (await scene.door.get(who, "/casussen"))["resultaten"] == []
    assert (await scene.door.get(who, "/taken"))["resultaten"] == []
    assert "niet de rol partnercontact" in str((await scene.why(who))["omdat"])


async def test_who_is_not_named_is_out_with_the_next_request_and_hears_what_is_told_of_a_case_that_is_not_there(
    scene: Scene,
) -> None:
    duty = (await scene.door.task("ggz", scene.story.case_id, "afspraak_uitvoeren"))["id"]

    await scene.name("ggz", "psychiater")

    for path in ("", "/informatie", "/tijdlijn", "/taken", "/afspraken", "/overleggen", "/medewerkers"):
        answer = await scene.door.call("GET", scene.path + path, "ggz")
        absent = await scene.door.call("GET", f"/casussen/{new_id()}{path}", "ggz")
        assert (answer.status_code, answer.json()["detail"]) == (404, absent.json()["detail"]), path
    assert await scene.owed("ggz") == set()
    assert (await scene.door.get("ggz", "/casussen"))["resultaten"] == []
    given = await scene.door.call("POST", f"/taken/{duty}/antwoorden", "ggz", json={"uitkomst": "gereed"})
    assert given.status_code == 404
    assert (await scene.why("ggz"))["toegestaan"] is False
    assert "niet aan deze casus toegewezen" in str((await scene.why("ggz"))["omdat"])


async def test_who_is_named_goes_on_with_what_the_organisation_owes(scene: Scene) -> None:
    await scene.name("ggz", "psychiater")

    assert await scene.status("psychiater", "/informatie") == 200
    task = await scene.door.task("psychiater", scene.story.case_id, "afspraak_uitvoeren")
    await scene.door.post("psychiater", f"/taken/{task['id']}/antwoorden", {"uitkomst": "gereed"})
    assert (await scene.why("psychiater"))["toegestaan"] is True


async def test_naming_is_about_ones_own_organisation_only(scene: Scene) -> None:
    await scene.name("ggz", "psychiater")

    assert await scene.status("politie", "/informatie") == await scene.status("wijkagent", "/informatie") == 200
    await scene.name("politie", "ggz", status=400)
    assert "psychiater" not in (await scene.door.call("GET", f"{scene.path}/medewerkers", "politie")).text.lower()


async def test_who_made_the_report_follows_it_and_does_not_read_the_case_when_colleagues_were_named(
    scene: Scene,
) -> None:
    await scene.name("politie", "wijkagent")

    referral = (await scene.door.get("politie", scene.path))["aanmelding"]
    assert await scene.status("politie", "/taken") == 200
    assert (await scene.door.get("politie", f"{scene.path}/informatie"))["resultaten"] == []
    assert await scene.status("politie", "/afspraken") == 200
    assert (await scene.door.get("politie", f"{scene.path}/afspraken"))["resultaten"] == []
    assert (await scene.door.call("GET", f"/aanmeldingen/{referral}", "politie")).status_code == 200
    mine = (await scene.door.get("wijkagent", f"{scene.path}/afspraken"))["resultaten"]
    assert mine != []


@pytest.mark.parametrize("who", ["secretariaat", "politie", "reclassering"])
async def test_only_a_contact_of_the_own_organisation_can_be_named(scene: Scene, who: str) -> None:
    assert "personen" in await scene.name("ggz", who, status=400)


async def test_somebody_is_left_and_can_come_in(scene: Scene) -> None:
    await scene.name("ggz", status=400)
    await scene.db.run(
        "UPDATE person SET trained_until = '2020-01-01' WHERE id = :id", id=scene.door.house.person("psychiater")
    )

    await scene.name("ggz", "psychiater", status=400)


@pytest.mark.parametrize(("who", "status"), [("reclassering", 404), ("regisseur", 403), ("secretariaat", 404)])
async def test_nobody_else_names_or_sees_it(scene: Scene, who: str, status: int) -> None:
    await scene.name(who, "ggz", status=status)
    assert await scene.status(who, "/medewerkers") == status


async def test_an_organisation_is_not_shut_out_by_who_left_it(scene: Scene) -> None:
    await scene.name("ggz", "psychiater")
    assert await scene.status("ggz") == 404

    await scene.db.run("UPDATE person SET active = false WHERE id = :id", id=scene.door.house.person("psychiater"))

    assert await scene.status("ggz", "/informatie") == 200
    assert (await scene.why("ggz"))["toegestaan"] is True
    await scene.name("ggz", "ggz")


async def test_the_casusregisseur_works_on_the_case_whoever_was_named(scene: Scene) -> None:
    await scene.name("gemeente", "gemeente")
    await scene.story.decide("gemeente", D.APPOINT_CASE_DIRECTOR, person_id=scene.door.house.person("contactpunt"))

    assert await scene.status("contactpunt", "/informatie") == 200
    assert await scene.owed("contactpunt") == await scene.owed("gemeente")
    await scene.story.decide(
        "triagist", D.RELEASE, organisations=scene.story.organisations("gemeente"),
        deciders=(scene.door.house.person("om"),),
    )  # fmt: skip
    assert await scene.status("contactpunt") == 404


async def test_a_task_is_handed_on_to_who_works_on_the_case(scene: Scene) -> None:
    await scene.name("ggz", "psychiater")
    task = (await scene.door.task("psychiater", scene.story.case_id, "afspraak_uitvoeren"))["id"]

    body = {"persoon": str(scene.door.house.person("ggz"))}
    said = await scene.door.refused("psychiater", f"/taken/{task}/overdrachten", body, 400)

    assert "wijs diegene eerst aan" in str(said)
    await scene.name("psychiater", "psychiater", "ggz")
    await scene.door.post("psychiater", f"/taken/{task}/overdrachten", body, status=204)


async def test_the_house_sees_who_works_on_a_case_in_who_reads_it(scene: Scene) -> None:
    await scene.name("ggz", "psychiater")

    found = (await scene.door.get("regisseur", f"{scene.path}/toegang"))["resultaten"]

    names = {one["persoon"]["naam"] for one in found}
    assert "Psychiater Fictief" in names
    assert names & {"Ggz Fictief", "Secretariaat Fictief", "Triagelid Fictief"} == set()


async def test_mail_about_what_the_organisation_owes_goes_to_who_works_on_the_case(scene: Scene) -> None:
    await scene.name("ggz", "psychiater")
    async with unit_of_work(scene.door.house.actors["triagist"], scene.db.web) as work:
        before = set(await work.session.scalars(select(Message.id)))
    ggz = scene.door.house.organisations["ggz"]
    owed = await scene.story.duties(DutyKind.COMMITMENT)
    duty = next(one for one in owed if one.owner_organisation_id == ggz)

    await scene.door.post("regisseur", f"/taken/{duty.id}/herinneringen", {}, status=204)

    async with unit_of_work(scene.door.house.actors["triagist"], scene.db.web) as work:
        told = list(await work.session.scalars(select(Message).where(Message.id.not_in(before))))
    assert [one.recipient_id for one in told] == [scene.door.house.person("psychiater")]


@pytest.mark.parametrize("step", ["deputy", "geescaleerd", "opnieuw verzonden"])
async def test_a_colleague_who_does_not_work_on_the_case_hears_nothing_of_it(scene: Scene, step: str) -> None:
    """Whatever goes past who owes it: a step of the ladder, a message by hand, one that did not arrive."""
    await scene.name("ggz", "psychiater", "ggz")
    house, ggz = scene.door.house, scene.door.house.organisations["ggz"]
    await scene.db.run("UPDATE person SET roles = '{partnercontact}' WHERE id = :id", id=house.person("secretariaat"))
    owed = await scene.story.duties(DutyKind.COMMITMENT)
    duty = next(one for one in owed if one.owner_organisation_id == ggz)
    late = "UPDATE duty SET due_at = pols_now() - interval '9 days', owner_person_id = :who WHERE id = :id"
    await behind(scene.db, late, id=duty.id, who=house.person("psychiater"))
    failed = "UPDATE outbox SET gave_up_at = pols_now(), sent_at = NULL WHERE recipient_id = :who"

    if step == "deputy":
        async with unit_of_work(house.actors["regisseur"], scene.db.web) as work:
            await outbox.tell_about_duties(work, [(duty.id, "deputy")], template="herinnering", key="deputy")
    elif step == "geescaleerd":
        await scene.door.post("regisseur", f"/taken/{duty.id}/escalaties", {"aan": "contactpersoon"}, status=204)
    else:
        await scene.door.post("regisseur", f"/taken/{duty.id}/herinneringen", {}, status=204)
        await behind(scene.db, failed, who=house.person("psychiater"))
        await scene.door.post("regisseur", f"{scene.path}/omleidingen", {"aan": "contacten"})

    async with unit_of_work(house.actors["triagist"], scene.db.web) as work:
        told = set(await work.session.scalars(select(Message.recipient_id).where(Message.template == "herinnering")))
    assert house.person("ggz") in told
    assert house.person("secretariaat") not in told


async def test_who_was_named_when_and_by_whom_stays_known(scene: Scene) -> None:
    await scene.name("ggz", "ggz")
    await scene.name("ggz", "psychiater")

    async with unit_of_work(scene.door.house.actors["regisseur"], scene.db.web) as work:
        found = list(await work.session.scalars(select(Assignment).order_by(Assignment.id)))

    house = scene.door.house
    assert [(one.person_id, one.named_by) for one in found] == [
        (house.person("ggz"), house.person("ggz")), (house.person("psychiater"), house.person("ggz")),
    ]  # fmt: skip
    assert found[0].until == found[1].since
    assert found[1].until is None


async def test_nobody_is_named_twice_at_the_same_time(scene: Scene) -> None:
    await scene.name("ggz", "psychiater")

    again = text(
        "INSERT INTO assignment (id, house_id, case_id, organisation_id, person_id, since, named_by)"
        " SELECT gen_random_uuid(), house_id, case_id, organisation_id, person_id, since, named_by FROM assignment"
    )
    with pytest.raises(IntegrityError, match="ix_assignment_current"):
        async with unit_of_work(scene.door.house.actors["ggz"], scene.db.web) as work:
            await work.session.execute(again)


async def test_the_second_fence_lets_nobody_name_for_another_organisation(scene: Scene) -> None:
    await scene.name("ggz", "psychiater")

    async with unit_of_work(scene.door.house.actors["politie"], scene.db.web) as work:
        seen = await work.session.scalar(text("SELECT count(*) FROM assignment"))
        ended = await work.session.execute(text("UPDATE assignment SET until = now() RETURNING id"))

    assert (seen, ended.all()) == (0, [])


async def test_for_a_closed_case_nobody_is_named(scene: Scene) -> None:
    closed = await factories.a_case(scene.db.web, scene.door.house, Phase.CLOSED)

    path = f"/casussen/{closed.case_id}/medewerkers"
    body = {"personen": [str(scene.door.house.person("psychiater"))]}
    answer = await scene.door.call("PUT", path, "ggz", json=body)

    assert answer.status_code == 404, "a closed case is shielded"
