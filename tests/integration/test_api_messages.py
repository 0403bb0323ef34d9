"""Berichten: who keeps the mail sees how it went, mends it, and hears from the mail service what came back."""

from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from models.actors import ENGINE
from models.casebook import answers, outbox
from models.commands.cases import GiveAnswer
from models.delivery import Delivery, Failure, Moments, state
from models.lookups import messages
from models.lookups.paging import Page
from models.tables.base import new_id
from models.tables.engine import Message
from models.transactions import unit_of_work
from models.words import DutyKind, Phase
from tests.conftest import Databases
from tests.doors import Door, counted
from tests.factories import AHouse, Story, a_case
from tests.following import put
from tests.integration.test_workplace import csrf, signed_in


async def left(db: Databases, house: AHouse, *keys: str, story: Story | None = None, **line: Any) -> list[UUID]:
    """A message for each of these people, about a case or about none."""
    key = new_id().hex
    number = (await story.facts()).number if story else "2026-0001"
    async with unit_of_work(ENGINE, db.engine) as work:
        await outbox.post(
            work, [house.person(one) for one in keys], house_id=house.id, template="uitkomst", key=key,
            case_id=story.case_id if story else None, lines=[{"casus": number} | line],
        )  # fmt: skip
        found = await work.session.execute(
            text("SELECT id FROM outbox WHERE key LIKE :key ORDER BY array_position(:people, recipient_id)"),
            {"key": f"{key}:%", "people": [house.person(one) for one in keys]},
        )
        return [UUID(str(row.id)) for row in found]


async def row(db: Databases, id_: UUID | str) -> Any:
    async with db.engine.engine.connect() as connection:
        return (await connection.execute(text("SELECT * FROM outbox WHERE id = :id"), {"id": str(id_)})).one()


@pytest.fixture
async def story(db: Databases, house: AHouse) -> Story:
    return await a_case(db.web, house, Phase.SCREENING)


async def listed(door: Door, who: str = "manager", **query: Any) -> list[Any]:
    found: list[Any] = (await door.get(who, "/berichten", **query))["resultaten"]
    return found


async def test_a_message_is_told_with_its_state_its_moments_and_what_went_wrong(door: Door, db: Databases) -> None:
    [waiting] = await left(db, door.house, "ggz")
    await put(
        db, "UPDATE outbox SET tries = 2, code = :code, next_try_at = pols_now() + interval '1 hour' WHERE id = :id",
        code=Failure.DEFERRED.value, id=waiting,
    )  # fmt: skip

    found = next(one for one in await listed(door) if one["id"] == str(waiting))

    assert (found["staat"], found["pogingen"], found["code"], found["spoed"]) == ("wachtend", 2, "uitgesteld", False)
    assert found["uitleg"] == "de ontvangende mailserver vraagt om het later te proberen"
    assert found["ontvanger"]["naam"] == "Ggz Fictief"
    assert found["organisatie"]["naam"] == "GGZ Westerveen"
    assert found["volgendePogingOp"] > found["gemaaktOp"]
    assert found["verzondenOp"] is found["beantwoordOp"] is None
    assert "example" not in str(found), "no address of a mailbox"


async def test_messages_are_found_by_state_organisation_and_case(door: Door, db: Databases, story: Story) -> None:
    house = door.house
    about, sent, gone = (await left(db, house, "ggz", story=story))[0], *(await left(db, house, "om", "politie"))
    await put(db, "UPDATE outbox SET sent_at = pols_now() WHERE id = :id", id=sent)
    await put(db, "UPDATE outbox SET sent_at = pols_now(), bounced_at = pols_now() WHERE id = :id", id=gone)

    async def ids(**query: Any) -> set[str]:
        return {one["id"] for one in await listed(door, **query)} & {str(one) for one in (about, sent, gone)}

    assert await ids() == {str(about), str(sent), str(gone)}
    assert await ids(staat="wachtend") == {str(about)}
    assert await ids(staat="verzonden") == {str(sent)}
    assert await ids(staat="teruggekomen") == {str(gone)}
    assert await ids(organisatie=str(house.organisations["om"])) == {str(sent)}
    assert await ids(casus=str(story.case_id)) == {str(about)}
    assert await ids(casus=str(story.case_id), staat="verzonden") == set()


