"""Documents on paper: what they are built of, and the PDF they become."""

import asyncio
import re
from datetime import UTC, date, datetime
from io import BytesIO
from uuid import UUID

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import minutepapers, papers, printing, visibility
from models.actors import Actor
from models.itemwords import Reliability
from models.minutepapers import Minuted, MinutesFacts
from models.omitting import OMITTED, Identity, without
from models.papers import (
    AdviceFacts,
    Aimed,
    Block,
    Bullets,
    Paper,
    PaperKind,
    PaperPurpose,
    Paragraph,
    PlanFacts,
    Pledged,
    Stamp,
    Table,
    Told,
)
from models.refusals import NotPossible, NotPrinted
from models.rights import CaseFacts
from models.words import GlassKind, OrganisationKind, Phase, Role
from tests.papers import pages, tags, words

MOMENT = datetime(2026, 11, 30, 12, tzinfo=UTC)
PLEDGED = Pledged("toezicht in de buurt", "Politie", "straf", date(2026, 12, 30), "toegezegd")
TOLD = Told(
    "zorg", "stabiel sinds mei", "GGZ Westerveen", date(2026, 11, 2), Reliability.PLAUSIBLE, ("niet_aan_derden",)
)
PLAN = papers.plan(PlanFacts(["Hendrik B."], "R. Visser", "G. Bakker", date(2027, 1, 11), [TOLD], [PLEDGED]))


def a_paper(*blocks: Block, kind: PaperKind = PaperKind.PLAN, recipient: str = "GGZ Westerveen") -> Paper:
    stamp = Stamp(recipient, PaperPurpose.CARRYING_OUT, date(2026, 11, 30), "Politie")
    reference = papers.reference_of(UUID(int=7))
    about = papers.subject_line(kind, 2)
    return Paper(kind, "Veiligheidshuis Westerveen", about, reference, stamp, blocks, "R. Visser", "procesregisseur")


def made(*blocks: Block, **facts: str) -> bytes:
    return printing.typeset(a_paper(*blocks, **facts), MOMENT)  # type: ignore[arg-type]


# Accessible


def test_a_document_is_tagged_speaks_dutch_and_shows_its_title() -> None:
    with pikepdf.open(BytesIO(made(*PLAN))) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.Root.Lang) == "nl-NL"
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        metadata = pdf.open_metadata()
        assert metadata["dc:title"] == "Plan van aanpak"
        assert metadata["pdfuaid:part"] == "1"
        assert {"/Author", "/Producer", "/Subject", "/Keywords"} & set(pdf.docinfo.keys()) == set()
        assert str(pdf.docinfo["/Creator"]).startswith("Typst")
        assert str(pdf.docinfo["/CreationDate"]) == "D:20261130120000Z"


def test_headings_paragraphs_lists_and_tables_are_what_they_look_like() -> None:
    found = tags(made(*PLAN))

    assert (found["H1"], found["H2"], found["H3"]) == (1, 3, 1)
    assert (found["Table"], found["THead"], found["TH"], found["TD"]) == (1, 1, 5, 5)
    assert (found["L"], found["LI"]) == (1, 3)
    assert found["P"] > 5


def test_the_same_document_at_the_same_moment_is_the_same_file() -> None:
    assert made(*PLAN) == made(*PLAN)


# For whom, on every page


def test_every_page_says_for_whom_what_for_when_and_in_whose_name() -> None:
    found = pages(made(*PLAN, Paragraph("\n\n".join(["Een alinea."] * 120))))

    assert len(found) > 2
    for number, page in enumerate(found, start=1):
        assert "Exemplaar voor GGZ Westerveen" in page
        assert "Doel: uitvoering van afspraken. 30 november 2026, namens Politie." in page
        assert "GGZ Westerveen · 30 november 2026" in page
        assert "uitvoering van afspraken · namens Politie" in page
        assert f"Bladzijde {number} van {len(found)}" in page


def test_a_long_name_fits_on_every_page() -> None:
    name = papers.shortened("Gemeenschappelijke regeling " * 30)

    assert len(name) == papers.LONGEST_NAME
    assert "Gemeenschappelijke regeling" in words(made(recipient=name))


# What people write


