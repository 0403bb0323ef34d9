"""Reporting in the browser: all steps, what is kept when, two windows, what is wrong, and whose report it is."""

import re
from collections.abc import AsyncIterator
from html import unescape
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import select, text

from models.casebook import referrals as casebook
from models.commands.referrals import DescribeReferral, DescribeSubject, KeepSecret
from models.lookups import referrals, reported
from models.refusals import InvalidFields
from models.tables.items import SubjectProtection
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import Phase
from tests import factories
from tests.conftest import Databases
from tests.doors import counted
from tests.factories import AHouse, described
from tests.integration.test_workplace import csrf, signed_in
from tests.integration.test_workplace_pages import Outline

STEPS = ("waarover", "personen", "situatie", "eerder", "criteria", "wens", "bijlagen", "controleren")
#: what is typed on each step of a complete report
TYPED: dict[str, dict[str, Any]] = {
    "waarover": {
        "gemeente": "Westerveen", "themas": ["verward gedrag"], "spoed": "ja", "functieMelder": "wijkagent",
        "contactMelder": "0880 123456",
    },
    "personen": {
        "personen-1-naam": "Hendrik B.", "personen-1-rol": "betrokkene", "personen-1-geboortedatum": "29-2-1980",
        "personen-1-bsn": "999990044", "personen-2-naam": "Ans B.", "personen-2-rol": "directe_kring",
        "relaties-1-van": "2", "relaties-1-soort": "ouder", "relaties-1-met": "1",
    },
    "situatie": {
        "reden": "veertien meldingen in zes weken", "situatie": "dreiging\r\nin de buurt",
        "problemen-1-leefgebied": "wonen", "problemen-1-omschrijving": "dreigende ontruiming",
        "criminogeneFactoren": "schulden\r\ndrugs", "gevolgen": ["ernstige_overlast", "onveilig_voor_personen"],
        "incidenten-1-omschrijving": "ruit ingegooid", "incidenten-1-dag": "1-9-2026", "incidenten-1-tijd": "10:30",
        "feitenEnAanwijzingen": "drie aangiften",
    },
    "eerder": {"eerderGeprobeerd": "wijkteam kwam drie keer", "partners-1-organisatie": "GGZ Westerveen"},
    "criteria": {f"criteria-{one}": f"criterium {one} is voldaan" for one in "abcd"},
    "wens": {
        "dienst": "procesregie", "doel": "één plan", "besprokenMetBetrokkene": "nee",
        "redenNietBesproken": "veiligheid van de melder", "kwaliteitsverklaring": "ja",
    },
}  # fmt: skip


@pytest.fixture
async def police(db: Databases, house: AHouse) -> AsyncIterator[httpx2.AsyncClient]:
    """A contact of the police, who reports twice a year."""
    async with signed_in(db, house, "politie") as client:
        yield client


async def begun(client: httpx2.AsyncClient) -> str:
    """The address of a new draft."""
    answer = await client.post("/aanmeldingen", data=csrf(client))
    assert answer.status_code == 303
    return str(answer.headers["location"]).removesuffix("/invullen?stap=waarover")


async def opened(client: httpx2.AsyncClient, report: str, step: str) -> dict[str, str]:
    """The hidden fields of a step, as the browser got them."""
    page = await client.get(f"{report}/invullen?stap={step}")
    assert page.status_code == 200, page.text
    mark = re.search(r'name="gelezen" value="(\w+)"', page.text)
    assert mark
    return csrf(client) | {"stap": step, "gelezen": mark[1]}


async def filled(
    client: httpx2.AsyncClient, report: str, step: str, *, doe: str = "verder", **typed: Any
) -> httpx2.Response:
    """A step filled in and sent."""
    hidden = await opened(client, report, step)
    return await client.post(f"{report}/invullen", data=hidden | TYPED[step] | typed | {"doe": doe})


async def complete(client: httpx2.AsyncClient) -> str:
    """A draft in which nothing is missing."""
    report = await begun(client)
    for step in TYPED:
        answer = await filled(client, report, step)
        assert answer.status_code == 303, answer.text
    return report


async def kept(db: Databases, house: AHouse, report: str, who: str = "politie") -> DescribeReferral:
    """What a report says now."""
    async with unit_of_work(house.actors[who], db.web) as work:
        found = await referrals.referral(work, UUID(report.rsplit("/", 1)[1]))
        return await reported.content(work, found, places=True)


