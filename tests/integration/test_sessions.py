"""Sessions (ASVS V7): a new secret at every sign-in, an end by itself, at once when somebody may no longer enter, and
proof again for what is far-reaching."""

from datetime import timedelta

import httpx2
import pytest
from sqlalchemy import text

from api.ways import Accounts
from api.workplace.visits import COOKIE
from models.actors import AT_THE_DOOR
from models.casebook import sessions
from models.casebook.setup import hashed
from models.refusals import ConfirmFirst
from models.transactions import signed_in, unit_of_work
from tests import factories
from tests.conftest import Databases
from tests.doors import counted
from tests.entering import PASSWORD, Entrance, csrf, enrolled, new_accounts
from tests.factories import AHouse

MINUTE = 60


@pytest.fixture(scope="module")
def ours() -> Accounts:
    return new_accounts()


@pytest.fixture
def entrance(db: Databases, ours: Accounts) -> Entrance:
    return Entrance.on(db.web, ours)


@pytest.fixture
async def own(own_db: Databases, ours: Accounts) -> tuple[Databases, AHouse, Entrance]:
    """A database whose clock a test may move."""
    return own_db, await factories.a_house(own_db.owner), Entrance.on(own_db.web, ours)


async def by_token(client: httpx2.AsyncClient, house: AHouse, key: str) -> None:
    answer = await client.post("/aanmelden", data={"token": house.tokens[key]})
    assert answer.status_code == 303


async def is_in(client: httpx2.AsyncClient) -> bool:
    answer = await client.get("/")
    assert answer.status_code in {200, 303}
    return answer.status_code == 200


# Secrets and cookies


async def test_signing_in_makes_a_new_secret_whatever_the_browser_brought(
    db: Databases, house: AHouse, entrance: Entrance
) -> None:
    email = await enrolled(db, entrance, house, "regisseur")
    async with entrance.browser() as attacker, entrance.browser() as victim:
        await by_token(attacker, house, "manager")
        planted = attacker.cookies[COOKIE]
        for invented in (planted, "x" * 43):
            victim.cookies.set(COOKIE, invented, domain="pols.example", path="/")
            await entrance.sign_in(victim, email)
            assert victim.cookies[COOKIE] not in {planted, invented}
            assert "Regisseur Fictief" in (await victim.get("/")).text

        assert not await is_in(attacker), "what was planted has ended"


async def test_on_our_own_machine_only_the_cookie_does_without_https(house: AHouse, entrance: Entrance) -> None:
    found = {}
    for base in ("http://127.0.0.1:8080", "http://pols.example", "https://pols.example"):
        async with entrance.browser(base=base) as client:
            answer = await client.post("/aanmelden", data={"token": house.tokens["regisseur"]})
            name, _, rest = answer.headers["set-cookie"].partition("=")
            found[base] = (name, "Secure" in rest, "HttpOnly" in rest, "samesite=strict" in rest.lower())
            assert "Domain" not in rest
            assert "Path=/;" in rest

    assert found == {
        "http://127.0.0.1:8080": ("pols_sessie", False, True, True),
        "http://pols.example": ("__Host-pols_sessie", True, True, True),
        "https://pols.example": ("__Host-pols_sessie", True, True, True),
    }


async def test_a_secret_has_256_bits_and_only_its_hash_is_kept(
    db: Databases, house: AHouse, entrance: Entrance
) -> None:
    async with entrance.browser() as client:
        await by_token(client, house, "regisseur")
        secret = client.cookies[COOKIE]
    async with db.owner.engine.begin() as connection:
        kept = (
            await connection.execute(
                text("SELECT * FROM web_session WHERE secret_hash = :h"), {"h": hashed(secret)}
            )
        ).one()  # fmt: skip

    assert len(secret) == 43
    assert secret not in str(kept)


# Ends


async def test_half_an_hour_without_a_page_ends_a_session_and_a_page_keeps_it(
    own: tuple[Databases, AHouse, Entrance],
) -> None:
    db, house, entrance = own
    async with entrance.browser() as client:
        await by_token(client, house, "regisseur")
        kept = []
        for _ in range(3):
            await db.shift(sessions.IDLE.total_seconds() - MINUTE)
            kept.append(await is_in(client))
        await db.shift(sessions.IDLE.total_seconds() + 1)

        assert (kept, await is_in(client)) == ([True] * 3, False)


async def test_eight_hours_end_a_session_that_is_always_used(own: tuple[Databases, AHouse, Entrance]) -> None:
    db, house, entrance = own
    async with entrance.browser() as client:
        await by_token(client, house, "regisseur")
        for _ in range(23):
            await db.shift(20 * MINUTE)
            assert await is_in(client)
        await db.shift(20 * MINUTE + 1)

        assert not await is_in(client)


