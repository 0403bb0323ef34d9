"""The policy of a house: its own terms, ladders, lists and habits, as validated data with defaults. Never code."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from models import ladder
from models.clocks import Budget, Due, Hold, Unit, WorkingCalendar, due, next_triage
from models.commands.base import Day, Line, Some
from models.egress import is_name, place_of
from models.itemwords import Regime, Sensitive
from models.ladder import RungSpec, Step
from models.messages import Language, MessageKind
from models.owed import BY_THE_HOUR, DUTIES, MAY_LAPSE
from models.refusals import FieldError, InvalidFields
from models.texts import own
from models.words import DutyKind, EscalatedTo, OrganisationKind, SeriesKind

#: what no field is for, in the words people use
SENSITIVE_TERMS: dict[Sensitive, tuple[str, ...]] = {
    Sensitive.NATIONALITY: ("nationaliteit", "paspoort uit", "statushouder", "illegaal in nederland"),
    Sensitive.ETHNICITY: ("etnicit", "etnisch", "van afkomst", "allochto", "migratieachtergrond", "huidskleur"),
    Sensitive.RELIGION: (
        "godsdienst", "geloofsovertuig", "islam", "moslim", "christen", "katholiek", "jood", "jehova", "moskee",
        "salafis",
    ),
    Sensitive.POLITICS: ("politieke voorkeur", "politieke overtuig", "partijlid", "extreemrechts", "extreemlinks"),
    Sensitive.ORIENTATION: ("homoseksu", "lesbisch", "biseksu", "seksuele gerichtheid", "seksuele geaardheid"),
    Sensitive.BIOMETRICS: ("vingerafdruk", "gezichtsherkenning", "irisscan", "dna-profiel", "biometri"),
}  # fmt: skip

#: beginnings of words in the name or task of an organisation, and the law under which its people speak
SPEAKER_REGIMES: dict[str, Regime] = {
    "politie": Regime.WPG, "marechaussee": Regime.WPG, "openbaar ministerie": Regime.WJSG,
    "reclassering": Regime.WJSG, "penitentiair": Regime.WJSG, "justitiële": Regime.WJSG,
    "veilig thuis": Regime.YOUTH, "jeugd": Regime.YOUTH, "kinderbescherming": Regime.YOUTH,
    "ggz": Regime.MEDICAL, "ggd": Regime.MEDICAL, "verslavingszorg": Regime.MEDICAL, "ziekenhuis": Regime.MEDICAL,
}  # fmt: skip

Amount = Annotated[int, Field(ge=0, le=1500)]
Name = Annotated[Line, Field(min_length=1)]


def _is_domain(value: str) -> str:
    if not is_name(value):
        raise PydanticCustomError("uitleg", "is een domein in kleine letters, zoals organisatie.nl")
    return value


def _is_host(value: str) -> str:
    if place_of(f"https://{value}") != value:
        raise PydanticCustomError("uitleg", "is een naam in kleine letters, zo nodig met een poort: systeem.nl:8443")
    return value


#: a domain of addresses, and the place of a system
Domain = Annotated[Line, AfterValidator(_is_domain)]
Host = Annotated[Line, AfterValidator(_is_host)]


def _counted(unit: Unit) -> Unit:
    if unit is Unit.FIXED:
        msg = "een termijn telt dagen of uren; een vast moment is geen beleid"
        raise ValueError(msg)
    return unit


CountedUnit = Annotated[Unit, AfterValidator(_counted)]


class Term(BaseModel):
    """How long somebody has: an amount of a unit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: CountedUnit
    amount: Amount

    def budget(self) -> Budget:
        """As a budget of the clocks."""
        return Budget(self.unit, self.amount)