async def test_the_list_goes_on_where_it_stopped_the_newest_first(door: Door, db: Databases) -> None:
    made = [(await left(db, door.house, "ggz"))[0] for _ in range(5)]
    first = await door.get("manager", "/berichten", paginaGrootte=2)
    rest = await door.get("manager", "/berichten", paginaGrootte=100, na=first["volgende"])

    ids = [one["id"] for one in first["resultaten"] + rest["resultaten"]]
    assert ids == [str(one) for one in reversed(made)]
    assert rest["volgende"] is None


async def test_a_page_costs_the_same_however_many_messages_are_on_it(door: Door, db: Databases, story: Story) -> None:
    await left(db, door.house, "ggz", story=story)
    async with counted(db) as few:
        await listed(door)
    for _ in range(4):
        await left(db, door.house, *door.house.actors, story=story)

    async with counted(db) as many:
        assert len(await listed(door, paginaGrootte=40)) == 40

    assert len(many) == len(few)


async def test_the_administrator_sees_the_mail_and_no_case(door: Door, db: Databases, story: Story) -> None:
    [message] = await left(db, door.house, "ggz", story=story)
    number = (await story.facts()).number

    theirs = next(one for one in await listed(door, "beheerder") if one["id"] == str(message))
    staff = next(one for one in await listed(door, "regisseur") if one["id"] == str(message))

    assert theirs["casussen"] == []
    assert number not in str(theirs)
    assert staff["casussen"] == [{"id": str(story.case_id), "naam": number}]
    assert await listed(door, "beheerder", casus=str(story.case_id)) == []
    assert str(message) in {one["id"] for one in await listed(door, "regisseur", casus=str(story.case_id))}


async def test_the_mail_of_another_house_is_not_there(door: Door, db: Databases) -> None:
    from tests.factories import a_house  # noqa: PLC0415

    neighbours = await a_house(db.owner)
    [theirs] = await left(db, neighbours, "ggz")

    assert str(theirs) not in {one["id"] for one in await listed(door, paginaGrootte=100)}
    await door.refused("manager", f"/berichten/{theirs}/verzendingen", None, 404)
    await door.refused("manager", "/bezorgfouten", {"bericht": str(theirs)}, 404)


# Answered, here or elsewhere


async def test_a_message_is_answered_when_all_it_asked_was_answered_wherever(
    door: Door, db: Databases, story: Story
) -> None:
    owed = next(
        one for one in await story.duties(DutyKind.KNOWN)
        if one.owner_organisation_id == door.house.organisations["om"]
    )  # fmt: skip
    async with unit_of_work(ENGINE, db.engine) as work:
        await outbox.tell_about_duties(work, [(owed.id, "opened")], template="vraag", key=new_id().hex)
    [asked] = await listed(door, organisatie=str(door.house.organisations["om"]))
    await put(db, "UPDATE outbox SET sent_at = pols_now() WHERE id = :id", id=asked["id"])
    assert [one["staat"] for one in await listed(door, organisatie=asked["organisatie"]["id"])] == ["verzonden"]

    async with story.acting("triagist") as work:  # by phone: nobody touched the message
        command = GiveAnswer(outcome="niet_bekend", spoke_to="de officier", spoke_at=work.now)
        await answers.answer(work, owed.id, command)

    [found] = await listed(door, organisatie=asked["organisatie"]["id"], staat="beantwoord")
    assert (found["id"], found["beantwoordOp"] is not None) == (asked["id"], True)
    assert await listed(door, organisatie=asked["organisatie"]["id"], staat="verzonden") == []


async def test_the_question_and_the_rule_agree_about_every_combination_of_moments(db: Databases, house: AHouse) -> None:
    names = ("sent_at", "gave_up_at", "bounced_at", "opened_at", "answered_at")
    combinations = [one for one in product((False, True), repeat=5) if not (one[2] and not one[0])]
    for one in combinations:
        [made] = await left(db, house, "ggz")
        for name, there in zip(names, one, strict=True):
            if there:
                await put(db, f"UPDATE outbox SET {name} = pols_now() WHERE id = :id", id=made)

    async with unit_of_work(house.actors["manager"], db.web) as work:
        asked = select(Message.id, messages.STATE.label("word"))
        said = {found.id: found.word for found in await work.session.execute(asked)}
        rows = {one.id: one for one in await work.session.scalars(select(Message))}
        for wanted in Delivery:
            found = await messages.page(work, Page(1000), messages.Wanted(state=wanted))
            assert {one.row.id for one in found.rows} == {id_ for id_, word in said.items() if word == wanted}, wanted

    assert len(rows) == len(combinations)
    for id_, it in rows.items():
        moments = Moments(it.sent_at, it.gave_up_at, it.bounced_at, it.opened_at, it.answered_at)
        assert said[id_] == state(moments), moments


