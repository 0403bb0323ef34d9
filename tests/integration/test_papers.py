"""Documents of a case: who gets which, for whom, with what in it and what not, and what the log says of it."""

from datetime import datetime
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from models import printing
from models.casebook import documents, info
from models.commands.info import AddInfoItem
from models.itemwords import Category, Condition
from models.papers import Block, Paper
from models.tables.cases import Document
from models.words import DecisionKind as D
from models.words import DutyKind, Phase
from tasks.letters import closing_letter
from tests import factories
from tests.conftest import Databases
from tests.doors import Door
from tests.factories import Story, a_case, an_item
from tests.integration.test_letters import owed
from tests.integration.test_log import lines
from tests.integration.test_workplace import csrf, signed_in
from tests.papers import everything, pages, tags, words

SECRET = "verhuisde-naar-de-zeedijk"
OPEN = "stabiel sinds mei"
FILE = {"soort": "plan", "doel": "eigen_dossier"}


async def asked(door: Door, story: Story, who: str, **body: Any) -> httpx2.Response:
    return await door.call("POST", f"/casussen/{story.case_id}/stukken", who, json=FILE | body)


async def given(door: Door, story: Story, who: str, **body: Any) -> bytes:
    answer = await asked(door, story, who, **body)
    assert answer.status_code == 200, answer.text
    return answer.content


async def kinds(door: Door, story: Story, who: str) -> list[str]:
    found = (await door.get(who, f"/casussen/{story.case_id}/stukken"))["resultaten"]
    return [one["soort"] for one in found]


@pytest.fixture
async def story(door: Door, db: Databases) -> Story:
    """A case with a plan, one item for everybody and one that the police may not know of."""
    made = await a_case(db.web, door.house, Phase.MONITORING)
    async with made.acting("ggz") as work:
        an_item(work, made, "ggz", body=OPEN)
        an_item(work, made, "ggz", body=SECRET, excluded=("politie",), category=Category.HEALTH)
    return made


async def advised(db: Databases, door: Door) -> Story:
    made = await factories.a_report(db.web, door.house, goal="Hoe bereik ik Hendrik B. weer?")
    await factories.onward(made, Phase.INTAKE, Phase.SCREENING)
    await made.judge(met=False)
    await made.decide("om", D.ADVISE)
    await made.answer("triagist", DutyKind.ADVICE, "uitgebracht", note="Bel met Hendrik en de huisarts. BSN 999990044.")
    return made


# What is hidden


async def test_an_item_that_is_kept_from_somebody_is_nowhere_in_their_copy(door: Door, story: Story) -> None:
    theirs, suppliers = await given(door, story, "politie"), await given(door, story, "ggz")

    assert OPEN in words(theirs)
    assert SECRET not in everything(theirs)
    assert "gezondheid" not in everything(theirs).lower()
    assert SECRET in words(suppliers)
    assert "Gezondheid" in words(suppliers)


async def test_a_copy_for_another_holds_what_both_may_read(door: Door, story: Story) -> None:
    house = story.house
    async with story.acting("ggz") as work:
        an_item(work, story, "ggz", body="alleen-voor-de-politie", only_for=("politie",))
    for_police = await given(door, story, "regisseur", ontvanger=str(house.organisations["politie"]))
    for_person = await given(door, story, "regisseur", ontvanger=str(house.person("politie")))
    for_ggz = await given(door, story, "regisseur", ontvanger=str(house.organisations["ggz"]))

    for copy in (for_police, for_person):
        assert OPEN in words(copy)
        assert SECRET not in everything(copy)
        assert "alleen-voor-de-politie" not in everything(copy), "the regisseur may not read it"
    assert SECRET in words(for_ggz)
    assert "alleen-voor-de-politie" in words(await given(door, story, "politie"))
    assert "Exemplaar voor Politie." in words(for_police)
    assert "Exemplaar voor Politie Fictief, Politie." in words(for_person)