async def test_a_report_is_made_step_by_step_and_handed_in(
    db: Databases, house: AHouse, police: httpx2.AsyncClient
) -> None:
    report = await begun(police)
    for step, following in zip(TYPED, STEPS[1:], strict=False):
        answer = await filled(police, report, step)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{report}/invullen?stap={following}")
    check = unescape((await police.get(f"{report}/invullen?stap=controleren")).text)
    assert "Dit ontbreekt nog" not in check
    for told in ("Hendrik B.", "ouder van Hendrik B.", "dreigende ontruiming", "ruit ingegooid", "GGZ Westerveen"):
        assert told in check

    handed_in = await police.post(f"{report}/indienen", data=csrf(police))

    assert (handed_in.status_code, handed_in.headers["location"]) == (303, f"{report}?gezegd=ingediend")
    page = (await police.get(handed_in.headers["location"])).text
    assert re.search(r"<strong>ZVH-\d{4}-\d{4}</strong>", page)
    assert "Wat er nu gebeurt" in page
    said = await kept(db, house, report)
    assert said.situation == "dreiging\nin de buurt"
    assert said.criminogenic_factors == ("schulden", "drugs")
    assert [(one.of, one.to, one.kind.value) for one in said.relations] == [(2, 1, "ouder")]
    assert said.life_domains == ("wonen",)


async def test_what_is_known_is_not_asked_again(db: Databases, house: AHouse, police: httpx2.AsyncClient) -> None:
    first = await kept(db, house, await begun(police))
    assert first.reporter_contact == f"politie@{house.slug}.example"
    await filled(police, await begun(police), "waarover")

    second = await kept(db, house, await begun(police))

    assert (second.reporter_function, second.reporter_contact) == ("wijkagent", "0880 123456")
    assert second.municipality == "Westerveen"
    async with signed_in(db, house, "gemeente") as town:
        assert (await kept(db, house, await begun(town), "gemeente")).municipality == "Westerveen"


async def test_what_is_missing_leads_to_its_field_and_nothing_is_handed_in(police: httpx2.AsyncClient) -> None:
    report = await begun(police)

    refused = await police.post(f"{report}/indienen", data=csrf(police))

    assert refused.status_code == 422
    assert "<title>Fout:" in refused.text
    for place in ("stap=situatie#reden", "stap=criteria#criteria-b", "stap=personen#personen", "stap=wens#doel"):
        assert f"{report}/invullen?{place}" in refused.text
    assert "stap=wens#besprokenMetBetrokkene" in (await police.get(f"{report}/invullen?stap=controleren")).text


async def test_one_more_row_is_there_after_what_was_typed_is_kept(
    db: Databases, house: AHouse, police: httpx2.AsyncClient
) -> None:
    report = await begun(police)
    typed = {"personen-1-naam": "Samira", "personen-1-rol": "betrokkene"}
    hidden = await opened(police, report, "personen")

    more = await police.post(f"{report}/invullen", data=hidden | typed | {"doe": "erbij-personen"})

    assert more.headers["location"] == f"{report}/invullen?stap=personen&erbij=personen#personen-nieuw"
    page = (await police.get(more.headers["location"])).text
    assert 'id="personen-2-naam"' in page
    assert [one.name for one in (await kept(db, house, report)).subjects] == ["Samira"]
    hidden = await opened(police, report, "personen")
    away = {"personen-2-naam": "Dennis", "personen-2-rol": "directe_kring", "doe": "weg-personen-1"}
    await police.post(f"{report}/invullen", data=hidden | typed | away)
    assert [one.name for one in (await kept(db, house, report)).subjects] == ["Dennis"]


@pytest.mark.parametrize(
    "wrong",
    [
        ("personen", {"personen-2-bsn": "12"}, "personen-2-bsn"),
        ("personen", {"personen-1-geboortedatum": "31-2-1980"}, "personen-1-geboortedatum"),
        ("personen", {"relaties-1-met": "2"}, "relaties-1-van"),
        ("situatie", {"incidenten-1-dag": "gisteren"}, "incidenten-1-dag"),
        ("waarover", {"functieMelder": "x" * 501}, "functieMelder"),
        ("criteria", {"criteria-c": "nul\0teken"}, "criteria-c"),
    ],
)
async def test_what_is_wrong_is_said_at_the_field_and_typed_text_stays(
    db: Databases, house: AHouse, police: httpx2.AsyncClient, wrong: tuple[str, dict[str, str], str]
) -> None:
    step, typed, field = wrong
    report = await begun(police)
    before = await kept(db, house, report)

    refused = await filled(police, report, step, **typed)

    assert refused.status_code == 422
    outline = Outline(refused.text)
    [at] = [one for one in outline.all("input", "textarea", "select") if one.get("id") == field]
    assert at["aria-invalid"] == "true"
    assert f"{field}-fout" in str(at["aria-describedby"])
    assert f'href="#{field}"' in refused.text
    assert "<title>Fout:" in refused.text
    for value in (TYPED[step] | typed).values():
        if isinstance(value, str) and "\r" not in value and "\0" not in value:
            assert value in unescape(refused.text)
    assert await kept(db, house, report) == before


