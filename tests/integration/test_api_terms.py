"""Why something is due when it is, through the interface and on its page; and more time through the interface."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.casebook import policies
from models.clocks import AMSTERDAM
from models.policy import Policy
from models.tables.trail import AuditLine
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, Phase
from tests.conftest import Databases
from tests.doors import Door, counted
from tests.factories import Story, a_case
from tests.integration.test_workplace import signed_in

REASON = "de partner wacht op een uitslag"


async def on_hold(story: Story, key: str, days: float) -> None:
    async with story.acting(key) as work:
        until = work.now + timedelta(days=days)
    await story.decide(key, D.HOLD, until=until, reason="betrokkene is opgenomen")


async def explained(door: Door, story: Story, kind: DutyKind, who: str = "triagist") -> Any:
    """The explanation of the newest duty of this kind."""
    return await door.get(who, f"/taken/{(await story.duty(kind)).id}/termijn")


async def test_a_term_says_from_when_how_long_and_what_did_not_count(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)
    duty = await story.duty(DutyKind.ADMISSION)

    found = await explained(door, story, DutyKind.ADMISSION)

    assert (found["eenheid"], found["aantal"], found["termijn"], found["verlengdMet"]) == (
        "werkdagen", 5, "5 werkdagen", 0,
    )  # fmt: skip
    assert (moment(found["vanaf"]), moment(found["uiterlijk"])) == (duty.anchor, duty.due_at)
    assert found["uitleg"] == duty.explanation
    first, last = (one.astimezone(AMSTERDAM).date() for one in (duty.anchor, duty.due_at))
    assert len(found["overgeslagen"]) == (last - first).days - 5
    assert {"zaterdag", "zondag"} <= {one["waarom"] for one in found["overgeslagen"]}
    assert (found["opschortingen"], found["wijzigingen"], found["teLaat"]) == ([], [], False)
    steps = [(one["wat"], one["stand"]) for one in found["ladder"]]
    assert len(steps) == 6
    assert steps[1] == ("De termijn loopt nu af: bericht aan de eigenaar", "komt")


def moment(said: str) -> datetime:
    """A moment as it is sent."""
    return datetime.fromisoformat(said)


async def test_it_says_what_moved_it_who_did_and_why(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)
    before = await story.duty(DutyKind.JUDGE_CRITERIA)
    await door.post("triagist", f"/taken/{before.id}/verlengingen", {"aantal": 2, "reden": REASON})
    async with unit_of_work(door.house.actors["manager"], db.web) as work:
        await policies.set_policy(work, door.house.id, 1, Policy(closing_days=frozenset({before.due_at.date()})))
    await on_hold(story, "triagist", 9)

    found = await explained(door, story, DutyKind.JUDGE_CRITERIA)

    changes = found["wijzigingen"]
    assert [one["waarom"] for one in changes] == ["verlengd", "kalender", "opgeschort"]
    assert [one["wie"] for one in changes] == ["Triagist Fictief", "Manager Fictief", "Triagist Fictief"]
    assert (changes[0]["erbij"], changes[0]["reden"]) == ("2 werkdagen", REASON)
    assert [one["was"] for one in changes[1:]] == [one["wordt"] for one in changes[:-1]]
    assert changes[-1]["wordt"] == found["uiterlijk"]
    assert [(one["reden"], one["beeindigd"]) for one in found["opschortingen"]] == [("betrokkene is opgenomen", False)]
    assert "sluitingsdag" in {one["waarom"] for one in found["overgeslagen"]}
    assert "opgeschort" in {one["waarom"] for one in found["overgeslagen"]}
    assert {one["stand"] for one in found["ladder"]} == {"vervallen"}, "nothing is armed on hold"


async def test_reasons_are_for_who_reads_the_case(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.REGIE)
    await story.decide("manager", D.ASSIGN_DIRECTOR, person_id=door.house.person("regisseur"))
    duty = await story.duty(DutyKind.SET_MEETING)
    await door.post("regisseur", f"/taken/{duty.id}/verlengingen", {"aantal": 1, "reden": REASON})
    await on_hold(story, "regisseur", 9)

    reads = await explained(door, story, DutyKind.SET_MEETING, "regisseur")
    follows = await explained(door, story, DutyKind.SET_MEETING, "triagist")

    assert [one["reden"] for one in reads["wijzigingen"]] == [REASON, ""]
    assert [one["reden"] for one in follows["wijzigingen"] + follows["opschortingen"]] == ["", "", ""]
    assert follows["uiterlijk"] == reads["uiterlijk"]


async def test_who_does_not_see_the_duty_finds_no_term(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.FOCUSOVERLEG)
    told = await story.duty(DutyKind.INFORM_PERSON)

    for who in ("ggz", "om", "triagist", "reclassering"):
        assert (await door.call("GET", f"/taken/{told.id}/termijn", who)).status_code == 404
    assert (await door.get("politie", f"/taken/{told.id}/termijn"))["soort"] == "betrokkene_informeren"


async def test_looking_at_a_term_is_logged(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)

    found = await explained(door, story, DutyKind.ADMISSION)

    async with unit_of_work(door.house.actors["privacy"], db.web) as work:
        lines = (await work.session.scalars(select(AuditLine).where(AuditLine.object_kind == "termijn"))).all()
    assert [(one.action, str(one.object_id), one.case_id) for one in lines] == [
        ("inzien", found["taak"], story.case_id),
    ]  # fmt: skip


async def test_a_long_history_costs_no_more_questions(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)
    duty = await story.duty(DutyKind.JUDGE_CRITERIA)
    await door.post("triagist", f"/taken/{duty.id}/verlengingen", {"aantal": 1, "reden": REASON})
    async with counted(db) as once:
        await explained(door, story, DutyKind.JUDGE_CRITERIA)
    for _ in range(3):
        await door.post("triagist", f"/taken/{duty.id}/verlengingen", {"aantal": 1, "reden": REASON})
    await on_hold(story, "triagist", 9)

    async with counted(db) as more:
        found = await explained(door, story, DutyKind.JUDGE_CRITERIA)

    assert len(found["wijzigingen"]) == 5
    assert len(more) == len(once) <= 17


async def test_a_partner_extends_and_is_told_the_new_moment(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)
    task = await door.task("om", story.case_id, "bekend_of_niet_bekend")

    given = await door.post("om", f"/taken/{task['id']}/verlengingen", {"aantal": 2, "reden": REASON})

    after = await door.get("om", f"/taken/{task['id']}")
    assert (given["uiterlijk"], given["uitleg"]) == (after["uiterlijk"], after["termijnUitleg"])
    assert (given["verlengdMet"], given["nogMogelijk"], given["eenheid"]) == (2, 0, "werkdagen")
    assert moment(given["uiterlijk"]) > moment(task["uiterlijk"])


@pytest.mark.parametrize(
    ("body", "field"),
    [({"aantal": 0, "reden": REASON}, "aantal"), ({"aantal": 1}, "reden"), ({"aantal": 6, "reden": REASON}, "aantal")],
)
async def test_an_extension_says_how_much_and_why(door: Door, db: Databases, body: Any, field: str) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)
    duty = await story.duty(DutyKind.JUDGE_CRITERIA)

    problem = await door.refused("triagist", f"/taken/{duty.id}/verlengingen", body, 400)

    assert [one["veld"] for one in problem["velden"]] == [field]


async def test_the_house_sets_how_much_may_be_extended_in_its_policy(door: Door) -> None:
    path = f"/huizen/{door.house.id}/beleid"
    caps = {"verlengingTenHoogste": 3, "verlengingDoorEigenaar": 1, "verlengingen": {"nabellen": 0}}

    answer = await door.call("PUT", path, "manager", json=caps, headers={"If-Match": '"0"'})

    assert answer.status_code == 204
    read = await door.get("manager", path)
    assert {name: read[name] for name in caps} == caps


# The page


async def test_the_date_on_a_case_leads_to_the_page_that_explains_it(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)
    duty = await story.duty(DutyKind.JUDGE_CRITERIA)
    await door.post("triagist", f"/taken/{duty.id}/verlengingen", {"aantal": 1, "reden": REASON})
    await on_hold(story, "triagist", 9)

    async with signed_in(db, door.house, "triagist") as client:
        case = (await client.get(f"/casussen/{story.case_id}")).text
        answer = await client.get(f"/taken/{duty.id}/termijn")
        missing = await client.get(f"/taken/{story.case_id}/termijn")

    assert f'href="/taken/{duty.id}/termijn"' in case
    assert answer.status_code == 200
    for said in (
        "Termijn: criteria toetsen", "4 werkdagen", "1 werkdag</dd>", REASON, "betrokkene is opgenomen", "(loopt nog)",
        "Verlengd met 1 werkdag", "Triagist Fictief", "zaterdag", "Vervallen", f'href="/casussen/{story.case_id}"',
    ):  # fmt: skip
        assert said in answer.text, said
    assert answer.text.count('scope="col"') == 2 + 3 + 5 + 3
    assert f'<time datetime="{(await story.duty(DutyKind.JUDGE_CRITERIA)).due_at.isoformat()}">' in answer.text
    assert missing.status_code == 404


async def test_the_page_keeps_reasons_from_who_does_not_read_the_case(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    await on_hold(story, "regisseur", 9)
    duty = await story.duty(DutyKind.EVALUATION)

    async with signed_in(db, door.house, "manager") as client:
        seen = (await client.get(f"/taken/{duty.id}/termijn")).text

    assert "alleen voor wie de casus leest" in seen
    assert "opgenomen" not in seen