async def test_a_copy_does_not_change_with_what_is_hidden_from_its_reader(
    door: Door, db: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    set_in_type: list[tuple[Block, ...]] = []

    def typeset(paper: Paper, _moment: datetime) -> bytes:
        set_in_type.append(paper.blocks)
        return b"%PDF-"

    monkeypatch.setattr(printing, "typeset", typeset)
    await given(door, story, "politie")
    async with story.acting("ggz") as work:
        an_item(work, story, "ggz", body=SECRET, excluded=("politie",))

    await given(door, story, "politie")
    await given(door, story, "regisseur", ontvanger=str(door.house.organisations["politie"]))

    assert set_in_type[0] == set_in_type[1] == set_in_type[2]


async def test_what_may_not_be_minuted_was_taken_back_or_tells_a_secret_address_is_on_no_paper(
    door: Door, db: Databases
) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    async with story.acting("ggz") as work:
        an_item(work, story, "ggz", body="niet-te-notuleren", conditions=[Condition.NO_MINUTES])
        gone, _ = await info.add(work, story.case_id, AddInfoItem(category=Category.CARE, body="teruggenomen"))
        await info.withdraw(work, story.case_id, gone.id, "van een ander")
    subject = (await door.get("politie", f"/casussen/{story.case_id}"))["betrokkenen"][0]["id"]
    async with story.acting("ggz") as work:
        await info.add(work, story.case_id, AddInfoItem(category=Category.HOUSING, body=SECRET, subject_id=subject))
    ggz = str(door.house.organisations["ggz"])
    path = f"/casussen/{story.case_id}/betrokkenen/{subject}/adresgeheim"
    answer = await door.call("PUT", path, "regisseur", json={"organisaties": [ggz], "personen": []})
    assert answer.status_code in {200, 204}, answer.text

    copies = {who: everything(await given(door, story, who)) for who in ("politie", "ggz", "gemeente")}
    theirs = {who: str(door.house.organisations[who]) for who in copies}
    drawn_up = {who: everything(await given(door, story, "regisseur", ontvanger=theirs[who])) for who in copies}

    for found in (copies, drawn_up):
        assert all("niet-te-notuleren" not in one and "teruggenomen" not in one for one in found.values())
    assert {who for who, one in copies.items() if SECRET in one} == {"ggz", "politie"}, "who is named, and who reported"
    assert [who for who, one in drawn_up.items() if SECRET in one] == [], "the regisseur is not named"


# Which there are, for whom


async def test_there_is_what_the_case_has_come_to_and_who_asks_may_read(
    door: Door, db: Databases, story: Story
) -> None:
    early = await a_case(db.web, door.house, Phase.FOCUSOVERLEG)

    assert await kinds(door, early, "regisseur") == []
    assert await kinds(door, story, "regisseur") == ["plan", "verslag"]
    assert await kinds(door, story, "politie") == ["plan", "verslag"]
    assert await kinds(door, story, "triagist") == [], "knows the case and does not read it"
    assert (await asked(door, early, "regisseur")).status_code == 409


async def test_minutes_say_who_was_there_what_came_of_it_and_what_was_pledged(door: Door, story: Story) -> None:
    found = (await door.get("ggz", f"/casussen/{story.case_id}/stukken"))["resultaten"][1]

    pdf = await given(door, story, "ggz", soort="verslag", overleg=found["overleg"])

    told = words(pdf)
    for part in ("één plan", "verslag van het overleg", "Gemeente Westerveen", "toezicht", "intake", "Toegezegd"):
        assert part in told
    assert tags(pdf)["Table"] == 1
    other = await asked(door, story, "ggz", soort="verslag", overleg=str(story.case_id))
    assert other.status_code == 409


@pytest.mark.parametrize(
    ("who", "status"),
    [("triagist", 403), ("manager", 403), ("regisseur2", 403), ("reclassering", 404), ("om", 404), ("beheerder", 403)],
)
async def test_who_does_not_read_a_case_gets_no_document_of_it(
    door: Door, db: Databases, story: Story, who: str, status: int
) -> None:
    answer = await asked(door, story, who)

    assert answer.status_code == status
    assert await lines(db, door.house, action="stuk opgemaakt") == []


async def test_only_who_conducts_a_case_draws_up_a_document_for_another(door: Door, story: Story) -> None:
    ggz = str(door.house.organisations["ggz"])

    assert (await asked(door, story, "politie", ontvanger=ggz)).status_code == 403
    assert (await asked(door, story, "politie", ontvanger=str(door.house.person("politie")))).status_code == 200


@pytest.mark.parametrize("who", ["reclassering", "corporatie", "huis", "om"])
async def test_nobody_is_a_recipient_who_does_not_read_the_case(door: Door, story: Story, who: str) -> None:
    answer = await asked(door, story, "regisseur", ontvanger=str(door.house.organisations[who]))

    assert (answer.status_code, answer.json()["velden"][0]["veld"]) == (400, "ontvanger")


async def test_who_left_a_case_is_no_recipient_and_gets_nothing(door: Door, story: Story) -> None:
    ggz = door.house.organisations["ggz"]
    await story.decide("triagist", D.RELEASE, organisations=(ggz,), deciders=(door.house.person("om"),))

    assert (await asked(door, story, "regisseur", ontvanger=str(ggz))).status_code == 400
    assert (await asked(door, story, "ggz")).status_code in {403, 404}


async def test_of_a_closed_case_there_is_nothing(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.CLOSED)

    for who in ("regisseur", "politie", "ggz"):
        assert await kinds(door, story, who) == []
        assert (await asked(door, story, who)).status_code == 403


# Letters


async def test_advice_goes_to_who_reported_and_nobody_is_recognised_in_it(door: Door, db: Databases) -> None:
    story = await advised(db, door)
    advice = {"soort": "adviesbrief", "doel": "advies_aan_professional"}
    police = str(door.house.organisations["politie"])

    copies = [await given(door, story, "politie", **advice), await given(door, story, "triagist", **advice)]
    copies.append(await given(door, story, "triagist", **advice, ontvanger=police))

    for copy in copies:
        assert "Bel met [weggelaten] en de huisarts" in words(copy)
        assert "Hoe bereik ik [weggelaten] weer?" in words(copy)
        assert "Triagist Fictief" in words(copy)
        assert not any(one in everything(copy) for one in ("Hendrik", "999990044"))
    assert (await asked(door, story, "gemeente", **advice)).status_code in {403, 404}
    assert (
        await asked(door, story, "triagist", **advice, ontvanger=str(door.house.organisations["ggz"]))
    ).status_code == 400


async def test_a_closing_letter_is_for_the_person_and_of_who_leads_the_case(
    door: Door, db: Databases, engine_database: Any
) -> None:
    story = await a_case(db.web, door.house, Phase.CLOSING)
    assert "slotbrief" not in await kinds(door, story, "regisseur")
    await closing_letter.fn((await owed(story, engine_database)).id)
    subject = (await door.get("regisseur", f"/casussen/{story.case_id}"))["betrokkenen"][0]["id"]
    letter = {"soort": "slotbrief", "doel": "informeren_betrokkene"}

    told = words(await given(door, story, "regisseur", **letter, ontvanger=subject))

    assert "Aan: Hendrik B." in told
    assert "Exemplaar voor Hendrik B." in told
    assert "Geachte Hendrik B.," in told
    assert "Met vriendelijke groet, Regisseur Fictief procesregisseur, namens Politie" in told
    assert (await given(door, story, "regisseur", **letter)).startswith(b"%PDF-")
    assert await kinds(door, story, "politie") == ["plan", "verslag"]
    assert (await asked(door, story, "politie", **letter)).status_code == 409
    assert (await asked(door, story, "regisseur", ontvanger=subject)).status_code == 409, "a plan is not for the person"
    police = str(door.house.organisations["politie"])
    assert (await asked(door, story, "regisseur", **letter, ontvanger=police)).status_code == 409


# On every page, in the answer, in the log


async def test_every_page_of_a_plan_carries_its_mark_and_no_number_of_the_case(door: Door, story: Story) -> None:
    async with story.acting("regisseur") as work:
        for nth in range(40):
            an_item(work, story, "politie", body=f"melding {nth}\n\n" + "tekst " * 60)
    number = (await story.facts()).number

    pdf = await given(door, story, "ggz", doel="uitvoering_afspraken")

    found = pages(pdf)
    assert len(found) > 3
    for page in found:
        assert "Exemplaar voor Ggz Fictief, GGZ Westerveen." in page
        assert "Doel: uitvoering van afspraken." in page
        assert "namens Politie" in page
    assert number not in everything(pdf)


async def test_the_answer_is_kept_by_nobody_and_its_name_tells_nothing(door: Door, story: Story) -> None:
    answer = await asked(door, story, "ggz")

    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == 'attachment; filename="plan.pdf"'
    assert "sandbox" in answer.headers["content-security-policy"]


async def test_drawing_up_is_logged_with_for_whom_what_for_and_in_whose_name(
    door: Door, db: Databases, story: Story
) -> None:
    ggz = door.house.organisations["ggz"]
    pdf = await given(door, story, "regisseur", ontvanger=str(ggz), doel="overdracht")

    [line] = await lines(db, door.house, action="stuk opgemaakt")

    assert (line["object_kind"], line["purpose"], line["result"]) == ("plan", "overdracht", "ok")
    assert line["person_id"] == door.house.person("regisseur")
    assert line["on_behalf_of"] == door.house.organisations["politie"]
    assert line["case_id"] == story.case_id
    assert line["facts"] == {"ontvanger": str(ggz)}
    assert line["object_id"].hex.upper() in words(pdf).replace("-", "")


async def test_nothing_is_kept_of_a_copy_whatever_key_comes_with_it(door: Door, db: Databases, story: Story) -> None:
    path, key = f"/casussen/{story.case_id}/stukken", {"Idempotency-Key": "7c0f6a3e-2f7d-4d53-8a5c-0f9d5f1c1b2a"}

    answers = [await door.call("POST", path, "ggz", json=FILE, headers=key) for _ in range(2)]

    assert [one.status_code for one in answers] == [200, 200]
    assert all("idempotency-replayed" not in one.headers for one in answers)
    assert len(await lines(db, door.house, action="stuk opgemaakt")) == 2
    async with story.acting("regisseur") as work:
        kept = await work.session.scalars(select(Document.kind).where(Document.case_id == story.case_id))
        assert list(kept) == []


async def test_what_could_not_be_printed_is_said_and_not_logged(
    door: Door, db: Databases, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "SECONDS", 0.0)

    answer = await asked(door, story, "ggz")

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert "niet worden gemaakt" in answer.json()["detail"]
    assert await lines(db, door.house, action="stuk opgemaakt") == []


async def test_a_letter_is_kept_once_per_reference(story: Story) -> None:
    async with story.acting("regisseur") as work:
        for body in ("eerst", "later"):
            await documents.keep(work, story.case_id, kind="slotbrief", ref=story.case_id, body=body)
        kept = await work.session.scalars(select(Document.body).where(Document.ref == story.case_id))
        assert kept.all() == ["eerst"]


# The page


async def test_the_page_of_a_case_offers_documents_and_gives_them(db: Databases, story: Story) -> None:
    ggz = str(story.house.organisations["ggz"])
    async with signed_in(db, story.house, "regisseur") as client:
        page = (await client.get(f"/casussen/{story.case_id}")).text
        form = csrf(client) | {"stuk": "plan", "doel": "overdracht", "ontvanger": ggz}
        answer = await client.post(f"/casussen/{story.case_id}/stukken", data=form)
        wrong = await client.post(f"/casussen/{story.case_id}/stukken", data=csrf(client) | {"stuk": "x", "doel": "x"})

    assert "Stukken op papier" in page
    assert f'<option value="{ggz}">GGZ Westerveen</option>' in page
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    assert "Exemplaar voor GGZ Westerveen" in words(answer.content)
    assert (wrong.status_code, wrong.headers["content-type"].partition(";")[0]) == (422, "text/html")


async def test_a_partner_is_offered_their_own_copy_and_a_reader_of_the_process_none(
    db: Databases, story: Story
) -> None:
    found = {}
    for who in ("ggz", "triagist"):
        async with signed_in(db, story.house, who) as client:
            found[who] = (await client.get(f"/casussen/{story.case_id}")).text

    assert "Stukken op papier" in found["ggz"]
    assert "Voor wie?" not in found["ggz"]
    assert "Stukken op papier" not in found["triagist"]
