"""What a document on paper is: its kinds, its purposes, and how it is built from what its recipient may read. Pure.

A composer gets facts that were read with the recipient's own eyes and gives blocks; what was not read is not there, and
nothing counts or numbers what is. Rendering is elsewhere (`models.printing`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from models.itemwords import Condition, Reliability
from models.omitting import Identity, without
from models.phrases import phrase
from models.texts.vocabulary import DUTCH

#: more than this is no letter; a plan of a full case has a tenth of it
MOST_CHARACTERS = 400_000
MOST_BLOCKS = 3_000
#: a name in the footer of every page
LONGEST_NAME = 160


class PaperKind(StrEnum):
    """A document that can leave the house."""

    PLAN = "plan"
    MINUTES = "verslag"
    ADVICE = "adviesbrief"
    CLOSING = "slotbrief"


class PaperPurpose(StrEnum):
    """What a document is for: a choice, since it stays in the log, where no text about a person belongs."""

    MEETING = "voorbereiding_overleg"
    CARRYING_OUT = "uitvoering_afspraken"
    HANDOVER = "overdracht"
    SUBJECT = "informeren_betrokkene"
    ADVICE = "advies_aan_professional"
    OWN_FILE = "eigen_dossier"


TITLES: Mapping[PaperKind, str] = {
    PaperKind.PLAN: "Plan van aanpak",
    PaperKind.MINUTES: "Verslag van het overleg",
    PaperKind.ADVICE: "Advies",
    PaperKind.CLOSING: "Afsluiting van de samenwerking",
}
PURPOSES: Mapping[PaperPurpose, str] = {
    PaperPurpose.MEETING: "voorbereiding van een overleg",
    PaperPurpose.CARRYING_OUT: "uitvoering van afspraken",
    PaperPurpose.HANDOVER: "overdracht",
    PaperPurpose.SUBJECT: "informeren van de betrokkene",
    PaperPurpose.ADVICE: "advies aan een professional",
    PaperPurpose.OWN_FILE: "eigen dossier",
}
_CONDITIONS: Mapping[str, str] = {
    Condition.NO_THIRD_PARTY: "Niet aan derden verstrekken.",
    Condition.NO_SUBJECT: "Niet met de betrokkene delen.",
}


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; the title of the document is above it."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text; an empty line in it begins another paragraph."""

    text: str
    quiet: bool = False  #: where something came from, beside what it says


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header; the first cell of a row names it."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Bullets | Table


@dataclass(frozen=True, slots=True)
class Stamp:
    """What stands on every page (R30): for whom, what for, when, and in whose name (§3.1 of the domain)."""

    recipient: str
    purpose: PaperPurpose
    on: date
    behalf: str

    @property
    def day(self) -> str:
        """As people write it, without the day of the week."""
        return DUTCH.day(self.on).partition(" ")[2]


@dataclass(frozen=True, slots=True)
class Paper:
    """A document, ready to be set in type.

    `reference` is of this copy alone and leads back to its line in the log: the number of a case stays in the house.
    """

    kind: PaperKind
    house: str
    about: str
    reference: str
    stamp: Stamp
    blocks: tuple[Block, ...]
    signed_by: str
    signed_as: str

    @property
    def title(self) -> str:
        """Of the document, without a name."""
        return TITLES[self.kind]

    @property
    def size(self) -> tuple[int, int]:
        """How many blocks, and how many characters."""
        return len(self.blocks), sum(len(text) for block in self.blocks for text in texts_of(block))


def texts_of(block: Block) -> Iterable[str]:
    """Every text in a block."""
    match block:
        case Heading(text=text) | Paragraph(text=text):
            yield text
        case Bullets(items=items):
            yield from items
        case Table(header=header, rows=rows):
            yield from header
            for row in rows:
                yield from row


def fits(paper: Paper) -> bool:
    """Whether this can be set in type in reasonable time."""
    blocks, characters = paper.size
    return blocks <= MOST_BLOCKS and characters <= MOST_CHARACTERS


def reference_of(id_: UUID) -> str:
    """How a copy is called on paper: its id in groups, which the log finds back."""
    digits = id_.hex.upper()
    return "-".join(digits[n : n + 8] for n in range(0, len(digits), 8))


def shortened(name: str) -> str:
    """A name that fits in a footer."""
    plain = " ".join(name.split())
    return plain if len(plain) <= LONGEST_NAME else f"{plain[: LONGEST_NAME - 1]}…"


# The plan


@dataclass(frozen=True, slots=True)
class Pledged:
    """A commitment, as a row."""

    what: str
    who: str
    domain: str
    due_on: date
    state: str


@dataclass(frozen=True, slots=True)
class Told:
    """An information item that the recipient may read."""

    category: str
    body: str
    supplier: str
    on: date
    reliability: Reliability
    conditions: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Aimed:
    """A goal of the plan, and what is done for it."""

    what: str
    for_whom: str
    life_domain: str
    due_on: date | None
    state: str
    interventions: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """The content of a plan, for one recipient."""

    subjects: Sequence[str]
    director: str
    case_director: str
    evaluation_on: date | None
    items: Sequence[Told] = ()
    commitments: Sequence[Pledged] = ()
    strategy: Sequence[str] = ()
    goals: Sequence[Aimed] = ()


