"""Minutes of a casusoverleg as lines of the BOB method: what a line says, what it still lacks, and how it is filled in.

Text about a person is in an information item, never in the line (domain §2.6), so what hides an item hides its line.
Pure rules; the words of a house (which speaker comes under which law) come from its policy.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from models.items import secrecy_errors
from models.itemwords import Category, Regime, SecrecyRoute


class Section(StrEnum):
    """The parts of BOB, in the order in which minutes are read."""

    PICTURE = "beeld"
    READING = "duiding"
    WEIGHING = "weging"
    DECISION = "besluit"


class LineKind(StrEnum):
    """What a line is."""

    FACT = "feit"
    PROTECTIVE = "beschermende_factor"
    READING = "duiding"  #: what keeps the problem going, a hypothesis, how people depend on each other
    WEIGHING = "weging"  #: safety, urgency, scenarios
    RISK = "risicotaxatie"  #: a result that was recorded; never computed or ranked (R21)
    STRATEGY = "strategie"
    GOAL = "doel"
    COMMITMENT = "afspraak"
    DECISION = "besluit"
    TELLING = "informeren"  #: who tells the betrokkene
    EVALUATION = "evaluatie"  #: on which day


class MinutesState(StrEnum):
    """How far the minutes of a meeting are."""

    DRAFT = "concept"
    FOR_CORRECTION = "ter_correctie"
    ADOPTED = "vastgesteld"


#: by section its kinds; the first is meant when none is named
KINDS: Mapping[Section, tuple[LineKind, ...]] = {
    Section.PICTURE: (LineKind.FACT, LineKind.PROTECTIVE),
    Section.READING: (LineKind.READING,),
    Section.WEIGHING: (LineKind.WEIGHING, LineKind.RISK),
    Section.DECISION: (
        LineKind.STRATEGY, LineKind.GOAL, LineKind.COMMITMENT, LineKind.DECISION, LineKind.TELLING, LineKind.EVALUATION,
    ),
}  # fmt: skip
#: what a kind points at, when it is no text of its own: the field of the line
POINTS_AT: Mapping[LineKind, str] = {
    LineKind.GOAL: "goal_id", LineKind.COMMITMENT: "commitment_id", LineKind.DECISION: "decision_id",
    LineKind.RISK: "item_id", LineKind.EVALUATION: "on_day", LineKind.TELLING: "tells_id",
}  # fmt: skip
#: what everybody at the table says together; without a speaker it is said in the name of the sponsor
TOGETHER = frozenset({Section.READING, Section.WEIGHING, Section.DECISION})

_BY_REGIME: Mapping[Regime, Category] = {
    Regime.WPG: Category.POLICE, Regime.WJSG: Category.JUSTICE, Regime.MEDICAL: Category.HEALTH,
    Regime.YOUTH: Category.GUIDANCE,
}  # fmt: skip
#: beginnings of life domains, as houses name them, with what is said about them
_BY_DOMAIN: tuple[tuple[str, Category], ...] = (
    ("wonen", Category.HOUSING), ("huisvesting", Category.HOUSING), ("financ", Category.FINANCIAL),
    ("schuld", Category.FINANCIAL), ("inkomen", Category.INCOME), ("werk", Category.INCOME),
    ("geestelijke", Category.HEALTH), ("lichamelijke", Category.HEALTH), ("verslaving", Category.HEALTH),
    ("huiselijke", Category.RELATIONS), ("sociaal", Category.RELATIONS), ("justitie", Category.JUSTICE),
    ("dagbesteding", Category.GUIDANCE), ("dagelijks", Category.GUIDANCE), ("maatschappelijke", Category.GUIDANCE),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """What is known of a line with text, before it may become an information item."""

    section: Section
    body: str = ""
    supplier_id: UUID | None = None
    category: Category | None = None
    life_domain: str = ""
    regime: Regime | None = None
    route: SecrecyRoute | None = None
    route_reason: str = ""


def regime_of(names: Collection[str], words: Mapping[str, Regime]) -> Regime:
    """Under which law somebody speaks, by the name and the task of their organisation; the first word that fits."""
    whole = " ".join(names).casefold()
    found = (regime for word, regime in words.items() if re.search(rf"\b{re.escape(word.casefold())}", whole))
    return next(found, Regime.AVG)


def category_of(section: Section, life_domain: str, regime: Regime) -> Category | None:
    """What a line is about: by the law of its speaker, then by its life domain. None: somebody must choose."""
    if regime in _BY_REGIME:
        return _BY_REGIME[regime]
    domain = life_domain.casefold()
    if domain:
        return next((category for start, category in _BY_DOMAIN if domain.startswith(start)), None)
    return Category.GUIDANCE if section in TOGETHER else None


def filled(said: Said, *, speaks_under: Regime | None, sponsor_id: UUID | None) -> Said:
    """The line with what follows from who speaks and what is on the agenda; what was said stays as it was said."""
    supplier_id = said.supplier_id or (sponsor_id if said.section in TOGETHER else None)
    regime = said.regime or speaks_under or (Regime.AVG if supplier_id else None)
    category = said.category or (category_of(said.section, said.life_domain, regime) if regime else None)
    return replace(said, supplier_id=supplier_id, regime=regime, category=category)


def missing(said: Said) -> list[str]:
    """The fields without which a line is no information item yet (R8, R11)."""
    lacks = [
        name for name, there in (
            ("body", bool(said.body.strip())), ("supplier_id", said.supplier_id is not None),
            ("category", said.category is not None), ("regime", said.regime is not None),
        ) if not there
    ]  # fmt: skip
    if said.regime is not None:
        lacks += [field for field, _ in secrecy_errors(said.regime, said.route, said.route_reason)]
    return lacks


def fits(kind: LineKind, section: Section) -> bool:
    """Whether this kind of line belongs in this section."""
    return kind in KINDS[section]


@dataclass(frozen=True, slots=True)
class Audience:
    """For whom something is not, and for whom alone; neither: for everybody who reads the case."""

    excluded: frozenset[UUID] = frozenset()
    only_for: frozenset[UUID] = frozenset()


def within(line: Audience, source: Audience, supplier_id: UUID) -> bool:
    """Whether nobody reads the line who may not read the source, whose supplier always may (R13)."""
    if line.only_for:
        readers = line.only_for - line.excluded
        allowed = source.only_for | {supplier_id} if source.only_for else readers
        return readers <= allowed and not (readers & (source.excluded - {supplier_id}))
    return not source.only_for and source.excluded <= line.excluded