HOSTILE = (
    '#panic("x") $a^2$ @b *vet* _schuin_ ] } ) "aanhaling" \\ `code` <label> // weg /* weg */ = Kop',
    '#import "@preview/x:1.0.0": y', '#read("/etc/passwd")', "]#text(fill: red)[", '"+sys.inputs+"', "~ -- --- ...",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_what_somebody_wrote_is_never_markup(text: str) -> None:
    found = words(made(Paragraph(text), Bullets((text,)), Table((text, "b"), ((text, text),)), papers.Heading(text)))

    assert found.count(text[:12]) >= 4
    assert "\\" not in text or "\\" in found


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("een\x00twee\x07drie\u202evier", "eentweedrievier"), ("blij \U0001f600 hoor", "blij [U+1F600] hoor"),
        ("\u4e2d\u6587", "[U+4E2D][U+6587]"), ("\u0141\u00f3d\u017a, caf\u00e9", "\u0141\u00f3d\u017a, caf\u00e9"),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467", "[U+1F468][U+1F469][U+1F467]"),
        ("e\u0301\u0301\u0301", "\u00e9"),
    ],
)  # fmt: skip
def test_a_sign_that_cannot_be_printed_is_left_out_when_unseen_and_told_otherwise(text: str, told: str) -> None:
    assert told in words(made(Paragraph(text)))


def test_text_from_right_to_left_is_set() -> None:
    assert made(Paragraph("\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd"))


def test_more_signs_than_are_worth_asking_about_are_all_told() -> None:
    found = words(made(Paragraph("".join(chr(0x4E00 + n) + " " for n in range(300)))))

    assert "[U+4E00]" in found
    assert "[U+4F2B]" in found


@pytest.mark.parametrize("text", ["x" * 50_000, "woord " * 9_000, "\n" * 50_000, "a\n\n" * 15_000])
def test_the_longest_text_is_set(text: str) -> None:
    assert made(Paragraph(text)).startswith(b"%PDF-")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=4))
def test_whatever_is_written_becomes_a_document(texts: list[str]) -> None:
    blocks: list[Block] = [
        Paragraph(texts[0]),
        Bullets(tuple(texts)),
        Table(tuple(texts), (tuple(texts),)),
        papers.Heading(texts[0]),
    ]

    assert made(*blocks, recipient=texts[0]).startswith(b"%PDF-")


def test_the_template_asks_for_nothing_outside_itself() -> None:
    source = printing.TEMPLATE.read_text(encoding="utf-8")

    assert re.findall(r"@preview|import|include|read\(|eval\(|image\(|plugin\(|toml\(|csv\(|xml\(|cbor\(", source) == []


# Bounds


async def test_what_is_too_long_is_refused_with_what_to_do() -> None:
    with pytest.raises(NotPossible, match="samen te vatten"):
        await printing.printed(a_paper(Paragraph("x" * (papers.MOST_CHARACTERS + 1))), MOMENT)


