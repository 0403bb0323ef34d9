"""The ways to reach a person: nothing but a code goes there before it is confirmed, and then what they chose."""

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from deployments.deliver import Post
from deployments.mailcatcher import Mailcatcher
from models import transactions
from models.actors import ENGINE
from models.casebook import outbox
from models.lookups import ways as lookup
from models.tables.base import new_id
from models.tables.engine import Message
from models.tables.ways import ContactWay
from models.transactions import unit_of_work
from models.ways import CODE, Way, WayKind
from tasks import clocks
from tasks.channels import Channels
from tasks.mail import Relay
from tests.conftest import Databases
from tests.doors import Door, counted, own_client
from tests.factories import AHouse, a_house
from tests.listening import Listening, listening

PHONE = {"soort": "sms", "adres": "06 12345678"}
SMS = """
eigenNetwerk = ["localhost:{port}"]
certificaten = "{ca}"
[sms]
adres = "sms://localhost:{port}/v1"
bericht = {{ naar = "{{adres}}", tekst = "{{tekst}}" }}
"""


def here(door: Door, who: str) -> str:
    return f"/personen/{door.house.person(who)}"


async def added(door: Door, who: str, body: dict[str, str]) -> str:
    made = await door.post(who, f"{here(door, who)}/kanalen", body)
    return str(made["id"])


async def code_for(db: Databases, way: str) -> str:
    """The code that was last sent to a way, as it stands in the outbox."""
    async with unit_of_work(ENGINE, db.engine) as work:
        rows = await work.session.scalars(select(Message).where(Message.template == CODE).order_by(Message.id.desc()))
        return next(str(one.lines[0]["code"]) for one in rows if one.lines[0]["kanaal"] == way)


async def confirmed(door: Door, db: Databases, who: str, body: dict[str, str]) -> str:
    way = await added(door, who, body)
    await door.post(who, f"/kanalen/{way}/bevestigingen", {"code": await code_for(db, way)})
    return way


async def chosen(door: Door, who: str, **choices: str) -> None:
    answer = await door.call("PUT", f"{here(door, who)}/kanaalkeuzen", who, json={"keuzen": choices})
    assert answer.status_code == 204, answer.text


async def over(db: Databases, house: AHouse, who: str, template: str, tries: int = 1, **line: str) -> Way | None:
    """Over which way a message goes now."""

    class Claimed:
        id, recipient_id, email, lines = new_id(), house.person(who), "post@huis.example", [line]

    message: Any = Claimed()
    message.template, message.tries = template, tries
    async with unit_of_work(ENGINE, db.engine) as work:
        return (await lookup.over(work, [message])).get(message.id)


async def test_a_way_counts_once_the_code_that_came_over_it_is_given(door: Door, db: Databases) -> None:
    way = await added(door, "ggz", PHONE)
    before = (await door.get("ggz", f"{here(door, 'ggz')}/kanalen"))["resultaten"]
    wrong = await door.call("POST", f"/kanalen/{way}/bevestigingen", "ggz", json={"code": "00000000"})
    await door.post("ggz", f"/kanalen/{way}/bevestigingen", {"code": f" {await code_for(db, way)} "})
    after = (await door.get("ggz", f"{here(door, 'ggz')}/kanalen"))["resultaten"]

    assert (before[0]["adres"], before[0]["bevestigdOp"]) == ("+31612345678", None)
    assert (wrong.status_code, "klopt niet" in wrong.json()["detail"]) == (403, True)
    assert after[0]["bevestigdOp"] is not None


async def test_only_what_is_confirmed_can_be_chosen_and_only_of_oneself(door: Door, db: Databases) -> None:
    waiting, others = await added(door, "ggz", PHONE), await confirmed(door, db, "politie", PHONE)
    for way in (waiting, others, str(new_id())):
        answer = await door.call("PUT", f"{here(door, 'ggz')}/kanaalkeuzen", "ggz", json={"keuzen": {"taak": way}})
        assert answer.status_code == 400
        assert answer.json()["invalidParams"][0]["name"] == "keuzen.taak" if "invalidParams" in answer.json() else True
    unknown = await door.call("PUT", f"{here(door, 'ggz')}/kanaalkeuzen", "ggz", json={"keuzen": {"alles": waiting}})

    assert unknown.status_code == 400
    assert (await door.get("ggz", f"{here(door, 'ggz')}/kanalen"))["keuzen"] == {}


