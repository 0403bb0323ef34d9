"""The texts of messages: word for word in both languages, as text and as HTML, and what they cannot say."""

import re
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jinja2 import nodes
from jinja2.sandbox import SandboxedEnvironment

from models.clocks import AMSTERDAM
from models.ladder import Step
from models.messages import Language, MessageKind
from models.texts import blocks, examples, lines
from models.texts.own import Place
from models.texts.rendering import HERE, MOST_LINES, Overrides, Rendered, letter, message
from models.texts.vocabulary import DUTCH, ENGLISH, VOCABULARIES
from models.words import DutyKind, GlassKind

NOW = datetime(2026, 11, 27, 9, 5, tzinfo=AMSTERDAM)
KEPT = Path(__file__).with_name("messages")
HOUSE, ADDRESS = "Zorg- en Veiligheidshuis Westerveen", "https://pols.example"
EVERY = [(kind, language) for kind in MessageKind for language in Language]


def line(kind: DutyKind, due: datetime, step: str, **more: Any) -> dict[str, Any]:
    """A line as it is claimed: with the number of the case, and the reference of who reads it."""
    about = {"casus": "ZVH-2026-0003", "kenmerk": "K7QF-3M9P"}
    return about | {"soort": kind.value, "uiterlijk": due.isoformat(), "stap": step} | more


def said(kind: MessageKind, *told: dict[str, Any], **facts: Any) -> Rendered:
    """A message about these lines, to a partner."""
    shared: dict[str, Any] = {"house": HOUSE, "base_url": ADDRESS, "now": NOW}
    return message(kind, list(told), **shared | facts)


def example(kind: MessageKind, language: Language, *, of_house: bool, with_links: bool = False) -> Rendered:
    """A message as it could be."""
    told = examples.lines(kind, NOW, of_house=of_house, with_links=with_links)
    return said(kind, *told, language=language, overrides=Overrides(of_house=of_house))


def at(day: int, hour: int = 17) -> datetime:
    """A moment in November."""
    return datetime(2026, 11, day, hour, tzinfo=AMSTERDAM)


