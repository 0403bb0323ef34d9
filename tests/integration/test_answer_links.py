"""References, links and codes as a sender makes them: for whom, how many questions, and what stays where."""

import asyncio
import logging
from typing import Any

import httpx2
import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from api.app import create_app
from api.ways import Ways
from models.actors import ENGINE
from models.casebook import answers, links, outbox, setup
from models.links import LENGTH, grouped
from models.tables.base import new_id
from models.tables.engine import Message
from models.tables.links import Reference
from models.tables.people import Organisation
from models.texts.rendering import message
from models.transactions import unit_of_work
from models.words import DutyKind, Phase
from tests import factories
from tests.conftest import Databases
from tests.doors import Door, own_client
from tests.factories import FAR, AHouse, Story
from tests.integration.test_workplace import signed_in
from tests.linked import Mail, a_pin, claimed, duty_of, mailed, proves, sends, somebody

KNOWN = DutyKind.KNOWN


@pytest.fixture
async def db(own_db: Databases) -> Databases:
    """A database of its own: all its mail is taken."""
    return own_db


@pytest.fixture
async def house(db: Databases) -> AHouse:
    return await factories.a_house(db.owner)


@pytest.fixture
async def story(db: Databases, house: AHouse) -> Story:
    return await factories.a_case(db.web, house, Phase.SCREENING)