async def test_a_message_goes_over_the_way_that_was_chosen_for_it_and_else_by_mail(door: Door, db: Databases) -> None:
    way = await confirmed(door, db, "ggz", PHONE)
    await chosen(door, "ggz", herinnering=way)
    mail = Way(WayKind.MAIL, "post@huis.example")
    phone = Way(WayKind.SMS, "+31612345678", UUID(way))

    assert await over(db, door.house, "ggz", "herinnering") == phone
    assert await over(db, door.house, "ggz", "aankondiging") == mail
    assert await over(db, door.house, "politie", "herinnering") == mail
    assert await over(db, door.house, "ggz", "noodtoegang_code") == mail
    assert [await over(db, door.house, "ggz", "herinnering", tries) for tries in (2, 3)] == [phone, mail]

    await chosen(door, "ggz", taak=way)
    assert await over(db, door.house, "ggz", "herinnering") == mail
    assert (await door.call("DELETE", f"/kanalen/{way}", "ggz")).status_code == 204
    assert await over(db, door.house, "ggz", "aankondiging") == mail
    assert (await door.get("ggz", f"{here(door, 'ggz')}/kanalen")) == {"resultaten": [], "keuzen": {}}


async def test_a_code_goes_to_the_way_that_it_is_for_however_often_it_is_tried_and_else_nowhere(
    door: Door, db: Databases
) -> None:
    way = await added(door, "ggz", PHONE)

    assert await over(db, door.house, "ggz", CODE, 5, kanaal=way) == Way(WayKind.SMS, "+31612345678", UUID(way))
    assert await over(db, door.house, "politie", CODE, kanaal=way) is None, "of somebody else"
    await door.call("DELETE", f"/kanalen/{way}", "ggz")
    assert await over(db, door.house, "ggz", CODE, kanaal=way) is None


async def test_many_messages_ask_the_database_once(door: Door, db: Databases) -> None:
    async with unit_of_work(ENGINE, db.engine) as work:
        people = [door.house.person(key) for key in ("ggz", "politie", "om", "gemeente")]
        await outbox.post(work, people, house_id=door.house.id, template="herinnering", key=str(new_id()), case_id=None,
                          lines=[])  # fmt: skip
        claimed: list[Any] = list(
            await work.session.execute(
                text("SELECT o.*, p.email FROM outbox o JOIN person p ON p.id = recipient_id WHERE o.house_id = :h"),
                {"h": door.house.id},
            )
        )
    as_engine = Databases(db.name, db.server, db.owner, db.engine, db.engine)
    async with counted(as_engine) as seen, unit_of_work(ENGINE, db.engine) as work:
        found = await lookup.over(work, claimed)

    assert len(found) == 4
    assert len([one for one in seen if "contact_way" in one]) == 1


async def test_five_wrong_codes_and_half_an_hour_are_the_end_of_a_code(roving_door: Door, own_db: Databases) -> None:
    door, db = roving_door, own_db
    first, second = await added(door, "ggz", PHONE), await added(door, "ggz", PHONE | {"adres": "06 87654321"})
    good = [await code_for(db, one) for one in (first, second)]
    for _ in range(5):
        await door.refused("ggz", f"/kanalen/{first}/bevestigingen", {"code": "00000000"}, 403)
    await db.shift(timedelta(minutes=31).total_seconds())

    for way, code in zip((first, second), good, strict=True):
        assert "verlopen" in (await door.refused("ggz", f"/kanalen/{way}/bevestigingen", {"code": code}, 409))["detail"]
    assert await added(door, "ggz", PHONE) == first, "the same address once more is a new code"
    assert await code_for(db, first) != good[0]
    await door.post("ggz", f"/kanalen/{first}/bevestigingen", {"code": await code_for(db, first)})


async def test_nobody_is_flooded_with_codes(door: Door) -> None:
    for _ in range(3):
        await added(door, "ggz", PHONE)
    again = await door.refused("ggz", f"{here(door, 'ggz')}/kanalen", PHONE, 409)
    for number in range(9):
        await added(door, "ggz", {"soort": "sms", "adres": f"06 2000000{number}"})
    eleventh = await door.refused("ggz", f"{here(door, 'ggz')}/kanalen", {"soort": "teams", "adres": "x"}, 409)

    assert "drie codes" in again["detail"]
    assert "te veel" in eleventh["detail"]


async def test_ending_and_adding_again_is_no_way_around_that(door: Door) -> None:
    for _ in range(10):
        way = await added(door, "ggz", PHONE)
        await door.call("DELETE", f"/kanalen/{way}", "ggz")

    assert "morgen" in (await door.refused("ggz", f"{here(door, 'ggz')}/kanalen", PHONE, 409))["detail"]


