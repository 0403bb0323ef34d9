"""Screening in the browser: criteria beside facts, judged by the triage officer, decided by public participants."""

import re
from html import unescape
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import text

from models.commands.referrals import DescribeSubject
from models.lookups import cases, referrals
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, Phase
from tests import factories
from tests.conftest import Databases
from tests.doors import counted
from tests.factories import AHouse, Story
from tests.integration.test_workplace import csrf, signed_in
from tests.integration.test_workplace_pages import Outline

JUDGED = {f"{one}-oordeel": "ja" for one in "abcd"} | {f"{one}-motivering": f"toets van {one}" for one in "abcd"}
FULL = {
    "situation": "Hendrik dreigt de buren", "criminogenic_factors": ("schulden",), "facts": "drie aangiften",
    "problems": ({"life_domain": "wonen", "body": "ontruiming dreigt"},), "tried": "wijkteam kwam langs",
    "incidents": ({"body": "ruit ingegooid"},), "partners": ({"organisation": "FACT-team Westerveen"},),
}  # fmt: skip


async def screened(db: Databases, house: AHouse, **facts: Any) -> tuple[Story, str]:
    """A report in screening, and its page."""
    story = await factories.a_report(db.web, house, **(FULL | facts))
    await story.decide("triagist", D.COMPLETE)
    return story, f"/casussen/{story.case_id}/screening"


async def judged(client: httpx2.AsyncClient, page: str, **typed: str) -> httpx2.Response:
    return await client.post(f"{page}/toetsing", data=csrf(client) | JUDGED | typed)


async def decided(client: httpx2.AsyncClient, page: str, kind: D, **typed: Any) -> httpx2.Response:
    sent = {f"{kind}-{name}": value for name, value in typed.items()}
    return await client.post(f"{page}/besluiten", data=csrf(client) | {"soort": kind.value} | sent)


async def phase_of(story: Story) -> Phase:
    async with story.acting("triagist") as work:
        return (await cases.case(work, story.case_id)).phase


async def ended(story: Story, kind: DutyKind) -> list[str | None]:
    return [one.ended_as for one in await story.duties(kind)]


async def test_each_criterion_stands_beside_its_facts(db: Databases, house: AHouse) -> None:
    story, page = await screened(db, house)
    await story.answer("om", DutyKind.KNOWN, "bekend")
    async with signed_in(db, house, "triagist") as client:
        html = unescape((await client.get(page)).text)

    columns = re.split(r'id="kolom-', html)[1:]
    assert [one[0] for one in columns] == list("abcd")
    for column, told in zip(columns, (
        ("problemen bij betrokkene", "Hendrik dreigt de buren", "Hendrik B."),
        ("meerdere leefgebieden", "ontruiming dreigt", "schulden"),
        ("bedreiging van buren", "ruit ingegooid", "drie aangiften", "onveiligheid voor personen"),
        ("straf en zorg samen nodig", "FACT-team Westerveen", "wijkteam kwam langs", "Openbaar Ministerie"),
    ), strict=True):  # fmt: skip
        assert [one for one in told if one not in column] == []


async def test_the_triage_officer_judges_and_the_table_adopts_it(db: Databases, house: AHouse) -> None:
    story, page = await screened(db, house)
    async with signed_in(db, house, "om") as table:
        before = unescape((await table.get(page)).text)
        assert "Eerst moet nog worden afgerond: criteria toetsen." in before
        too_early = await decided(table, page, D.ADMIT, toelichting="samen nodig")
        assert (too_early.status_code, await phase_of(story)) == (409, Phase.SCREENING)
        async with signed_in(db, house, "triagist") as desk:
            assert (await judged(desk, page)).headers["location"] == f"{page}?gezegd=getoetst"
        assert "toets van c" in (await table.get(page)).text

        taken = await decided(table, page, D.ADMIT, toelichting="samen nodig", hoogRisico="ja")

    assert (taken.status_code, await phase_of(story)) == (303, Phase.REGIE)
    connection = await db.server.connect(database=db.name)
    try:
        adopted = await connection.fetch("SELECT adopted_by FROM criterion_judgement WHERE case_id = $1", story.case_id)
    finally:
        await connection.close()
    assert [row["adopted_by"] is not None for row in adopted] == [True] * 4
    async with story.acting("triagist") as work:
        assert (await cases.case(work, story.case_id)).high_risk


