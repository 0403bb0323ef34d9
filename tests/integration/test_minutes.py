"""Minutes in lines, typed as people speak: what they lack, what they may say, and that hidden is absent everywhere."""

from typing import Any

import pytest
from sqlalchemy import select, text

from models.tables.base import new_id
from models.tables.items import InfoItem
from models.tables.minutes import MinuteDraft, MinuteLine
from models.words import DecisionKind as D
from models.words import Phase
from tests.conftest import Databases
from tests.doors import Door, counted
from tests.factories import Story, a_case
from tests.minuting import SEEN, held, lines, meeting_of, of, texts, typed
from tests.papers import words as words_of


@pytest.fixture
async def story(door: Door, db: Databases) -> Story:
    return await a_case(db.web, door.house, Phase.FOCUSOVERLEG)


# Typing


async def test_a_line_is_an_item_of_who_spoke_under_their_law(door: Door, story: Story) -> None:
    made = await typed(door, story, leefgebied="wonen", bron="wijkagent", betrouwbaarheid="vastgesteld")

    (line,) = await lines(door, story, "gemeente")
    item = await door.get("gemeente", f"/casussen/{story.case_id}/informatie/{line['informatie']}")
    assert (made["ontbreekt"], made["waarschuwingen"]) == ([], [])
    assert (line["onderdeel"], line["soort"], line["leverancier"]["naam"]) == ("beeld", "feit", "Politie")
    assert (item["tekst"], item["regime"], item["categorie"]) == (SEEN, "Wpg", "politiegegevens")
    assert (item["bron"], item["betrouwbaarheid"], item["leefgebied"]) == ("wijkagent", "vastgesteld", "wonen")
    assert item["vastgelegdDoor"] == str(door.house.person("regisseur"))
    assert item["persoon"] == (await door.get("gemeente", f"/casussen/{story.case_id}"))["betrokkenen"][0]["id"]


async def test_what_a_line_lacks_is_said_and_nobody_else_sees_it_until_it_is_there(door: Door, story: Story) -> None:
    secret = "begon met medicijnen"
    made = await typed(door, story, tekst=secret, spreker=of(door, "ggz")[0])
    path = f"/overleggen/{await meeting_of(story)}/verslag/regels/{made['id']}/aanvullingen"

    assert made["ontbreekt"] == ["doorbrekingsgrond"]
    (mine,) = await lines(door, story, "regisseur")
    assert (mine["tekst"], mine["ontbreekt"], mine["informatie"]) == (secret, ["doorbrekingsgrond"], None)
    for who in ("ggz", "politie", "gemeente"):
        assert await lines(door, story, who) == []
        async with story.acting(who) as work:
            rows = select(MinuteLine.id).where(MinuteLine.case_id == story.case_id)
            assert (await work.session.scalars(rows)).all() == []
            assert (await work.session.scalars(select(MinuteDraft.line_id))).all() == []
    assert secret not in str(await story.all(InfoItem))
    await door.refused("politie", path, {"doorbrekingsgrond": "uitdrukkelijke_toestemming"}, 403)

    again = await door.post("regisseur", path, {"doorbrekingsgrond": "goed_hulpverlenerschap"})
    done = await door.post("regisseur", path, {"motiveringDoorbreking": "acuut gevaar"})

    assert (again["ontbreekt"], done["ontbreekt"]) == (["motiveringDoorbreking"], [])
    assert await texts(door, story, "politie") == [secret]
    async with story.acting("regisseur") as work:
        drafts = text("SELECT count(*) FROM minute_draft WHERE case_id = :id")
        left = await work.session.scalar(drafts, {"id": story.case_id})
    assert left == 0, "the text is in the item, and nowhere else"
    await door.refused("regisseur", path, {"tekst": "anders"}, 409)


async def test_what_the_meeting_says_together_is_in_the_name_of_the_sponsor(door: Door, story: Story) -> None:
    for section in ("duiding", "weging", "besluit"):
        made = await typed(door, story, onderdeel=section, spreker=None, tekst=f"samen bij {section}")
        assert made["ontbreekt"] == []

    found = await lines(door, story, "ggz")
    assert {one["leverancier"]["naam"] for one in found} == {"Politie"}
    assert [one["soort"] for one in found] == ["duiding", "weging", "strategie"]


