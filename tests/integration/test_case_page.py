"""The page of a case: where it stands and what comes next, and the forms that change its plan, people and end."""

import re
from datetime import timedelta
from uuid import UUID

import httpx2
import pytest

from api.workplace.case.history import KINDS
from models.lookups import plan
from models.lookups.sentences import SENTENCES
from models.tables.coherence import Coherence
from models.tables.following import Handover, RereferralCriterion
from models.tables.meetings import Commitment
from models.tables.plans import Goal, PlanConflict
from models.words import CommitmentState, DutyKind, Phase, Standing
from tests import factories
from tests.conftest import Databases
from tests.factories import AHouse, Story, an_item
from tests.integration.test_workplace import _asked, csrf, signed_in

TEST = {
    "kring": "zij zijn moeder en zoon", "afhankelijkheid": "haar verslaving houdt zijn gedrag in stand",
    "noodzaak": "zonder afstemming werken de plannen elkaar tegen",
}  # fmt: skip


@pytest.fixture
async def story(db: Databases, house: AHouse) -> Story:
    """A case in execution."""
    return await factories.a_case(db.web, house, Phase.MONITORING)


async def page(db: Databases, house: AHouse, who: str, story: Story, query: str = "") -> str:
    async with signed_in(db, house, who) as client:
        return (await client.get(f"/casussen/{story.case_id}{query}")).text


async def sent(db: Databases, house: AHouse, who: str, path: str, **typed: object) -> httpx2.Response:
    async with signed_in(db, house, who) as client:
        return await client.post(path, data=csrf(client) | typed)


async def day(story: Story, ahead: int) -> str:
    async with story.acting("regisseur") as work:
        return (work.now + timedelta(days=ahead)).date().isoformat()


# Where it stands


async def test_the_phases_say_where_the_case_is_and_where_it_was(db: Databases, house: AHouse, story: Story) -> None:
    shown = await page(db, house, "regisseur", story)
    bar = shown[shown.index('<ol class="fasebalk"') :]
    bar = bar[: bar.index("</ol>")]

    assert len(re.findall('aria-current="step"', bar)) == 1
    assert re.search(r'aria-current="step">Uitvoering en monitoring<span class="alleen-horen">: hier staat', bar)
    assert len(re.findall(": geweest", bar)) == 5, "each phase before this one, and none after it"
    assert "Afschalen:" not in bar


async def test_one_next_step_is_named_to_who_must_take_it(db: Databases, house: AHouse, story: Story) -> None:
    duty = await story.duty(DutyKind.PROGRESS)
    shown = await page(db, house, "politie" if duty.owner_organisation_id == house.organisations["politie"] else "ggz",
                       story)  # fmt: skip

    assert shown.count("Uw volgende stap") == 1
    assert re.search(r'class="nl-button[^"]*" href="#taak-[0-9a-f-]{36}"', shown)


async def test_every_link_within_the_page_leads_somewhere(db: Databases, house: AHouse, story: Story) -> None:
    for who in ("regisseur", "ggz", "manager"):
        shown = await page(db, house, who, story)
        inside = set(re.findall(r'href="#([^"]+)"', shown))
        assert inside - set(re.findall(r' id="([^"]+)"', shown)) == set(), who
        ids = re.findall(r' id="([^"]+)"', shown)
        assert len(ids) == len(set(ids)), "each id once"


async def test_information_stands_by_life_domain(db: Databases, house: AHouse, story: Story) -> None:
    async with story.acting("ggz") as work:
        for domain, body in (("wonen", "huurt bij een zus"), ("", "los feit"), ("financiën", "schulden")):
            an_item(work, story, "ggz", life_domain=domain, body=body)
    shown = await page(db, house, "regisseur", story)

    places = [shown.index(one) for one in ("Financiën", "schulden", "Wonen", "huurt bij", "Zonder leefgebied", "los f")]
    assert places == sorted(places)


async def test_the_timeline_is_filtered_by_kind_and_day(db: Databases, house: AHouse, story: Story) -> None:
    everything, meetings, never = [
        await page(db, house, "regisseur", story, query)
        for query in ("", "?soort=overleggen", "?tot=2001-01-01&soort=besluiten")
    ]

    def lines(shown: str) -> int:
        return shown.count('class="tijdlijn__wanneer"')

    assert 0 < lines(meetings) < lines(everything)
    assert "overleg gepland" in meetings[meetings.index('<ol class="tijdlijn"') :].lower()
    assert lines(never) == 0
    assert lines(await page(db, house, "regisseur", story, "?soort=onzin&vanaf=gisteren&na=x")) == lines(everything)