# Mending


async def test_what_waits_is_tried_now(door: Door, db: Databases) -> None:
    [waiting] = await left(db, door.house, "ggz")
    await put(db, "UPDATE outbox SET next_try_at = next_try_at + interval '1 day' WHERE id = :id", id=waiting)

    made = await door.post("beheerder", f"/berichten/{waiting}/verzendingen")

    found = await row(db, waiting)
    assert made["id"] == str(waiting)
    assert found.next_try_at - found.created_at < timedelta(minutes=1)


@pytest.mark.parametrize("how", ["gave_up_at = pols_now()", "sent_at = pols_now(), bounced_at = pols_now()"])
async def test_what_did_not_arrive_goes_out_once_more_and_only_once(door: Door, db: Databases, how: str) -> None:
    [lost] = await left(db, door.house, "ggz")
    await put(db, f"UPDATE outbox SET {how}, code = 'geweigerd' WHERE id = :id", id=lost)

    made = await door.post("manager", f"/berichten/{lost}/verzendingen")

    new = await row(db, made["id"])
    assert (new.resends, new.tries, new.sent_at, new.lines) == (lost, 0, None, (await row(db, lost)).lines)
    again = await door.refused("manager", f"/berichten/{lost}/verzendingen", None, 409)
    assert "al opnieuw verzonden" in again["detail"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ("sent_at = pols_now()", "kan het dus hebben"),
        ("gave_up_at = pols_now(), template = 'noodtoegang_code'", "enkele minuten"),
    ],
)
async def test_what_cannot_be_sent_again_is_refused_with_the_reason(
    door: Door, db: Databases, change: str, word: str
) -> None:
    [message] = await left(db, door.house, "ggz")
    await put(db, f"UPDATE outbox SET {change} WHERE id = :id", id=message)

    refused = await door.refused("manager", f"/berichten/{message}/verzendingen", None, 409)

    assert word in refused["detail"]


async def test_to_who_left_nothing_is_sent_again(door: Door, db: Databases) -> None:
    [message] = await left(db, door.house, "ggz")
    await put(db, "UPDATE outbox SET gave_up_at = pols_now() WHERE id = :id", id=message)
    await db.run("UPDATE person SET active = false WHERE id = :id", id=door.house.person("ggz"))

    refused = await door.refused("manager", f"/berichten/{message}/verzendingen", None, 409)

    assert "werkt hier niet meer" in refused["detail"]


async def test_giving_up_asks_a_reason_and_only_of_what_waits(door: Door, db: Databases) -> None:
    [waiting] = await left(db, door.house, "ggz")
    path = f"/berichten/{waiting}/stopzettingen"
    await door.refused("manager", path, {"reden": "omdat Hendrik B. is verhuisd"}, 400)
    assert (await row(db, waiting)).gave_up_at is None

    await door.post("manager", path, {"reden": "anders_verteld"}, status=204)

    found = next(one for one in await listed(door) if one["id"] == str(waiting))
    assert (found["staat"], found["uitleg"]) == ("opgegeven", "met de hand opgegeven: anders verteld")
    await door.refused("manager", path, {"reden": "anders"}, 409)


@pytest.mark.parametrize("who", ["regisseur", "triagist", "politie", "privacy"])
async def test_who_does_not_keep_the_mail_mends_nothing(door: Door, db: Databases, who: str) -> None:
    [waiting] = await left(db, door.house, "ggz")

    await door.refused(who, f"/berichten/{waiting}/verzendingen", None, 403)
    await door.refused(who, f"/berichten/{waiting}/stopzettingen", {"reden": "anders"}, 403)
    await door.refused(who, "/bezorgfouten", {"bericht": str(waiting)}, 403)


@pytest.mark.parametrize("who", ["regisseur", "politie", "privacy"])
async def test_the_database_lets_nobody_else_change_a_message_either(db: Databases, house: AHouse, who: str) -> None:
    [waiting] = await left(db, house, "ggz")

    async with unit_of_work(house.actors[who], db.web) as work:
        await work.session.execute(
            text("UPDATE outbox SET gave_up_at = pols_now() WHERE id = :id"), {"id": waiting}
        )  # fmt: skip

    assert (await row(db, waiting)).gave_up_at is None


# The mail service of the house


