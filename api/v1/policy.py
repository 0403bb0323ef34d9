"""The policy of a house on the wire: the same data as `models.policy`, spoken Dutch both ways."""

from datetime import time
from typing import Annotated

from pydantic import Field, WithJsonSchema

from api.wire import Spoken, dutch
from models.clocks import Unit
from models.commands.base import written_out
from models.ladder import Step
from models.policy import (
    ESCALATION_LEVELS,
    INTERVENTIONS,
    QUORUM,
    STATUTORY_TASKS,
    CutOff,
    EscalationLevel,
    Intervention,
    LadderStep,
    OwnText,
    Policy,
    Quorum,
    StatutoryTask,
    Term,
)
from models.words import DutyKind, SeriesKind

_UNITS = {
    Unit.WORKING_DAYS: "werkdagen", Unit.WORKING_HOURS: "werkuren", Unit.CLOCK_HOURS: "klokuren",
    Unit.CALENDAR_DAYS: "kalenderdagen",
}  # fmt: skip
_STEPS = {
    Step.REMIND: "herinneren", Step.DUE: "termijn", Step.OVERDUE: "te_laat", Step.DEPUTY: "vervanger",
    Step.DIRECTOR: "procesregisseur", Step.PARTNER_MANAGER: "leidinggevende", Step.MANAGER: "manager",
    Step.LAPSE: "vervalt", Step.SNOOZED: "sluimer",
}  # fmt: skip

Eenheid = Annotated[Unit, Spoken(_UNITS)]
Trede = Annotated[Step, Spoken(_STEPS)]
Klok = Annotated[
    time, written_out("time"), WithJsonSchema({"type": "string", "format": "time-local", "examples": ["09:00:00"]})
]


class Termijn(Term):
    """Hoe lang iemand heeft."""

    model_config = dutch(unit="eenheid", amount="aantal")

    unit: Eenheid


class LadderTrede(LadderStep):
    """Een herinnering of escalatie, voor (negatief) of na de termijn."""

    model_config = dutch(step="trede", unit="eenheid", after="na")

    step: Trede
    unit: Eenheid = Field(default=Unit.WORKING_DAYS, json_schema_extra={"default": _UNITS[Unit.WORKING_DAYS]})


class Sluiting(CutOff):
    """Het wekelijkse moment waarvoor een aanmelding meegaat naar de triage van die week (0 is maandag)."""

    model_config = dutch(weekday="weekdag", at="tijd", triage_weekday="triageWeekdag")

    at: Klok


class Interventie(Intervention):
    """Een interventie uit de catalogus, haar domein, en waarmee zij bij dezelfde persoon niet samengaat."""

    model_config = dutch(name="naam", domain="domein", clashes_with="verdraagtNiet")


class WettelijkeTaak(StatutoryTask):
    """Een deelnemer of taak van WGS 2.27, en van welke soort organisatie."""

    model_config = dutch(name="naam", kind="soort")


class Vereisten(Quorum):
    """Wie er ten minste moet zijn: zoveel publieke en private deelnemers, en deze organisaties."""

    model_config = dutch(public="publiekeDeelnemers", private="privateDeelnemers", organisations="organisaties")


class EigenTekst(OwnText):
    """Wat het huis zelf zegt op een plaats in zijn berichten; zonder `bericht` in alle berichten."""

    model_config = dutch(place="plaats", language="taal", kind="bericht", text="tekst")


class EscalatieTrede(EscalationLevel):
    """Een trede waarheen wordt opgeschaald wat vastzit: wie daar antwoordt, en binnen welke tijd."""

    model_config = dutch(name="naam", who="wie", term="termijn")

    term: Termijn


_LEVELS = tuple(
    EscalatieTrede(naam=one.name, wie=one.who, termijn={"eenheid": _UNITS[one.term.unit], "aantal": one.term.amount})  # type: ignore[call-arg]
    for one in ESCALATION_LEVELS
)