def test_the_timeline_filters_by_what_the_history_knows() -> None:
    codes = [one for these in KINDS.values() for one in these]
    assert set(codes) <= set(SENTENCES)
    assert len(codes) == len(set(codes))


async def test_the_questions_of_a_page_do_not_grow_with_the_case(own_db: Databases) -> None:
    house = await factories.a_house(own_db.owner)
    story = await factories.a_case(own_db.web, house, Phase.MONITORING)
    path = f"/casussen/{story.case_id}"
    await _goal(own_db, house, story)
    async with story.acting("ggz") as work:
        an_item(work, story, "ggz")
    few = await _asked(own_db, house, path)
    for number in range(4):
        await _goal(own_db, house, story, f"doel {number}")
        await _pledged(own_db, house, story, f"afspraak {number}")
    async with story.acting("ggz") as work:
        for number in range(6):
            an_item(work, story, "ggz", body=f"feit {number}")

    assert few == await _asked(own_db, house, path) < 85


# The plan


async def _goal(db: Databases, house: AHouse, story: Story, body: str = "een eigen woning") -> httpx2.Response:
    return await sent(db, house, "regisseur", f"/casussen/{story.case_id}/doelen", tekst=body, leefgebied="wonen")


async def _pledged(
    db: Databases, house: AHouse, story: Story, body: str = "urgentie aanvragen", **more: object
) -> httpx2.Response:
    fields = {"organisatie": str(house.organisations["gemeente"]), "domein": "bestuur", "tekst": body,
              "uiterlijk": await day(story, 20)}  # fmt: skip
    return await sent(db, house, "regisseur", f"/casussen/{story.case_id}/afspraken", **fields | more)


async def test_a_goal_is_set_and_judged_in_the_browser(db: Databases, house: AHouse, story: Story) -> None:
    made = await _goal(db, house, story)
    [goal] = await story.all(Goal, Goal.case_id == story.case_id)
    judged = await sent(db, house, "regisseur", f"/doelen/{goal.id}/standen", status="bereikt")

    assert (made.status_code, made.headers["location"]) == (303, f"/casussen/{story.case_id}?gezegd=doel#doelen")
    assert judged.status_code == 303
    shown = await page(db, house, "ggz", story)
    assert "een eigen woning" in shown
    assert "Doelen bereikt: 1 van 1" in shown


async def test_a_form_that_is_refused_keeps_what_was_typed_and_says_what_is_wrong(
    db: Databases, house: AHouse, story: Story
) -> None:
    path = f"/casussen/{story.case_id}/doelen"
    await _goal(db, house, story)
    [goal] = await story.all(Goal, Goal.case_id == story.case_id)

    wrong = await sent(db, house, "regisseur", path, tekst="iets <b>groots</b>", leefgebied="maan", termijn="ooit")
    past = await sent(db, house, "regisseur", path, tekst="te laat bedacht", termijn="2020-01-01")
    let_go = await sent(db, house, "regisseur", f"/doelen/{goal.id}/standen", status="losgelaten",
                        casusId=str(story.case_id))  # fmt: skip

    assert wrong.status_code == past.status_code == let_go.status_code == 422
    assert "iets &lt;b&gt;groots&lt;/b&gt;</textarea>" in wrong.text
    assert "vul een datum in" in wrong.text
    assert 'id="doel-termijn-fout">ligt in het verleden' in past.text
    assert '<details id="form-doel" open>' in past.text
    assert f'<details id="form-doelstand-{goal.id}" open>' in let_go.text
    assert "waarom wordt dit doel losgelaten?" in let_go.text
    assert len(await story.all(Goal, Goal.case_id == story.case_id)) == 1


