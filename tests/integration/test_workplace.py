"""The workplace through its own doors: what people see, what they may send, and what no answer is without."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlalchemy import event, text
from starlette.routing import Route

from api.middleware import EVERYWHERE
from api.ways import Ways
from api.workplace.app import create_workplace
from api.workplace.visits import COOKIE, csrf_of
from models.lookups import duties, waiting
from models.tables.base import new_id
from models.tables.cases import Involvement
from models.transactions import unit_of_work
from models.words import DecisionKind, DutyKind, Phase, Standing
from tests import everything, factories
from tests.conftest import Databases
from tests.factories import AHouse, Story
from tests.following import days_pass

TO_TRY = Ways(token_form=True)  #: as where somebody tries Pols out
OPEN_TO_ALL = {
    ("GET", "/aanmelden"), ("POST", "/aanmelden"), ("GET", "/stijl/pols.css"), ("GET", "/stijl/pols.svg"),
    ("GET", "/stijl/htmx.js"),
    ("POST", "/aanmelden/organisatie"), ("GET", "/aanmelden/terug"), ("GET", "/aanmelden/account"),
    ("POST", "/aanmelden/account"), ("GET", "/antwoord"), ("POST", "/antwoord"), ("GET", "/a/{token}"),
    ("POST", "/a/{token}"), ("GET", "/a/{token}/antwoord"), ("POST", "/a/{token}/antwoord"),
    ("POST", "/a/{token}/pincode"),
    ("GET", "/agenda/{secret}.ics"),
}  # fmt: skip
SECRETS = ("Hendrik B.", "999990044", "veertien meldingen", "omdat het nodig is", "toezicht")


@asynccontextmanager
async def browsing(db: Databases) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser without a session; over https, so that the cookie is a secure one."""
    transport = httpx2.ASGITransport(app=create_workplace(db.web, TO_TRY), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="https://pols.example") as client:
        yield client