class Beleid(Policy):
    """Wat een huis zelf bepaalt. Wat ontbreekt, houdt zijn standaardwaarde."""

    model_config = dutch(
        closing_names="namenVanSluitingsdagen",
        terms="termijnen", urgent_terms="spoedtermijnen", ladders="ladders", urgent_ladders="spoedladders",
        escalate_partner_by_itself="leidinggevendeVanzelfBerichten", closing_days="sluitingsdagen",
        opens="opentOm", closes="sluitOm", weekly_cutoff="weeksluiting", ask_known="bekendheidVragenAan",
        reporter_may_decide_alone="melderMagAlleenBeslissen", evaluation_days="evaluatieDagen",
        evaluation_days_high_risk="evaluatieDagenHoogRisico", erase_after_days="wissenNaDagen",
        reconsider_working_days="heroverwegingWerkdagen", silent_after_working_days="stilNaWerkdagen",
        extension_most="verlengingTenHoogste", extension_by_owner="verlengingDoorEigenaar", extensions="verlengingen",
        correct_phone_working_days="herstelTelefonischWerkdagen",
        glass_minutes="noodtoegangMinuten", most_cases_read="meesteCasussenIn10Minuten",
        weekly_overview="weekoverzicht", own_texts="eigenTeksten",
        quorum="quorum", triage_private_own_only="triagePrivaatAlleenEigen", triage_minutes="triageMinuten",
        local_parties="lokalePartijen",
        meeting_minutes="overlegMinuten", public_meeting_place="openbareOverlegplaats",
        meeting_word="woordVoorOverleg", themes="themas", municipalities="gemeenten",
        life_domains="leefgebieden", sensitive_terms="gevoeligeTermen", contact_domains="adresdomeinen",
        webhook_hosts="systemenVoorGebeurtenissen", interventions="interventies", statutory_tasks="wettelijkeTaken",
        watch_days_most="waakvlamTenHoogsteDagen",
        escalation_levels="escalatietreden", speaker_regimes="regimesVanSprekers",
        figures_least="kleinsteAantalInCijfers",
    )  # fmt: skip

    terms: dict[DutyKind, Termijn] = Field(default_factory=dict)  # type: ignore[assignment]  # narrower, and frozen
    urgent_terms: dict[DutyKind, Termijn] = Field(default_factory=dict)  # type: ignore[assignment]  # the same
    ladders: dict[DutyKind, list[LadderTrede]] = Field(default_factory=dict)  # type: ignore[assignment]  # the same
    urgent_ladders: dict[DutyKind, list[LadderTrede]] = Field(default_factory=dict)  # type: ignore[assignment]  # too
    interventions: Annotated[tuple[Interventie, ...], Field(max_length=200)] = tuple(
        Interventie.model_validate(one.model_dump(), by_name=True) for one in INTERVENTIONS
    )
    statutory_tasks: Annotated[tuple[WettelijkeTaak, ...], Field(max_length=100)] = tuple(
        WettelijkeTaak.model_validate(one.model_dump(), by_name=True) for one in STATUTORY_TASKS
    )
    quorum: dict[SeriesKind, Vereisten] = Field(  # type: ignore[assignment]  # the same
        default_factory=lambda: {
            kind: Vereisten.model_validate(one.model_dump(), by_name=True) for kind, one in QUORUM.items()
        }
    )
    own_texts: Annotated[tuple[EigenTekst, ...], Field(max_length=100)] = ()
    opens: Klok = time(9)
    closes: Klok = Field(default=time(17), examples=["17:00:00"])
    weekly_cutoff: Sluiting | None = None
    escalation_levels: Annotated[tuple[EscalatieTrede, ...], Field(min_length=1, max_length=10)] = _LEVELS


def as_policy(body: Beleid) -> Policy:
    """As the casebook keeps it."""
    return Policy.model_validate(body.model_dump())
