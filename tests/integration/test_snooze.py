"""Putting reminders off: for oneself, for a while, while the term stays and who else is told is told all the same."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from models.actors import ENGINE
from models.clocks import AMSTERDAM
from models.ladder import Step
from models.tables.duties import Duty, Rung
from models.tables.engine import Message
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, Phase
from tests.conftest import Databases
from tests.doors import Door, rows
from tests.factories import Story, a_case
from tests.following import days_pass


def local(day: str) -> datetime:
    return datetime.fromisoformat(f"2027-02-{day}").replace(tzinfo=AMSTERDAM)


@dataclass
class Scene:
    """The triage table has until Monday the 8th at 17:00 to decide on an admission; it is Thursday morning."""

    db: Databases
    door: Door
    story: Story
    duty: Duty

    async def put_off(self, who: str, until: datetime, status: int = 204) -> Any:
        """Somebody puts their reminders off."""
        body = {"tot": until.isoformat()}
        path = f"/taken/{self.duty.id}/sluimeringen"
        if status == 204:
            return await self.door.post(who, path, body, status=204)
        return await self.door.refused(who, path, body, status)

    async def at(self, moment: datetime) -> None:
        """Move the clock, and fire what is due."""
        async with unit_of_work(ENGINE, self.db.engine) as work:
            ahead = (moment - work.now).total_seconds()
        await days_pass(self.db, ahead / 86_400)

    async def told(self, step: str) -> set[str]:
        """Who was told of the duty with this step."""
        names = {self.door.house.person(key): key for key in self.door.house.actors}
        async with unit_of_work(ENGINE, self.db.engine) as work:
            return {
                names[one.recipient_id] for one in await work.session.scalars(select(Message))
                for line in one.lines if (line["taak"], line["stap"]) == (str(self.duty.id), step)
            }  # fmt: skip

    async def rungs(self) -> list[Rung]:
        """What was put off, whoever did."""
        async with unit_of_work(ENGINE, self.db.engine) as work:
            return list(await work.session.scalars(select(Rung).where(Rung.person_id.is_not(None))))

    async def seen_by(self, who: str) -> str | None:
        """Until when somebody reads that they put it off."""
        found = (await self.door.get(who, f"/taken/{self.duty.id}"))["sluimertTot"]
        assert (await self.door.task(who, self.story.case_id, "over_toelating_beslissen"))["sluimertTot"] == found
        return str(found) if found else None


@pytest.fixture
async def scene(own_db: Databases, roving_door: Door) -> Scene:
    made = Scene(own_db, roving_door, Story(own_db.web, roving_door.house, roving_door.house.id), Duty())
    await made.at(local("01 10:00"))
    made.story = await a_case(own_db.web, roving_door.house, Phase.SCREENING)
    made.duty = await made.story.duty(DutyKind.ADMISSION)
    await made.at(local("04 10:00"))
    return made


async def test_only_who_put_it_off_is_not_reminded(scene: Scene) -> None:
    await scene.put_off("om", local("08 12:00"))

    await scene.at(local("05 09:01"))

    assert await scene.told("remind") == {"politie", "gemeente"}


async def test_when_the_time_has_come_that_person_is_reminded_and_nobody_else(scene: Scene) -> None:
    await scene.put_off("om", local("08 12:00"))
    await scene.at(local("08 11:59"))
    assert await scene.told("snoozed") == set()

    await scene.at(local("08 12:01"))

    assert await scene.told("snoozed") == {"om"}
    await scene.at(local("08 17:01"))
    assert await scene.told("due") == {"om", "politie", "gemeente"}


async def test_putting_off_again_moves_the_first(scene: Scene) -> None:
    await scene.put_off("om", local("05 12:00"))
    await scene.put_off("om", local("08 12:00"))

    (only,) = await scene.rungs()
    assert only.fire_at == local("08 12:00")


async def test_what_was_put_off_is_for_that_person_to_see(scene: Scene) -> None:
    await scene.put_off("om", local("08 12:00"))

    assert datetime.fromisoformat(await scene.seen_by("om") or "") == local("08 12:00")
    assert await scene.seen_by("politie") is None
    async with unit_of_work(scene.door.house.actors["politie"], scene.db.web) as work:
        assert (await work.session.scalars(select(Rung).where(Rung.person_id.is_not(None)))).all() == []
    line = (await scene.door.get("om", f"/casussen/{scene.story.case_id}/tijdlijn"))["resultaten"][0]
    assert "uitgesteld" not in line["tekst"]


async def test_the_term_stays_and_the_ladder_above_climbs(scene: Scene) -> None:
    await scene.put_off("om", local("08 16:00"))
    await scene.at(local("11 09:01"))

    assert (await scene.story.duty(DutyKind.ADMISSION)).due_at == scene.duty.due_at
    assert "om" in await scene.told("deputy")


async def test_at_most_until_the_term_and_two_working_days_when_that_is_over(scene: Scene) -> None:
    past = await scene.put_off("om", local("08 17:01"), 400)
    before = await scene.put_off("om", local("04 09:00"), 400)
    assert "niet voorbij de termijn" in past["velden"][0]["melding"]
    assert before["velden"] == [{"veld": "tot", "melding": "ligt in de toekomst"}]

    await scene.at(local("09 10:00"))
    too_late = await scene.put_off("om", local("11 17:01"), 400)
    await scene.put_off("om", local("11 17:00"))

    assert too_late["velden"][0]["melding"] == (
        "kan tot 11-02-2027 17.00 uur: ten hoogste twee werkdagen als de termijn voorbij is"
    )


async def test_at_most_five_working_days_ahead(scene: Scene) -> None:
    scene.duty = next(iter(await scene.story.duties(DutyKind.JUDGE_CRITERIA)))
    async with unit_of_work(ENGINE, scene.db.engine) as work:
        far = scene.duty.due_at + timedelta(days=60)
        await work.session.execute(update(Duty).where(Duty.id == scene.duty.id).values(due_at=far))

    await scene.put_off("triagist", local("11 17:01"), 400)
    await scene.put_off("triagist", local("11 17:00"))


@pytest.mark.parametrize(("who", "status"), [("triagist", 403), ("regisseur", 403), ("ggz", 404), ("privacy", 403)])
async def test_only_who_is_reminded_puts_it_off(scene: Scene, who: str, status: int) -> None:
    before = await rows(scene.db, scene.door.house)

    await scene.put_off(who, local("08 12:00"), status)

    assert await rows(scene.db, scene.door.house) == before


async def test_a_hold_and_a_new_term_leave_it_and_the_end_of_the_duty_takes_it_away(scene: Scene) -> None:
    await scene.put_off("om", local("08 12:00"))
    await scene.story.decide("triagist", D.HOLD, until=local("20 10:00"))
    await scene.story.decide("triagist", D.RESUME)
    assert [one.dropped_at for one in await scene.rungs()] == [None]

    await scene.story.judge()
    await scene.story.decide("om", D.ADMIT)

    assert [one.dropped_at is not None for one in await scene.rungs()] == [True]
    await scene.put_off("om", local("08 12:00"), 409)


async def test_a_reminder_that_was_put_off_does_not_keep_a_ladder_from_being_exhausted(scene: Scene) -> None:
    await scene.at(local("17 10:00"))
    await scene.put_off("om", local("19 17:00"))
    await scene.at(local("18 17:00"))

    assert (await scene.story.duty(DutyKind.ADMISSION)).exhausted_at is not None
    assert [one.step for one in await scene.rungs() if one.fired_at is None] == [Step.SNOOZED]


async def test_somebody_who_is_nudged_by_hand_hears_it_all_the_same(scene: Scene) -> None:
    await scene.put_off("om", local("08 12:00"))

    await scene.door.post("triagist", f"/taken/{scene.duty.id}/herinneringen", status=204)

    assert "om" in await scene.told("overdue")


async def test_putting_off_is_logged_and_is_no_event_of_the_case(scene: Scene) -> None:
    before = (await scene.story.facts()).last_event_at

    await scene.put_off("om", local("05 12:00"))

    audited = text("SELECT count(*) FROM audit_line WHERE action = 'sluimer' AND object_id = :id")
    async with scene.db.engine.engine.connect() as connection:
        assert await connection.scalar(audited, {"id": scene.duty.id}) == 1
    assert (await scene.story.facts()).last_event_at == before


async def test_what_lapses_in_silence_has_no_reminders_to_put_off(scene: Scene) -> None:
    story = await a_case(scene.db.web, scene.door.house, Phase.MONITORING)
    scene.duty = next(
        one for one in await story.duties(DutyKind.CORRECT_MINUTES)
        if one.owner_organisation_id == scene.door.house.organisations["gemeente"]
    )  # fmt: skip

    problem = await scene.put_off("gemeente", scene.duty.opened_at + timedelta(hours=1), 409)

    assert problem["detail"] == "Over deze taak gaan geen herinneringen uit."