async def test_two_windows_do_not_overwrite_each_other_unseen(
    db: Databases, house: AHouse, police: httpx2.AsyncClient
) -> None:
    report = await begun(police)
    one, other = [await opened(police, report, "eerder") for _window in range(2)]
    elsewhere = await opened(police, report, "wens")
    await police.post(f"{report}/invullen", data=one | {"eerderGeprobeerd": "eerste venster", "doe": "verder"})

    late = await police.post(f"{report}/invullen", data=other | {"eerderGeprobeerd": "tweede venster", "doe": "verder"})

    assert late.status_code == 409
    assert "intussen gewijzigd" in late.text
    assert "eerste venster" in late.text
    assert "tweede venster</textarea>" in late.text
    assert (await kept(db, house, report)).tried == "eerste venster"
    mark = re.search(r'name="gelezen" value="(\w+)"', late.text)
    assert mark
    again = other | {"gelezen": mark[1], "eerderGeprobeerd": "tweede venster", "doe": "verder"}
    assert (await police.post(f"{report}/invullen", data=again)).status_code == 303
    assert (await kept(db, house, report)).tried == "tweede venster"
    other_step = elsewhere | TYPED["wens"] | {"doe": "stop"}
    stopped = await police.post(f"{report}/invullen", data=other_step)
    assert stopped.headers["location"] == "/aanmeldingen?gezegd=concept", "another step is nobody's change"
    assert (await kept(db, house, report)).tried == "tweede venster"


async def test_what_is_typed_is_shown_as_text(police: httpx2.AsyncClient) -> None:
    report = await begun(police)
    evil = '"><script>alert(1)</script>'
    await filled(police, report, "personen", **{"personen-1-naam": evil, "personen-1-bsn": ""})
    await filled(police, report, "situatie", reden=evil)
    await filled(police, report, "eerder", **{"partners-1-organisatie": evil})

    for step in STEPS:
        page = (await police.get(f"{report}/invullen?stap={step}")).text
        assert "<script>" not in page, step
        assert [one for one in Outline(page).all("script") if "src" not in one] == [], step


async def test_a_secret_address_stays_secret_and_in_its_own_field(
    db: Databases, house: AHouse, police: httpx2.AsyncClient
) -> None:
    report = await begun(police)
    ggz = str(house.organisations["ggz"])
    secret: dict[str, Any] = {
        "personen-1-adres": "Schuilstraat 7",
        "personen-1-geheim": "ja",
        "personen-1-organisaties": ["", ggz],
    }
    await filled(police, report, "personen", **secret)
    [one] = [one for one in (await kept(db, house, report)).subjects if one.secret]
    assert one.secret == KeepSecret(organisations=(house.organisations["politie"], house.organisations["ggz"]))

    told = await filled(police, report, "situatie", situatie="Zij woont nu aan de Schuilstraat 7.")

    assert told.status_code == 422
    assert "geheim adres" in told.text
    moved = {"personen-1-adres": "Schuilstraat 9", "personen-1-organisaties": ggz}
    await filled(police, report, "personen", **moved)
    async with unit_of_work(house.actors["politie"], db.web) as work:
        rows = list(await work.session.scalars(select(SubjectProtection).where(SubjectProtection.house_id == house.id)))
    assert [len(row.organisations) for row in rows] == [2], "who has it secret keeps it so without ticking again"


async def test_what_was_made_secret_earlier_is_told_in_no_other_text_either(db: Databases, house: AHouse) -> None:
    who, address = house.actors["politie"], "Schuilstraat 7"
    first = DescribeSubject(name="Samira", address=address, secret=KeepSecret())
    async with unit_of_work(who, db.web) as work:
        report = await casebook.draft(work, described(subjects=(first,)))

    with pytest.raises(InvalidFields, match="personen"):
        async with unit_of_work(who, db.web) as work:
            again = first.model_copy(update={"secret": None})
            await casebook.describe(work, report.id, described(subjects=(again,), facts=f"zij zit op {address}"))


