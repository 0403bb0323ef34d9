"""Local accounts: invited once, a password and a code, one answer to all that is wrong, and limits that shut out nobody
but who tries."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from api.ways import Accounts
from api.workplace.entering import NOT_GOOD
from api.workplace.visits import COOKIE, DEVICE
from models import attempts, transactions
from models.actors import AT_THE_DOOR, ENGINE
from models.casebook import accounts
from models.refusals import NotFound, NotPossible
from models.transactions import unit_of_work
from tasks import clocks
from tests import factories
from tests.conftest import Databases
from tests.doors import counted
from tests.entering import (
    PASSWORD,
    Entrance,
    csrf,
    email_of,
    enrolled,
    enrolment,
    invited,
    new_accounts,
    new_address,
    shown_secret,
)
from tests.factories import AHouse

DAY = 86_400


@pytest.fixture(scope="module")
def ours() -> Accounts:
    return new_accounts()


@pytest.fixture
def entrance(db: Databases, ours: Accounts) -> Entrance:
    return Entrance.on(db.web, ours)


# Inviting


async def test_who_is_invited_sets_a_password_and_an_app_and_signs_in(
    db: Databases, house: AHouse, entrance: Entrance
) -> None:
    email = await enrolled(db, entrance, house, "regisseur")
    async with entrance.browser() as client:
        answer = await entrance.sign_in(client, email.upper(), code=entrance.code(email))
        page = await client.get("/")

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Regisseur Fictief" in page.text


async def test_an_invitation_is_good_once(db: Databases, house: AHouse, entrance: Entrance) -> None:
    invitation = await invited(db, house, "regisseur")
    await entrance.enrol(invitation, email_of(house, "regisseur"))
    async with entrance.browser() as client:
        again = await client.post("/aanmelden/account", data={"uitnodiging": invitation})

    assert (again.status_code, "niet geldig" in again.text) == (403, True)


async def test_an_invitation_is_good_for_a_day(own_db: Databases, ours: Accounts) -> None:
    entrance, house = Entrance.on(own_db.web, ours), await factories.a_house(own_db.owner)
    invitation = await invited(own_db, house, "regisseur")
    async with entrance.browser() as client:
        before = await client.post("/aanmelden/account", data={"uitnodiging": invitation})
        await own_db.shift(DAY + 60)
        after = await client.post("/aanmelden/account", data={"uitnodiging": invitation})

    assert (before.status_code, after.status_code) == (200, 403)


@pytest.mark.parametrize(
    "other",
    [{"wachtwoord": "kort", "herhaling": "kort"}, {"herhaling": "iets anders dan dat"}, {"code": "000000"}],
    ids=["easily guessed", "mistyped", "wrong code"],
)
async def test_an_account_is_not_set_up_with_less_and_the_app_stays_the_same(
    db: Databases, house: AHouse, entrance: Entrance, other: dict[str, str]
) -> None:
    invitation, email = await invited(db, house, "regisseur"), email_of(house, "regisseur")
    async with entrance.browser() as client:
        first = (await client.post("/aanmelden/account", data={"uitnodiging": invitation})).text
        entrance.apps[email] = shown_secret(first)
        sent = enrolment(invitation, entrance.code(email)) | other
        refused = await client.post("/aanmelden/account", data=sent)
        signing_in = await entrance.sign_in(client, email)

    assert refused.status_code == 422
    assert shown_secret(refused.text) == entrance.apps[email]
    assert "<svg" in refused.text
    assert PASSWORD not in refused.text
    assert signing_in.status_code == 403


async def test_a_new_invitation_ends_what_there_was(db: Databases, house: AHouse, entrance: Entrance) -> None:
    email = await enrolled(db, entrance, house, "regisseur")
    async with entrance.browser() as client:
        await entrance.sign_in(client, email)
        await invited(db, house, "regisseur")

        assert (await client.get("/")).status_code == 303
        assert (await entrance.sign_in(client, email)).status_code == 403


async def test_only_an_active_person_of_one_house_is_invited(own_db: Databases) -> None:
    house = await factories.a_house(own_db.owner)
    other = await factories.a_house(own_db.owner)
    shared = email_of(house, "regisseur")
    await own_db.run("UPDATE person SET email = :e WHERE id = :p", e=shared.upper(), p=other.person("regisseur"))
    await own_db.run("UPDATE person SET active = false WHERE id = :p", p=house.person("manager"))
    async with unit_of_work(ENGINE, own_db.owner) as work:
        with pytest.raises(NotPossible, match="meer personen"):
            await accounts.invite(work, shared)
        with pytest.raises(NotFound):
            await accounts.invite(work, email_of(house, "manager"))
        with pytest.raises(NotFound):
            await accounts.invite(work, "niemand@huis.example")

        assert await accounts.invite(work, shared, house=house.slug)


async def test_what_is_kept_of_an_account_is_of_no_use_to_who_reads_it(
    db: Databases, house: AHouse, entrance: Entrance
) -> None:
    email = await enrolled(db, entrance, house, "regisseur")
    async with db.owner.engine.begin() as connection:
        kept = (await connection.execute(text("SELECT * FROM local_account WHERE login = :e"), {"e": email})).one()

    assert kept.password_hash.startswith("$argon2id$")
    assert entrance.apps[email].encode() not in kept.totp_secret
    assert (kept.invite_hash, kept.invite_until) == (None, None)


# Signing in


async def test_a_code_is_good_once(db: Databases, house: AHouse, entrance: Entrance) -> None:
    email = await enrolled(db, entrance, house, "regisseur")
    code = entrance.code(email)
    async with entrance.browser() as client, entrance.browser() as other:
        first = await entrance.sign_in(client, email, code=code)
        second = await entrance.sign_in(other, email, code=code)

    assert (first.status_code, second.status_code) == (303, 403)


async def test_of_two_at_once_with_one_code_one_comes_in(db: Databases, house: AHouse, entrance: Entrance) -> None:
    email = await enrolled(db, entrance, house, "regisseur")
    code = entrance.code(email)
    async with entrance.browser() as client, entrance.browser() as other:
        both = await asyncio.gather(*(entrance.sign_in(one, email, code=code) for one in (client, other)))

    assert sorted(one.status_code for one in both) == [303, 403]


async def test_all_that_is_wrong_gets_one_answer_after_the_same_questions(
    db: Databases, house: AHouse, entrance: Entrance
) -> None:
    emails = {
        key: await enrolled(db, entrance, house, key) for key in ("regisseur", "manager", "triagist", "ggz")
    }  # fmt: skip
    await db.run("UPDATE person SET active = false WHERE id = :p", p=house.person("manager"))
    await db.run("UPDATE person SET screened_until = '2020-01-01' WHERE id = :p", p=house.person("triagist"))
    await db.run("UPDATE person SET trained_until = NULL WHERE id = :p", p=house.person("ggz"))
    tries: dict[str, dict[str, str]] = {
        "unknown": {"email": "niemand@huis.example"}, "not enrolled": {"email": email_of(house, "politie")},
        "password": {"email": emails["regisseur"], "wachtwoord": "iets heel anders"},
        "code": {"email": emails["regisseur"], "code": "000000"}, "nothing": {"email": "", "wachtwoord": ""},
        "inactive": {"email": emails["manager"]}, "screening": {"email": emails["triagist"]},
        "training": {"email": emails["ggz"]},
    }  # fmt: skip
    answers, questions = {}, {}
    for name, fields in tries.items():
        async with entrance.browser() as client, counted(db) as seen:
            answers[name] = await entrance.sign_in(client, **fields)
            assert COOKIE not in client.cookies
        questions[name] = list(seen)

    assert {one.status_code for one in answers.values()} == {403}
    assert len({one.text for one in answers.values()}) == 1
    assert NOT_GOOD in answers["code"].text
    assert len({tuple(one) for one in questions.values()}) == 1, questions


async def test_who_failed_and_who_came_in_is_in_the_log_without_their_address(
    db: Databases, house: AHouse, entrance: Entrance
) -> None:
    email = await enrolled(db, entrance, house, "regisseur")
    async with entrance.browser() as client:
        await entrance.sign_in(client, email, code="000000")
        await entrance.sign_in(client, email)
    async with unit_of_work(house.actors["privacy"], db.web) as work:
        lines = await work.session.execute(
            text("SELECT action, result, person_id, object_id, facts::text FROM audit_line ORDER BY id")
        )
        found = [tuple(row) for row in lines]

    person = house.person("regisseur")
    assert [(one[0], one[1], one[2]) for one in found] == [
        ("account uitgenodigd", "ok", None), ("account ingesteld", "ok", None),
        ("aanmelden geweigerd", "geweigerd", None), ("aangemeld", "ok", person),
    ]  # fmt: skip
    assert found[2][3] == person
    assert not any(email in str(one) for one in found)


async def test_without_accounts_the_form_opens_nothing(db: Databases, house: AHouse, entrance: Entrance) -> None:
    email = await enrolled(db, entrance, house, "regisseur")
    closed = Entrance(db.web, type(entrance.ways)(wall=entrance.wall), entrance.wall, entrance.apps)
    async with closed.browser() as client:
        assert (await closed.sign_in(client, email)).status_code == 403
        assert (await client.post("/aanmelden", data={"token": house.tokens["regisseur"]})).status_code == 403
        assert (await client.get("/aanmelden/account")).status_code == 404
        assert "<form" not in (await client.get("/aanmelden")).text


# Limits


async def _fail(entrance: Entrance, email: str, address: str, times: int) -> list[int]:
    async with entrance.browser(address=address) as client:
        return [
            (await entrance.sign_in(client, email, wachtwoord="geraden?", code="000000")).status_code
            for _ in range(times)
        ]


async def test_who_fails_too_often_waits_and_is_told_how_long(own_db: Databases, ours: Accounts) -> None:
    entrance, house = Entrance.on(own_db.web, ours), await factories.a_house(own_db.owner)
    email, address = await enrolled(own_db, entrance, house, "regisseur"), new_address()

    assert await _fail(entrance, email, address, 6) == [403] * 5 + [429]
    async with entrance.browser(address=address) as client:
        refused = await entrance.sign_in(client, email)
        await own_db.shift(int(refused.headers["retry-after"]) + 1)
        later = await entrance.sign_in(client, email)

    assert (refused.status_code, "te vaak" in refused.text) == (429, True)
    assert 0 < int(refused.headers["retry-after"]) <= 30
    assert later.status_code == 303


async def test_waits_grow_and_are_forgotten_after_a_day(own_db: Databases, ours: Accounts) -> None:
    entrance, address = Entrance.on(own_db.web, ours), new_address()
    await _fail(entrance, "niemand@huis.example", address, 5)
    waits = []
    for _ in range(4):
        async with entrance.browser(address=address) as client:
            waits.append(int((await entrance.sign_in(client, "niemand@huis.example")).headers["retry-after"]))
        await own_db.shift(waits[-1] + 1)
        assert await _fail(entrance, "niemand@huis.example", address, 1) == [403]
    await own_db.shift(DAY + 1)

    assert [round(one / 30) for one in waits] == [1, 2, 4, 8]
    assert await _fail(entrance, "niemand@huis.example", address, 6) == [403] * 5 + [429]


async def test_an_address_that_tries_many_accounts_waits_too(entrance: Entrance) -> None:
    address = new_address()
    tried = [await _fail(entrance, f"iemand{number}@huis.example", address, 1) for number in range(31)]

    assert [one[0] for one in tried] == [403] * attempts.ADDRESS.free + [429]


async def test_who_hammers_an_account_elsewhere_does_not_keep_its_owner_out(
    db: Databases, house: AHouse, entrance: Entrance
) -> None:
    email = await enrolled(db, entrance, house, "regisseur")
    for _ in range(4):
        await _fail(entrance, email, new_address(), 6)
    async with entrance.browser() as client:
        assert (await entrance.sign_in(client, email)).status_code == 303


async def test_a_known_browser_comes_in_also_from_an_address_that_must_wait(
    db: Databases, house: AHouse, entrance: Entrance
) -> None:
    email, address = await enrolled(db, entrance, house, "regisseur"), new_address()
    async with entrance.browser(address=address) as known, entrance.browser(address=address) as fresh:
        assert (await entrance.sign_in(known, email)).status_code == 303
        assert DEVICE in known.cookies
        await _fail(entrance, email, address, 6)

        assert (await entrance.sign_in(fresh, email)).status_code == 429
        assert (await entrance.sign_in(known, email)).status_code == 303


async def test_a_known_browser_is_known_for_its_own_account_only_and_waits_for_itself(
    db: Databases, house: AHouse, entrance: Entrance
) -> None:
    email, other = await enrolled(db, entrance, house, "regisseur"), await enrolled(db, entrance, house, "manager")
    address = new_address()
    async with entrance.browser(address=address) as known:
        await entrance.sign_in(known, email)
        tried = [(await entrance.sign_in(known, email, code="000000")).status_code for _ in range(11)]
        elsewhere = [(await entrance.sign_in(known, other, code="000000")).status_code for _ in range(6)]
    async with entrance.browser() as fresh:
        assert (await entrance.sign_in(fresh, email)).status_code == 303

    assert tried == [403] * 10 + [429]
    assert elsewhere == [403] * 5 + [429]


async def test_many_at_once_are_counted_one_by_one_over_all_processes(db: Databases, entrance: Entrance) -> None:
    address = new_address()
    other = Entrance(db.web, entrance.ways, entrance.wall)  # another process is another application on one database
    both = await asyncio.gather(
        *(_fail(one, "niemand@huis.example", address, 1) for one in (entrance, other) for _ in range(6))
    )

    assert sorted(one[0] for one in both) == [403] * 5 + [429] * 7


async def test_attempts_that_succeed_use_nothing_up(db: Databases, house: AHouse, entrance: Entrance) -> None:
    email, address = await enrolled(db, entrance, house, "regisseur"), new_address()
    for _ in range(7):
        async with entrance.browser(address=address) as client:
            assert (await entrance.sign_in(client, email)).status_code == 303


async def test_the_night_removes_what_is_over(own_db: Databases, ours: Accounts) -> None:
    entrance, house = Entrance.on(own_db.web, ours), await factories.a_house(own_db.owner)
    email = await enrolled(own_db, entrance, house, "regisseur")
    await invited(own_db, house, "manager")
    await _fail(entrance, email, new_address(), 2)
    async with entrance.browser() as client:
        await entrance.sign_in(client, email)
        assert (await client.post("/mijn/sessies", data=csrf(client))).status_code == 303
    await own_db.shift(timedelta(days=400).total_seconds())

    transactions.use(own_db.engine)
    await clocks.forget_sign_ins()
    transactions.use(None)

    async with own_db.owner.engine.begin() as connection:
        left = [
            await connection.scalar(text(f"SELECT count(*) FROM {table}"))
            for table in ("web_session", "known_device", "sign_in_budget", "sign_in_flow")
        ]
        invitations = await connection.scalar(text("SELECT count(*) FROM local_account WHERE invite_hash IS NOT NULL"))
        enrolled_ = await connection.scalar(text("SELECT count(*) FROM local_account WHERE enrolled_at IS NOT NULL"))
    assert (left, invitations, enrolled_) == ([0, 0, 0, 0], 0, 1)


async def test_counts_are_seen_only_while_somebody_signs_in(db: Databases, house: AHouse, entrance: Entrance) -> None:
    await _fail(entrance, "niemand@huis.example", new_address(), 1)
    seen = []
    for actor in (AT_THE_DOOR, house.actors["beheerder"]):
        async with unit_of_work(actor, db.web) as work:
            seen.append(bool(await work.session.scalar(text("SELECT count(*) FROM sign_in_budget"))))

    assert seen == [True, False]