async def token_of(door: Door) -> dict[str, str]:
    made = await door.post("beheerder", "/tokens", {"naam": "maildienst", "bereik": "bezorging", "dagenGeldig": 365})
    return {"Authorization": f"Bearer {made['token']}"}


async def test_the_mail_service_tells_what_came_back_and_twice_is_once(door: Door, db: Databases) -> None:
    [message] = await left(db, door.house, "ggz")
    headers, body = await token_of(door), {"bericht": str(message)}
    early = await door.call("POST", "/bezorgfouten", headers=headers, json=body)
    await put(db, "UPDATE outbox SET sent_at = pols_now() WHERE id = :id", id=message)

    first = await door.call("POST", "/bezorgfouten", headers=headers, json=body)
    moment = (await row(db, message)).bounced_at
    second = await door.call("POST", "/bezorgfouten", headers=headers, json=body)

    assert (early.status_code, first.status_code, second.status_code) == (409, 204, 204)
    assert moment is not None
    assert (await row(db, message)).bounced_at == moment


async def test_the_token_of_the_mail_service_is_good_for_nothing_else(door: Door, db: Databases) -> None:
    headers = await token_of(door)
    [message] = await left(db, door.house, "ggz")

    answers = [
        await door.call("GET", "/berichten", headers=headers),
        await door.call("GET", "/mij", headers=headers),
        await door.call("POST", f"/berichten/{message}/verzendingen", headers=headers),
        await door.call("PUT", f"/huizen/{door.house.id}/beleid", headers=headers, json={}),
    ]

    assert {one.status_code for one in answers} == {403}
    assert all("bereik bezorging" in one.json()["detail"] for one in answers)


async def test_only_who_keeps_the_mail_service_makes_it_a_token(door: Door) -> None:
    wanted = {"naam": "maildienst", "bereik": "bezorging", "dagenGeldig": 1}
    refused = await door.refused("manager", "/tokens", wanted, 403)

    assert "functioneel beheerder" in refused["detail"]


async def test_a_message_nobody_knows_is_not_found(door: Door) -> None:
    answer = await door.call("POST", "/bezorgfouten", headers=await token_of(door), json={"bericht": str(new_id())})

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


# The page


async def test_the_page_shows_the_mail_and_mends_it(db: Databases, house: AHouse) -> None:
    [waiting] = await left(db, house, "ggz")
    async with signed_in(db, house, "beheerder") as client:
        html = (await client.get("/berichten")).text
        assert "Ggz Fictief, GGZ Westerveen" in html
        assert 'href="/berichten"' in html
        stop = csrf(client) | {"reden": "niet_meer_nodig"}
        said = await client.post(f"/berichten/{waiting}/opgeven", data=stop, follow_redirects=True)
        assert "wordt niet meer verzonden" in said.text
        assert "met de hand opgegeven: niet meer nodig" in said.text

        said = await client.post(f"/berichten/{waiting}/verzenden", data=csrf(client), follow_redirects=True)
        assert "Het bericht gaat opnieuw uit." in said.text

        assert "opnieuw verzonden" in (await client.get("/berichten?staat=wachtend")).text
        wrong = await client.post(f"/berichten/{waiting}/opgeven", data=csrf(client) | {"reden": "zomaar"})
        assert wrong.status_code == 422


async def test_staff_look_and_others_do_not_get_in(db: Databases, house: AHouse, story: Story) -> None:
    [waiting] = await left(db, house, "ggz", story=story)
    async with signed_in(db, house, "regisseur") as client:
        html = (await client.get("/berichten")).text
        assert (await story.facts()).number in html
        assert "/verzenden" not in html
        refused = await client.post(f"/berichten/{waiting}/verzenden", data=csrf(client))
        assert refused.status_code == 403
    async with signed_in(db, house, "ggz") as client:
        assert (await client.get("/berichten")).status_code == 403
        assert 'href="/berichten"' not in (await client.get("/")).text


async def test_the_page_goes_on_and_keeps_what_was_asked(
    db: Databases, house: AHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.workplace.post.A_PAGE", 2)
    await left(db, house, "ggz", "om", "politie")
    async with signed_in(db, house, "manager") as client:
        first = (await client.get("/berichten?staat=wachtend&organisatie=onzin&na=onzin")).text
        further = first.split('<p><a href="/berichten?')[1].split('"')[0].replace("&amp;", "&")
        second = (await client.get(f"/berichten?{further}")).text

    assert first.count("gemaakt <time") == 2
    assert second.count("gemaakt <time") == 1
    assert "staat=wachtend" in further
