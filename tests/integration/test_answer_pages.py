"""Answering without signing in: by link alone, by link and pin, and what a link is not good for."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from models.actors import ENGINE
from models.casebook import answers, invitees, outbox
from models.casebook.accounts import NOBODY
from models.links import SENTENCES, Reason
from models.lookups import meetings
from models.tables.agenda import Invitation
from models.tables.cases import Case
from models.tables.duties import Answer, Duty
from models.tables.engine import Message
from models.tables.trail import AuditLine, History
from models.transactions import unit_of_work
from models.words import DutyKind, Phase
from tests import factories
from tests.conftest import Databases
from tests.factories import AHouse, Story
from tests.integration.test_workplace import SECRETS, signed_in
from tests.integration.test_workplace_pages import Outline
from tests.linked import Mail, a_pin, claimed, csrf, duty_of, goes_on, mailed, proves, sends, somebody

KNOWN = DutyKind.KNOWN


@pytest.fixture
async def db(own_db: Databases) -> Databases:
    """A database of its own: its clock is moved, and all its mail is taken."""
    return own_db


@pytest.fixture
async def house(db: Databases) -> AHouse:
    return await factories.a_house(db.owner)


@pytest.fixture
async def story(db: Databases, house: AHouse) -> Story:
    return await factories.a_case(db.web, house, Phase.SCREENING)


@pytest.fixture
async def mail(db: Databases, story: Story) -> Mail:
    """The public prosecutor is asked whether somebody is known."""
    return await mailed(db, story, KNOWN, "om")


async def row(db: Databases, table: Any, *conditions: Any) -> Any:
    async with unit_of_work(ENGINE, db.engine) as work:
        return (await work.session.scalars(select(table).where(*conditions))).one()


async def link_row(db: Databases, mail: Mail) -> Any:
    async with db.owner.engine.begin() as connection:
        found = await connection.execute(
            text("SELECT * FROM answer_link WHERE token_hash = sha256(convert_to(:token, 'UTF8'))"),
            {"token": mail.token},
        )
        return found.one()


async def duty(db: Databases, mail: Mail) -> Duty:
    found = await row(db, Duty, Duty.id == mail.duty_id)
    assert isinstance(found, Duty)
    return found


async def said_in_history(story: Story) -> list[str]:
    return [one.what for one in await story.all(History, key="triagist")]


# The page


async def test_the_page_says_what_when_of_whom_and_whom_to_call_and_nothing_about_anybody(
    db: Databases, house: AHouse
) -> None:
    story = await factories.a_case(db.web, house, Phase.PLAN)
    await db.run("UPDATE person SET phone = '06 1234 5678' WHERE id = :id", id=house.person("regisseur"))
    mail = await mailed(db, story, DutyKind.ACCEPT_COMMITMENT, "ggz")
    number = (await story.facts()).number
    async with somebody(db) as client:
        pages = [await client.get(mail.path), await goes_on(client, mail)]

    for page in pages:
        assert page.status_code == 200
        said = ("Afspraak aanvaarden", "06 1234 5678", house.slug, mail.line["kenmerk"])
        assert [one for one in said if one not in page.text] == []
        hidden = (*SECRETS, "intake", number, str(story.case_id), "Ggz Fictief", "GGZ Westerveen")
        assert [one for one in hidden if one in page.text] == []


async def test_every_answer_page_is_without_scripts_kept_by_nobody_and_in_no_search_engine(
    db: Databases, mail: Mail
) -> None:
    async with somebody(db) as client:
        answers_ = [
            await client.get(mail.path), await goes_on(client, mail), await client.get("/antwoord"),
            await client.get("/a/onzin"), await client.post("/antwoord", data={"kenmerk": "x", "code": "y"}),
            await client.post(mail.path), await sends(client, mail),
        ]  # fmt: skip

    for one in answers_:
        policy = one.headers["content-security-policy"]
        assert ("script-src" in policy, "default-src 'none'" in policy) == (False, True), one.url
        assert one.headers["cache-control"] == "no-store"
        assert one.headers["referrer-policy"] == "no-referrer"
        assert one.headers["x-robots-tag"] == "noindex, nofollow, noarchive"
        assert "<script" not in one.text


async def test_an_answer_page_has_one_heading_labels_and_its_own_language(db: Databases, story: Story) -> None:
    mail, pin = await mailed(db, story, KNOWN, "om"), await a_pin(db, story, "om")
    async with somebody(db) as client:
        found = {"nl": [await client.get(mail.path), await goes_on(client, mail)]}
        await proves(client, mail, pin)
        found["nl"] += [await client.get(f"{mail.path}/antwoord"), await client.get("/antwoord")]
        asked = {"taal": "en"}
        found["en"] = [await client.get(one, params=asked) for one in (mail.path, f"{mail.path}/antwoord", "/antwoord")]
        found["en"].append(await client.get("/a/nonsense", headers={"Accept-Language": "en-GB,en;q=0.9,nl;q=0.5"}))

    for language, pages in found.items():
        for page in pages:
            outline = Outline(page.text)
            named = {attrs.get("for") for attrs in outline.all("label")}
            fields = [a for a in outline.all("input", "select") if a.get("type") != "hidden"]
            assert outline.all("html") == [{"lang": language}]
            assert len(outline.all("h1")) == 1
            assert [field for field in fields if field.get("id") not in named] == []
    assert "before" in found["en"][0].text.lower()
    assert "does not work" in found["en"][3].text


async def test_while_the_regisseur_is_away_the_page_says_to_call_who_stands_in(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.PLAN)
    mail, deputy = await mailed(db, story, DutyKind.ACCEPT_COMMITMENT, "ggz"), await factories.a_deputy(db.owner, house)
    for phone, who in (("06 1234 5678", house.person("regisseur")), ("06 8765 4321", deputy.person_id)):
        await db.run("UPDATE person SET phone = :phone WHERE id = :id", phone=phone, id=who)
    async with somebody(db) as client:
        page = await client.get(mail.path)

    assert ("06 8765 4321" in page.text, "06 1234 5678" in page.text) == (True, False)


async def test_looking_changes_nothing_however_often_a_machine_looks(db: Databases, mail: Mail) -> None:
    """Link scanners and previews fetch, and prefetch, and ask for the headers only."""
    async with somebody(db) as client:
        for _ in range(20):
            for verb in ("GET", "HEAD"):
                for path in (mail.path, f"{mail.path}/antwoord"):
                    answer = await client.request(verb, path, headers={"Sec-Purpose": "prefetch"})
                    assert answer.status_code == 200

    link, message = await link_row(db, mail), await row(db, Message, Message.id == mail.message_id)
    assert (link.opened_at, link.answered_at, link.revoked_at) == (None, None, None)
    assert (message.opened_at, message.answered_at) == (None, None)
    assert (await duty(db, mail)).answered_at is None


async def test_a_button_says_that_a_person_opened_it(db: Databases, mail: Mail) -> None:
    async with somebody(db) as client:
        await goes_on(client, mail)

    assert (await link_row(db, mail)).opened_at is not None
    assert (await row(db, Message, Message.id == mail.message_id)).opened_at is not None


async def test_a_machine_that_sends_every_form_it_sees_ends_nothing_and_answers_nothing(
    db: Databases, story: Story, mail: Mail
) -> None:
    """It chooses nothing, or whatever comes first; the pin it has not."""
    await a_pin(db, story, "om")
    async with somebody(db) as client:
        page = await goes_on(client, mail)
        empty = await client.post(f"{mail.path}/antwoord", data=csrf(page))
        first = await client.post(f"{mail.path}/antwoord", data=csrf(page) | {"doe": "ontvangen"})
        pin = await client.post(f"{mail.path}/pincode", data=csrf(page) | {"pincode": ""})
        forced = await client.post(f"{mail.path}/antwoord", data=csrf(page) | {"uitkomst": "bekend"})

    assert [one.status_code for one in (empty, first, pin, forced)] == [422, 303, 403, 403]
    assert ((await duty(db, mail)).answered_at, await said_in_history(story)) == (
        None, [*(await said_in_history(story))[:-1], "ontvangst bevestigd"],
    )  # fmt: skip


async def test_a_form_from_another_page_or_another_site_does_nothing(db: Databases, mail: Mail) -> None:
    async with somebody(db) as client:
        page = await client.get(f"{mail.path}/antwoord")
        wanted, elsewhere = {"doe": "ontvangen"}, {"Sec-Fetch-Site": "cross-site"}
        answers_ = [
            await client.post(f"{mail.path}/antwoord", data=wanted),
            await client.post(f"{mail.path}/antwoord", data=wanted | {"csrf": "0" * 64}),
            await client.post(f"{mail.path}/antwoord", data=wanted | csrf(page), headers=elsewhere),
            await client.post(mail.path, data={}),
        ]

    assert [one.status_code for one in answers_] == [403] * 4


# The link alone


async def test_with_the_link_alone_somebody_says_that_they_got_it_once(db: Databases, story: Story, mail: Mail) -> None:
    before = (await story.facts("triagist")).last_event_at
    async with somebody(db) as client:
        await goes_on(client, mail)
        answers_ = [await sends(client, mail, doe="ontvangen") for _ in range(2)]
        page = await client.get(answers_[0].headers["location"])

    assert [one.status_code for one in answers_] == [303, 303]
    assert "Vastgelegd dat u dit hebt ontvangen" in page.text
    assert (await said_in_history(story)).count("ontvangst bevestigd") == 1
    assert await story.armed(await duty(db, mail))  # an answer is still asked
    assert (await story.facts("triagist")).last_event_at == before  # and a case in which only this happens is silent


@pytest.mark.parametrize(
    ("chosen", "what", "template"),
    [("meer_tijd", "meer tijd gevraagd", "meer_tijd_gevraagd"), ("niet_voor_mij", "niet voor mij", "niet_voor_mij")],
)
async def test_with_the_link_alone_somebody_lets_who_leads_know_and_no_term_moves(
    db: Databases, house: AHouse, chosen: str, what: str, template: str
) -> None:
    story = await factories.a_case(db.web, house, Phase.PLAN)
    mail = await mailed(db, story, DutyKind.ACCEPT_COMMITMENT, "ggz")
    before = await duty(db, mail)
    async with somebody(db) as client:
        await goes_on(client, mail)
        first, again = [await sends(client, mail, doe=chosen) for _ in range(2)]
        await db.shift(86_400)
        later = await sends(client, mail, doe=chosen)

    assert [one.status_code for one in (first, again, later)] == [303, 409, 303]
    after = await duty(db, mail)
    assert (after.due_at, after.due_version, after.answered_at) == (before.due_at, before.due_version, None)
    assert what in await said_in_history(story)
    told = [one for one in await claimed(db) if one.template == template]
    assert {one.recipient_id for one in told} == {house.person("regisseur")}


async def test_what_counts_as_an_answer_needs_the_second_factor(db: Databases, story: Story, mail: Mail) -> None:
    colleague = str(story.house.person("politie"))
    async with somebody(db) as client:
        page = await goes_on(client, mail)
        answers_ = [await sends(client, mail, uitkomst="bekend"), await sends(client, mail, collega=colleague)]

    assert [one.status_code for one in answers_] == [403, 403]
    assert 'name="uitkomst"' not in page.text
    assert (await duty(db, mail)).answered_at is None


# The link and a pin


async def test_with_link_and_pin_somebody_answers_and_the_ladder_stops_at_once(
    db: Databases, story: Story, mail: Mail
) -> None:
    pin = await a_pin(db, story, "om")
    async with somebody(db) as client:
        await goes_on(client, mail)
        assert (await proves(client, mail, pin)).status_code == 303
        answer = await sends(client, mail, uitkomst="niet_bekend")
        page = await client.get(answer.headers["location"])

    ended, link = await duty(db, mail), await link_row(db, mail)
    assert (ended.ended_as, await story.armed(ended)) == ("niet_bekend", [])
    assert "de herinneringen stoppen" in page.text
    assert (link.answered_at is not None, link.factor) == (True, "pincode")
    assert (await row(db, Message, Message.id == mail.message_id)).answered_at is not None
    given = await story.all(Answer, Answer.duty_id == mail.duty_id, key="om")
    assert [(one.registered_by, one.outcome) for one in given] == [(story.house.person("om"), "niet_bekend")]


async def test_what_cannot_be_said_stays_with_who_says_so_and_the_question_stays_open(
    db: Databases, story: Story, mail: Mail
) -> None:
    pin = await a_pin(db, story, "om")
    before = await duty(db, mail)
    async with somebody(db) as client:
        await goes_on(client, mail)
        await proves(client, mail, pin)
        answer = await sends(client, mail, uitkomst="geen_mededeling")
        page = await client.get(answer.headers["location"])
        changed = await sends(client, mail, uitkomst="niet_bekend")

    assert (answer.status_code, changed.status_code) == (303, 303)
    assert "de herinneringen stoppen" in page.text
    assert "U antwoordde: <strong>Kan ik niet zeggen</strong>" in page.text
    assert before.answered_at is None
    assert (await duty(db, mail)).ended_as == "niet_bekend"


async def test_the_log_says_that_it_came_by_link_and_with_which_factor(db: Databases, story: Story, mail: Mail) -> None:
    pin = await a_pin(db, story, "om")
    async with somebody(db, "192.0.2.44") as client:
        await proves(client, mail, pin)
        await sends(client, mail, uitkomst="bekend")

    lines = [one for one in await story.all(AuditLine, key="privacy") if one.door == "antwoordpagina"]
    link = await link_row(db, mail)
    assert {one.via_id for one in lines} == {link.id}
    assert {one.address for one in lines} == {"192.0.2.44"}
    assert {one.person_id for one in lines} == {story.house.person("om")}
    assert {one.action: one.facts.get("factor") for one in lines} == {
        "tweede factor gegeven": "pincode", "antwoord": None, "beantwoord met een link": "pincode",
    }  # fmt: skip


async def test_a_message_with_more_questions_is_answered_when_all_of_them_are(
    db: Databases, house: AHouse, story: Story
) -> None:
    stories = (story, await factories.a_case(db.web, house, Phase.SCREENING))
    asked = [await duty_of(db, one, KNOWN, "om") for one in stories]
    async with unit_of_work(ENGINE, db.engine) as work:
        pairs = [(one.id, "opened") for one in asked]
        await outbox.tell_about_duties(work, pairs, template="herinnering", key="beide")
    taken = [one for one in await claimed(db) if one.template == "herinnering"]
    mails = [Mail(taken[0].id, one.id, line) for one in asked for line in taken[0].lines if line["taak"] == str(one.id)]
    pin, answered = await a_pin(db, story, "om"), []
    async with somebody(db) as client:
        for mail in mails:
            await proves(client, mail, pin)
            await sends(client, mail, uitkomst="bekend")
            answered.append((await row(db, Message, Message.id == mail.message_id)).answered_at is not None)

    assert answered == [False, True]


@pytest.mark.parametrize(
    ("phase", "kind", "who", "outcome", "reason"),
    [
        (Phase.PLAN, DutyKind.ACCEPT_COMMITMENT, "ggz", "aanvaard", ""),
        (Phase.PLAN, DutyKind.ACCEPT_COMMITMENT, "ggz", "geweigerd", "geen_capaciteit"),
        (Phase.MONITORING, DutyKind.COMMITMENT, "ggz", "gereed", ""),
        (Phase.MONITORING, DutyKind.COMMITMENT, "politie", "niet_gelukt", "bel_mij"),
        (Phase.MONITORING, DutyKind.PROGRESS, "ggz", "op_schema", ""),
        (Phase.MONITORING, DutyKind.PROGRESS, "ggz", "vertraagd", "wacht_op_ander"),
    ],
)
async def test_a_commitment_is_accepted_done_or_not_feasible_for_a_reason_from_the_list(  # noqa: PLR0917
    db: Databases, house: AHouse, phase: Phase, kind: DutyKind, who: str, outcome: str, reason: str
) -> None:
    story = await factories.a_case(db.web, house, phase)
    mail, pin = await mailed(db, story, kind, who), await a_pin(db, story, who)
    async with somebody(db) as client:
        await proves(client, mail, pin)
        if reason:
            assert (await sends(client, mail, uitkomst=outcome)).status_code == 422
            assert (await sends(client, mail, uitkomst=outcome, reden="omdat Hendrik")).status_code == 422
        assert (await sends(client, mail, uitkomst=outcome, reden=reason)).status_code == 303

    given = await story.all(Answer, Answer.duty_id == mail.duty_id)
    note = SENTENCES[Reason(reason)] if reason else ""
    assert [(one.outcome, one.note) for one in given] == [(outcome, note)]


async def test_a_wrong_pin_opens_nothing_is_logged_and_soon_has_to_wait(
    db: Databases, story: Story, mail: Mail
) -> None:
    pin = await a_pin(db, story, "om")
    wrong = "000001" if pin != "000001" else "000002"
    async with somebody(db) as client:
        tries = [await proves(client, mail, wrong) for _ in range(6)]
        right = await proves(client, mail, pin)
        await db.shift(3601)
        afterwards = await proves(client, mail, pin)

    assert [one.status_code for one in tries] == [403] * 5 + [429]
    assert "klopt niet" in tries[0].text
    assert (right.status_code, afterwards.status_code) == (429, 303)
    assert int(right.headers["retry-after"]) > 0
    refused = [one for one in await story.all(AuditLine, key="privacy") if one.action == "tweede factor geweigerd"]
    assert {one.result for one in refused} == {"geweigerd"}
    assert len(refused) == 7


async def test_trying_pins_at_one_link_keeps_nobody_from_their_next_mail(
    db: Databases, story: Story, mail: Mail
) -> None:
    pin = await a_pin(db, story, "om")
    async with somebody(db) as other:
        for _ in range(8):
            await proves(other, mail, "000001")
    another = await mailed(db, story, KNOWN, "om")
    async with somebody(db) as client:
        assert (await proves(client, another, pin)).status_code == 303


async def test_all_links_of_somebody_together_have_a_limit_too(db: Databases, story: Story) -> None:
    await a_pin(db, story, "om")
    found = []
    async with somebody(db) as client:
        for _ in range(5):
            mail = await mailed(db, story, KNOWN, "om")
            found += [(await proves(client, mail, "000001")).status_code for _ in range(5)]

    assert (found[:20], 429 in found[20:]) == ([403] * 20, True)


async def test_without_a_pin_nobody_proves_anything_and_the_page_says_how_to_get_one(db: Databases, mail: Mail) -> None:
    async with somebody(db) as client:
        page = await goes_on(client, mail)
        answer = await client.post(f"{mail.path}/pincode", data=csrf(page) | {"pincode": ""})

    assert "U hebt nog geen pincode" in page.text
    assert answer.status_code == 403


async def test_a_pin_is_good_in_one_browser_for_a_quarter_of_an_hour(db: Databases, story: Story, mail: Mail) -> None:
    pin = await a_pin(db, story, "om")
    async with somebody(db) as mine, somebody(db) as forwarded:
        await proves(mine, mail, pin)
        assert (await sends(forwarded, mail, uitkomst="bekend")).status_code == 403
        await db.shift(15 * 60 + 1)
        assert (await sends(mine, mail, uitkomst="bekend")).status_code == 403


async def test_a_pin_given_with_one_link_does_not_open_another(db: Databases, house: AHouse, story: Story) -> None:
    other = await factories.a_case(db.web, house, Phase.SCREENING)
    first, second = await mailed(db, story, KNOWN, "om"), await mailed(db, other, KNOWN, "om")
    pin = await a_pin(db, story, "om")
    async with somebody(db) as client:
        await proves(client, first, pin)
        assert (await sends(client, second, uitkomst="bekend")).status_code == 403


async def test_what_asks_for_content_leads_to_signing_in_and_then_to_the_duty(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.FOCUSOVERLEG)
    mail, pin = await mailed(db, story, DutyKind.INFORMATION, "ggz"), await a_pin(db, story, "ggz")
    async with somebody(db) as client:
        page = await goes_on(client, mail)
        await proves(client, mail, pin)
        refused = await sends(client, mail, uitkomst="geleverd")
        signing = await client.get(f"/aanmelden?terug=/taken/{mail.duty_id}")
        sent = {"token": house.tokens["ggz"], "terug": f"/taken/{mail.duty_id}"}
        entered = await client.post("/aanmelden", data=sent)
        landed = await client.get(entered.headers["location"])

    assert f'href="/aanmelden?terug=/taken/{mail.duty_id}"' in page.text
    assert refused.status_code == 422
    assert f'name="terug" value="/taken/{mail.duty_id}"' in signing.text
    assert landed.headers["location"] == f"/casussen/{story.case_id}#taak-{mail.duty_id}"


@pytest.mark.parametrize("path", ["//elders.example", "https://elders.example", "/\\elders.example", "javascript:1"])
async def test_signing_in_never_leads_to_another_site(db: Databases, house: AHouse, path: str) -> None:
    async with somebody(db) as client:
        answer = await client.post("/aanmelden", data={"token": house.tokens["ggz"], "terug": path})

    assert answer.headers["location"] == "/"


# Handing on


async def test_a_colleague_is_named_only_after_the_pin_and_gets_the_duty_and_a_mail(
    db: Databases, house: AHouse
) -> None:
    await factories.with_more_people(db.owner, house)
    story = await factories.a_case(db.web, house, Phase.PLAN)
    mail, pin = await mailed(db, story, DutyKind.ACCEPT_COMMITMENT, "ggz"), await a_pin(db, story, "ggz")
    async with somebody(db) as client:
        before = await goes_on(client, mail)
        await proves(client, mail, pin)
        after = await client.get(f"{mail.path}/antwoord")
        answer = await sends(client, mail, collega=str(house.person("psychiater")))
        landed = await client.get(answer.headers["location"])
        gone = await client.get(mail.path)

    assert "Psychiater" not in before.text
    assert ("Psychiater" in after.text, "Secretariaat" in after.text) == (True, False)
    assert (landed.status_code, "De taak is nu van uw collega" in landed.text, gone.status_code) == (200, True, 404)
    assert (await duty(db, mail)).owner_person_id == house.person("psychiater")
    told = [one for one in await claimed(db) if one.recipient_id == house.person("psychiater")]
    assert [(one.template, line["pad"][:3]) for one in told for line in one.lines if line.get("stap")] == [
        ("overgedragen", "/a/")
    ]


async def test_nobody_hands_on_to_who_does_not_work_on_the_case(db: Databases, house: AHouse) -> None:
    await factories.with_more_people(db.owner, house)
    story = await factories.a_case(db.web, house, Phase.PLAN)
    mail, pin = await mailed(db, story, DutyKind.ACCEPT_COMMITMENT, "ggz"), await a_pin(db, story, "ggz")
    await factories.named(db.web, story, "ggz", "ggz")
    async with somebody(db) as client:
        await proves(client, mail, pin)
        page = await client.get(f"{mail.path}/antwoord")
        answers_ = [
            await sends(client, mail, collega=one)
            for one in (*map(str, map(house.person, ("psychiater", "secretariaat", "politie"))), "x", str(NOBODY))
        ]

    assert "Psychiater" not in page.text
    assert [one.status_code in {409, 422} for one in answers_] == [True] * 5
    assert (await duty(db, mail)).owner_person_id is None


# Used, over, taken back


async def test_a_used_link_says_that_it_is_done_and_what_was_answered_only_after_the_pin(
    db: Databases, story: Story, mail: Mail
) -> None:
    pin = await a_pin(db, story, "om")
    async with somebody(db) as client:
        await proves(client, mail, pin)
        await sends(client, mail, uitkomst="niet_bekend")
        own = await client.get(f"{mail.path}/antwoord")
        again = await sends(client, mail, uitkomst="bekend") if 'name="csrf"' in own.text else None
    async with somebody(db) as replaying:
        page = await goes_on(replaying, mail)
        late = await replaying.post(f"{mail.path}/antwoord", data=csrf(page) | {"doe": "meer_tijd"})
        await proves(replaying, mail, pin)
        proven = await replaying.get(f"{mail.path}/antwoord")

    assert again is None
    assert "Niet bekend" in own.text
    assert ("afgedaan op" in page.text, "Niet bekend" in page.text) == (True, False)
    assert "herstellen" in page.text
    assert (late.status_code, "niet_bekend" in late.text) == (409, False)
    assert "Niet bekend" in proven.text
    assert (await duty(db, mail)).ended_as == "niet_bekend"


async def test_what_was_answered_elsewhere_is_done_for_the_link_too(db: Databases, story: Story, mail: Mail) -> None:
    pin = await a_pin(db, story, "om")
    async with somebody(db) as client:
        await proves(client, mail, pin)
        ready = await client.get(f"{mail.path}/antwoord")
        await story.answer("om", KNOWN, "niet_bekend")
        answer = await client.post(f"{mail.path}/antwoord", data=csrf(ready) | {"uitkomst": "bekend"})

    assert (answer.status_code, "afgedaan op" in answer.text) == (409, True)
    assert (await duty(db, mail)).ended_as == "niet_bekend"


async def test_a_link_is_over_after_its_time(db: Databases, mail: Mail) -> None:
    due = (await duty(db, mail)).due_at
    link = await link_row(db, mail)
    assert link.expires_at == due + timedelta(days=14)
    async with somebody(db) as client:
        await db.shift((link.expires_at - link.made_at).total_seconds() - 60)
        assert (await client.get(mail.path)).status_code == 200
        await db.shift(61)
        assert (await client.get(mail.path)).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE person SET active = false WHERE id = :p",
        "UPDATE person SET screened_until = '2020-01-01' WHERE id = :p",
        "UPDATE person SET trained_until = NULL WHERE id = :p",
        "UPDATE organisation o SET kind = 'incidentele_derde' FROM person p WHERE p.id = :p AND organisation_id = o.id",
        "UPDATE person SET roles = '{leidinggevende}' WHERE id = :p",
    ],
)
async def test_who_may_not_come_in_has_no_link_either(db: Databases, story: Story, mail: Mail, change: str) -> None:
    await db.run(change, p=story.house.person("om"))
    async with somebody(db) as client:
        page = await client.get(mail.path)

    assert page.status_code == 404
    assert "kenmerk" in page.text.lower()


async def test_who_left_and_came_back_does_not_get_their_links_or_pin_back(
    db: Databases, story: Story, mail: Mail
) -> None:
    await a_pin(db, story, "om")
    for active in ("false", "true"):
        await db.run(f"UPDATE person SET active = {active} WHERE id = :p", p=story.house.person("om"))
    async with somebody(db) as client:
        assert (await client.get(mail.path)).status_code == 404
    async with db.owner.engine.begin() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM answer_pin")) == 0


async def test_a_duty_given_to_somebody_else_takes_its_links_along(db: Databases, house: AHouse) -> None:
    await factories.with_more_people(db.owner, house)
    story = await factories.a_case(db.web, house, Phase.PLAN)
    mail = await mailed(db, story, DutyKind.ACCEPT_COMMITMENT, "ggz")
    async with story.acting("ggz") as work:
        await answers.hand_on(work, mail.duty_id, house.person("psychiater"))
    async with somebody(db) as client:
        assert (await client.get(mail.path)).status_code == 404


async def test_while_somebody_stands_in_the_link_is_theirs(db: Databases, house: AHouse) -> None:
    await factories.with_more_people(db.owner, house)
    story = await factories.a_case(db.web, house, Phase.PLAN)
    mine = await mailed(db, story, DutyKind.ACCEPT_COMMITMENT, "ggz")
    away = "UPDATE person SET absent_from = now() - interval '1 hour', deputy_id = :d WHERE id = :p"
    await db.run(away, d=house.person("psychiater"), p=house.person("ggz"))
    theirs = await mailed(db, story, DutyKind.ACCEPT_COMMITMENT, "psychiater")
    pin = await a_pin(db, story, "psychiater")
    async with somebody(db) as client:
        assert (await client.get(mine.path)).status_code == 404
        await proves(client, theirs, pin)
        await sends(client, theirs, uitkomst="aanvaard")

    given = await story.all(Answer, Answer.duty_id == mine.duty_id)
    assert [one.registered_by for one in given] == [house.person("psychiater")]


async def test_of_one_duty_somebody_holds_only_the_newest_links(db: Databases, story: Story) -> None:
    mails = [await mailed(db, story, KNOWN, "om") for _ in range(7)]
    async with somebody(db) as client:
        found = [(await client.get(one.path)).status_code for one in mails]

    assert found == [404, 404, 200, 200, 200, 200, 200]


async def test_a_link_that_is_none_is_over_or_taken_back_gets_one_answer(db: Databases, mail: Mail) -> None:
    await db.run("UPDATE answer_link SET revoked_at = now()")
    async with somebody(db) as client:
        taken, none = await client.get(mail.path), await client.get("/a/" + "x" * 43)

    assert (taken.status_code, taken.text) == (none.status_code, none.text) == (404, none.text)


async def test_a_link_is_good_for_its_own_duty_only(db: Databases, house: AHouse, story: Story, mail: Mail) -> None:
    """Also when a page would ask for more: to the database who comes by link has no role."""
    other = await duty_of(db, story, KNOWN, "gemeente")
    reads = (
        "SELECT count(*) FROM subject", "SELECT count(*) FROM referral", "SELECT count(*) FROM info_item",
        "SELECT count(*) FROM answer", "SELECT count(*) FROM attachment", "SELECT count(*) FROM answer_pin",
        "SELECT count(*) FROM subject_address", "SELECT count(*) FROM cases WHERE id <> :case",
        "SELECT count(*) FROM duty WHERE id <> :duty", "SELECT count(*) FROM web_session",
        "SELECT count(*) FROM api_token", "SELECT count(*) FROM outbox", "SELECT count(*) FROM history",
        "SELECT count(*) FROM document", "SELECT count(*) FROM decision",
    )  # fmt: skip
    await factories.a_case(db.web, house, Phase.MONITORING)
    async with db.web.engine.begin() as connection:
        entered = await connection.execute(
            text("SELECT * FROM pols_enter_link(sha256(convert_to(:token, 'UTF8')), ''::bytea, 'casus')"),
            {"token": mail.token},
        )
        assert entered.one().case_id == story.case_id
        facts = {"case": story.case_id, "duty": mail.duty_id}
        found = {one: await connection.scalar(text(one), facts) for one in reads}
        await connection.execute(text("SELECT set_config('pols.acting', :case, true)"), {"case": str(story.case_id)})
        with pytest.raises(Exception, match="row-level security"):
            await connection.execute(
                text("INSERT INTO answer (id, house_id, case_id, duty_id, outcome, at, registered_by, organisation_id,"
                     " note, facts) SELECT gen_random_uuid(), house_id, case_id, id, 'bekend', now(), :person,"
                     " owner_organisation_id, '', '{}' FROM duty WHERE id = :other"),
                {"person": house.person("om"), "other": other.id},
            )  # fmt: skip

    assert {one: count for one, count in found.items() if count} == {}


#: what who comes by link finds rows in: the one case and what everybody in the house may know
SHOWN = {"clock", "house", "organisation", "person", "house_policy", "cases", "duty", "reference"}
#: what hangs on the shell of the one case, and says when and what kind
SHELL = {"visit", "rung", "journal_entry", "lease", "meeting", "meeting_invitee"}


async def test_whatever_tables_there_are_a_link_shows_what_is_named_here_and_no_more(
    db: Databases, house: AHouse
) -> None:
    await factories.with_more_people(db.owner, house)
    story = await factories.a_case(db.web, house, Phase.MONITORING)
    await factories.named(db.web, story, "ggz", "ggz")
    mail = await mailed(db, story, DutyKind.PROGRESS, "ggz")
    await mailed(db, story, DutyKind.COMMITMENT, "ggz")
    async with db.web.engine.begin() as connection:
        entered = text("SELECT * FROM pols_enter_link(sha256(convert_to(:token, 'UTF8')), ''::bytea, 'casus')")
        await connection.execute(entered, {"token": mail.token})
        tables = await connection.scalars(
            text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
                 " AND relname <> 'alembic_version' AND has_any_column_privilege(oid, 'SELECT')")
        )  # fmt: skip
        seen = {one for one in tables.all() if await connection.scalar(text(f"SELECT count(*) FROM {one}"))}
        cases = (await connection.scalars(text("SELECT id FROM cases"))).all()
        duties = (await connection.scalars(text("SELECT id FROM duty"))).all()

    assert seen <= SHOWN | SHELL
    assert seen >= {"cases", "duty", "reference"}
    assert (cases, duties) == ([story.case_id], [mail.duty_id])


async def test_an_answer_by_link_is_corrected_after_signing_in_as_one_by_phone_is(
    db: Databases, house: AHouse, story: Story, mail: Mail
) -> None:
    pin = await a_pin(db, story, "om")
    async with somebody(db) as client:
        await proves(client, mail, pin)
        await sends(client, mail, uitkomst="bekend")
    async with signed_in(db, house, "om") as client:
        page = await client.get(f"/casussen/{story.case_id}")
        form = {"uitkomst": "niet_bekend"} | csrf(page)
        answer = await client.post(f"/taken/{mail.duty_id}/herstellen", data=form)

    assert "met een link" in page.text
    assert answer.headers["location"].endswith("?gezegd=hersteld")
    assert (await duty(db, mail)).ended_as == "niet_bekend"


# Coming to a meeting


async def test_who_is_invited_says_with_the_link_alone_whether_they_come(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.FOCUSOVERLEG)
    async with unit_of_work(ENGINE, db.engine) as work:
        (meeting,) = await meetings.meetings_of(work, story.case_id)
        number = (await work.session.get_one(Case, story.case_id)).number
        for person_id, line in (await invitees.call(work, meeting.id)).items():
            await outbox.post(
                work, [person_id], house_id=house.id, template="uitnodiging", key=f"{meeting.id}",
                lines=[{"casus": number} | line], case_id=story.case_id,
            )  # fmt: skip
    mine = [one for one in await claimed(db) if one.recipient_id == house.person("ggz")]
    invited = next(one for one in mine if one.template == "uitnodiging")
    mail = Mail(invited.id, meeting.id, invited.lines[0])
    async with somebody(db) as client:
        asked = await goes_on(client, mail)
        said = await sends(client, mail, aanwezigheid="komt_niet")
        changed = await sends(client, mail, aanwezigheid="komt")
        wrong = await sends(client, mail, aanwezigheid="misschien wel")

    assert "Ik ben aanwezig" in asked.text
    assert (said.status_code, changed.status_code, wrong.status_code) == (303, 303, 422)
    async with unit_of_work(ENGINE, db.engine) as work:
        row = await work.session.get_one(Invitation, (meeting.id, house.person("ggz")))
        message = await work.session.get_one(Message, invited.id)
    assert (row.reaction, row.reacted_by) == ("komt", "antwoordpagina")
    assert message.answered_at is not None