async def test_a_line_points_at_what_there_is(door: Door, story: Story) -> None:
    goal = await door.post("regisseur", f"/casussen/{story.case_id}/doelen", {"tekst": "rust in de straat"})
    nobody: dict[str, Any] = {"spreker": None, "tekst": ""}

    await typed(door, story, onderdeel="besluit", soort="doel", doel=goal["id"], **nobody)
    await typed(door, story, onderdeel="besluit", soort="evaluatie", evaluatiedatum="2027-02-01", **nobody)
    await typed(door, story, onderdeel="besluit", soort="informeren", informeertDoor=of(door, "gemeente")[0], **nobody)

    assert await texts(door, story, "ggz") == [
        "rust in de straat", "Evaluatie op 1 februari 2027",
        "De betrokkene wordt geïnformeerd door Gemeente Westerveen",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"soort": "strategie"}, "soort"), ({"tekst": " "}, "tekst"), ({"informatie": str(new_id())}, "tekst"),
        ({"tekst": "", "informatie": str(new_id())}, "informatie"),
        ({"onderdeel": "besluit", "soort": "afspraak"}, "afspraak"),
        ({"onderdeel": "besluit", "soort": "doel", "tekst": "", "doel": str(new_id())}, "doel"),
        ({"onderdeel": "besluit", "soort": "besluit", "tekst": "", "besluit": str(new_id())}, "besluit"),
        ({"voorwaarden": ["niet_in_verslag"]}, "voorwaarden"), ({"spreker": str(new_id())}, "spreker"),
        ({"spreker": "reclassering"}, "spreker"), ({"persoonSpreker": "ggz"}, "persoonSpreker"),
        ({"leefgebied": "sterrenbeeld"}, "leefgebied"), ({"weerspreekt": str(new_id())}, "weerspreekt"),
        ({"persoon": str(new_id())}, "persoon"),
    ],
)  # fmt: skip
async def test_a_line_that_may_not_be_is_refused_by_name(
    door: Door, story: Story, line: dict[str, Any], field: str
) -> None:
    named = {"reclassering": of(door, "reclassering")[0], "ggz": str(door.house.person("ggz"))}
    body = {"onderdeel": "beeld", "tekst": SEEN, "spreker": of(door, "politie")[0]}
    body |= {name: named.get(str(value), value) for name, value in line.items()}

    problem = await door.refused("regisseur", f"/overleggen/{await meeting_of(story)}/verslag/regels", body, 400)

    assert [one["veld"] for one in problem["velden"]] == [field]
    assert await story.all(MinuteLine) == []


async def test_only_who_leads_types_and_a_partner_does_not_know_of_what_is_not_theirs(door: Door, story: Story) -> None:
    path, body = f"/overleggen/{await meeting_of(story)}/verslag/regels", {"onderdeel": "duiding", "tekst": "x"}

    for who, status in {"politie": 403, "regisseur2": 403, "reclassering": 404}.items():
        await door.refused(who, path, body, status)


async def test_a_line_is_cheap_to_save(door: Door, db: Databases, story: Story) -> None:
    await typed(door, story)

    async with counted(db) as statements:
        await typed(door, story, tekst="een tweede")

    assert len(statements) < 45, len(statements)


async def test_a_line_takes_nothing_over_that_its_readers_may_not_read(door: Door, story: Story) -> None:
    kept = {"categorie": "zorg", "tekst": "heeft thuis een hond die bijt", "nietVoor": of(door, "politie")}
    await door.post("gemeente", f"/casussen/{story.case_id}/informatie", kept)
    path = f"/overleggen/{await meeting_of(story)}/verslag/regels"
    said = {"onderdeel": "weging", "tekst": "Gemeld: heeft thuis een hond die bijt."}

    problem = await door.refused("regisseur", path, said, 400)
    await door.post("regisseur", path, said | {"nietVoor": of(door, "politie")})

    assert [one["veld"] for one in problem["velden"]] == ["tekst"]
    assert await texts(door, story, "ggz") == [said["tekst"]]