@asynccontextmanager
async def signed_in(db: Databases, house: AHouse, key: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser of somebody who signed in."""
    async with browsing(db) as client:
        answer = await client.post("/aanmelden", data={"token": house.tokens[key]})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        yield client


@asynccontextmanager
async def confirmed(db: Databases, house: AHouse, key: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser of somebody who just proved again who they are."""
    async with signed_in(db, house, key) as client:
        answer = await client.post("/bevestigen", data=csrf(client) | {"token": house.tokens[key], "terug": "/"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        yield client


def csrf(client: httpx2.AsyncClient) -> dict[str, str]:
    return {"csrf": csrf_of(client.cookies[COOKIE])}


async def a_duty(story: Story, kind: DutyKind, key: str = "manager") -> UUID:
    async with unit_of_work(story.house.actors[key], story.database) as work:
        open_ = await duties.open_in_case(work, story.case_id, {kind})
        return open_[0].id


async def test_without_a_session_every_page_leads_to_signing_in(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.SCREENING)
    async with browsing(db) as client:
        for path in ("/", "/casussen", f"/casussen/{story.case_id}"):
            answer = await client.get(path)
            assert (answer.status_code, answer.headers["location"]) == (303, "/aanmelden")


async def test_every_address_but_these_is_for_who_is_signed_in(db: Databases) -> None:
    addresses = [one for one in create_workplace(db.web, TO_TRY).routes if isinstance(one, Route)]
    assert len(addresses) > len(OPEN_TO_ALL)
    async with browsing(db) as client:
        for one in addresses:
            path = re.sub(r"{\w+:uuid}", str(uuid4()), one.path)
            for verb in (one.methods or set()) - {"HEAD"}:
                if (verb, path) in OPEN_TO_ALL:
                    continue
                answer = await client.request(verb, path, data={"csrf": "0" * 64} if verb == "POST" else None)
                assert (answer.status_code, answer.headers["location"]) == (303, "/aanmelden"), (verb, path)


async def test_a_session_is_a_cookie_out_of_reach_of_scripts_and_other_sites(db: Databases, house: AHouse) -> None:
    async with browsing(db) as client:
        answer = await client.post("/aanmelden", data={"token": house.tokens["regisseur"]})
        cookie = answer.headers["set-cookie"]

    assert {"HttpOnly", "Secure", "Path=/", "Max-Age=28800"} <= {part.strip() for part in cookie.split(";")}
    assert "samesite=strict" in cookie.lower()
    assert house.tokens["regisseur"] not in cookie


async def test_a_wrong_token_opens_nothing_and_says_so(db: Databases) -> None:
    async with browsing(db) as client:
        answer = await client.post("/aanmelden", data={"token": "pols_verzonnen"})

        assert answer.status_code == 403
        assert "niet geldig" in answer.text
        assert COOKIE not in client.cookies


async def test_a_token_in_the_cookie_is_not_a_session(db: Databases, house: AHouse) -> None:
    async with browsing(db) as client:
        client.cookies.set(COOKIE, house.tokens["regisseur"])

        assert (await client.get("/")).status_code == 303


async def test_a_session_ends_after_eight_hours(own_db: Databases) -> None:
    house = await factories.a_house(own_db.owner)
    async with signed_in(own_db, house, "regisseur") as client:
        before = (await client.get("/")).status_code
        await own_db.shift(timedelta(hours=8, minutes=1).total_seconds())

        assert (before, (await client.get("/")).status_code) == (200, 303)


async def test_signing_out_ends_the_session_on_the_server(db: Databases, house: AHouse) -> None:
    async with signed_in(db, house, "regisseur") as client:
        secret = client.cookies[COOKIE]
        answer = await client.post("/afmelden", data=csrf(client))
        client.cookies.set(COOKIE, secret)

        assert answer.status_code == 303
        assert (await client.get("/")).status_code == 303


@pytest.mark.parametrize("given", ["", "0" * 64, "é", None])
async def test_a_form_without_the_token_of_the_session_is_refused(
    db: Databases, house: AHouse, given: str | None
) -> None:
    story = await factories.a_case(db.web, house, Phase.MONITORING)
    duty_id = await a_duty(story, DutyKind.COMMITMENT)
    async with signed_in(db, house, "regisseur") as client:
        data = {} if given is None else {"csrf": given}
        for path in (*(f"/taken/{duty_id}/{act}" for act in ("herinneren", "escaleren", "antwoorden")), "/afmelden"):
            assert (await client.post(path, data=data)).status_code == 403


async def test_the_token_of_another_session_is_refused(db: Databases, house: AHouse) -> None:
    async with signed_in(db, house, "manager") as other, signed_in(db, house, "regisseur") as client:
        assert (await client.post("/afmelden", data=csrf(other))).status_code == 403


async def test_a_form_from_another_website_is_refused(db: Databases, house: AHouse) -> None:
    elsewhere = {"sec-fetch-site": "cross-site"}
    async with signed_in(db, house, "regisseur") as client:
        signing_in = await client.post("/aanmelden", data={"token": house.tokens["manager"]}, headers=elsewhere)

        assert signing_in.status_code == 403
        assert (await client.post("/afmelden", data=csrf(client), headers=elsewhere)).status_code == 403


async def test_every_answer_carries_the_security_headers(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.SCREENING)
    paths = (
        "/",
        "/casussen",
        f"/casussen/{story.case_id}",
        "/aanmelden",
        "/nergens",
        "/stijl/pols.css",
        "/stijl/pols.svg",
    )
    async with signed_in(db, house, "regisseur") as client:
        answers = [await client.get(path) for path in paths] + [await client.post("/afmelden"), await client.put("/")]

    assert {answer.status_code for answer in answers} == {200, 403, 404, 405}
    for answer in answers:
        assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE, answer.url
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; object-src 'none'"), answer.url


async def test_an_error_of_ours_is_a_page_that_tells_nothing(db: Databases, house: AHouse) -> None:
    async with signed_in(db, house, "regisseur") as client:
        app = create_workplace(db.web, TO_TRY)
        app.state.database = "geheim"
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="https://pols.example") as broken:
            broken.cookies.set(COOKIE, client.cookies[COOKIE])
            answer = await broken.get("/")

    assert answer.status_code == 500
    assert "geheim" not in answer.text
    assert answer.headers["X-Frame-Options"] == "DENY"


async def test_missing_and_forbidden_are_the_same_page(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.MONITORING)
    other = await factories.a_house(db.owner)
    async with signed_in(db, other, "manager") as client:
        forbidden = await client.get(f"/casussen/{story.case_id}")
        missing = await client.get("/casussen/01990000-0000-7000-8000-000000000000")

    assert (forbidden.status_code, missing.status_code) == (404, 404)
    assert forbidden.text == missing.text


async def test_who_reads_the_case_sees_the_person_and_that_is_logged(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.MONITORING)
    async with signed_in(db, house, "regisseur") as client:
        page = (await client.get(f"/casussen/{story.case_id}")).text
    async with unit_of_work(house.actors["privacy"], db.web) as work:
        seen = await work.session.scalars(
            text("SELECT person_id FROM audit_line WHERE action = 'inzien' AND case_id = :id"), {"id": story.case_id}
        )

        assert list(seen) == [house.person("regisseur")]
    assert "Hendrik B." in page
    assert "omdat het nodig is" in page
    assert "Namens" in page


@pytest.mark.parametrize("key", ["manager", "triagist", "regisseur2"])
async def test_who_does_not_read_the_case_sees_its_process_and_no_content(
    db: Databases, house: AHouse, key: str
) -> None:
    story = await factories.a_case(db.web, house, Phase.MONITORING)
    async with signed_in(db, house, key) as client:
        page = (await client.get(f"/casussen/{story.case_id}")).text
    async with unit_of_work(house.actors["privacy"], db.web) as work:
        looked = await work.session.scalars(
            text("SELECT object_kind FROM audit_line WHERE action = 'inzien' AND case_id = :id"), {"id": story.case_id}
        )

    # the manager and the triage officer took a decision themselves, and see why
    secrets = [one for one in SECRETS if key == "regisseur2" or one != "omdat het nodig is"]
    assert [one for one in secrets if one in page] == []
    assert "niet zichtbaar" in page
    assert list(looked) == ["proces"]


async def test_who_was_only_asked_one_question_sees_nothing_of_the_process(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.FOCUSOVERLEG)
    async with story.acting("regisseur") as work:
        work.session.add(
            Involvement(
                id=new_id(), house_id=house.id, case_id=story.case_id, standing=Standing.ASKED, since=work.now,
                organisation_id=house.organisations["reclassering"],
            )
        )  # fmt: skip
        await work.session.execute(
            text("UPDATE cases SET hold_since = :now, hold_until = :until WHERE id = :id"),
            {"now": work.now, "until": work.now + timedelta(days=9), "id": story.case_id},
        )
    process = ("Namens", "Opgeschort tot", "Overleggen", "Stadhuis")
    shown = {}
    for key in ("gemeente", "reclassering"):
        async with signed_in(db, house, key) as client:
            page, listed = (await client.get(f"/casussen/{story.case_id}")).text, (await client.get("/casussen")).text
        assert str(story.case_id) in listed
        shown[key] = [one for one in process if one in page], "Opgeschort tot" in listed

    assert shown == {"gemeente": (list(process), True), "reclassering": ([], False)}


async def test_the_page_of_a_case_hides_from_partners_that_informing_was_postponed(
    db: Databases, house: AHouse
) -> None:
    story = await factories.a_case(db.web, house, Phase.MONITORING)
    informing = "Betrokkene informeren"
    shown = {}
    for key in ("politie", "regisseur", "manager", "gemeente", "ggz", "triagist"):
        async with signed_in(db, house, key) as client:
            shown[key] = informing in (await client.get(f"/casussen/{story.case_id}")).text

    assert {key for key, there in shown.items() if there} == {"politie", "regisseur", "manager"}


async def test_a_partner_sees_its_own_cases_and_duties_and_no_stalled_cases(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.MONITORING)
    hidden = await factories.a_case(db.web, house, Phase.SCREENING)
    async with signed_in(db, house, "ggz") as client:
        overview, cases = (await client.get("/")).text, (await client.get("/casussen")).text
        refused = await client.get(f"/casussen/{hidden.case_id}")

    assert "Stilgevallen" not in overview
    assert str(story.case_id) in overview
    assert str(story.case_id) in cases
    assert str(hidden.case_id) not in overview + cases
    assert refused.status_code == 404


async def test_looking_changes_nothing_but_the_log(own_db: Databases) -> None:
    house = await factories.a_house(own_db.owner)
    story = await factories.a_case(own_db.web, house, Phase.MONITORING)
    await everything.reveal(own_db)
    async with signed_in(own_db, house, "regisseur") as client:
        before = await everything.contents(own_db)
        for path in ("/", "/?alles=ja", "/casussen?fase=monitoring", f"/casussen/{story.case_id}", "/aanmelden"):
            assert (await client.get(path)).status_code == 200
        after = await everything.contents(own_db)

    assert {name for name in before if before[name] != after[name]} == {"audit_line", "audit_unsealed", "processing"}


@asynccontextmanager
async def a_stuck_house(own_db: Databases, *, led: str = "") -> AsyncIterator[tuple[AHouse, Story]]:
    """A case whose reminders were all sent without an answer; somebody leads at the participant that is named."""
    house = await factories.a_house(own_db.owner)
    if led:
        await factories.a_lead(own_db.owner, house, led)
    story = await factories.a_case(own_db.web, house, Phase.MONITORING)
    await days_pass(own_db, 20)
    yield house, story


async def test_the_overview_says_on_whom_a_stuck_case_waits_and_who_can_act(own_db: Databases) -> None:
    async with a_stuck_house(own_db) as (house, _), signed_in(own_db, house, "regisseur") as client:
        words = plain((await client.get("/")).text)

    assert "Geen antwoord wacht op Politie, Gemeente Westerveen, GGZ Westerveen" in words
    assert "Regisseur Fictief: bellen" in words
    assert words.index("Stilgevallen") < words.index("Mijn taken")


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace(" ,", ",")


async def test_remind_now_sends_one_message_and_comes_back_with_a_word(own_db: Databases) -> None:
    async with a_stuck_house(own_db) as (house, story), signed_in(own_db, house, "regisseur") as client:
        duty_id = await a_duty(story, DutyKind.INFORM_GROUND)
        path = f"/taken/{duty_id}/herinneren"
        sent = await client.post(path, data=csrf(client) | {"terug": "casus"})
        page = await client.get(sent.headers["location"])
        again = await client.post(path, data=csrf(client))

    assert (sent.status_code, sent.headers["location"]) == (303, f"/casussen/{story.case_id}?gezegd=herinnerd")
    assert 'role="status"' in page.text
    assert "Met de hand herinnerd" in page.text
    assert (again.status_code, "vandaag al" in again.text) == (409, True)


async def test_who_leads_the_case_sends_the_proposed_message_with_one_click(own_db: Databases) -> None:
    async with a_stuck_house(own_db, led="ggz") as (house, story), signed_in(own_db, house, "regisseur") as client:
        page = (await client.get(f"/casussen/{story.case_id}")).text
        paths = re.findall(r'action="(/taken/[^"]+/escaleren)"', page)
        to_case = csrf(client) | {"terug": "casus"}
        found = {path: await client.post(path, data=to_case) for path in dict.fromkeys(paths)}
        after = await client.get(f"/casussen/{story.case_id}?gezegd=geescaleerd")

    sent = [one for one in found.values() if one.status_code == 303]
    assert {one.headers["location"] for one in sent} == {f"/casussen/{story.case_id}?gezegd=geescaleerd"}
    assert {one.status_code for one in found.values()} == {303, 409}, "where nobody is known to lead one calls"
    assert after.text.count("Stuur bericht aan leidinggevende") == page.count("Stuur bericht aan leidinggevende") - len(
        sent
    )


async def test_who_does_not_lead_the_case_sees_the_proposal_and_no_button(own_db: Databases) -> None:
    async with a_stuck_house(own_db, led="ggz") as (house, story):
        async with signed_in(own_db, house, "triagist") as client:
            staff = (await client.get(f"/casussen/{story.case_id}")).text
        async with signed_in(own_db, house, "ggz") as client:
            partner = (await client.get(f"/casussen/{story.case_id}")).text

    assert "bericht aan leidinggevende" in staff
    assert "/escaleren" not in staff
    assert "bericht aan leidinggevende" not in partner


async def test_a_partner_cannot_remind(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.MONITORING)
    duty_id = await a_duty(story, DutyKind.COMMITMENT)
    async with signed_in(db, house, "ggz") as client:
        assert "Herinner nu" not in (await client.get(f"/casussen/{story.case_id}")).text
        assert (await client.post(f"/taken/{duty_id}/herinneren", data=csrf(client))).status_code == 403


async def test_a_partner_answers_its_duty_on_the_page_of_the_case(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.PLAN)
    duty_id = await a_duty(story, DutyKind.ACCEPT_COMMITMENT)
    async with signed_in(db, house, "ggz") as client:
        asked = (await client.get(f"/casussen/{story.case_id}")).text
        path, ours = f"/taken/{duty_id}/antwoorden", csrf(client)
        unexplained = await client.post(path, data=ours | {"uitkomst": "geweigerd"})
        given = await client.post(path, data=ours | {"uitkomst": "aanvaard"})
        page = (await client.get(given.headers["location"])).text
        again = await client.post(path, data=ours | {"uitkomst": "aanvaard"})

    assert path in asked
    assert (unexplained.status_code, "toelichting" in unexplained.text.lower()) == (422, True)
    assert given.headers["location"] == f"/casussen/{story.case_id}?gezegd=geantwoord"
    assert "Uw antwoord is vastgelegd." in page
    assert path not in page
    assert again.status_code == 409


async def test_a_postponement_needs_a_day_that_is_a_day(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.MONITORING)
    duty_id = await a_duty(story, DutyKind.INFORM_PERSON)
    async with signed_in(db, house, "politie") as client:
        data = csrf(client) | {"uitkomst": "uitgesteld", "toelichting": "veiligheid"}
        wrong = await client.post(f"/taken/{duty_id}/antwoorden", data=data | {"hertoetsOp": "morgen"})
        slip = await client.post(f"/taken/{duty_id}/antwoorden", data=data | {"hertoetsOp": "2206-12-31"})
        right = await client.post(f"/taken/{duty_id}/antwoorden", data=data | {"hertoetsOp": "2089-12-31"})

    assert (wrong.status_code, slip.status_code, right.status_code) == (422, 422, 303)


async def test_the_list_of_cases_filters_by_phase(db: Databases, house: AHouse) -> None:
    intake = await factories.a_case(db.web, house, Phase.INTAKE)
    screening = await factories.a_case(db.web, house, Phase.SCREENING)
    async with signed_in(db, house, "triagist") as client:
        both = (await client.get("/casussen")).text
        one = (await client.get("/casussen?fase=screening")).text
        unknown = await client.get("/casussen?fase=onzin&na=geen-id")

    assert {str(intake.case_id), str(screening.case_id)} <= set(re.findall(r"/casussen/([0-9a-f-]{36})", both))
    assert set(re.findall(r"/casussen/([0-9a-f-]{36})", one)) == {str(screening.case_id)}
    assert unknown.status_code == 200


async def test_what_people_typed_is_shown_and_never_run(db: Databases, house: AHouse) -> None:
    story = await factories.a_report(db.web, house)
    await story.decide("triagist", DecisionKind.COMPLETE, reason="<script>alert(1)</script>")
    async with signed_in(db, house, "triagist") as client:
        page = (await client.get(f"/casussen/{story.case_id}")).text

    assert "<script>" not in page
    assert "&lt;script&gt;" in page


async def _asked(db: Databases, house: AHouse, path: str) -> int:
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    async with signed_in(db, house, "regisseur") as client:
        event.listen(db.web.engine.sync_engine, "before_cursor_execute", note)
        assert (await client.get(path)).status_code == 200
        event.remove(db.web.engine.sync_engine, "before_cursor_execute", note)
    return len(sent)


async def test_the_number_of_questions_does_not_grow_with_the_cases(own_db: Databases) -> None:
    async with a_stuck_house(own_db) as (house, _):
        few = [await _asked(own_db, house, path) for path in ("/?alles=ja", "/casussen")]
        for _ in range(9):
            await factories.a_case(own_db.web, house, Phase.MONITORING)
        await days_pass(own_db, 20)
        many = [await _asked(own_db, house, path) for path in ("/?alles=ja", "/casussen")]

    assert few == many


async def test_the_next_thing_of_a_case_is_in_its_list(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.MONITORING)
    async with unit_of_work(house.actors["regisseur"], db.web) as work:
        first = waiting.next_of((await waiting.open_in(work, [story.case_id]))[story.case_id])
    async with signed_in(db, house, "regisseur") as client:
        words = plain((await client.get("/casussen")).text)

    assert first is not None
    assert re.search(r"Politie . grond tegen informeren melden uiterlijk \d+ [a-z]{3} ◆?●? ?nog \d werkdag", words)