async def hits(db: Databases, *needles: str) -> set[str]:
    """Every table with one of these strings in any column."""
    connection = await db.server.connect(database=db.name)
    try:
        rows = await connection.fetch("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
        tables, found = [str(row["name"]) for row in rows], set[str]()
        for table in tables:
            query = f'SELECT true FROM "{table}" t WHERE t::text LIKE ANY ($1) LIMIT 1'
            if await connection.fetchval(query, [f"%{one}%" for one in needles]):
                found.add(table)
        return found
    finally:
        await connection.close()


# References


async def test_the_same_person_sees_the_same_reference_for_a_duty_in_every_mail(db: Databases, story: Story) -> None:
    first, again = [(await mailed(db, story, KNOWN, "om")).line for _ in range(2)]
    other = (await mailed(db, story, KNOWN, "gemeente")).line

    assert first["kenmerk"] == again["kenmerk"] != other["kenmerk"]
    assert first["pad"] != again["pad"]
    number = (await story.facts("triagist")).number
    assert not {first["kenmerk"], other["kenmerk"]} & {number}


async def test_two_people_who_are_asked_the_same_have_each_a_reference_of_their_own(
    db: Databases, house: AHouse
) -> None:
    await factories.with_more_people(db.owner, house)
    story = await factories.a_case(db.web, house, Phase.PLAN)
    mine = await mailed(db, story, DutyKind.ACCEPT_COMMITMENT, "ggz")
    theirs = await mailed(db, story, DutyKind.ACCEPT_COMMITMENT, "psychiater")

    assert mine.duty_id == theirs.duty_id
    assert mine.line["kenmerk"] != theirs.line["kenmerk"]


async def test_a_line_without_a_duty_is_called_by_its_case_and_a_line_without_a_case_by_nothing(
    db: Databases, house: AHouse, story: Story
) -> None:
    number = (await story.facts("triagist")).number
    async with unit_of_work(ENGINE, db.engine) as work:
        for key in ("een", "twee"):
            await outbox.post(
                work, [house.person("om")], house_id=house.id, template="uitkomst", key=key, case_id=story.case_id,
                lines=[{"casus": number}],
            )  # fmt: skip
        await outbox.post(
            work, [house.person("privacy")], house_id=house.id, template="massaal_gelezen", key="drie", case_id=None,
            lines=[{"casus": "", "casussen": 3}],
        )  # fmt: skip
    taken = await claimed(db)

    lines = [line for one in taken if one.template == "uitkomst" for line in one.lines]
    called = [line["kenmerk"] for line in lines]
    assert (len(called), len(set(called)), len(called[0])) == (2, 1, LENGTH + 1)
    assert [line for one in taken if one.template == "massaal_gelezen" for line in one.lines] == [
        {"casus": "", "casussen": 3, "kenmerk": ""}
    ]
    assert [line for line in lines if "pad" in line] == []


async def test_two_senders_call_a_duty_by_one_name(db: Databases, story: Story) -> None:
    duty = await duty_of(db, story, KNOWN, "om")
    async with unit_of_work(ENGINE, db.engine) as work:
        for key in ("een", "twee"):
            await outbox.tell_about_duties(work, [(duty.id, "opened")], template="vraag", key=key)

    async def take() -> list[Any]:
        async with unit_of_work(ENGINE, db.engine) as work:
            found = await outbox.claim(work, 1)
            await links.mint(work, found)
            return found

    taken = [one for some in await asyncio.gather(*(take() for _ in range(40))) for one in some]
    called = {line["kenmerk"] for one in taken for line in one.lines if line.get("taak") == str(duty.id)}
    assert len(called) == 1


async def test_however_many_messages_are_taken_minting_asks_as_many_questions(db: Databases, house: AHouse) -> None:
    stories = [await factories.a_case(db.web, house, Phase.SCREENING) for _ in range(4)]
    await claimed(db)
    counts = []
    for some in (stories[:1], stories):
        duties = [await duty_of(db, one, KNOWN, who) for one in some for who in ("om", "gemeente")]
        async with unit_of_work(ENGINE, db.engine) as work:
            for duty in duties:
                await outbox.tell_about_duties(work, [(duty.id, "opened")], template="vraag", key=new_id().hex)
        async with unit_of_work(ENGINE, db.engine) as work:
            found, seen = await outbox.claim(work, 1000), list[str]()

            def note(_c: object, _k: object, statement: str, *_rest: object, into: list[str] = seen) -> None:
                into.append(statement)

            event.listen(db.engine.engine.sync_engine, "before_cursor_execute", note)
            await links.mint(work, found)
            event.remove(db.engine.engine.sync_engine, "before_cursor_execute", note)
            await outbox.record(work, [outbox.Tried(one.id, one.tries) for one in found])
        counts.append((len(found), len(seen)))

    assert [messages for messages, _ in counts] == [2, 8]
    assert len({questions for _, questions in counts}) == 1
    assert counts[0][1] <= 5


# For whom


async def test_medewerkers_and_who_only_leads_get_a_reference_and_no_link(db: Databases, house: AHouse) -> None:
    await factories.a_lead(db.owner, house, "ggz")
    story = await factories.a_case(db.web, house, Phase.PLAN)
    duty = await duty_of(db, story, DutyKind.ACCEPT_COMMITMENT, "ggz")
    async with unit_of_work(ENGINE, db.engine) as work:
        for step in ("director", "lead", "opened"):
            await outbox.tell_about_duties(work, [(duty.id, step)], template="herinnering", key=f"x{step}")
    taken = [one for one in await claimed(db) if any(line.get("taak") == str(duty.id) for line in one.lines)]
    found = {one.recipient_id: one.lines[0] for one in taken}

    linked = {key for key in ("regisseur", "leiding_ggz", "ggz") if "pad" in found[house.person(key)]}
    assert linked == {"ggz"}
    assert all(line["kenmerk"] for line in found.values())


async def test_an_incidental_third_party_never_gets_a_reference_a_link_or_a_pin(
    db: Databases, house: AHouse, story: Story
) -> None:
    async with unit_of_work(ENGINE, db.owner) as work:
        at = await work.session.get_one(Organisation, house.organisations["corporatie"])
        third = setup.designate(work, at, "Derde Fictief", f"derde@{house.slug}.example", (), valid_until=FAR)
        await work.session.flush()
    duty = await duty_of(db, story, KNOWN, "om")
    line = {"taak": str(duty.id), "casus": "x", "soort": "x", "uiterlijk": duty.due_at.isoformat()}
    async with unit_of_work(ENGINE, db.engine) as work:
        await outbox.post(
            work, [third.id], house_id=house.id, template="vraag", key="derde", case_id=story.case_id, lines=[line]
        )
    mine = [one for one in await claimed(db) if one.recipient_id == third.id]

    assert [line.keys() & {"pad", "antwoordcode"} for one in mine for line in one.lines] == [set()]
    assert mine[0].lines[0]["kenmerk"] == ""
    fact = {"id": new_id(), "house_id": house.id, "code": "CDFGHJKM", "person_id": third.id, "case_id": story.case_id}
    with pytest.raises(IntegrityError, match="third party"):  # also when a mistake of ours would write it
        async with unit_of_work(ENGINE, db.engine) as work:
            work.session.add(Reference(**fact, duty_id=duty.id, made_at=work.now))
    with pytest.raises(DBAPIError, match="third party"):
        await db.run(
            "INSERT INTO answer_pin (person_id, house_id, pin_hash, set_at, set_by) VALUES (:p, :h, 'x', now(), :p)",
            p=third.id, h=house.id,
        )  # fmt: skip


async def test_a_duty_that_was_done_meanwhile_or_is_decided_about_gets_no_link(db: Databases, story: Story) -> None:
    duty, admission = await duty_of(db, story, KNOWN, "om"), (await story.duties(DutyKind.ADMISSION))[0]
    async with unit_of_work(ENGINE, db.engine) as work:
        for one in (duty, admission):
            await outbox.tell_about_duties(work, [(one.id, "opened")], template="vraag", key=new_id().hex)
    await story.answer("om", KNOWN, "bekend")
    lines = [line for one in await claimed(db) if one.template == "vraag" for line in one.lines]

    found = {line["taak"]: "pad" in line for line in lines if line["taak"] in {str(duty.id), str(admission.id)}}
    assert found == {str(duty.id): False, str(admission.id): False}


# Finding by reference


async def test_a_reference_finds_the_duty_for_whoever_may_see_it_and_nothing_for_others(
    db: Databases, house: AHouse, story: Story
) -> None:
    mail = await mailed(db, story, KNOWN, "om")
    typed = mail.line["kenmerk"].lower().replace("-", " ")
    async with own_client(db) as client:
        door = Door(client, house)
        found = {
            who: [one["id"] for one in (await door.get(who, "/taken", kenmerk=typed))["resultaten"]]
            for who in ("om", "triagist", "gemeente", "ggz", "reclassering")
        }
        none = [await door.get("om", "/taken", kenmerk=one) for one in ("onzin", "BCDF-GHJK", "")]

    assert found["om"] == found["triagist"] == [str(mail.duty_id)]
    assert found["ggz"] == found["reclassering"] == []
    assert [one["resultaten"] for one in none] == [[], [], []]


async def test_the_search_box_leads_to_the_duty_or_says_that_there_is_none(
    db: Databases, house: AHouse, story: Story
) -> None:
    mail = await mailed(db, story, KNOWN, "om")
    found = {}
    for who in ("triagist", "om", "ggz"):
        async with signed_in(db, house, who) as client:
            answer = await client.get("/zoeken", params={"kenmerk": mail.line["kenmerk"]})
            found[who] = answer.headers["location"]
            page = (await client.get("/casussen")).text
            assert 'action="/zoeken"' in page

    to_duty = f"/casussen/{story.case_id}#taak-{mail.duty_id}"
    assert found == {"triagist": to_duty, "om": to_duty, "ggz": "/zoeken?gezegd=onbekend"}


# Typing a reference and a code


async def typed(client: httpx2.AsyncClient, reference: str, code: str) -> httpx2.Response:
    return await client.post("/antwoord", data={"kenmerk": reference, "code": code})


async def test_who_distrusts_links_types_reference_and_code_and_comes_to_the_same_page(
    db: Databases, story: Story
) -> None:
    mail, pin = await mailed(db, story, KNOWN, "om"), await a_pin(db, story, "om")
    async with somebody(db) as client:
        answer = await typed(client, mail.line["kenmerk"].lower(), mail.line["antwoordcode"].replace("-", " "))
        address = answer.headers["location"].partition("?")[0]
        opened = Mail(mail.message_id, mail.duty_id, mail.line | {"pad": address})
        assert answer.status_code == 303
        assert address != mail.path
        await proves(client, opened, pin)
        assert (await sends(client, opened, uitkomst="bekend")).status_code == 303

    async with unit_of_work(ENGINE, db.engine) as work:
        message = await work.session.get_one(Message, mail.message_id)
        assert message.answered_at is not None


async def test_a_code_works_once_and_what_it_opened_is_over_in_two_hours(db: Databases, story: Story) -> None:
    mail = await mailed(db, story, KNOWN, "om")
    async with somebody(db) as client:
        first, again = [await typed(client, mail.line["kenmerk"], mail.line["antwoordcode"]) for _ in range(2)]
        there = await client.get(first.headers["location"])
        await db.shift(2 * 3600 + 1)
        over, link = await client.get(first.headers["location"]), await client.get(mail.path)

    assert (first.status_code, again.status_code) == (303, 403)
    assert (there.status_code, over.status_code, link.status_code) == (200, 404, 200)


async def test_a_wrong_pair_never_tells_which_half_was_wrong(db: Databases, story: Story) -> None:
    mail = await mailed(db, story, KNOWN, "om")
    other = await mailed(db, story, KNOWN, "gemeente")
    reference, code = mail.line["kenmerk"], mail.line["antwoordcode"]
    pairs = [
        (reference, "BCDF-GHJK"), ("BCDF-GHJK", code), (other.line["kenmerk"], code), ("", ""), (reference, ""),
        ("onzin", code),
    ]  # fmt: skip
    async with somebody(db) as client:
        answers_ = [await typed(client, *one) for one in pairs]

    assert {one.status_code for one in answers_} == {403}
    assert len({one.text for one in answers_}) == 1


async def test_guessing_codes_is_stopped_by_reference_and_by_address(db: Databases, story: Story) -> None:
    mail = await mailed(db, story, KNOWN, "om")
    reference = mail.line["kenmerk"]
    by_reference = []
    for _ in range(25):
        async with somebody(db) as elsewhere:
            by_reference.append((await typed(elsewhere, reference, "BCDF-GHJK")).status_code)
    async with somebody(db) as one_place:
        by_address = [(await typed(one_place, grouped(f"BCDFGH{a}{b}"), "BCDF-GHJK")).status_code
                      for a in "23456" for b in "2345678"]  # fmt: skip
        waits = await typed(one_place, reference, mail.line["antwoordcode"])
        assert (await one_place.get(mail.path)).status_code == 200  # the link itself goes on working

    assert (by_reference[:20], set(by_reference[20:])) == ([403] * 20, {429})
    assert (by_address[:30], set(by_address[30:])) == ([403] * 30, {429})
    assert int(waits.headers["retry-after"]) > 0


# Pins


@pytest.mark.parametrize("who", ["regisseur", "triagist", "beheerder", "ggz"])
async def test_only_the_manager_gives_a_pin_and_only_to_a_participant(db: Databases, house: AHouse, who: str) -> None:
    async with own_client(db) as client:
        door, path = Door(client, house), f"/personen/{house.person('om')}/pincodes"
        await door.refused(who, path, None, 403)
        made = await door.post("manager", path)
        await door.refused("manager", f"/personen/{house.person('regisseur')}/pincodes", None, 400)

    assert made["pincode"].isdecimal()
    assert len(made["pincode"]) == 6
    assert await hits(db, made["pincode"]) == set()


async def test_a_pin_that_was_taken_back_or_replaced_is_good_no_more(
    db: Databases, house: AHouse, story: Story
) -> None:
    mail, first = await mailed(db, story, KNOWN, "om"), await a_pin(db, story, "om")
    second = await a_pin(db, story, "om")
    async with somebody(db) as client, own_client(db) as calling:
        replaced = await proves(client, mail, first)
        path = f"/personen/{house.person('om')}/pincodes"
        taken = await Door(calling, house).call("DELETE", path, "manager")
        again = await Door(calling, house).call("DELETE", path, "manager")
        gone = await proves(client, mail, second)

    assert [one.status_code for one in (replaced, taken, again, gone)] == [403, 204, 404, 403]


async def test_somebody_chooses_their_own_pin_after_proving_again_who_they_are(
    db: Databases, house: AHouse, story: Story
) -> None:
    mail = await mailed(db, story, KNOWN, "om")
    chosen = {"pincode": "481620", "herhaling": "481620"}
    async with signed_in(db, house, "om") as client, somebody(db) as answering:
        form = {"csrf": (await client.get("/mijn")).text.partition('name="csrf" value="')[2][:64]}
        stale = await client.post("/mijn/pincode", data=form | chosen)
        await client.post("/bevestigen", data=form | {"token": house.tokens["om"], "terug": "/mijn"})
        form = {"csrf": (await client.get("/mijn")).text.partition('name="csrf" value="')[2][:64]}
        easy = await client.post("/mijn/pincode", data=form | {"pincode": "123456", "herhaling": "123456"})
        other = await client.post("/mijn/pincode", data=form | chosen | {"herhaling": "481621"})
        fine = await client.post("/mijn/pincode", data=form | chosen)
        proven = await proves(answering, mail, "481620")

    assert stale.headers["location"].startswith("/bevestigen")
    assert [one.status_code for one in (easy, other, fine, proven)] == [422, 422, 303, 303]


async def test_the_manager_gives_and_takes_back_pins_on_a_page(db: Databases, house: AHouse) -> None:
    async with signed_in(db, house, "manager") as client:
        page = await client.get("/pincodes")
        form = {"csrf": page.text.partition('name="csrf" value="')[2][:64]}
        given = await client.post(f"/pincodes/{house.person('ggz')}", data=form)
        taken = await client.post(f"/pincodes/{house.person('ggz')}/intrekken", data=form)
    async with signed_in(db, house, "regisseur") as client:
        hidden = await client.get("/pincodes")

    assert "De pincode van Ggz Fictief is <code>" in given.text
    assert (taken.status_code, hidden.status_code) == (303, 404)


# What stays where


async def test_no_token_code_or_pin_is_in_the_database_or_in_any_log(
    db: Databases, story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    mail, pin = await mailed(db, story, KNOWN, "om"), await a_pin(db, story, "om")
    app = create_app(db.web, Ways(token_form=True))
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="https://pols.example") as client:
        await client.get(mail.path, params={"taal": "en"})
        await proves(client, mail, pin)
        await sends(client, mail, uitkomst="bekend")
        await client.get(f"/a/{mail.token}/nergens")
        await client.put(f"/a/{mail.token}")
        opened = await typed(client, mail.line["kenmerk"], mail.line["antwoordcode"])
        cookie = next(iter(client.cookies.jar)).value or ""

    second = opened.headers["location"][3:46]
    code = mail.line["antwoordcode"]
    secrets_ = (mail.token, second, cookie, code, code.replace("-", ""), pin)
    assert all(len(one) > 5 for one in secrets_)
    assert await hits(db, *secrets_) == set()
    assert "/a/*/antwoord" in caplog.text, "the doors kept no access log: this would prove nothing"
    ours = [one.getMessage() for one in caplog.records if one.name.startswith("pols")]
    assert [one for one in secrets_ if any(one in line for line in ours)] == []
    assert await hits(db, mail.line["kenmerk"].replace("-", "")) == {"reference", "audit_line"}


async def test_a_mail_carries_link_reference_and_code_and_not_the_number_of_the_case(
    db: Databases, story: Story
) -> None:
    mail = await mailed(db, story, KNOWN, "om")
    number = (await story.facts("triagist")).number
    for template in ("vraag", "aankondiging", "herinnering"):
        body = message(template, [mail.line], house="Huis", base_url="https://pols.example").text
        assert f"https://pols.example{mail.path}" in body
        assert mail.line["kenmerk"] in body
        assert mail.line["antwoordcode"] in body
        assert number not in body


async def test_links_that_were_over_a_month_ago_are_forgotten(db: Databases, story: Story) -> None:
    await mailed(db, story, KNOWN, "om")
    counts = []
    for days in (0, 30, 50):
        await db.shift(days * 86_400)
        async with unit_of_work(ENGINE, db.engine) as work:
            await links.forget(work)
            counts.append(await work.session.scalar(text("SELECT count(*) FROM answer_link")))

    assert (counts[0] == counts[1], counts[0] > 0, counts[2]) == (True, True, 0)


async def test_who_is_handed_a_duty_hears_so_at_once(db: Databases, house: AHouse) -> None:
    await factories.with_more_people(db.owner, house)
    story = await factories.a_case(db.web, house, Phase.PLAN)
    duty = await duty_of(db, story, DutyKind.ACCEPT_COMMITMENT, "ggz")
    async with story.acting("ggz") as work:
        await answers.hand_on(work, duty.id, house.person("psychiater"))
    async with unit_of_work(ENGINE, db.engine) as work:
        told = await work.session.scalars(select(Message).where(Message.template == "overgedragen"))

    assert [one.recipient_id for one in told] == [house.person("psychiater")]