async def test_the_longest_document_is_printed_in_time() -> None:
    text = "Een zin van een gewone lengte. " * (papers.MOST_CHARACTERS // 62)

    assert (await printing.printed(a_paper(Paragraph(text), Paragraph(text)), MOMENT)).startswith(b"%PDF-")


async def test_more_at_once_than_there_is_room_for_are_told_to_come_back() -> None:
    paper = a_paper(Paragraph("woord " * 20_000))

    found = await asyncio.gather(
        *(printing.printed(paper, MOMENT) for _ in range(printing.AT_ONCE + 2)), return_exceptions=True
    )

    assert [type(one) for one in found].count(NotPrinted) == 2
    assert (await printing.printed(a_paper(), MOMENT)).startswith(b"%PDF-"), "there is room again"


# Who takes a copy


@pytest.mark.parametrize(
    ("role", "glass", "phase", "may"),
    [
        (Role.PRIVACY_OFFICER, GlassKind.SUPERVISION, Phase.CLOSED, "read"),
        (Role.PRIVACY_OFFICER, GlassKind.SUPERVISION, Phase.MONITORING, "read"),
        (Role.MANAGER, GlassKind.EMERGENCY, Phase.MONITORING, "read and take"),
        (Role.MANAGER, None, Phase.MONITORING, ""),
    ],
)
def test_supervision_is_for_reading_and_emergency_access_gives_a_copy(
    role: Role, glass: GlassKind | None, phase: Phase, may: str
) -> None:
    house = UUID(int=1)
    actor = Actor(house, UUID(int=2), OrganisationKind.HOUSE, UUID(int=3), frozenset({role}))
    facts = CaseFacts(house, phase, glass=glass)

    assert visibility.takes_on_paper(actor, facts) is ("take" in may)
    assert visibility.reads_case(actor, facts) is ("read" in may)


# What each says


def test_a_plan_without_anything_known_has_no_place_for_it() -> None:
    assert "Wat bekend is" not in words(made(*papers.plan(PlanFacts([], "", "", None))))


def test_an_item_says_who_supplied_it_and_what_to_do_with_it() -> None:
    found = words(made(*PLAN))

    assert "GGZ Westerveen, 2 november 2026 (aannemelijk). Niet aan derden verstrekken." in found


def test_minutes_leave_out_what_is_empty() -> None:
    parts = [("Beeld", [Minuted("wat er is gezegd", "Politie", Reliability.PLAUSIBLE)]), ("Duiding", [])]
    facts = MinutesFacts(date(2026, 11, 24), ["Politie"], [], parts)

    headings = [one.text for one in minutepapers.minutes(facts) if isinstance(one, papers.Heading)]

    assert headings == ["Aanwezig", "Beeld"]


def test_minutes_say_whose_words_they_are_and_what_stands_against_them() -> None:
    lines = [
        Minuted("was bij de winkel", "Politie", Reliability.PLAUSIBLE),
        Minuted("was thuis", "Gemeente Westerveen", disputes=True, corrected=True),
    ]

    said = words(made(*minutepapers.minutes(MinutesFacts(date(2026, 11, 24), [], [], [("Beeld", lines)]))))

    assert "Dit verslag is nog niet vastgesteld." in said
    assert "was bij de winkel Politie (aannemelijk)." in said
    assert "Anders gezien: was thuis Gemeente Westerveen. Later gecorrigeerd door de leverancier." in said


def test_a_plan_says_its_strategy_and_its_goals_with_what_is_done_for_them() -> None:
    goal = Aimed("rust in de straat", "Hendrik B.", "wonen", date(2027, 3, 1), "nagestreefd", ["begeleid wonen"])

    said = words(made(*papers.plan(PlanFacts([], "", "", None, strategy=["eerst wonen"], goals=[goal]))))

    assert "Strategie eerst wonen Doelen rust in de straat" in said
    assert "Hendrik B., wonen, uiterlijk 1 maart 2027, nagestreefd." in said
    assert "begeleid wonen" in said


@pytest.mark.parametrize(
    "text",
    [
        "Hendrik B. mijdt zorg", "bel HENDRIK", "BSN 999990044", "999 990 044", "geboren 3-4-1980", "op 03-04-1980",
        "3 april 1980", "mevrouw De Wit-Jansen", "Jansen", "woont aan de zeedijk 12",
    ],
)  # fmt: skip
def test_nobody_is_recognised_in_advice(text: str) -> None:
    people = [
        Identity("Hendrik B.", "999990044", date(1980, 4, 3), ("Zeedijk 12, Den Helder",)),
        Identity("A. de Wit-Jansen"),
    ]

    blocks = papers.advice(AdviceFacts(text, [text], [], text, people))

    told = " ".join(one for block in blocks for one in papers.texts_of(block))
    assert OMITTED in told
    assert not re.search(r"hendrik|99|1980|wit|jansen|zeedijk", told, re.IGNORECASE)


def test_other_words_stay_in_advice() -> None:
    text = "Bel de wijkagent op 06 12345678 en vraag wat er van de week speelde."

    assert without(text, [Identity("Jan van de Week"), Identity("X.")]).startswith("Bel de wijkagent op 06 12345")
    assert without("van de straat", [Identity("Jan van de Week")]) == "van de straat"


def test_a_reference_leads_back_to_the_line_and_is_no_number_of_a_case() -> None:
    id_ = UUID("0198d2c5-0000-7000-8000-00000000abcd")

    assert UUID(papers.reference_of(id_).replace("-", "")) == id_
