"""Escalation: who leads at a partner hears of it when the regisseur sends it, or by itself when it hurries."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from models.actors import ENGINE
from models.casebook import setup
from models.clocks import AMSTERDAM
from models.ladder import Step
from models.policy import Policy
from models.tables.cases import Case, Involvement
from models.tables.duties import Duty, Rung
from models.tables.engine import Message
from models.tables.people import Person
from models.tables.trail import History
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, Phase, Role
from tests.conftest import Databases
from tests.doors import Door, rows
from tests.factories import Story, a_case, a_lead, a_report
from tests.following import days_pass

MONDAY = datetime(2027, 2, 1, 10, tzinfo=AMSTERDAM)
PHONE = "070 000 00 00"


@dataclass
class Scene:
    """A case in execution in which mental care does not say how it goes."""

    db: Databases
    door: Door
    story: Story
    duty: Duty

    async def until(self, step: Step) -> None:
        """Move the clock to just after this step for the duty, and fire what is due."""
        async with unit_of_work(ENGINE, self.db.engine) as work:
            fire_at = await work.session.scalar(
                select(Rung.fire_at).where(Rung.duty_id == self.duty.id, Rung.step == step)
            )
            assert fire_at is not None
            ahead = (fire_at - work.now).total_seconds() + 1
        await days_pass(self.db, ahead / 86_400)

    async def told(self) -> dict[str, set[str]]:
        """Who was told of the duty, with which step."""
        names = {self.door.house.person(key): key for key in self.door.house.actors}
        found: dict[str, set[str]] = {}
        async with unit_of_work(ENGINE, self.db.engine) as work:
            for one in await work.session.scalars(select(Message)):
                for line in one.lines:
                    if line["taak"] == str(self.duty.id):
                        found.setdefault(names[one.recipient_id], set()).add(line["stap"])
        return found

    async def mail_to(self, who: str, template: str) -> list[Message]:
        """The messages of a kind to somebody."""
        async with unit_of_work(ENGINE, self.db.engine) as work:
            wanted = Message.recipient_id == self.door.house.person(who), Message.template == template
            return list(await work.session.scalars(select(Message).where(*wanted)))

    async def times(self, who: str) -> int:
        """How often somebody who leads was told of the duty."""
        mail = await self.mail_to(who, "leidinggevende")
        return sum(line["taak"] == str(self.duty.id) for one in mail for line in one.lines)

    async def send(self, who: str, to: str = "leidinggevende", status: int = 204) -> Any:
        """Escalate as somebody."""
        path = f"/taken/{self.duty.id}/escalaties"
        if status == 204:
            return await self.door.post(who, path, {"aan": to}, status=204)
        return await self.door.refused(who, path, {"aan": to}, status)

    async def proposal(self) -> Any:
        """What the duty shows to the regisseur."""
        return (await self.door.get("regisseur", f"/taken/{self.duty.id}"))["voorstel"]


@pytest.fixture
async def scene(own_db: Databases, roving_door: Door) -> Scene:
    async with unit_of_work(ENGINE, own_db.engine) as work:
        ahead = (MONDAY - work.now).total_seconds()
    await own_db.shift(ahead)
    house = roving_door.house
    await a_lead(own_db.owner, house, "ggz")
    await own_db.run("UPDATE person SET phone = :phone WHERE id = :id", phone=PHONE, id=house.person("regisseur"))
    story = await a_case(own_db.web, house, Phase.MONITORING)
    theirs = [
        one for one in await story.duties(DutyKind.PROGRESS) if one.owner_organisation_id == house.organisations["ggz"]
    ]
    return Scene(own_db, roving_door, story, theirs[0])


async def test_the_ladder_proposes_to_tell_who_leads_and_tells_the_regisseur_only(scene: Scene) -> None:
    await scene.until(Step.PARTNER_MANAGER)

    assert "partner_manager" in (await scene.told())["regisseur"]
    assert "leiding_ggz" not in await scene.told()
    assert await scene.proposal() == "bericht_aan_leidinggevende"
    late = (await scene.door.get("manager", "/stagnaties"))["teLaat"]
    assert {one["voorstel"] for one in late if one["taak"] == str(scene.duty.id)} == {"bericht_aan_leidinggevende"}


async def test_a_proposal_stays_in_view_when_the_ladder_is_exhausted(scene: Scene) -> None:
    await scene.until(Step.MANAGER)

    stalled = (await scene.door.get("manager", "/stagnaties"))["stilgevallen"]
    causes = [cause for one in stalled for cause in one["oorzaken"] if cause["taak"] == str(scene.duty.id)]
    assert [one["voorstel"] for one in causes] == ["bericht_aan_leidinggevende"]


async def test_the_regisseur_sends_it_and_it_names_nobody_and_whom_to_call(scene: Scene) -> None:
    await scene.until(Step.PARTNER_MANAGER)

    await scene.send("regisseur")

    (mail,) = await scene.mail_to("leiding_ggz", "leidinggevende")
    assert mail.lines == [{
        "taak": str(scene.duty.id), "casus": (await scene.story.facts()).number, "soort": "voortgang_melden",
        "uiterlijk": mail.lines[0]["uiterlijk"], "stap": "lead", "telefoon": PHONE,
    }]  # fmt: skip
    assert datetime.fromisoformat(mail.lines[0]["uiterlijk"]) == scene.duty.due_at
    assert await scene.proposal() is None
    line = (await scene.door.get("regisseur", f"/casussen/{scene.story.case_id}/tijdlijn"))["resultaten"][0]
    assert line["tekst"] == "Bericht naar de leidinggevende: voortgang melden (GGZ Westerveen)"
    audited = "SELECT count(*) FROM audit_line WHERE action = 'geescaleerd' AND object_id = :id"
    async with scene.db.engine.engine.connect() as connection:
        assert await connection.scalar(text(audited), {"id": scene.duty.id}) == 1


async def test_a_message_goes_once_a_day_to_each(scene: Scene) -> None:
    await scene.until(Step.OVERDUE)

    for to in ("leidinggevende", "contactpersoon", "manager"):
        await scene.send("regisseur", to)
        before = await rows(scene.db, scene.door.house)
        problem = await scene.send("regisseur", to, 409)
        assert problem["detail"] == f"Over deze taak ging vandaag al een bericht naar de {to}; bel gerust."
        assert await rows(scene.db, scene.door.house) == before
    await scene.db.shift(86400)
    await scene.send("manager", "contactpersoon")

    assert (await scene.told())["ggz"] >= {"deputy"}
    assert "manager" in (await scene.told())["manager"]


@pytest.mark.parametrize("who", ["triagist", "regisseur2", "ggz", "politie", "privacy", "leiding_ggz"])
async def test_only_who_leads_the_case_escalates(scene: Scene, who: str) -> None:
    await scene.until(Step.OVERDUE)
    before = await rows(scene.db, scene.door.house)

    await scene.send(who, status=403)

    assert await rows(scene.db, scene.door.house) == before


async def test_while_there_is_no_regisseur_the_triage_officer_escalates(scene: Scene) -> None:
    story = await a_report(scene.db.web, scene.door.house)
    await story.decide("triagist", D.COMPLETE)
    scene.duty = next(one for one in await story.duties(DutyKind.KNOWN))
    await scene.until(Step.OVERDUE)

    await scene.send("triagist", "contactpersoon")
    problem = await scene.send("triagist", status=409)

    assert problem["detail"] == "Bij deze organisatie is geen leidinggevende bekend; bel de organisatie."


async def test_what_is_not_late_done_on_hold_or_of_the_house_is_not_escalated_to_who_leads(scene: Scene) -> None:
    assert "loopt nog" in (await scene.send("regisseur", status=409))["detail"]
    await scene.until(Step.OVERDUE)
    await scene.story.decide("regisseur", D.HOLD, until=scene.duty.due_at + timedelta(days=90))
    assert "opgeschort" in (await scene.send("regisseur", status=409))["detail"]
    await scene.story.decide("regisseur", D.RESUME)
    await scene.story.answer("ggz", DutyKind.PROGRESS, "op_schema")
    assert "al afgedaan" in (await scene.send("regisseur", status=409))["detail"]
    scene.duty = await scene.story.duty(DutyKind.EVALUATION)
    await scene.until(Step.OVERDUE)
    assert "van het huis zelf" in (await scene.send("regisseur", status=409))["detail"]


async def test_a_duty_of_the_house_itself_climbs_to_its_manager_without_that_step(scene: Scene) -> None:
    evaluation = await scene.story.duty(DutyKind.EVALUATION)

    assert Step.PARTNER_MANAGER not in {one.step for one in await scene.story.armed(evaluation)}
    assert Step.PARTNER_MANAGER in {one.step for one in await scene.story.armed(scene.duty)}


async def test_where_nobody_is_known_to_lead_the_regisseur_is_told_to_call(scene: Scene) -> None:
    await scene.db.run("UPDATE person SET active = false WHERE id = :id", id=scene.door.house.person("leiding_ggz"))

    await scene.until(Step.PARTNER_MANAGER)

    assert "partner_manager_unknown" in (await scene.told())["regisseur"]
    assert await scene.proposal() is None, "what cannot be sent is not proposed"


async def test_once_it_was_sent_by_hand_the_ladder_does_not_propose_it_again(scene: Scene) -> None:
    await scene.until(Step.OVERDUE)
    await scene.send("regisseur")

    await scene.until(Step.PARTNER_MANAGER)

    assert (await scene.told())["regisseur"] == {"director"}, "and nothing is proposed"
    assert await scene.proposal() is None
    assert await scene.times("leiding_ggz") == 1


async def test_a_house_may_choose_that_it_goes_by_itself(scene: Scene) -> None:
    async with unit_of_work(ENGINE, scene.db.owner) as work:
        setup.set_policy(work, scene.door.house.id, 1, Policy(escalate_partner_by_itself=True))

    await scene.until(Step.PARTNER_MANAGER)

    assert (await scene.told())["leiding_ggz"] == {"lead"}
    assert await scene.times("leiding_ggz") == 1
    assert (await scene.told())["regisseur"] == {"director"}, "and nothing is proposed"
    assert await scene.proposal() is None


async def test_when_it_hurries_it_goes_by_itself(scene: Scene) -> None:
    await a_lead(scene.db.owner, scene.door.house, "om")
    story = await a_report(scene.db.web, scene.door.house, urgent=True)
    await story.decide("triagist", D.COMPLETE)
    om = scene.door.house.organisations["om"]
    scene.duty = next(one for one in await story.duties(DutyKind.KNOWN) if one.owner_organisation_id == om)

    await scene.until(Step.PARTNER_MANAGER)

    assert (await scene.told())["leiding_om"] == {"lead"}


async def test_who_only_leads_is_not_told_what_colleagues_are_told(scene: Scene) -> None:
    await scene.until(Step.DEPUTY)

    assert "leiding_ggz" not in await scene.told()


async def test_who_only_leads_sees_no_case_and_no_duty_behind_either_fence(scene: Scene) -> None:
    for path in ("/taken", "/casussen", f"/casussen/{scene.story.case_id}", f"/taken/{scene.duty.id}"):
        assert (await scene.door.call("GET", path, "leiding_ggz")).status_code == 403
    async with unit_of_work(scene.door.house.actors["leiding_ggz"], scene.db.web) as work:
        for table in (Case, Duty, Rung, Involvement, History, Message):
            found = (await work.session.scalars(select(table))).all()
            assert found == [], table


async def test_who_leads_and_also_takes_part_sees_what_their_part_gives(scene: Scene) -> None:
    await a_lead(scene.db.owner, scene.door.house, "politie", Role.CONTACT)

    seen = await scene.door.get("leiding_politie", f"/casussen/{scene.story.case_id}")

    assert seen["id"] == str(scene.story.case_id)


async def test_a_duty_is_not_handed_on_to_who_only_leads(scene: Scene) -> None:
    body = {"persoon": str(scene.door.house.person("leiding_ggz"))}

    await scene.door.refused("ggz", f"/taken/{scene.duty.id}/overdrachten", body, 400)


async def test_the_number_of_who_leads_the_case_is_left_out_when_it_is_not_known(scene: Scene) -> None:
    async with unit_of_work(ENGINE, scene.db.owner) as work:
        await work.session.execute(update(Person).values(phone=None))
    await scene.until(Step.PARTNER_MANAGER)

    await scene.send("manager")

    (mail,) = await scene.mail_to("leiding_ggz", "leidinggevende")
    assert mail.lines[0].keys() == {"taak", "casus", "soort", "uiterlijk", "stap"}


async def test_a_rung_that_cannot_be_armed_fails_the_act_that_needed_it(scene: Scene) -> None:
    story = await a_report(scene.db.web, scene.door.house)
    await scene.db.run("ALTER TABLE rung ADD CONSTRAINT no_room CHECK (step <> 'director') NOT VALID")
    before = await rows(scene.db, scene.door.house)

    with pytest.raises(IntegrityError, match="no_room"):
        await story.decide("triagist", D.COMPLETE)

    assert await rows(scene.db, scene.door.house) == before
    assert (await story.facts()).phase is Phase.INTAKE