async def test_a_judgement_that_is_not_whole_is_shown_again_at_its_fields(db: Databases, house: AHouse) -> None:
    story, page = await screened(db, house)
    async with signed_in(db, house, "triagist") as desk:
        refused = await judged(desk, page, **{"b-oordeel": "", "c-motivering": ""})

        assert refused.status_code == 422
        assert "<title>Fout:" in refused.text
        for field in ("b-oordeel", "c-motivering"):
            assert f'href="#{field}"' in refused.text
            assert f'id="{field}-fout"' in refused.text
        assert "toets van a</textarea>" in refused.text
        assert await ended(story, DutyKind.JUDGE_CRITERIA) == [None]
        assert (await judged(desk, page)).status_code == 303
        assert (await judged(desk, page)).status_code == 409, "what is judged is not judged again"


async def test_somebody_else_of_the_report_is_judged_and_gets_a_case(db: Databases, house: AHouse) -> None:
    people = (DescribeSubject(name="Hendrik B."), DescribeSubject(name="Kevin B."))
    story, page = await screened(db, house, subjects=people)
    async with signed_in(db, house, "triagist") as desk:
        html = (await desk.get(page)).text
        found = re.search(r'name="([-0-9a-f]{36})-a-oordeel"', html)
        assert found
        other = {f"{found[1]}-{name}": value for name, value in JUDGED.items()}
        half = await judged(desk, page, **{f"{found[1]}-a-oordeel": "ja"})
        assert (half.status_code, f'id="{found[1]}-b-oordeel-fout"' in half.text) == (422, True)
        await judged(desk, page, **other)
        assert "Kevin B." in (await desk.get(page)).text

        nobody = await decided(desk, page, D.ADMIT, toelichting="beiden", personen=found[1])
        mine = {"toelichting": "beiden", "beslissers": str(house.person("politie"))}
        alone = await decided(desk, page, D.ADMIT, **mine)
        assert (alone.status_code, "een andere organisatie dan die van de melder" in alone.text) == (422, True)
        table = [str(house.person("om")), str(house.person("politie"))]
        taken = await decided(desk, page, D.ADMIT, toelichting="beiden", personen=found[1], beslissers=table)

    assert (nobody.status_code, "kies wie heeft beslist" in nobody.text) == (422, True)
    assert taken.status_code == 303
    async with story.acting("politie") as work:  # it stays theirs
        kevin = next(one for one in await referrals.subjects(work, await referral_of(story)) if one.name == "Kevin B.")
    assert kevin.case_id not in {None, story.case_id}


async def referral_of(story: Story) -> UUID:
    async with story.acting("triagist") as work:
        found = (await cases.case(work, story.case_id)).referral_id
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("kind", "typed", "field"),
    [
        (D.REJECT, {}, "toelichting"), (D.REFER_ON, {"toelichting": "beter daar"}, "ontvanger"),
        (D.BUNDLE, {"toelichting": "zelfde", "casus": "ZVH-1999-0001"}, "casus"),
        (D.SHORT_TRACK, {"toelichting": "kort"}, "organisaties"),
        (D.REJECT, {"toelichting": "x" * 50_001}, "toelichting"),
    ],
)  # fmt: skip
async def test_what_a_decision_lacks_is_said_in_its_own_form(
    db: Databases, house: AHouse, kind: D, typed: dict[str, str], field: str
) -> None:
    story, page = await screened(db, house)
    await story.judge()
    async with signed_in(db, house, "om") as table:
        refused = await decided(table, page, kind, **typed)

    assert refused.status_code == 422
    assert f'href="#{kind}-{field}"' in refused.text
    assert f'id="{kind}-{field}-fout"' in refused.text
    assert await phase_of(story) is Phase.SCREENING


async def test_other_outcomes_are_taken_from_the_same_page(db: Databases, house: AHouse) -> None:
    story, page = await screened(db, house)
    other, _page = await screened(db, house)
    async with story.acting("triagist") as work:
        number = (await cases.case(work, other.case_id)).number
    ggz = str(house.organisations["ggz"])
    async with signed_in(db, house, "triagist") as desk:
        asked = await decided(desk, page, D.MORE_INFORMATION, toelichting="Is hij bekend?", organisaties=ggz)
        assert asked.headers["location"] == f"{page}?gezegd=besloten"
        om = str(house.person("om"))
        bundled = await decided(desk, page, D.BUNDLE, toelichting="zelfde", casus=number.lower(), beslissers=om)
    assert bundled.headers["location"] == f"/casussen/{story.case_id}?gezegd=besloten"
    assert await phase_of(story) is Phase.CLOSED