class LadderStep(BaseModel):
    """One rung: what happens, and when relative to the due moment (negative is before)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: Step
    unit: CountedUnit = Unit.WORKING_DAYS
    after: Annotated[int, Field(ge=-60, le=400)]


class CutOff(BaseModel):
    """The weekly moment before which reports count for this week's triage (0 is Monday)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weekday: Annotated[int, Field(ge=0, le=6)]
    at: time
    triage_weekday: Annotated[int, Field(ge=0, le=6)]


class EscalationLevel(BaseModel):
    """A level to which what is stuck is raised: who answers there, and within what time (domain rules 2.5)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    who: EscalatedTo
    term: Term


#: documented ladders differ per house; this is the usual order
ESCALATION_LEVELS = (
    EscalationLevel(
        name="teamleider bij de partner", who=EscalatedTo.LEAD, term=Term(unit=Unit.WORKING_DAYS, amount=3)
    ),
    EscalationLevel(name="managers", who=EscalatedTo.MANAGER, term=Term(unit=Unit.CLOCK_HOURS, amount=24)),
    EscalationLevel(name="stuurgroep", who=EscalatedTo.OUTSIDE, term=Term(unit=Unit.WORKING_DAYS, amount=5)),
)


class Quorum(BaseModel):
    """Who must at least be there: so many public and private participants, and these organisations by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    public: Annotated[int, Field(ge=0, le=20)] = 0
    private: Annotated[int, Field(ge=0, le=20)] = 0
    organisations: Annotated[frozenset[UUID], Field(max_length=40)] = frozenset()


#: public participants decide at a triage (WGS 2.31(2)): without one of them nothing is decided there
QUORUM = {SeriesKind.TRIAGE: Quorum(public=1)}


class OwnText(BaseModel):
    """What the house says itself at a place in its messages: in those of one kind, or in all of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    place: own.Place
    language: Language = Language.DUTCH
    kind: MessageKind | None = None
    text: Annotated[str, Field(min_length=1, max_length=2_000)]


class Intervention(BaseModel):
    """What a plan can hold: its domain, and with which others it does not go together for the same person."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    domain: Literal["straf", "zorg", "bestuur", "civiel"]
    clashes_with: Some[Line] = ()