def plan(facts: PlanFacts) -> tuple[Block, ...]:
    """The plan of approach (BGS 2.17): about whom, what is known, what was pledged, who directs, when evaluated."""
    return (
        *_about(facts), *_known(facts.items), *_strategy(facts.strategy), *_goals(facts.goals),
        *pledges(facts.commitments), *_directing(facts),
    )  # fmt: skip


def _about(facts: PlanFacts) -> Iterable[Block]:
    if facts.subjects:
        yield Paragraph(f"Betrokkene: {', '.join(facts.subjects)}")


def _known(items: Sequence[Told]) -> Iterable[Block]:
    if items:
        yield Heading("Wat bekend is")
    for one in items:
        yield Heading(_capital(one.category), 3)
        yield Paragraph(one.body)
        sure = "" if one.reliability is Reliability.UNJUDGED else f" ({one.reliability.replace('_', ' ')})"
        said = [f"{one.supplier}, {day(one.on)}{sure}.", *(_CONDITIONS.get(each, "") for each in one.conditions)]
        yield Paragraph(" ".join(filter(None, said)), quiet=True)


def _strategy(strategy: Sequence[str]) -> Iterable[Block]:
    if strategy:
        yield Heading("Strategie")
    yield from map(Paragraph, strategy)


def _goals(goals: Sequence[Aimed]) -> Iterable[Block]:
    if goals:
        yield Heading("Doelen")
    for one in goals:
        yield Heading(one.what, 3)
        until = f"uiterlijk {day(one.due_on)}" if one.due_on else ""
        yield Paragraph(", ".join(filter(None, (one.for_whom, one.life_domain, until, one.state))) + ".", quiet=True)
        if one.interventions:
            yield Bullets(tuple(one.interventions))


def pledges(commitments: Sequence[Pledged]) -> Iterable[Block]:
    """The commitments, in a table."""
    yield Heading("Afspraken")
    if not commitments:
        yield Paragraph("Er staan geen afspraken in dit plan.")
        return
    yield Paragraph("Elke deelnemer voert de eigen toezegging uit, binnen de eigen wettelijke taak.")
    yield Table(
        ("Afspraak", "Wie", "Domein", "Uiterlijk", "Stand"),
        tuple((one.what, one.who, _capital(one.domain), day(one.due_on), _capital(one.state)) for one in commitments),
    )


def _directing(facts: PlanFacts) -> Iterable[Block]:
    yield Heading("Regie en evaluatie")
    lines = [f"Procesregisseur: {facts.director}"] if facts.director else []
    lines += [f"Casusregisseur: {facts.case_director}"] if facts.case_director else []
    lines += [f"Evaluatie: uiterlijk {day(facts.evaluation_on)}"] if facts.evaluation_on else []
    yield Bullets(tuple(lines)) if lines else Paragraph("Nog niet vastgelegd.")


# Advice and closing


@dataclass(frozen=True, slots=True)
class AdviceFacts:
    """The question of a professional and the advice, and who must not be recognised in them."""

    question: str
    themes: Sequence[str]
    life_domains: Sequence[str]
    advice: str
    people: Sequence[Identity] = ()


def advice(facts: AdviceFacts) -> tuple[Block, ...]:
    """Advice without identifying data: direction stays local, and no WGS activity covers more (domain §2.4)."""
    blocks: list[Block] = [Heading("Uw vraag")]
    if facts.question.strip():
        blocks.append(Paragraph(without(facts.question, facts.people)))
    about = [("Thema", facts.themes), ("Leefgebieden", facts.life_domains)]
    told = tuple(without(f"{name}: {', '.join(words)}", facts.people) for name, words in about if words)
    if told:
        blocks.append(Bullets(told))
    blocks += [Heading("Ons advies"), Paragraph(without(facts.advice, facts.people))]
    blocks.append(
        Paragraph(
            "Namen, nummers en plaatsen uit de aanmelding zijn weggelaten. De regie blijft bij u. Is er meer nodig,"
            " dan kan een deelnemer een nieuwe aanmelding doen."
        )
    )
    return tuple(blocks)


def closing(body: str) -> tuple[Block, ...]:
    """The letter that the regisseur had drawn up."""
    return (Paragraph(body),)


def day(value: date) -> str:
    """As people write it, without the day of the week."""
    return DUTCH.day(value).partition(" ")[2]


def _capital(code: str) -> str:
    words = code.replace("_", " ")
    return words[:1].upper() + words[1:]


def subject_line(kind: PaperKind, version: int = 0) -> str:
    """What stands behind "Betreft"."""
    return f"{_ABOUT[kind]}, versie {version}" if kind is PaperKind.PLAN else _ABOUT[kind]


_ABOUT: Mapping[PaperKind, str] = {
    PaperKind.PLAN: "plan van aanpak",
    PaperKind.MINUTES: "verslag van een casusoverleg",
    PaperKind.ADVICE: "advies op uw vraag",
    PaperKind.CLOSING: "afsluiting van de samenwerking rond uw situatie",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A document that somebody may have now; of minutes, of which meeting."""

    kind: PaperKind
    meeting_id: UUID | None = None
    held_on: date | None = None

    @property
    def key(self) -> str:
        """As a form names it."""
        return f"{self.kind}:{self.meeting_id}" if self.meeting_id else str(self.kind)

    @property
    def label(self) -> str:
        """As people choose it."""
        title = phrase(TITLES[self.kind])
        return phrase("{title} van {day}", title=title, day=day(self.held_on)) if self.held_on else title