# Hidden is absent


async def test_a_hidden_line_is_absent_from_every_place_and_counts_nowhere(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.FOCUSOVERLEG)
    hidden = "slaapt bij zijn zus"
    await typed(door, story, tekst="eerste regel")
    await typed(door, story, tekst=hidden, spreker=of(door, "gemeente")[0], categorie="relaties",
                leefgebied="sociaal netwerk", nietVoor=of(door, "ggz"))  # fmt: skip
    await typed(door, story, tekst="derde regel")
    meeting = await held(story)
    await door.post("regisseur", f"/overleggen/{meeting}/verslag/versies")

    paths = (
        f"/overleggen/{meeting}", f"/overleggen/{meeting}/uitkomst", f"/overleggen/{meeting}/verslag/regels",
        f"/overleggen/{meeting}/verslag/regels?versie=1", f"/casussen/{story.case_id}/beeld",
    )  # fmt: skip
    for path in paths:
        assert hidden in (await door.call("GET", path, "politie")).text, path
        assert hidden not in (await door.call("GET", path, "ggz")).text, path
    assert [one["tekst"] for one in await lines(door, story, "ggz")][:2] == ["eerste regel", "derde regel"]
    assert "sociaal netwerk" not in str(await door.get("ggz", f"/casussen/{story.case_id}/beeld"))
    page = await door.get("ggz", f"/overleggen/{meeting}/verslag/regels", paginaGrootte=2)
    assert [one["tekst"] for one in page["resultaten"]] == ["eerste regel", "derde regel"]
    shown = {who: len(await lines(door, story, who)) for who in ("politie", "ggz")}
    async with story.acting("ggz") as work:
        rows = select(MinuteLine.id).where(MinuteLine.case_id == story.case_id)
        assert len((await work.session.scalars(rows)).all()) == shown["ggz"] == shown["politie"] - 1
        counted_ = await work.session.scalar(text("SELECT count(*) FROM minute_version_line"))
        assert counted_ == shown["ggz"], "and the second fence"
    for who, there in (("politie", True), ("ggz", False)):
        body = {"soort": "verslag", "doel": "eigen_dossier", "overleg": meeting}
        pdf = await door.call("POST", f"/casussen/{story.case_id}/stukken", who, json=body)
        assert pdf.status_code == 200, pdf.text
        assert (hidden in words_of(pdf.content)) is there
    to = of(door, "ggz")[0]
    forwarded = {"soort": "verslag", "doel": "uitvoering_afspraken", "overleg": meeting, "ontvanger": to}
    pdf = await door.call("POST", f"/casussen/{story.case_id}/stukken", "regisseur", json=forwarded)
    assert "eerste regel" in words_of(pdf.content)
    assert hidden not in words_of(pdf.content)


async def test_what_may_not_be_minuted_is_in_the_picture_and_in_no_minutes(door: Door, story: Story) -> None:
    await typed(door, story)
    (line,) = await lines(door, story, "politie")
    path = f"/casussen/{story.case_id}/informatie/{line['informatie']}"
    said = {"categorie": "politiegegevens", "regime": "Wpg", "tekst": SEEN, "voorwaarden": ["niet_in_verslag"]}

    answer = await door.call("PUT", path, "politie", json=said)

    assert answer.status_code == 200, answer.text
    assert await lines(door, story, "gemeente") == []
    assert SEEN in str(await door.get("gemeente", f"/casussen/{story.case_id}/beeld"))


async def test_who_leaves_the_case_loses_the_minutes_at_once(door: Door, story: Story) -> None:
    await typed(door, story)
    assert await texts(door, story, "ggz") == [SEEN]

    await story.decide(
        "triagist", D.RELEASE, organisations=story.organisations("ggz"), deciders=(door.house.person("om"),)
    )

    path = f"/overleggen/{await meeting_of(story)}/verslag/regels"
    assert (await door.call("GET", path, "ggz")).status_code == 404