async def test_a_word_there_is_no_place_for_is_warned_about_and_stops_nobody(police: httpx2.AsyncClient) -> None:
    report = await complete(police)
    quiet = (await police.get(f"{report}/invullen?stap=controleren")).text
    await filled(police, report, "situatie", situatie="Hij gaat elke vrijdag naar de moskee.")
    warned = (await police.get(f"{report}/invullen?stap=controleren")).text

    assert ("misschien iets over" in quiet, "misschien iets over godsdienst" in warned) == (False, True)
    assert (await police.post(f"{report}/indienen", data=csrf(police))).status_code == 303


async def test_files_are_added_refused_and_taken_away(police: httpx2.AsyncClient) -> None:
    report = await begun(police)
    address = f"{report}/bijlagen"

    nothing = await police.post(address, data=csrf(police))
    wrong = await police.post(address, data=csrf(police), files={"bestand": ("x.pdf", b"\x00\x01\x02")})
    good = await police.post(address, data=csrf(police), files={"bestand": ("brief.txt", b"een brief")})

    assert (nothing.status_code, wrong.status_code, good.status_code) == (422, 422, 303)
    assert "kies eerst een bestand" in nothing.text
    page = (await police.get(good.headers["location"])).text
    found = re.search(r'href="(/bijlagen/[-\w]+)">brief.txt', page)
    assert found
    file = await police.get(found[1])
    assert (file.text, "sandbox" in file.headers["content-security-policy"]) == ("een brief", True)
    assert (await police.post(f"{found[1]}/verwijderen", data=csrf(police))).status_code == 303
    assert (await police.get(found[1])).status_code == 404


async def test_a_draft_can_be_left_found_again_and_thrown_away(police: httpx2.AsyncClient) -> None:
    assert "Er is hier nog niets" in (await police.get("/aanmeldingen")).text
    report = await begun(police)
    await filled(police, report, "personen", doe="stop")
    listed = (await police.get("/aanmeldingen?status=concept")).text
    assert report in listed
    assert "Hendrik" not in listed, "a list tells nothing about people"
    assert (await police.get(report)).headers["location"] == f"{report}/invullen?stap=controleren"

    gone = await police.post(f"{report}/weggooien", data=csrf(police))

    assert gone.headers["location"] == "/aanmeldingen?gezegd=weggegooid"
    assert (await police.get(f"{report}/invullen")).status_code == 404


async def test_a_supplement_is_the_same_form_with_what_was_asked(
    db: Databases, house: AHouse, police: httpx2.AsyncClient
) -> None:
    report = await complete(police)
    await police.post(f"{report}/indienen", data=csrf(police))
    story = await story_of(db, house, report)
    await story.decide("triagist", D.REQUEST_SUPPLEMENT, reason="Welke aangiften zijn er?")
    assert "Welke aangiften zijn er?" in (await police.get(report)).text
    assert f"{report}/invullen?stap=controleren" in (await police.get(f"/casussen/{story.case_id}")).text

    await filled(police, report, "situatie", feitenEnAanwijzingen="aangiften van 1 en 3 september")
    assert "Welke aangiften zijn er?" in (await police.get(f"{report}/invullen?stap=controleren")).text
    sent = await police.post(f"{report}/indienen", data=csrf(police))

    assert sent.headers["location"] == f"{report}?gezegd=aangevuld"
    assert "Welke aangiften" not in (await police.get(report)).text
    earlier = (await police.get(f"{report}?versie=7")).text
    assert "drie aangiften" in earlier
    assert "1 en 3 september" not in earlier


async def test_a_correction_counts_at_once_and_keeps_what_there_was(police: httpx2.AsyncClient) -> None:
    report = await complete(police)
    await police.post(f"{report}/indienen", data=csrf(police))

    same = await filled(police, report, "eerder")
    empty = await filled(police, report, "wens", doel="")
    better = await filled(police, report, "eerder", eerderGeprobeerd="wijkteam kwam vier keer")

    assert (same.status_code, empty.status_code, better.status_code) == (303, 422, 303)
    page = (await police.get(report)).text
    assert "vier keer" in page
    assert page.count("?versie=") == 1, "what did not change is no version"
    assert (await police.get(f"{report}?versie=99")).status_code == 404


async def test_a_report_is_taken_back_with_a_reason(police: httpx2.AsyncClient) -> None:
    report = await complete(police)
    assert (await police.post(f"{report}/intrekken", data=csrf(police) | {"toelichting": "x"})).status_code == 409
    await police.post(f"{report}/indienen", data=csrf(police))

    without = await police.post(f"{report}/intrekken", data=csrf(police))
    sent = await police.post(f"{report}/intrekken", data=csrf(police) | {"toelichting": "hij is verhuisd"})

    assert (without.status_code, "zeg kort waarom" in without.text) == (422, True)
    assert sent.headers["location"] == "/aanmeldingen?gezegd=aanmelding_ingetrokken"
    assert "Ingetrokken" in (await police.get("/aanmeldingen")).text
    assert (await police.get(f"{report}/invullen")).status_code == 409