async def test_that_a_session_is_used_is_written_once_a_minute(own: tuple[Databases, AHouse, Entrance]) -> None:
    db, house, entrance = own
    seen = []
    async with entrance.browser() as client:
        await by_token(client, house, "regisseur")
        for seconds in (0, 30, 31, 10):
            await db.shift(seconds)
            await client.get("/")
            async with db.owner.engine.begin() as connection:
                seen.append(await connection.scalar(text("SELECT last_seen_at FROM web_session")))

    assert seen[0] == seen[1] < seen[2] == seen[3]


@pytest.mark.parametrize(
    "change",
    ["active = false", "screened_until = '2020-01-01'", "screened_until = NULL", "trained_until = '2020-01-01'"],
)
async def test_a_stolen_session_is_worth_nothing_after_its_person_may_no_longer_enter(
    db: Databases, house: AHouse, entrance: Entrance, change: str
) -> None:
    async with entrance.browser() as client, entrance.browser() as thief:
        await by_token(client, house, "regisseur")
        thief.cookies.set(COOKIE, client.cookies[COOKIE])
        before = await is_in(thief)
        await db.run(f"UPDATE person SET {change} WHERE id = :p", p=house.person("regisseur"))

        assert (before, await is_in(thief), await is_in(client)) == (True, False, False)


async def test_who_becomes_active_again_signs_in_again(db: Databases, house: AHouse, entrance: Entrance) -> None:
    async with entrance.browser() as client:
        await by_token(client, house, "regisseur")
        for active in ("false", "true"):
            await db.run(f"UPDATE person SET active = {active} WHERE id = :p", p=house.person("regisseur"))

        assert not await is_in(client)


# One's own sessions


async def test_somebody_sees_and_ends_their_sessions_one_by_one_or_all_others(
    house: AHouse, entrance: Entrance
) -> None:
    async with entrance.browser() as one, entrance.browser() as two, entrance.browser() as three:
        for client in (one, two, three):
            await by_token(client, house, "regisseur")
        page = (await one.get("/mijn")).text
        paths = [part.split('"')[0] for part in page.split('action="/mijn/sessies/')[1:]]
        newest = await one.post(f"/mijn/sessies/{paths[0]}", data=csrf(one))
        after_one = [await is_in(client) for client in (one, two, three)]
        await one.post("/mijn/sessies", data=csrf(one))
        after_all = [await is_in(client) for client in (one, two, three)]

    assert (len(paths), page.count("deze browser"), newest.status_code) == (3, 1, 303)
    assert (after_one, after_all) == ([True, True, False], [True, False, False])


async def test_nobody_ends_or_sees_the_session_of_somebody_else(house: AHouse, entrance: Entrance) -> None:
    async with entrance.browser() as mine, entrance.browser() as other:
        await by_token(mine, house, "regisseur")
        await by_token(other, house, "manager")
        page = (await other.get("/mijn")).text
        session_id = page.split('action="/mijn/sessies/')[1].split('"')[0]
        answer = await mine.post(f"/mijn/sessies/{session_id}", data=csrf(mine))

        assert answer.status_code == 404
        assert session_id not in (await mine.get("/mijn")).text
        assert await is_in(other)


async def test_ending_the_session_one_is_in_signs_out(house: AHouse, entrance: Entrance) -> None:
    async with entrance.browser() as client:
        await by_token(client, house, "regisseur")
        session_id = (await client.get("/mijn")).text.split('action="/mijn/sessies/')[1].split('"')[0]
        answer = await client.post(f"/mijn/sessies/{session_id}", data=csrf(client))

        assert answer.headers["location"] == "/aanmelden?gezegd=afgemeld"
        assert COOKIE not in client.cookies


# The second factor again


async def fresh(db: Databases, client: httpx2.AsyncClient, within: timedelta = sessions.FRESH) -> bool:
    async with signed_in(hashed(client.cookies[COOKIE]), db.web) as (work, _):
        return sessions.is_fresh(work, within)


async def test_the_second_factor_is_fresh_for_a_while_and_again_after_a_new_code(
    own: tuple[Databases, AHouse, Entrance],
) -> None:
    db, house, entrance = own
    email = await enrolled(db, entrance, house, "regisseur")
    async with entrance.browser() as client:
        await entrance.sign_in(client, email)
        at_once = await fresh(db, client)
        await db.shift(sessions.FRESH.total_seconds() + 1)
        later, longer = await fresh(db, client), await fresh(db, client, timedelta(minutes=10))
        before = client.cookies[COOKIE]
        sent = csrf(client) | {"code": entrance.code(email), "terug": "/casussen"}
        answer = await client.post("/bevestigen", data=sent)
        after = await fresh(db, client)
        async with entrance.browser() as thief:
            thief.cookies.set(COOKIE, before)

            assert not await is_in(thief), "the session goes on under a new secret"

    assert (at_once, later, longer, after) == (True, False, True, True)
    assert answer.headers["location"] == "/casussen"