async def test_a_commitment_has_a_condition_and_waits_for_another(db: Databases, house: AHouse, story: Story) -> None:
    await _pledged(db, house, story)
    [first] = await story.all(Commitment, Commitment.body == "urgentie aanvragen")
    made = await _pledged(
        db, house, story, "sleutel overhandigen", voorwaarde="er is een woning", wachtOp=str(first.id)
    )
    [second] = await story.all(Commitment, Commitment.body == "sleutel overhandigen")
    settled = await sent(db, house, "regisseur", f"/afspraken/{second.id}/voorwaarde", ingetreden="ja")

    assert made.status_code == settled.status_code == 303
    async with story.acting("regisseur") as work:
        assert (await plan.needs_of(work, story.case_id))[second.id] == {first.id}
    [second] = await story.all(Commitment, Commitment.id == second.id)
    assert second.condition_at is not None
    shown = await page(db, house, "regisseur", story)
    assert "Als: er is een woning" in shown


async def test_the_mistakes_of_a_commitment_stand_at_their_fields(db: Databases, house: AHouse, story: Story) -> None:
    before = len(await story.all(Commitment, Commitment.case_id == story.case_id))

    answer = await _pledged(db, house, story, uiterlijk="2020-01-01", domein="")

    assert answer.status_code == 422
    assert 'id="afspraak-uiterlijk-fout"' in answer.text
    assert 'id="afspraak-domein-fout"' in answer.text
    assert ">urgentie aanvragen</textarea>" in answer.text
    assert len(await story.all(Commitment, Commitment.case_id == story.case_id)) == before


async def test_who_has_a_commitment_says_how_it_goes(db: Databases, house: AHouse, story: Story) -> None:
    [mine] = await story.all(Commitment, Commitment.case_id == story.case_id,
                             Commitment.organisation_id == house.organisations["politie"])  # fmt: skip
    path, of = f"/afspraken/{mine.id}/voortgang", {"casusId": str(story.case_id)}

    bare = await sent(db, house, "politie", path, stand="vertraagd", **of)
    said = await sent(db, house, "politie", path, stand="vertraagd", toelichting="personeel ziek", **of)

    assert bare.status_code == 422
    assert "is nodig bij" in bare.text
    assert said.status_code == 303
    assert "Vertraagd: personeel ziek" in await page(db, house, "regisseur", story)


async def test_a_partner_has_no_form_of_the_regisseur_and_sends_it_in_vain(
    db: Databases, house: AHouse, story: Story
) -> None:
    shown = await page(db, house, "ggz", story)
    answer = await sent(db, house, "ggz", f"/casussen/{story.case_id}/doelen", tekst="eigen doel")

    for form in ("form-doel", "form-afspraak", "form-samenhang", "form-deelnemer", "form-overdracht"):
        assert f'id="{form}"' not in shown
    assert answer.status_code == 403
    assert await story.all(Goal, Goal.case_id == story.case_id) == []
    assert "Bevraagd" not in shown


# Who is involved, and what hangs together


async def test_public_participants_choose_who_is_involved_and_the_regisseur_writes_it_down(
    db: Databases, house: AHouse, story: Story
) -> None:
    path, who = f"/casussen/{story.case_id}/deelnemers", str(house.organisations["reclassering"])
    typed = {"wat": "toevoegen", "organisaties": who, "toelichting": "er is toezicht opgelegd"}

    alone = await sent(db, house, "regisseur", path, **typed)
    added = await sent(db, house, "regisseur", path, **typed, beslissers=str(house.person("om")))

    assert alone.status_code == 403
    assert "Dit beslissen alleen publieke deelnemers" in alone.text
    assert ">er is toezicht opgelegd</textarea>" in alone.text
    assert added.status_code == 303
    assert UUID(who) in await _involved(story)
    gone = await sent(db, house, "om", path, **typed | {"wat": "laten_gaan"})
    assert gone.status_code == 303
    assert UUID(who) not in await _involved(story)


async def _involved(story: Story) -> set[UUID]:
    found = await story.all_involved()
    return {one.organisation_id for one in found if one.until is None and one.standing is Standing.INVOLVED}