class Page(HTMLParser):
    """What a message in HTML is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.tags if tag in tags]


@pytest.mark.parametrize(("kind", "language"), EVERY)
@pytest.mark.parametrize("form", ["txt", "html"])
def test_a_message_says_word_for_word_what_was_agreed(kind: MessageKind, language: Language, form: str) -> None:
    """After changing a text on purpose `python -m tests.unit.test_texts` writes the files anew; read what differs."""
    kept = KEPT / f"{kind}.{language}.{form}"

    assert _file(kind, language, form) == kept.read_text(encoding="utf-8")


def _file(kind: MessageKind, language: Language, form: str) -> str:
    made = example(kind, language, of_house=kind in STAYS_INSIDE, with_links=kind is MessageKind.QUESTION)
    return f"{made.subject}\n\n{made.text}\n" if form == "txt" else made.html + "\n"


#: who gets these works at the house
STAYS_INSIDE = {
    MessageKind.MORE_TIME, MessageKind.NOT_MINE, MessageKind.ALERT, MessageKind.GLASS, MessageKind.GLASS_CODE,
    MessageKind.READ_MUCH,
}  # fmt: skip


def test_nothing_is_kept_of_a_message_that_is_gone() -> None:
    wanted = {f"{kind}.{language}.{form}" for kind, language in EVERY for form in ("txt", "html")}

    assert {one.name for one in KEPT.iterdir()} == wanted


def _asked(language: Language) -> dict[str, set[str]]:
    """What each template of a language asks: names, keys of a line, and what it includes."""
    environment = SandboxedEnvironment()
    return {
        path.name: {
            str(getattr(node, "attr", None) or getattr(node, "name", None) or getattr(node, "value", ""))
            for node in environment.parse(path.read_text(encoding="utf-8")).find_all((nodes.Getattr, nodes.Name))
        }
        | {str(one.template.value) for one in  # type: ignore[attr-defined]  # an include of a constant
           environment.parse(path.read_text(encoding="utf-8")).find_all(nodes.Include)}
        for path in (HERE / language.value).glob("*.txt")
    }  # fmt: skip


def test_both_languages_have_the_same_templates_that_ask_the_same() -> None:
    dutch = _asked(Language.DUTCH)

    assert {f"{kind}.txt" for kind in MessageKind} <= set(dutch)
    assert _asked(Language.ENGLISH) == dutch


def test_both_languages_have_a_word_for_everything() -> None:
    for words in VOCABULARIES.values():
        assert set(words.subjects) == set(MessageKind)
    assert set(ENGLISH.tasks) == {*DutyKind, *GlassKind}
    assert set(ENGLISH.steps) == set(DUTCH.steps)
    assert not (set(DUTCH.steps) - {*Step, "partner_manager_unknown"})


@pytest.mark.parametrize(("kind", "language"), EVERY)
@pytest.mark.parametrize("with_links", [False, True])
def test_outside_the_house_nothing_tells_which_case_it_is(
    kind: MessageKind, language: Language, *, with_links: bool
) -> None:
    made = example(kind, language, of_house=False, with_links=with_links)

    assert not re.search(r"ZVH-2026-000\d", made.subject + made.text + made.html)
    if any("kenmerk" in one for one in examples.lines(kind, NOW, of_house=False)):
        assert "K7QF-3M9" in made.text or kind is MessageKind.ALERT


def test_who_works_at_the_house_reads_the_number_of_the_case() -> None:
    assert "casus ZVH-2026-0001" in example(MessageKind.REMINDER, Language.DUTCH, of_house=True).text


def test_without_a_reference_the_kind_and_the_date_must_do() -> None:
    told = line(DutyKind.INFORMATION, at(30), "opened")
    del told["kenmerk"]

    made = said(MessageKind.QUESTION, told).text

    assert "- informatie aanleveren, uiterlijk maandag 30 november 2026 om 17:00" in made
    assert "ZVH-2026-0003" not in made


@pytest.mark.parametrize(
    "slip",
    [
        {"naam": "Hendrik B."}, {"bsn": "999990044"}, {"soort": "hendrik_b"}, {"soort": "Hendrik B."},
        {"casus": "999990044"}, {"kenmerk": "999990044"}, {"stap": "jansen"}, {"bericht": "hendrik"},
        {"uiterlijk": "morgen bij Hendrik"}, {"pad": "//elders.example"}, {"pad": "/a/x y"}, {"code": "999990044"},
        {"dossier": "999990044"}, {"casussen": "veertien meldingen"}, {"spoed": "Hendrik"}, {"taak": "Hendrik"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", list(MessageKind))
def test_a_name_or_a_number_of_a_person_never_gets_into_a_message(kind: MessageKind, slip: dict[str, Any]) -> None:
    told = line(DutyKind.INFORMATION, at(30), "opened") | slip

    with pytest.raises(lines.DoesNotFit) as refused:
        said(kind, told)
    assert not any(str(value) in str(refused.value) for value in slip.values())


@pytest.mark.parametrize("phone", ["999990044", "999 990 044", "bel Hendrik", "070-1234567 (ma)"])
def test_a_number_that_is_written_in_a_way_of_its_own_is_left_out_and_the_message_goes(phone: str) -> None:
    made = said(MessageKind.QUESTION, line(DutyKind.INFORMATION, at(30), "opened", telefoon=phone)).text

    assert phone not in made
    assert "telefonisch bij uw procesregisseur" in made


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_the_html_can_be_read_by_everybody_and_loads_nothing(kind: MessageKind, language: Language) -> None:
    made = example(kind, language, of_house=False, with_links=True)
    page = Page(made.html)

    assert page.all("html")[0]["lang"] == language.value
    assert len(page.all("h1")) == 1
    assert [tag for tag, _ in page.tags if tag in {"img", "script", "link", "iframe", "form", "input", "object"}] == []
    assert not re.search(r"url\(|src=|@import", made.html)
    assert len(page.all("li")) == made.text.count("\n- ")
    assert "".join(page.words).strip(), "an empty page proves nothing"


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_a_link_says_what_it_does_and_its_address_stands_beside_it(kind: MessageKind, language: Language) -> None:
    made = example(kind, language, of_house=False, with_links=True)
    page = Page(made.html)
    spoken = "".join(page.words)

    links = [str(one["href"]) for one in page.all("a")]
    assert all(one.startswith(ADDRESS + "/") for one in links)
    assert [one for one in links if one not in spoken or one not in made.text] == []
    labels = re.findall(r"<a [^>]*>([^<]*)</a>", made.html)
    assert [one for one in labels if len(one.split()) < 3 or "hier" in one.lower().split()] == []
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("language", list(Language))
def test_what_is_asked_and_before_when_stands_in_the_first_line(language: Language) -> None:
    words = VOCABULARIES[language]

    first = example(MessageKind.QUESTION, language, of_house=False).text.splitlines()[0]

    assert words.task(DutyKind.INFORMATION) in first
    assert words.moment(NOW + timedelta(days=5)) in first


def test_one_reminder_tells_of_everything_what_hurries_first() -> None:
    told = said(
        MessageKind.REMINDER,
        line(DutyKind.PROGRESS, at(30), "remind"),
        line(DutyKind.KNOWN, at(27), "due"),
        line(DutyKind.PROGRESS, at(19), "partner_manager"),
        line(DutyKind.INCIDENT, at(27, 6), "overdue", spoed=True),
        overrides=Overrides(of_house=True),
    ).text

    assert (
        told
        == """4 taken wachten op antwoord, de eerste uiterlijk donderdag 19 november 2026 om 17:00.