async def test_a_used_code_confirms_nothing_and_too_many_wait(db: Databases, house: AHouse, entrance: Entrance) -> None:
    email = await enrolled(db, entrance, house, "regisseur")
    code = entrance.code(email)
    async with entrance.browser() as client:
        await entrance.sign_in(client, email, code=code)
        before = client.cookies[COOKIE]
        answers = [await client.post("/bevestigen", data=csrf(client) | {"code": code}) for _ in range(11)]

        assert [one.status_code for one in answers] == [403] * 10 + [429]
        assert int(answers[-1].headers["retry-after"]) > 0
        assert (client.cookies[COOKIE], await is_in(client)) == (before, True)


async def test_a_session_of_a_token_is_fresh_only_after_the_token_again(
    db: Databases, house: AHouse, entrance: Entrance
) -> None:
    async with entrance.browser() as client:
        await by_token(client, house, "regisseur")
        found = [await fresh(db, client)]
        for token in (house.tokens["manager"], client.cookies[COOKIE], house.tokens["regisseur"]):
            await client.post("/bevestigen", data=csrf(client) | {"token": token})
            found.append(await fresh(db, client))

    assert found == [False, False, False, True]


async def test_what_is_far_reaching_leads_to_confirming_first(house: AHouse, entrance: Entrance) -> None:
    form = {"naam": "weeklijst", "bereik": "lezen", "dagen": "30"}
    async with entrance.browser() as client:
        await by_token(client, house, "regisseur")
        refused = await client.post("/mijn/tokens", data=csrf(client) | form)
        asked = await client.get(refused.headers["location"])
        await client.post("/bevestigen", data=csrf(client) | {"token": house.tokens["regisseur"]})
        made = await client.post("/mijn/tokens", data=csrf(client) | form)

    assert refused.headers["location"].startswith("/bevestigen?")
    assert "Bevestig eerst" in asked.text
    assert (made.status_code, "Uw nieuwe token" in made.text) == (200, True)


@pytest.mark.parametrize("to", ["//kwaad.example", "https://kwaad.example", "/\\kwaad.example", "javascript:1", ""])
async def test_confirming_leads_only_to_our_own_pages(house: AHouse, entrance: Entrance, to: str) -> None:
    async with entrance.browser() as client:
        await by_token(client, house, "regisseur")
        sent = csrf(client) | {"token": house.tokens["regisseur"], "terug": to}

        assert (await client.post("/bevestigen", data=sent)).headers["location"] == "/"


async def test_an_api_token_never_gave_a_second_factor(db: Databases, house: AHouse) -> None:
    async with signed_in(hashed(house.tokens["regisseur"]), db.web) as (work, _):
        with pytest.raises(ConfirmFirst):
            sessions.must_be_fresh(work)


async def test_a_form_of_signing_in_from_another_website_is_refused(
    db: Databases, house: AHouse, entrance: Entrance
) -> None:
    email = await enrolled(db, entrance, house, "regisseur")
    elsewhere = {"sec-fetch-site": "cross-site"}
    form = {"email": email, "wachtwoord": PASSWORD, "code": entrance.code(email)}
    async with entrance.browser() as client:
        for path in ("/aanmelden", "/aanmelden/account"):
            assert (await client.post(path, data=form, headers=elsewhere)).status_code == 403
        assert COOKIE not in client.cookies


async def test_only_a_token_that_is_good_for_all_opens_a_session(
    db: Databases, house: AHouse, entrance: Entrance
) -> None:
    for scope, status in (("alles", 303), ("lezen", 403), ("melden", 403)):
        await db.run(
            "UPDATE api_token SET scope = :s WHERE token_hash = :h", s=scope, h=hashed(house.tokens["regisseur"])
        )
        async with entrance.browser() as client:
            answer = await client.post("/aanmelden", data={"token": house.tokens["regisseur"]})
            assert answer.status_code == status


async def test_signing_in_stays_one_step_of_the_database_per_request(db: Databases, house: AHouse) -> None:
    async with unit_of_work(AT_THE_DOOR, db.web) as work:
        secret = await sessions.sign_in(work, house.tokens["regisseur"])

    async with counted(db) as asked, signed_in(hashed(secret), db.web):
        pass

    assert len(asked) == 1