@pytest.mark.parametrize("who", ["om", "ggz", "regisseur", "privacy"])
async def test_a_report_is_of_the_organisation_that_makes_it(
    db: Databases, house: AHouse, police: httpx2.AsyncClient, who: str
) -> None:
    report = await complete(police)
    before = await kept(db, house, report)
    is_partner = who in {"om", "ggz"}
    async with signed_in(db, house, who) as client:
        for path in (report, f"{report}/invullen?stap=personen"):
            assert (await client.get(path)).status_code == (404 if is_partner else 403), path
        for action in ("invullen", "indienen", "intrekken", "weggooien", "bijlagen"):
            sent = await client.post(f"{report}/{action}", data=csrf(client) | TYPED["wens"] | {"toelichting": "x"})
            assert sent.status_code == (404 if is_partner else 403), action
        listed = await client.get("/aanmeldingen")
        assert (listed.status_code, report in listed.text) == (200 if is_partner else 403, False)
        assert ('href="/aanmeldingen"' in (await client.get("/")).text) is is_partner
    assert await kept(db, house, report) == before


async def test_nothing_changes_without_the_token_of_the_session_or_by_looking(
    db: Databases, house: AHouse, police: httpx2.AsyncClient
) -> None:
    report = await complete(police)
    before = await kept(db, house, report)
    assert (await police.post("/aanmeldingen")).status_code == 403
    for action in ("invullen", "indienen", "weggooien", "intrekken"):
        assert (await police.post(f"{report}/{action}", data=TYPED["eerder"])).status_code == 403
    for step in STEPS:
        await police.get(f"{report}/invullen?stap={step}&erbij=personen")

    assert await kept(db, house, report) == before


async def test_who_looks_at_a_report_is_logged(db: Databases, police: httpx2.AsyncClient) -> None:
    report = await begun(police)
    await police.get(f"{report}/invullen?stap=personen")

    statement = text("SELECT count(*) FROM audit_line WHERE action = 'inzien' AND object_id = :id")
    async with db.engine.engine.connect() as connection:
        assert await connection.scalar(statement, {"id": UUID(report.rsplit("/", 1)[1])}) == 1


async def test_a_page_asks_the_database_as_often_however_much_there_is(
    db: Databases, house: AHouse, police: httpx2.AsyncClient
) -> None:
    report = await complete(police)
    people = tuple(DescribeSubject(name=f"Persoon {number}") for number in range(30))
    async with unit_of_work(house.actors["politie"], db.web) as work:
        many = await casebook.draft(work, described(subjects=people))
    costs = []
    for one in (report, f"/aanmeldingen/{many.id}"):
        async with counted(db) as seen:
            assert (await police.get(f"{one}/invullen?stap=controleren")).status_code == 200
        costs.append(len(seen))
    async with counted(db) as listed:
        await police.get("/aanmeldingen")

    assert costs[0] == costs[1]
    assert max(costs) <= 20
    assert len(listed) <= 10


async def test_every_step_is_made_as_every_page_is(police: httpx2.AsyncClient) -> None:
    report = await complete(police)
    for path in ("/aanmeldingen", *(f"{report}/invullen?stap={step}&erbij=personen" for step in STEPS)):
        outline = Outline((await police.get(path)).text)
        named = {attrs.get("for") for attrs in outline.all("label")}
        fields = [a for a in outline.all("input", "select", "textarea") if a.get("type") != "hidden"]
        ids = [str(attrs["id"]) for _, attrs in outline.tags if "id" in attrs]

        assert len(outline.all("h1")) == 1, path
        assert [one for one in fields if one.get("id") not in named] == [], path
        assert len(ids) == len(set(ids)), path
        assert outline.all("style") + [one for one in outline.all("script") if "src" not in one] == [], path
        described_by = " ".join(str(a["aria-describedby"]) for _, a in outline.tags if "aria-describedby" in a).split()
        assert set(described_by) <= set(ids), path


async def story_of(db: Databases, house: AHouse, report: str) -> factories.Story:
    """The case that a report became."""
    async with unit_of_work(house.actors["triagist"], db.web) as work:
        found = await referrals.referral(work, UUID(report.rsplit("/", 1)[1]))
        case = await referrals.case_of(work, found)
    assert case is not None
    assert case.phase is Phase.INTAKE
    return factories.Story(db.web, house, case.id)