async def test_a_mailbox_elsewhere_is_for_the_house_to_allow(door: Door) -> None:
    path, elsewhere = f"{here(door, 'ggz')}/kanalen", {"soort": "e-mail", "adres": "wacht@ggz-team.example"}
    refused = await door.refused("ggz", path, elsewhere, 400)
    policy = {"adresdomeinen": {str(door.house.organisations["ggz"]): ["ggz-team.example"]}}
    set_ = await door.call(
        "PUT", f"/huizen/{door.house.id}/beleid", "beheerder", json=policy, headers={"If-Match": '"0"'}
    )

    assert "toestaat" in str(refused)
    assert set_.status_code == 204, set_.text
    assert await added(door, "ggz", elsewhere)
    await door.refused("politie", f"{here(door, 'politie')}/kanalen", elsewhere, 400)
    assert await added(door, "ggz", {"soort": "e-mail", "adres": f"ander@{door.house.slug}.example"})


async def test_what_is_no_address_is_refused_with_how_it_should_look(door: Door) -> None:
    path = f"{here(door, 'ggz')}/kanalen"
    for body in (
        {"soort": "teams", "adres": "https://127.0.0.1/"}, {"soort": "webhook", "adres": "jsons://169.254.169.254/"},
        {"soort": "sms", "adres": "0900 1234"}, {"soort": "matrix", "adres": "!kamer:x.example"},
    ):  # fmt: skip
        assert "adres" in str(await door.refused("ggz", path, body, 400))
    await door.refused("ggz", path, {"soort": "fax", "adres": "x"}, 400)


async def test_others_see_nothing_and_the_functional_administrator_enough_to_end_it(door: Door, db: Databases) -> None:
    way = await confirmed(door, db, "ggz", PHONE)
    for who in ("politie", "manager", "regisseur"):
        await door.refused(who, f"{here(door, 'ggz')}/kanalen", None, 403, "GET")
        await door.refused(who, f"/kanalen/{way}", None, 404, "DELETE")
    await door.refused("politie", f"/kanalen/{way}/bevestigingen", {"code": "1"}, 404)
    await door.refused("beheerder", f"/kanalen/{way}/bevestigingen", {"code": "1"}, 403)
    seen = (await door.get("beheerder", f"{here(door, 'ggz')}/kanalen"))["resultaten"]

    assert seen[0]["adres"] == "+31…78"
    assert (await door.call("DELETE", f"/kanalen/{way}", "beheerder")).status_code == 204
    await door.refused("ggz", f"/kanalen/{way}", None, 409, "DELETE")


async def test_the_database_itself_lets_nobody_read_or_confirm_anothers_way(door: Door, db: Databases) -> None:
    way = await confirmed(door, db, "ggz", PHONE)
    waiting = await added(door, "ggz", PHONE | {"adres": "06 87654321"})
    seen = {}
    for who in ("ggz", "politie", "manager", "beheerder"):
        async with unit_of_work(door.house.actors[who], db.web) as work:
            seen[who] = len((await work.session.execute(text("SELECT id FROM contact_way"))).all())
    with pytest.raises(DBAPIError, match="row-level security"):
        async with unit_of_work(door.house.actors["beheerder"], db.web) as work:
            await work.session.execute(
                text("UPDATE contact_way SET verified_at = now(), code_hash = NULL, code_until = NULL WHERE id = :id"),
                {"id": waiting},
            )
    with pytest.raises(DBAPIError, match="permission denied"):
        async with unit_of_work(ENGINE, db.engine) as work:
            await work.session.execute(text("SELECT code_hash FROM contact_way"))

    assert way
    assert seen == {"ggz": 2, "politie": 0, "manager": 0, "beheerder": 2}


async def test_what_changed_is_in_the_log_without_an_address_or_a_code(door: Door, db: Databases) -> None:
    way = await confirmed(door, db, "ggz", PHONE)
    await chosen(door, "ggz", taak=way)
    await door.call("DELETE", f"/kanalen/{way}", "beheerder")
    code = await code_for(db, way)
    async with db.engine.engine.begin() as connection:
        rows = (
            await connection.execute(
                text("SELECT action, facts::text FROM audit_line WHERE house_id = :h AND"
                     " (object_kind = 'kanaal' OR action LIKE 'kana%') ORDER BY id"), {"h": door.house.id},
            )
        ).all()  # fmt: skip

    assert [row.action for row in rows] == [
        "kanaal toegevoegd", "code voor kanaal verstuurd", "kanaal bevestigd", "kanalen gekozen", "kanaal beëindigd",
    ]  # fmt: skip
    assert not any("12345678" in row.facts or code in row.facts for row in rows)