class StatutoryTask(BaseModel):
    """Whose task of WGS 2.27 a participant carries out, and of which kind that participant is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    kind: Literal[OrganisationKind.LID1, OrganisationKind.LID2]


#: a list to begin with (domain rules 2.7); a house makes it its own
INTERVENTIONS = tuple(
    Intervention(name=name, domain=domain)
    for domain, names in (
        ("straf", ("aanhouding", "voorlopige hechtenis",
                   "schorsing of voorwaardelijke straf met bijzondere voorwaarden", "contact- of locatieverbod",
                   "ISD-maatregel", "tbs", "reclasseringstoezicht", "advies aan ZSM over de afdoening",
                   "forensische zorg (Wfz 2.3)")),
        ("bestuur", ("tijdelijk huisverbod", "gebiedsverbod", "last onder dwangsom", "sluiting (Opiumwet 13b)",
                     "aanpak woonoverlast", "crisismaatregel (Wvggz 7:1)")),
        ("civiel", ("zorgmachtiging (Wvggz)", "rechterlijke machtiging (Wzd)", "ondertoezichtstelling",
                    "uithuisplaatsing", "beëindiging van het gezag", "bewind of mentorschap",
                    "beëindiging van de huur of tweedekanswoning")),
        ("zorg", ("ggz of FACT", "verslavingszorg", "Wmo-ondersteuning", "beschermd wonen", "maatschappelijke opvang",
                  "jeugdhulp", "schuldhulpverlening", "systeemtherapie", "LVB-begeleiding", "dagbesteding")),
    )
    for name in names
)  # fmt: skip
#: the participants of WGS 2.27(1) and (2), each for its own tasks
STATUTORY_TASKS = tuple(
    StatutoryTask(name=name, kind=kind)
    for kind, names in (
        (OrganisationKind.LID1, ("raad voor de kinderbescherming", "DJI", "politie", "openbaar ministerie",
                                 "burgemeester", "college van burgemeester en wethouders", "GGD")),
        (OrganisationKind.LID2, ("reclassering", "Veilig Thuis", "gecertificeerde instelling", "ggz-instelling",
                                 "Wmo 2015, 2.3.1 tot en met 2.3.5", "Jeugdwet, 2.3 en 2.4", "Participatiewet, 7",
                                 "Wet gemeentelijke schuldhulpverlening, 3")),
    )
    for name in names
)  # fmt: skip


class Policy(BaseModel):
    """Everything a house may set itself. What is absent keeps the default of `owed.DUTIES`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    terms: dict[DutyKind, Term] = Field(default_factory=dict)
    urgent_terms: dict[DutyKind, Term] = Field(default_factory=dict)
    ladders: dict[DutyKind, list[LadderStep]] = Field(default_factory=dict)
    urgent_ladders: dict[DutyKind, list[LadderStep]] = Field(default_factory=dict)  #: day and night, for hours
    escalate_partner_by_itself: StrictBool = False  #: else a message to who leads at a partner is a proposal
    closing_days: Annotated[frozenset[Day], Field(max_length=400)] = frozenset()
    closing_names: Annotated[dict[Day, Name], Field(max_length=400)] = Field(default_factory=dict)
    opens: time = time(9)
    closes: time = time(17)
    weekly_cutoff: CutOff | None = None
    ask_known: frozenset[UUID] = frozenset()  #: public participants asked before admission; empty asks all of them
    reporter_may_decide_alone: StrictBool = False
    evaluation_days: Annotated[int, Field(ge=7, le=366)] = 42
    evaluation_days_high_risk: Annotated[int, Field(ge=7, le=28)] = 14
    erase_after_days: Annotated[int, Field(ge=1, le=90)] = 30
    reconsider_working_days: Amount = 5
    extension_most: Amount = 5  #: by how many days one term is ever extended; eight hours for each where hours count
    extension_by_owner: Amount = 2  #: of those, what the owner may take once
    extensions: dict[DutyKind, Amount] = Field(default_factory=dict)  #: instead of that; 0 is never
    glass_minutes: Annotated[int, Field(ge=5, le=480)] = 60  #: how long emergency access or supervision lasts
    correct_phone_working_days: Amount = 5  #: how long a partner may correct what was noted by phone
    silent_after_working_days: Annotated[int, Field(ge=1, le=250)] = 30
    most_cases_read: Annotated[int, Field(ge=10, le=1500)] = 60  #: different cases one person opens in ten minutes
    figures_least: Annotated[int, Field(ge=3, le=20)] = 5  #: a count below this is kept back in the figures
    watch_days_most: Annotated[int, Field(ge=7, le=366)] = 183  #: how long a waakvlam lasts at most
    escalation_levels: Annotated[tuple[EscalationLevel, ...], Field(min_length=1, max_length=10)] = ESCALATION_LEVELS
    weekly_overview: StrictBool = False  #: on Monday, to each participant that did not say otherwise
    own_texts: Annotated[tuple[OwnText, ...], Field(max_length=100)] = ()
    meeting_minutes: Annotated[int, Field(ge=15, le=480)] = 90  #: how long a meeting is in a calendar
    #: where meetings are that anybody may know of; a calendar never says another place
    public_meeting_place: Line = ""
    #: by kind of meeting; what is absent needs nobody in particular
    quorum: dict[SeriesKind, Quorum] = Field(default_factory=lambda: dict(QUORUM))
    triage_private_own_only: StrictBool = True  #: a private participant at the triage is shown its own reports only
    triage_minutes: Annotated[int, Field(ge=1, le=120)] = 10  #: how long one report takes at a triage
    #: for which municipalities an organisation works; who is not named works in the whole region
    local_parties: Annotated[dict[UUID, Some[Name]], Field(max_length=400)] = Field(default_factory=dict)
    meeting_word: Literal["casusoverleg", "focusoverleg", "ICO", "rondetafel"] = "focusoverleg"
    themes: Some[Line] = (
        "verward gedrag", "geweld in afhankelijkheidsrelaties", "nazorg ex-gedetineerden", "stalking",
        "multiproblematiek", "jeugd en veiligheid", "ernstige overlast",
    )  # fmt: skip
    municipalities: Some[Line] = ()
    life_domains: Some[Line] = (
        "financiën", "dagbesteding", "wonen", "huiselijke relaties", "geestelijke gezondheid",
        "lichamelijke gezondheid",
        "verslaving", "dagelijks leven", "sociaal netwerk", "maatschappelijke deelname", "justitie",
    )  # fmt: skip
    #: what commitments choose from; what was agreed keeps its word when the list changes
    interventions: Annotated[tuple[Intervention, ...], Field(max_length=200)] = INTERVENTIONS
    statutory_tasks: Annotated[tuple[StatutoryTask, ...], Field(max_length=100)] = STATUTORY_TASKS
    #: per organisation, besides that of the address with which somebody was designated
    contact_domains: Annotated[dict[UUID, Some[Domain]], Field(max_length=400)] = Field(default_factory=dict)
    webhook_hosts: Some[Host] = ()  #: where systems of participants may be told of events
    #: words that are warned about in what is supplied; a word counts with whatever follows it
    sensitive_terms: dict[Sensitive, Some[Line]] = Field(default_factory=lambda: dict(SENSITIVE_TERMS))

    #: the law under which a line of minutes comes, when nobody says it, by who speaks
    speaker_regimes: Annotated[dict[Name, Regime], Field(max_length=100)] = Field(
        default_factory=lambda: dict(SPEAKER_REGIMES)
    )

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> Self:
        if self.opens.tzinfo or self.closes.tzinfo or self.opens >= self.closes:
            msg = "openingstijden zijn plaatselijke tijden, en het huis gaat open voordat het sluit"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _names_only_closing_days(self) -> Self:
        if not self.closing_names.keys() <= self.closing_days:
            msg = "alleen een sluitingsdag krijgt een naam"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _catalogue_knows_its_own(self) -> Self:
        names = [one.name for one in self.interventions]
        if len(names) != len(set(names)):
            raise PydanticCustomError("uitleg", "elke interventie staat één keer in de catalogus")
        unknown = sorted({each for one in self.interventions for each in one.clashes_with} - set(names))
        if unknown:
            raise PydanticCustomError(
                "uitleg", "een interventie verdraagt zich niet met een andere uit de catalogus; onbekend: {namen}",
                {"namen": ", ".join(unknown)},
            )  # fmt: skip
        if any(one.name in one.clashes_with for one in self.interventions):
            raise PydanticCustomError("uitleg", "een interventie verdraagt zich met zichzelf")
        return self

    def intervention(self, name: str | None) -> Intervention | None:
        """An intervention of the catalogue."""
        return next((one for one in self.interventions if one.name == name), None)

    def minutes(self, kind: SeriesKind) -> int:
        """How long one case takes at a meeting of this kind."""
        return self.triage_minutes if kind is SeriesKind.TRIAGE else self.meeting_minutes

    def clash(self, one: str | None, other: str | None) -> bool:
        """Whether two interventions do not go together, whichever of the two says so."""
        found = self.intervention(one), self.intervention(other)
        return any(each and beside and beside.name in each.clashes_with for each, beside in (found, found[::-1]))

    def calendar(self, kind: DutyKind | None = None) -> WorkingCalendar:
        """The working calendar of the house; for a kind of duty whose term a law sets, the calendar of that law."""
        named = frozenset(self.closing_names.items())
        own = WorkingCalendar(self.closing_days, opens=self.opens, closes=self.closes, closing_names=named)
        return own.for_law() if kind is not None and DUTIES[kind].statutory else own

    def triage(self, anchor: datetime) -> Due | None:
        """The weekly triage that decides about what came in at this moment; None when the house has no cut-off."""
        if (cutoff := self.weekly_cutoff) is None:
            return None
        return next_triage(anchor, cutoff.weekday, cutoff.at, cutoff.triage_weekday, self.calendar())

    def due(self, kind: DutyKind, anchor: datetime, budget: Budget, holds: Iterable[Hold] = ()) -> Due:
        """When a duty of this kind is due, by the calendar that counts for it; a triage explains itself as one."""
        if kind is DutyKind.ADMISSION and budget.at is not None:
            triage = self.triage(anchor)
            if triage is not None and triage.moment == budget.at:
                return triage
        return due(anchor, budget, self.calendar(kind), holds)

    def term(self, kind: DutyKind, *, urgent: bool, high_risk: bool = False) -> Budget:
        """How long a duty of this kind lasts: the house's term, else the default."""
        spec = DUTIES[kind]
        if kind is DutyKind.EVALUATION:
            days = self.evaluation_days_high_risk if urgent or high_risk else self.evaluation_days
            return Budget(Unit.CALENDAR_DAYS, days)
        if (urgent or high_risk) and kind in self.urgent_terms:
            return self.urgent_terms[kind].budget()
        if (urgent or (high_risk and kind is DutyKind.INCIDENT)) and spec.urgent_term is not None:
            return spec.urgent_term
        return self.terms[kind].budget() if kind in self.terms else spec.term

    def extension(self, kind: DutyKind) -> int:
        """By how many days a duty of this kind may be extended, all extensions together."""
        return self.extensions.get(kind, self.extension_most)

    def ladder(self, kind: DutyKind, *, urgent: bool, of_house: bool = False) -> list[RungSpec]:
        """The reminders and escalation of a duty of this kind. Who leads at the house itself is its manager."""
        if DUTIES[kind].silent:
            return list(ladder.SILENT)
        hours = urgent and kind in BY_THE_HOUR
        own = (self.urgent_ladders if hours else self.ladders).get(kind)
        specs = _specs(own) if own is not None else list(ladder.URGENT if hours else ladder.DEFAULT)
        return [spec for spec in specs if not (of_house and spec.step is Step.PARTNER_MANAGER)]

    def ladder_faults(self) -> list[tuple[str, str, str]]:
        """What is wrong with the ladders of this policy: the field, the place in it, and why in Dutch.

        Asked when a policy is set. A ladder that was kept before keeps firing as it is.
        """
        return [
            (field, f".{kind}" + ("" if place is None else f"[{place}]"), why)
            for field in ("ladders", "urgent_ladders")
            for kind, steps in getattr(self, field).items()
            for place, why in ladder.faults(_specs(steps), may_lapse=kind in MAY_LAPSE)
        ]

    def text_faults(self) -> list[tuple[str, str]]:
        """What is wrong with the texts of this policy, in Dutch, each with its place. Asked when it is set."""
        found = [
            (f"[{at}].text", f"deze tekst {why}")
            for at, one in enumerate(self.own_texts)
            for why in own.faults(one.text, one.place)
        ]
        where = [(one.place, one.language, one.kind) for one in self.own_texts]
        twice = [at for at, one in enumerate(where) if one in where[:at]]
        return [*found, *((f"[{at}].place", "op deze plaats van dit bericht staat al een tekst") for at in twice)]


def _specs(steps: list[LadderStep]) -> list[RungSpec]:
    return [RungSpec(one.step, Budget(one.unit, one.after)) for one in steps]


def must_read_well(policy: Policy) -> None:
    """What the house says itself in messages can be said there. Raises InvalidFields."""
    if wrong := policy.text_faults():
        spoken = {"text": "tekst", "place": "plaats"}
        raise InvalidFields([
            FieldError(f"eigenTeksten{where.rpartition('.')[0]}.{spoken[where.rpartition('.')[2]]}", why)
            for where, why in wrong
        ])  # fmt: skip