async def test_cases_are_linked_by_number_on_the_test_in_three_parts(
    db: Databases, house: AHouse, story: Story
) -> None:
    other = await factories.a_case(db.web, house, Phase.FOCUSOVERLEG)
    path, number = f"/casussen/{story.case_id}/samenhangen", (await other.facts()).number
    by = {"beslissers": str(house.person("gemeente"))}

    short = await sent(db, house, "regisseur", path, **TEST | {"noodzaak": "kort"}, **by, casus=number)
    unknown = await sent(db, house, "regisseur", path, **TEST, **by, casus="ZVH-1999-0001")
    made = await sent(db, house, "regisseur", path, **TEST, **by, casus=number)

    assert short.status_code == unknown.status_code == 422
    assert 'id="samenhang-noodzaak-fout">schrijf ten minste 10 tekens' in short.text
    assert 'id="samenhang-casus-fout"' in unknown.text
    assert made.status_code == 303
    for one, linked in ((story, number), (other, (await story.facts()).number)):
        shown = await page(db, house, "regisseur", one)
        assert linked in shown[shown.index('id="samenhang"') :]
    [row] = await story.all(Coherence, Coherence.ended_at.is_(None))
    ended = await sent(db, house, "gemeente", f"/samenhangen/{row.id}/beeindigingen", toelichting="zoon verhuisde",
                       casusId=str(story.case_id))  # fmt: skip
    assert ended.headers["location"].startswith(f"/casussen/{story.case_id}?")


async def test_who_leads_both_cases_marks_what_does_not_go_together(db: Databases, house: AHouse, story: Story) -> None:
    other = await factories.a_case(db.web, house, Phase.MONITORING, reason="een andere aanleiding")
    await sent(db, house, "gemeente", f"/casussen/{story.case_id}/samenhangen", **TEST,
               casus=(await other.facts()).number)  # fmt: skip
    mine, theirs = [
        (await one.all(Commitment, Commitment.case_id == one.case_id, Commitment.ended_at.is_(None)))[0]
        for one in (story, other)
    ]

    offered = await page(db, house, "regisseur", story)
    made = await sent(db, house, "regisseur", f"/afspraken/{mine.id}/conflicten", afspraak=str(theirs.id),
                      toelichting="verhuizen en blijven")  # fmt: skip

    assert str(theirs.id) in offered
    assert str(theirs.id) not in await page(db, house, "politie", story)
    assert made.status_code == 303
    assert len(await story.all(PlanConflict)) >= 1


# Scaling down


async def test_a_case_is_handed_over_with_every_commitment_and_says_when_to_report_again(
    db: Databases, house: AHouse
) -> None:
    story = await factories.a_case(db.web, house, Phase.CLOSING)
    path, ggz = f"/casussen/{story.case_id}", str(house.organisations["ggz"])
    rows = {"criterium-0": "nieuwe dreiging", "watTeDoen-0": "bel de wijkagent"}
    half = await sent(db, house, "regisseur", f"{path}/heraanmeldcriteria", **{"criterium-0": "nieuwe dreiging"})
    listed = await sent(db, house, "regisseur", f"{path}/heraanmeldcriteria", **rows)
    open_ = [
        one for one in await story.all(Commitment, Commitment.case_id == story.case_id)
        if one.state in {CommitmentState.PLEDGED, CommitmentState.IN_PROGRESS, CommitmentState.PROPOSED}
    ]  # fmt: skip
    open_.sort(key=lambda one: (one.due_on, one.id))
    lines = {"afspraak": [str(one.id) for one in open_]} | {f"wijze-{n}": "vervalt" for n, _ in enumerate(open_)}
    bare = await sent(db, house, "regisseur", f"{path}/overdrachten", ontvanger=ggz, **lines)
    notes = {f"toelichting-{n}": "is klaar" for n, _ in enumerate(open_)}
    offered = await sent(db, house, "regisseur", f"{path}/overdrachten", ontvanger=ggz, **lines, **notes)

    assert half.status_code == 422
    assert 'id="criteria-watTeDoen-0-fout"' in half.text
    assert listed.status_code == offered.status_code == 303
    assert bare.status_code == 422
    assert 'id="overdracht-toelichting-0-fout"' in bare.text
    [found] = await story.all(RereferralCriterion, RereferralCriterion.case_id == story.case_id)
    assert (found.criterion, found.to_do) == ("nieuwe dreiging", "bel de wijkagent")
    [package] = await story.all(Handover, Handover.case_id == story.case_id)
    assert str(package.receiver_id) == ggz
    shown = await page(db, house, "ggz", story)
    assert "Overdracht aanvaarden" in shown
    assert "is klaar" in shown
    accepting = await story.duty(DutyKind.ACCEPT_HANDOVER)
    accepted = await sent(db, house, "ggz", f"/taken/{accepting.id}/antwoorden", uitkomst="aanvaard")
    assert accepted.status_code == 303
    assert "Aanvaard" in await page(db, house, "regisseur", story)