- SPOED: incident beoordelen (casus ZVH-2026-0003), uiterlijk vrijdag 27 november 2026 om 06:00; 3 uur te laat
- voortgang melden (casus ZVH-2026-0003), uiterlijk donderdag 19 november 2026 om 17:00; 8 dagen te laat; voorstel: \
bericht aan de leidinggevende van de partner; u verstuurt het met één klik in Pols
- bekend of niet bekend (casus ZVH-2026-0003), uiterlijk vrijdag 27 november 2026 om 17:00; de termijn is vandaag
- voortgang melden (casus ZVH-2026-0003), uiterlijk maandag 30 november 2026 om 17:00; de termijn loopt bijna af

Bekijk en beantwoord uw taken in Pols: https://pols.example/

Is het al gedaan? Leg het vast, dan stoppen de herinneringen.

Antwoorden kan in Pols of telefonisch bij uw procesregisseur.

Dit bericht bevat met opzet geen inhoud over personen.

Zorg- en Veiligheidshuis Westerveen"""
    )


def test_of_several_regisseurs_each_number_stands_with_its_own_task_and_none_below() -> None:
    one = line(DutyKind.PROGRESS, at(30), "remind", telefoon="070 000 00 01")
    other = line(DutyKind.KNOWN, at(30), "due", telefoon="070 000 00 02")

    both, alone = said(MessageKind.REMINDER, one, other).text, said(MessageKind.REMINDER, one).text

    assert [words[-13:] for words in both.splitlines() if words.startswith("- ")] == ["070 000 00 01", "070 000 00 02"]
    assert both.count("070 000 00 01") == alone.count("070 000 00 01") == 1
    assert "te bereiken op 070 000 00 01" in alone


def test_a_reminder_about_very_much_names_the_first_and_counts_the_rest() -> None:
    many = [line(DutyKind.PROGRESS, at(24), "overdue") for _ in range(MOST_LINES + 2)]

    told = said(MessageKind.REMINDER, *many).text

    assert told.count("\n- voortgang melden") == MOST_LINES
    assert "- en nog 2 taken, te vinden in Pols" in told
    assert told.startswith(f"{MOST_LINES + 2} taken")


@pytest.mark.parametrize(
    ("due", "spoken", "english"),
    [
        (at(26), "1 dag te laat", "1 day late"), (at(25), "2 dagen te laat", "2 days late"),
        (at(27), "de termijn is vandaag", "the term ends today"), (at(27, 7), "2 uur te laat", "2 hours late"),
        (at(27, 9), "de termijn is vandaag", "the term ends today"),
        (at(28), "de termijn loopt bijna af", "the term is almost over"), (NOW + timedelta(days=30), "", ""),
    ],
)  # fmt: skip
def test_how_late_something_is_counts_from_when_the_message_is_sent(due: datetime, spoken: str, english: str) -> None:
    told = line(DutyKind.KNOWN, due, "due")

    assert (lines.standing(told, NOW, DUTCH), lines.standing(told, NOW, ENGLISH)) == (spoken, english)


def test_a_house_says_something_of_its_own_in_all_its_messages_or_in_one_kind() -> None:
    own = (
        (Place.OPENING, None, Language.DUTCH, "Dank dat u meewerkt."),
        (Place.OPENING, MessageKind.QUESTION, Language.DUTCH, "Wij zien uit naar uw antwoord.\nHet kost weinig tijd."),
        (Place.CLOSING, None, Language.DUTCH, "Tot ziens."),
        (Place.SIGNATURE, None, Language.DUTCH, "Team Casusregie\nStadhuis"),
        (Place.PHONE_HOURS, None, Language.DUTCH, "werkdagen van 9 tot 17 uur"),
        (Place.OPENING, None, Language.ENGLISH, "Thank you."),
    )
    told = line(DutyKind.INFORMATION, at(30), "opened", telefoon="070 000 00 00")

    asked = said(MessageKind.QUESTION, told, overrides=Overrides(said=own)).text.split("\n\n")
    outcome = said(MessageKind.REMINDER, told, overrides=Overrides(said=own)).text

    assert asked[0].startswith("Gevraagd:")
    assert asked[1:3] == ["Wij zien uit naar uw antwoord.", "Het kost weinig tijd."]
    assert asked[-2:] == ["Tot ziens.", "Team Casusregie\nStadhuis"]
    assert any("070 000 00 00 (werkdagen van 9 tot 17 uur)" in one for one in asked)
    assert "Dank dat u meewerkt." in outcome
    english = said(MessageKind.QUESTION, told, language=Language.ENGLISH, overrides=Overrides(said=own))
    assert "Thank you." in english.text
    assert HOUSE in english.text


def test_what_a_house_says_is_text_in_the_html_and_never_a_template() -> None:
    sly = ((Place.CLOSING, None, Language.DUTCH, "<b>vet</b> {{ adres }} & meer"),)

    made = said(MessageKind.QUESTION, line(DutyKind.KNOWN, at(30), "opened"), overrides=Overrides(said=sly))

    assert "&lt;b&gt;vet&lt;/b&gt; {{ adres }} &amp; meer" in made.html
    assert "{{ adres }}" in made.text


def test_the_word_of_the_house_for_a_meeting_is_in_its_invitations() -> None:
    told = {"casus": "ZVH-2026-0003", "uiterlijk": at(30).isoformat()}
    own = Overrides(meeting_word="rondetafel")

    assert "voor een rondetafel" in said(MessageKind.INVITATION, told, overrides=own).text
    english = said(MessageKind.INVITATION, told, overrides=own, language=Language.ENGLISH)
    assert "to a round table" in english.text
    assert "rondetafel" not in said(MessageKind.INVITATION, told, overrides=own).subject


def test_lines_become_blocks() -> None:
    found = blocks.parsed(
        "# Kop\n\nEen zin.\n- een\n\n  meer\n  [Doe het nu](https://x/a)\n- twee\n[Open het](https://x/)\n"
    )

    assert [one.shape for one in found] == ["kop", "alinea", "lijst", "verwijzing"]
    assert found[2].items == (
        blocks.Item(("een", "meer"), (blocks.Link("Doe het nu", "https://x/a"),)), blocks.Item(("twee",)),
    )  # fmt: skip


def test_a_template_cannot_reach_what_python_holds_and_a_name_it_does_not_know_is_an_error() -> None:
    with pytest.raises(Exception, match="undefined"):
        letter("slotbrief.txt")


if __name__ == "__main__":
    KEPT.mkdir(exist_ok=True)
    for one in KEPT.iterdir():
        one.unlink()
    for made_of, spoken_in in EVERY:
        for shape in ("txt", "html"):
            (KEPT / f"{made_of}.{spoken_in}.{shape}").write_text(_file(made_of, spoken_in, shape), encoding="utf-8")