@pytest.fixture
def provider(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with listening(tmp_path_factory.mktemp("tls")) as made:
        yield made


async def test_from_a_code_on_a_telephone_to_a_reminder_on_it_and_by_mail_when_the_provider_is_down(
    own_db: Databases, provider: Listening, tmp_path_factory: pytest.TempPathFactory, caplog: pytest.LogCaptureFixture
) -> None:
    transactions.use(own_db.engine)
    channels = Channels.read(SMS.format(port=provider.port, ca=provider.ca_file))
    catcher = await Mailcatcher.start(tmp_path_factory.mktemp("mail"))
    relay = Relay("127.0.0.1", catcher.smtp_port, "pols@huis.example")
    try:
        async with own_client(own_db) as client:
            door = Door(client, await a_house(own_db.owner))
            way = await added(door, "ggz", PHONE)
            await _drain(relay, channels)
            code = provider.requests[0].json["tekst"].split()[4].rstrip(",")
            await door.post("ggz", f"/kanalen/{way}/bevestigingen", {"code": code})
            await chosen(door, "ggz", herinnering=way)
        await _remind(own_db, door.house, "een")
        await _drain(relay, channels)
        provider.answers = lambda _request: (503, {}, b"te druk met hun woorden")
        await _remind(own_db, door.house, "twee")
        with caplog.at_level(logging.INFO):
            for _ in range(3):
                await _drain(relay, channels)
                await own_db.shift(301)
    finally:
        transactions.use(None)
        await catcher.stop()

    assert [one.json["naar"] for one in provider.requests] == ["+31612345678"] * 4
    assert provider.requests[1].json["tekst"].startswith("Pols: Er wacht iets op een collega die afwezig is")
    assert len(catcher.messages) == 1, "after two tries over the telephone it was mail"
    assert not [one for one in caplog.messages if "hun woorden" in one or "6123" in one or "localhost" in one]


async def _remind(db: Databases, house: AHouse, key: str) -> None:
    async with unit_of_work(ENGINE, db.engine) as work:
        await outbox.post(work, [house.person("ggz")], house_id=house.id, template="zonder_vervanger", key=key,
                          case_id=None, lines=[])  # fmt: skip


async def _drain(relay: Relay, channels: Channels) -> None:
    post = Post(relay, "https://pols.example", channels=channels)
    while await post.deliver():
        pass
    await post.aclose()


async def test_a_token_alone_adds_no_way_where_tokens_do_not_suffice(db: Databases, house: AHouse) -> None:
    from api.app import create_app  # noqa: PLC0415 - with other ways in than the tests usually have

    transport = httpx2.ASGITransport(app=create_app(db.web, workplace=False))
    async with httpx2.AsyncClient(transport=transport, base_url="https://pols.example") as client:
        refused = await Door(client, house).refused("ggz", f"/personen/{house.person('ggz')}/kanalen", PHONE, 403)

    assert "tweede factor" in refused["detail"]


async def test_a_way_is_in_one_form_so_that_the_same_address_is_the_same_way(door: Door, db: Databases) -> None:
    first = await added(door, "ggz", PHONE)

    assert await added(door, "ggz", {"soort": "sms", "adres": "+31 (0)6-12345678"}) == first
    async with unit_of_work(door.house.actors["ggz"], db.web) as work:
        assert len(list(await work.session.scalars(select(ContactWay)))) == 1


async def test_an_address_is_forgotten_a_month_after_it_was_ended_and_when_its_person_left(
    roving_door: Door, own_db: Databases
) -> None:
    door, db = roving_door, own_db
    transactions.use(db.engine)
    for who in ("ggz", "politie", "om"):
        await confirmed(door, db, who, PHONE)
    ended = (await door.get("ggz", f"{here(door, 'ggz')}/kanalen"))["resultaten"][0]["id"]
    await door.call("DELETE", f"/kanalen/{ended}", "ggz")
    await door.post("manager", f"{here(door, 'om')}/vertrek", status=204)
    await clocks.forget_told()
    soon = await _people_with_ways(db)
    await db.shift(timedelta(days=31).total_seconds())
    await clocks.forget_told()
    transactions.use(None)

    assert soon == {door.house.person("ggz"), door.house.person("politie")}
    assert await _people_with_ways(db) == {door.house.person("politie")}


async def _people_with_ways(db: Databases) -> set[UUID]:
    async with unit_of_work(ENGINE, db.engine) as work:
        return set(await work.session.scalars(text("SELECT person_id FROM contact_way")))
