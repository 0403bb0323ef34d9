"""An answer that stays with who gave it: to everybody else it is as if nobody answered (R12, WGS 1.5(1))."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from deployments.deliver import Post
from models import transactions
from models.actors import ENGINE
from models.casebook import outbox, policies, subscriptions
from models.credentials import Seal
from models.events import EventKind, Subscribe
from models.lookups import cases
from models.migrations.versions.fences import CHASED_AGAIN
from models.tables.asking import PrivateAnswer
from models.tables.duties import Duty
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, Phase, Withheld
from tasks.mail import Relay
from tests.conftest import Databases
from tests.doors import Door
from tests.eyes import ids_of, seen
from tests.factories import AHouse, Story, a_case, a_house
from tests.following import days_pass
from tests.integration.test_item_side_channels import plain
from tests.integration.test_workplace import signed_in
from tests.relays import OddRelay, odd_relay

REFUSED = {"uitkomst": "geweigerd", "waarom": "geheim", "toelichting": "zonder toestemming niet"}
#: who must not notice; the privacy officer reads the log, where everything done is kept (R27)
OTHERS = ("regisseur", "triagist", "beheerder", "politie", "om")
#: of whom every address is looked at; that nothing else was written holds for all of them
LOOKING = ("regisseur", "politie")
#: what one private answer writes: itself, and the logs
WRITTEN = {"private_answer", "audit_line", "audit_unsealed", "processing"}
#: of who answers: when their token was used
OWN = {"api_token", "idempotency_key"}


@pytest.fixture
async def db(own_db: Databases) -> AsyncIterator[Databases]:
    transactions.use(own_db.engine)
    yield own_db
    transactions.use(None)


async def a_subscriber(db: Databases, house: AHouse, where: str) -> None:
    """A system of a participant that hears of everything."""
    async with unit_of_work(house.actors["beheerder"], db.web) as work:
        version, policy = await cases.house_policy(work, house.id)
        allowed = policy.model_copy(update={"webhook_hosts": ("systeem.example",)})
        await policies.set_policy(work, house.id, version + 1, allowed)
    async with unit_of_work(house.actors["beheerder"], db.web) as work:
        at, kinds = house.organisations[where], tuple(one for one in EventKind if one is not EventKind.TRIAL)
        wanted = Subscribe(organisation_id=at, url="https://systeem.example/", kinds=kinds)
        await subscriptions.subscribe(work, wanted, Seal(Seal.new_key()))


async def contents(db: Databases) -> dict[str, str]:
    """What stands in each table, read past all security."""
    connection = await db.server.connect(database=db.name)
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {
            one["tablename"]: await connection.fetchval(
                f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{one["tablename"]}" t'
            ) or ""
            for one in tables
        }  # fmt: skip
    finally:
        await connection.close()


async def asked(story: Story, kind: DutyKind, where: str) -> str:
    at = story.house.organisations[where]
    return str(next(one.id for one in await story.duties(kind) if one.owner_organisation_id == at))


@pytest.mark.parametrize(
    ("phase", "question", "body"),
    [
        (Phase.SCREENING, (DutyKind.KNOWN, "gemeente"), {"uitkomst": "geen_mededeling"}),
        (Phase.FOCUSOVERLEG, (DutyKind.INFORMATION, "ggz"), REFUSED),
    ],
)
async def test_nothing_but_the_log_changes_and_nobody_else_is_answered_anything_else(
    db: Databases, roving_door: Door, phase: Phase, question: tuple[DutyKind, str], body: dict[str, str]
) -> None:
    door, (kind, who) = roving_door, question
    story = await a_case(db.web, door.house, phase)
    duty = await asked(story, kind, who)
    ids = await ids_of(db, door.house)
    before = {one: await looked_at(db, door, story, one, ids) for one in LOOKING}
    rows = await contents(db)

    await door.post(who, f"/taken/{duty}/antwoorden", body)

    changed = {table for table, was in rows.items() if (await contents(db))[table] != was}
    assert changed - OWN == WRITTEN
    for one in LOOKING:
        after = await looked_at(db, door, story, one, ids)
        assert {path for path in after if after[path] != before[one][path]} == set(), one
    assert sum(answer[0] == 200 for answer in before["regisseur"].values()) > 20, "this would prove little"


async def looked_at(db: Databases, door: Door, story: Story, who: str, ids: Any) -> dict[str, Any]:
    """Every address of the interface, and every page of the workplace about a case."""
    found: dict[str, Any] = {path: plain(answer, path) for path, answer in (await seen(door, who, ids)).items()}
    more = f"/casussen/{story.case_id}/taken?afgedaan=true&paginaGrootte=100"
    found[more] = plain(await door.call("GET", more, who), more)
    async with signed_in(db, door.house, who) as client:
        for path in ("/", "/casussen", f"/casussen/{story.case_id}", "/berichten"):
            page = await client.get(path)
            found[f"page {path}"] = (page.status_code, re.sub(r'(name="csrf" value|nonce)="[^"]*"', r"\1", page.text))
    return found


async def test_its_own_organisation_reads_it_and_may_answer_otherwise_later(db: Databases, roving_door: Door) -> None:
    """S1 WD4 and WD7: refused for secrecy; with consent it is delivered after all."""
    door = roving_door
    story = await a_case(db.web, door.house, Phase.FOCUSOVERLEG)
    duty = await asked(story, DutyKind.INFORMATION, "ggz")

    await door.post("ggz", f"/taken/{duty}/antwoorden", REFUSED)
    own = await door.get("ggz", f"/taken/{duty}")
    others = [(await door.get(one, f"/taken/{duty}"))["eigenAntwoord"] for one in ("regisseur", "politie")]
    async with signed_in(db, door.house, "ggz") as client:
        page = (await client.get(f"/casussen/{story.case_id}")).text
    await door.post("ggz", f"/taken/{duty}/antwoorden", {"uitkomst": "niet_bekend"})

    refused = own["eigenAntwoord"]
    assert (refused["uitkomst"], refused["waarom"], refused["toelichting"]) == (
        "geweigerd", "geheim", "zonder toestemming niet",
    )  # fmt: skip
    assert (own["afgedaanAls"], others) == (None, [None, None])
    assert "Alleen voor uw organisatie" in page
    assert (await door.get("regisseur", f"/taken/{duty}"))["afgedaanAls"] == "niet_bekend"


async def test_a_refusal_names_one_of_the_reasons_of_the_law(db: Databases, roving_door: Door) -> None:
    story = await a_case(db.web, roving_door.house, Phase.FOCUSOVERLEG)
    path = f"/taken/{await asked(story, DutyKind.INFORMATION, 'ggz')}/antwoorden"

    bare = await roving_door.refused("ggz", path, {"uitkomst": "geweigerd"}, 400)
    odd = await roving_door.refused("ggz", path, {"uitkomst": "niet_bekend", "waarom": "geheim"}, 400)

    assert [one["veld"] for one in bare["velden"]] == ["waarom"]
    assert odd["velden"] == [{"veld": "waarom", "melding": "hoort alleen bij weigeren"}]


async def test_on_the_telephone_nobody_refuses(db: Databases, roving_door: Door) -> None:
    """The regisseur would know; also nobody corrects an answer into one."""
    door = roving_door
    story = await a_case(db.web, door.house, Phase.FOCUSOVERLEG)
    duty = await asked(story, DutyKind.INFORMATION, "ggz")
    async with story.acting("regisseur") as work:
        called = {"gesprokenMet": "de behandelaar", "gesprokenOp": work.now.isoformat()}

    problem = await door.refused("regisseur", f"/taken/{duty}/antwoorden", REFUSED | called, 400)
    async with signed_in(db, door.house, "regisseur") as client:
        page = (await client.get(f"/casussen/{story.case_id}")).text
    await door.post("regisseur", f"/taken/{duty}/antwoorden", {"uitkomst": "niet_bekend"} | called)
    corrected = await door.refused("ggz", f"/taken/{duty}/correcties", {"uitkomst": "geweigerd"}, 400)

    assert "geeft de partner zelf" in problem["velden"][0]["melding"]
    assert 'value="geweigerd"' not in page
    assert "kan niet als herstel" in corrected["velden"][0]["melding"]


async def test_the_database_keeps_it_from_the_house_and_from_the_engine(db: Databases, roving_door: Door) -> None:
    story = await a_case(db.web, roving_door.house, Phase.FOCUSOVERLEG)
    await story.answer("ggz", DutyKind.INFORMATION, "geweigerd", why=Withheld.SECRECY)

    counts = {one: len(await story.all(PrivateAnswer, key=one)) for one in (*OTHERS, "privacy", "ggz")}
    duty = await asked(story, DutyKind.INFORMATION, "ggz")

    assert counts == dict.fromkeys((*OTHERS, "privacy"), 0) | {"ggz": 1}
    with pytest.raises(DBAPIError, match="permission denied"):
        async with db.engine.engine.connect() as connection:
            await connection.execute(text("SELECT outcome FROM private_answer"))
    with pytest.raises(IntegrityError, match="no_private_answer"):
        async with story.acting("regisseur") as work:
            await work.session.execute(
                text("UPDATE duty SET ended_as = 'geweigerd', answered_at = pols_now() WHERE id = :id"), {"id": duty}
            )


async def test_staff_cannot_write_one_either(db: Databases, roving_door: Door) -> None:
    story = await a_case(db.web, roving_door.house, Phase.FOCUSOVERLEG)
    house, duty = roving_door.house, await asked(story, DutyKind.INFORMATION, "ggz")

    with pytest.raises(DBAPIError, match="row-level security"):
        async with story.acting("regisseur") as work:
            work.session.add(
                PrivateAnswer(
                    id=story.case_id, house_id=house.id, case_id=story.case_id, duty_id=duty,
                    organisation_id=house.organisations["ggz"], outcome="geen_mededeling", at=work.now,
                    registered_by=house.person("regisseur"),
                )
            )  # fmt: skip


# Two cases, alike but for a refusal, until long after


async def twin(db: Databases, *, refuses: bool) -> Story:
    house = await a_house(db.owner)
    await a_subscriber(db, house, "politie")
    story = await a_case(db.web, house, Phase.FOCUSOVERLEG)
    if refuses:
        await story.answer("ggz", DutyKind.INFORMATION, "geweigerd", why=Withheld.SECRECY, note="beroepsgeheim")
    return story


async def said_to(db: Databases, story: Story) -> list[tuple[Any, ...]]:
    """The whole outbox and all events of a house: to whom, what, and whether it was answered."""
    async with db.engine.engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT p.name, o.template, jsonb_array_length(o.lines), o.answered_at,"
                 " o.gave_up_at FROM outbox o JOIN person p ON p.id = o.recipient_id WHERE o.house_id = :house"
                 " UNION ALL SELECT kind, 'gebeurtenis', 0, NULL, NULL FROM event_delivery"
                 " WHERE house_id = :house"),
            {"house": story.house.id},
        )  # fmt: skip
        return sorted(map(tuple, rows), key=str)


async def posted(relay: OddRelay) -> None:
    post = Post(Relay("127.0.0.1", relay.port, "pols@huis.example"), "https://pols.example")
    while await post.deliver():
        pass
    await post.aclose()


@pytest.mark.parametrize("refuses", [True, False], ids=["refused", "control"])
async def test_refused_and_silent_look_the_same_until_long_after(db: Databases, *, refuses: bool) -> None:
    """What is not compared is which of two reminders of the same moment goes out first, when no more go on one day: two
    silent cases differ in that too (measured: two of six pairs, as three of six with a refusal), since ids decide it.
    """
    silent, refused = await twin(db, refuses=False), await twin(db, refuses=refuses)
    async with odd_relay() as relay:
        for days in (0.1, 6, 6, 20):
            await days_pass(db, days)
            await posted(relay)
            assert await said_to(db, silent) == await said_to(db, refused)
        for one in (silent, refused):
            await one.decide("gemeente", D.END_REGIE)
        await posted(relay)
        to = [str(one["To"]) for one in relay.messages]

    assert await said_to(db, silent) == await said_to(db, refused)
    ended = {(await ended_as(one)) for one in (silent, refused)}
    assert ended == {("geen_antwoord", False)}
    of_silent, of_refused = (sum(f"ggz@{one.house.slug}" in address for address in to) for one in (silent, refused))
    assert (of_refused < of_silent) if refuses else (of_refused == of_silent)


async def ended_as(story: Story) -> tuple[str | None, bool]:
    at = story.house.organisations["ggz"]
    found = await story.all(Duty, Duty.kind == DutyKind.INFORMATION, Duty.owner_organisation_id == at, key="regisseur")
    return found[0].ended_as, found[0].answered_at is not None


async def test_a_reminder_that_is_also_about_something_else_says_that_alone(db: Databases) -> None:
    """Spared of what it answered, in a message that goes for another case."""
    house = await a_house(db.owner)
    stories = [await a_case(db.web, house, Phase.FOCUSOVERLEG) for _ in range(2)]
    await stories[0].answer("ggz", DutyKind.INFORMATION, "geweigerd", why=Withheld.WEIGHTY)
    pairs = [(one.id, "overdue") for story in stories for one in await story.duties(DutyKind.INFORMATION)
             if one.owner_organisation_id == house.organisations["ggz"]]  # fmt: skip
    async with unit_of_work(ENGINE, db.engine) as work:
        await outbox.tell_about_duties(work, pairs, template="herinnering", key="samen")

    async with odd_relay() as relay:
        await posted(relay)
        mails = [one for one in relay.messages if f"ggz@{house.slug}" in str(one["To"])]

    reminders = [one for one in mails if "erinner" in str(one["Subject"])]
    assert len(reminders) == 1
    body = reminders[0].get_body(("plain",))
    assert body is not None
    assert len(set(re.findall(r"kenmerk (\w{4}-\w{4})", body.get_content().lower()))) == 1


async def test_what_was_refused_before_refusals_were_private_is_chased_again(db: Databases) -> None:
    """As the migration that opened such questions again left them: open, and the rest of the ladder dropped."""
    silent, refused = await twin(db, refuses=False), await twin(db, refuses=True)
    [before] = [one for one in await silent.duties(DutyKind.INFORMATION) if is_of(silent, one)]
    [opened] = [one for one in await refused.duties(DutyKind.INFORMATION) if is_of(refused, one)]
    connection = await db.server.connect(database=db.name)
    await connection.execute(
        "UPDATE rung SET dropped_at = (SELECT at FROM private_answer WHERE duty_id = $1)"
        " WHERE duty_id = $1 AND fired_at IS NULL", opened.id,
    )  # fmt: skip
    assert await refused.armed(opened) == []

    for _again in range(2):
        await connection.execute(CHASED_AGAIN)
    await connection.close()

    ladders = [[(one.step, one.due_version) for one in await story.armed(duty)]
               for story, duty in ((silent, before), (refused, opened))]  # fmt: skip
    assert ladders[1] == ladders[0] != []


def is_of(story: Story, duty: Duty) -> bool:
    return duty.owner_organisation_id == story.house.organisations["ggz"]
