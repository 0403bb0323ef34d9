"""Emergency access and supervision through the interface: a reason, a second step, an end, notice and a review."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text

from models.words import DutyKind, Phase
from tests import factories
from tests.conftest import Databases
from tests.doors import Door, own_client
from tests.factories import Story

REASON = {"reden": "Dreiging vanavond; de regisseur is onbereikbaar."}


@dataclass
class Scene:
    """A case in execution, and its mail as the engine sees it."""

    door: Door
    story: Story
    db: Databases

    @property
    def path(self) -> str:
        return f"/casussen/{self.story.case_id}"

    async def mail(self, template: str) -> list[Any]:
        async with self.db.engine.engine.connect() as connection:
            return list(
                await connection.execute(
                    text("SELECT recipient_id, lines FROM outbox WHERE template = :t AND :case = ANY (case_ids)"
                         " ORDER BY created_at"),
                    {"t": template, "case": self.story.case_id},
                )
            )  # fmt: skip

    async def code(self) -> str:
        return str((await self.mail("noodtoegang_code"))[-1].lines[0]["code"])

    async def ask(self, who: str = "manager") -> str:
        return str((await self.door.post(who, f"{self.path}/noodtoegangen", REASON))["id"])

    async def open(self, who: str = "manager") -> str:
        asked = await self.ask(who)
        await self.door.post(who, f"/noodtoegangen/{asked}/bevestigingen", {"code": await self.code()})
        return asked

    async def reads(self, who: str) -> bool:
        answer = await self.door.call("GET", self.path, who)
        return answer.status_code == 200 and answer.json()["betrokkenen"] is not None

    async def promoted(self, who: str, role: str) -> None:
        """Somebody gets one role more."""
        await self._set_roles(who, "array_append(roles, :role)", role)

    async def demoted(self, who: str, role: str) -> None:
        """Somebody loses a role, and is a regisseur from now."""
        await self._set_roles(who, "array_append(array_remove(roles, :role), 'procesregisseur')", role)

    async def _set_roles(self, who: str, roles: str, role: str) -> None:
        statement = f"UPDATE person SET roles = {roles} WHERE id = :id"
        await self.db.run(statement, id=self.door.house.person(who), role=role)

    async def listed(self, who: str) -> list[Any]:
        return list((await self.door.get(who, "/noodtoegangen"))["resultaten"])


@pytest.fixture
async def scene(own_db: Databases) -> AsyncIterator[Scene]:
    house = await factories.a_house(own_db.owner)
    story = await factories.a_case(own_db.web, house, Phase.MONITORING)
    async with own_client(own_db) as client:
        yield Scene(Door(client, house), story, own_db)


async def test_the_manager_reads_a_case_after_a_reason_and_a_code_until_it_is_over(scene: Scene) -> None:
    assert not await scene.reads("manager")

    asked = await scene.ask()
    assert not await scene.reads("manager"), "asking alone opens nothing"
    await scene.door.post("manager", f"/noodtoegangen/{asked}/bevestigingen", {"code": await scene.code()})

    assert await scene.reads("manager")
    await scene.db.shift(61 * 60)
    assert not await scene.reads("manager")


async def test_the_regisseur_and_the_privacy_officer_hear_of_it_at_once_without_a_word_about_anybody(
    scene: Scene,
) -> None:
    await scene.open()

    told = await scene.mail("noodtoegang")

    house = scene.door.house
    assert {one.recipient_id for one in told} == {house.person("regisseur"), house.person("privacy")}
    assert "Dreiging" not in str([one.lines for one in told])


async def test_a_colleague_who_oversees_can_be_the_second_step(scene: Scene) -> None:
    await scene.promoted("regisseur2", "manager")
    asked = await scene.ask()

    await scene.door.post("regisseur2", f"/noodtoegangen/{asked}/bevestigingen", {})

    assert await scene.reads("manager")
    assert not await scene.reads("regisseur2"), "who confirms reads nothing by that"


async def test_a_wrong_code_counts_and_after_five_the_question_is_void(scene: Scene) -> None:
    asked = await scene.ask()
    path = f"/noodtoegangen/{asked}/bevestigingen"
    right = await scene.code()
    wrong = f"{(int(right) + 1) % 10**8:08d}"

    for _ in range(5):
        await scene.door.refused("manager", path, {"code": wrong}, 403)
    said = await scene.door.refused("manager", path, {"code": right}, 409)

    assert "vraag opnieuw" in said["detail"]
    assert not await scene.reads("manager")


async def test_a_code_that_is_too_old_opens_nothing(scene: Scene) -> None:
    asked = await scene.ask()
    code = await scene.code()
    await scene.db.shift(11 * 60)

    await scene.door.refused("manager", f"/noodtoegangen/{asked}/bevestigingen", {"code": code}, 409)


async def test_without_a_code_nobody_confirms_their_own(scene: Scene) -> None:
    asked = await scene.ask()

    await scene.door.refused("manager", f"/noodtoegangen/{asked}/bevestigingen", {}, 400)


@pytest.mark.parametrize("who", ["regisseur2", "triagist", "politie", "ggz", "beheerder"])
async def test_nobody_else_asks_for_it(scene: Scene, who: str) -> None:
    answer = await scene.door.call("POST", f"{scene.path}/noodtoegangen", who, json=REASON)

    assert answer.status_code == 403
    assert await scene.listed("privacy") == []


async def test_a_reason_is_needed(scene: Scene) -> None:
    await scene.door.refused("manager", f"{scene.path}/noodtoegangen", {"reden": "nood"}, 400)


async def test_it_gives_reading_and_no_acting(scene: Scene) -> None:
    await scene.open()

    body = {"begintOp": "2090-01-01T10:00:00+01:00"}
    await scene.door.refused("manager", f"{scene.path}/overleggen", body, 403)


async def test_the_regisseur_ends_it_before_its_time(scene: Scene) -> None:
    asked = await scene.open()

    await scene.door.post("regisseur", f"/noodtoegangen/{asked}/beeindigingen", {}, status=204)

    assert not await scene.reads("manager")
    await scene.door.refused("regisseur", f"/noodtoegangen/{asked}/beeindigingen", {}, 409)


async def test_a_review_is_owed_and_given_by_somebody_else(scene: Scene) -> None:
    asked = await scene.open()
    assert [one.owner_role for one in await scene.story.duties(DutyKind.REVIEW_GLASS)] == ["privacy_officer"]
    path = f"/noodtoegangen/{asked}/beoordelingen"
    await scene.door.refused("manager", path, {"oordeel": "terecht"}, 403)
    await scene.door.refused("privacy", path, {"oordeel": "onterecht"}, 400)

    await scene.door.post("privacy", path, {"oordeel": "onterecht", "toelichting": "de regisseur was er gewoon"})

    assert not await scene.reads("manager"), "wrongful ends it at once"
    assert (await scene.story.duty(DutyKind.REVIEW_GLASS)).ended_as == "onterecht"
    await scene.door.refused("privacy", path, {"oordeel": "terecht"}, 409)


async def test_who_confirmed_does_not_review(scene: Scene) -> None:
    await scene.promoted("regisseur2", "privacy_officer")
    asked = await scene.ask()
    await scene.door.post("privacy", f"/noodtoegangen/{asked}/bevestigingen", {})

    await scene.door.refused("privacy", f"/noodtoegangen/{asked}/beoordelingen", {"oordeel": "terecht"}, 403)


async def test_partners_see_neither_the_access_nor_its_review(scene: Scene) -> None:
    await scene.open()

    for who in ("politie", "ggz", "gemeente"):
        answer = await scene.door.call("GET", f"{scene.path}/taken", who)
        assert "noodtoegang" not in answer.text
        assert "noodtoegang" not in (await scene.door.call("GET", f"{scene.path}/tijdlijn", who)).text
        assert (await scene.door.call("GET", "/noodtoegangen", who)).status_code == 403


async def test_the_regisseur_sees_who_and_why_and_a_colleague_of_another_case_nothing(scene: Scene) -> None:
    await scene.open()

    shown = (await scene.listed("regisseur"))[0]

    assert shown["reden"] == REASON["reden"]
    assert shown["persoon"]["naam"].startswith("Manager")
    assert await scene.listed("regisseur2") == []


async def test_the_privacy_officer_knows_of_every_case_and_reads_one_only_for_supervision(scene: Scene) -> None:
    assert (await scene.door.call("GET", scene.path, "privacy")).status_code == 200
    assert not await scene.reads("privacy")

    await scene.open("privacy")

    assert await scene.reads("privacy")
    assert [one.owner_role for one in await scene.story.duties(DutyKind.REVIEW_GLASS)] == ["manager"]


async def test_asking_again_and_again_is_refused(scene: Scene) -> None:
    for _ in range(5):
        await scene.ask()

    await scene.door.refused("manager", f"{scene.path}/noodtoegangen", REASON, 409)


async def test_the_log_says_under_which_emergency_access_the_case_was_read(scene: Scene) -> None:
    asked = await scene.open()
    await scene.reads("manager")
    await scene.reads("regisseur")

    async with scene.db.engine.engine.connect() as connection:
        lines = (
            await connection.execute(
                text("SELECT person_id, glass_id FROM audit_line WHERE case_id = :case AND action = 'inzien'"),
                {"case": scene.story.case_id},
            )
        ).all()  # fmt: skip

    house = scene.door.house
    assert {str(one.glass_id) for one in lines if one.person_id == house.person("manager")} == {asked}
    assert {one.glass_id for one in lines if one.person_id == house.person("regisseur")} == {None}


async def test_the_only_one_who_could_review_does_not_confirm(scene: Scene) -> None:
    asked = await scene.ask()

    said = await scene.door.refused("privacy", f"/noodtoegangen/{asked}/bevestigingen", {}, 409)

    assert "niemand over" in said["detail"]


async def test_the_regisseur_whose_case_it_is_does_not_confirm(scene: Scene) -> None:
    asked = await scene.ask()

    await scene.door.refused("regisseur", f"/noodtoegangen/{asked}/bevestigingen", {}, 403)


async def test_who_is_manager_no_more_reads_nothing_more_by_it(scene: Scene) -> None:
    await scene.open()
    referral = (await scene.door.get("regisseur", scene.path))["aanmelding"]
    assert (await scene.door.call("GET", f"/aanmeldingen/{referral}", "manager")).status_code == 200

    await scene.demoted("manager", "manager")

    assert not await scene.reads("manager")
    assert (await scene.door.call("GET", f"/aanmeldingen/{referral}", "manager")).status_code == 404


async def test_a_code_of_who_is_manager_no_more_opens_nothing(scene: Scene) -> None:
    asked = await scene.ask()
    code = await scene.code()
    await scene.demoted("manager", "manager")

    await scene.door.refused("manager", f"/noodtoegangen/{asked}/bevestigingen", {"code": code}, 409)


async def test_a_review_is_not_handed_on_to_who_opened(scene: Scene) -> None:
    await scene.open()
    review = (await scene.story.duty(DutyKind.REVIEW_GLASS)).id

    body = {"persoon": str(scene.door.house.person("manager"))}
    await scene.door.refused("manager", f"/taken/{review}/overdrachten", body, 409)


async def test_supervision_is_neither_ended_nor_judged_by_who_leads_the_case(scene: Scene) -> None:
    await scene.promoted("regisseur", "manager")
    asked = await scene.open("privacy")

    await scene.door.refused("regisseur", f"/noodtoegangen/{asked}/beeindigingen", {}, 403)
    verdict = {"oordeel": "onterecht", "toelichting": "niet nodig"}
    await scene.door.refused("regisseur", f"/noodtoegangen/{asked}/beoordelingen", verdict, 403)

    assert await scene.reads("privacy")


async def test_it_is_found_right_only_when_it_is_over(scene: Scene) -> None:
    asked = await scene.open()
    path = f"/noodtoegangen/{asked}/beoordelingen"
    await scene.door.refused("privacy", path, {"oordeel": "terecht"}, 409)
    await scene.db.shift(61 * 60)

    await scene.door.post("privacy", path, {"oordeel": "terecht"})


async def test_one_case_is_held_open_once(scene: Scene) -> None:
    first, code = await scene.ask(), await scene.code()
    second = await scene.ask()
    later = await scene.code()
    await scene.door.post("manager", f"/noodtoegangen/{first}/bevestigingen", {"code": code})

    await scene.door.refused("manager", f"/noodtoegangen/{second}/bevestigingen", {"code": later}, 409)