async def test_the_desk_finds_a_report_complete_or_asks_for_more(db: Databases, house: AHouse) -> None:
    story = await factories.a_report(db.web, house)
    page = f"/casussen/{story.case_id}/screening"
    async with signed_in(db, house, "triagist") as desk:
        assert "Vraag een aanvulling" in (await desk.get(page)).text
        await decided(desk, page, D.REQUEST_SUPPLEMENT, toelichting="Welke aangiften?")
        early = unescape((await desk.get(page)).text)
        assert "Eerst moet nog worden afgerond: aanmelding aanvullen." in early
        when = await decided(desk, page, D.NOT_COMPLETED, toelichting="niets gehoord", gebeldOp="gisteren")
        assert (when.status_code, 'id="niet_aangevuld-gebeldOp-fout"' in when.text) == (422, True)
        done = await decided(desk, page, D.NOT_COMPLETED, toelichting="niets gehoord", gebeldOp="24-11-2026 09:30")
    assert (done.status_code, await phase_of(story)) == (303, Phase.CLOSED)


async def test_who_reported_does_not_admit_alone_and_sees_why(db: Databases, house: AHouse) -> None:
    story, page = await screened(db, house)
    await story.judge()
    async with signed_in(db, house, "politie") as reporter:
        assert "Uw organisatie deed de aanmelding" in (await reporter.get(page)).text
        assert (await decided(reporter, page, D.ADMIT, toelichting="nodig")).status_code == 403
    assert await phase_of(story) is Phase.SCREENING


@pytest.mark.parametrize(("who", "status"), [("ggz", 404), ("reclassering", 404), ("privacy", 404), ("regisseur", 404)])
async def test_who_does_not_read_the_report_finds_no_screening(
    db: Databases, house: AHouse, who: str, status: int
) -> None:
    story, page = await screened(db, house)
    async with signed_in(db, house, who) as client:
        assert (await client.get(page)).status_code == status
        assert (await judged(client, page)).status_code == status
        assert (await decided(client, page, D.REJECT, toelichting="nee")).status_code == status
    assert await ended(story, DutyKind.JUDGE_CRITERIA) == [None]


async def test_a_member_of_the_table_does_not_judge_for_the_desk(db: Databases, house: AHouse) -> None:
    story, page = await screened(db, house)
    async with signed_in(db, house, "om") as table:
        assert "Leg de toets vast" not in (await table.get(page)).text
        assert (await judged(table, page)).status_code == 403
        assert (await table.post(f"{page}/toetsing", data=JUDGED)).status_code == 403
    assert await ended(story, DutyKind.JUDGE_CRITERIA) == [None]


async def test_who_reads_the_screening_is_logged(db: Databases, house: AHouse) -> None:
    story, page = await screened(db, house)
    async with signed_in(db, house, "om") as table:
        await table.get(page)
    statement = text(
        "SELECT object_kind FROM audit_line WHERE action = 'inzien' AND case_id = :id AND person_id = :who"
    )
    async with db.engine.engine.connect() as connection:
        found = await connection.scalars(statement, {"id": story.case_id, "who": house.person("om")})
        assert found.all() == ["aanmelding"]


async def test_the_page_is_made_as_every_page_is_and_costs_the_same_for_many(db: Databases, house: AHouse) -> None:
    evil = '"><script>alert(1)</script>'
    many = tuple(DescribeSubject(name=f"{evil} {number}") for number in range(20))
    costs = []
    for facts in ({}, {"subjects": many, "tried": evil, "situation": evil}):
        _story, page = await screened(db, house, **facts)
        async with signed_in(db, house, "triagist") as desk, counted(db) as seen:
            answer = await desk.get(page)
        costs.append(len(seen))
        outline = Outline(answer.text)
        named = {attrs.get("for") for attrs in outline.all("label")}
        fields = [a for a in outline.all("input", "select", "textarea") if a.get("type") != "hidden"]
        ids = [str(attrs["id"]) for _, attrs in outline.tags if "id" in attrs]
        assert len(outline.all("h1")) == 1
        assert [one for one in fields if one.get("id") not in named] == []
        assert len(ids) == len(set(ids))
        assert outline.all("style") + [one for one in outline.all("script") if "src" not in one] == []

    assert costs[0] == costs[1]
    assert costs[0] <= 30


async def test_the_case_leads_to_its_screening_and_to_its_report(db: Databases, house: AHouse) -> None:
    story, page = await screened(db, house)
    for who, seen in (("triagist", (True, False)), ("politie", (True, True)), ("manager", (False, False))):
        async with signed_in(db, house, who) as client:
            html = (await client.get(f"/casussen/{story.case_id}")).text
        assert (page in html, f"/aanmeldingen/{await referral_of(story)}" in html) == seen, who


async def test_what_is_asked_of_nobody_is_no_decision(db: Databases, house: AHouse) -> None:
    story, page = await screened(db, house)
    async with signed_in(db, house, "triagist") as desk:
        sent = await desk.post(f"{page}/besluiten", data=csrf(desk) | {"soort": "afsluiten"})
    assert sent.status_code == 422
    async with unit_of_work(house.actors["triagist"], db.web) as work:
        assert (await cases.case(work, story.case_id)).phase is Phase.SCREENING
