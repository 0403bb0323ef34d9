"""Taken: what somebody owes, answering it, handing it on, and asking once more."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.once import Once
from api.paging import ASKED, PAGE, Blad, goes_on
from api.signin import CaseReader, CaseWork, Staff
from api.wire import SHOWS, CaseId, Dag, Gemaakt, Id, Incoming, Outgoing, Verwijzing, dutch, named
from models.casebook import answers, escalate, snooze
from models.casebook import nudge as nudging
from models.commands.base import Moment
from models.commands.cases import GiveAnswer, Judgement
from models.ladder import Addressee
from models.lookups import duties, referrals, tasks
from models.lookups.paging import Paged
from models.lookups.tasks import DutyFilter, DutyLine, Owner
from models.owed import DUTIES
from models.stalled import DutyFacts, Stall
from models.tables.duties import Duty
from models.transactions import Work
from models.words import ClosedBy, DutyKind, Role, Withheld

router = APIRouter(tags=["taken"], route_class=Once)

_TASK = {
    "kind": "soort", "case": "casus", "organisation": "organisatie", "role": "rol", "person": "persoon",
    "about_id": "onderwerp", "opened_at": "gevraagdOp", "due_at": "uiterlijk", "explanation": "termijnUitleg",
    "late": "teLaat", "urgent": "spoed", "ended_at": "afgedaanOp", "ended_as": "afgedaanAls",
    "proposal": "voorstel", "put_off_until": "sluimertTot", "replaces": "vervangt",
}  # fmt: skip


class Voorstel(StrEnum):
    """Wat de ladder voorstelt aan wie de casus leidt."""

    LEAD = "bericht_aan_leidinggevende"


class Vervanging(Outgoing):
    """Wiens taak u nu doet, en tot wanneer die afwezig is, als dat bekend is."""

    model_config = dutch("id", name="naam", until="afwezigTot")

    id: UUID
    name: str
    until: datetime | None


class Taak(Outgoing):
    """Wat iemand aan een casus verschuldigd is, en voor wanneer."""

    model_config = dutch("id", **_TASK)

    id: UUID
    kind: DutyKind
    case: Verwijzing
    organisation: Verwijzing
    role: Role | None
    person: Verwijzing | None
    about_id: UUID | None
    opened_at: datetime
    due_at: datetime
    explanation: str
    late: bool
    urgent: bool
    ended_at: datetime | None
    ended_as: str | None
    proposal: Voorstel | None
    put_off_until: datetime | None = Field(description="Tot wanneer u zelf geen herinnering aan deze taak krijgt")
    replaces: Vervanging | None = Field(default=None, description="Van wie de taak is, als u die vervangt")


class Uitkomst(Outgoing):
    """Een antwoord dat deze taak aanneemt."""

    model_config = dutch(
        outcome="uitkomst", explained="toelichtingVerplicht", private="inVertrouwen", reasons="redenen"
    )

    outcome: str
    explained: bool
    private: bool = Field(description="Blijft bij uw organisatie: voor ieder ander lijkt het alsof niemand antwoordde")
    reasons: list[Withheld] = Field(description="Waaruit `waarom` bij dit antwoord wordt gekozen")


class EigenAntwoord(Outgoing):
    """Wat uw organisatie antwoordde en wat daar blijft (WGS 1.5, eerste lid)."""

    model_config = dutch("id", outcome="uitkomst", why="waarom", note="toelichting", at="gegevenOp")

    id: UUID
    outcome: str
    why: Withheld | None
    note: str
    at: datetime


class Gezochte(Outgoing):
    """Naar wie wordt gevraagd: niet meer dan nodig is om iemand te herkennen."""

    model_config = dutch("bsn", name="naam", born_on="geboortedatum")

    name: str
    bsn: str | None
    born_on: Dag


class TaakGeheel(Taak):
    """Een taak en hoe zij kan worden beantwoord; wie een vraag over een persoon krijgt, ziet om wie het gaat."""

    model_config = dutch(
        "id", closed_by="eindigtDoor", outcomes="uitkomsten", subjects="betrokkenen", own_answer="eigenAntwoord",
        **_TASK,
    )  # fmt: skip

    closed_by: ClosedBy
    outcomes: list[Uitkomst]
    subjects: list[Gezochte] | None = None
    own_answer: EigenAntwoord | None = Field(
        default=None, description="Wat uw organisatie in vertrouwen antwoordde; ieder ander ziet een open vraag"
    )


class Taken(Outgoing):
    """Een bladzijde met taken, wat het eerst af moet zijn eerst."""

    model_config = dutch(**PAGE)

    results: list[Taak]
    following: str | None


class ZoekTaak(Blad):
    """Welke van uw taken worden gezocht; nooit op iets over een persoon om wie het gaat."""

    model_config = dutch(kinds="soort", case_id="casus", late="teLaat", owner="voor", reference="kenmerk", **ASKED)

    kinds: list[DutyKind] = Field(default_factory=list)
    case_id: UUID | None = None
    late: bool | None = Field(default=None, description="Wel of niet over de termijn")
    owner: Owner | None = Field(default=None, description="Op uw naam, of voor ieder van uw organisatie")
    reference: Annotated[str, Field(max_length=20)] | None = Field(
        default=None, description="De taak met dit kenmerk uit een bericht, ook als zij van een ander of afgedaan is"
    )

    def filter(self) -> DutyFilter:
        """As the lookup takes it."""
        return DutyFilter(self.kinds, self.case_id, self.late, self.owner)


class TakenVanCasus(Blad):
    """Welke taken van een casus worden gezocht."""

    model_config = dutch(ended="afgedaan", **ASKED)

    ended: bool = Field(default=False, description="Ook wat is afgedaan")


class Oordeel(Judgement):
    """Of aan een criterium is voldaan, en waarom."""

    model_config = dutch(subject_id="persoon", criterion="criterium", met="voldaan", motivation="motivering")


class Antwoord(GiveAnswer):
    """Het antwoord op een taak; met `gesprokenMet` en `gesprokenOp` als u het telefonisch kreeg."""

    model_config = dutch(
        outcome="uitkomst", note="toelichting", spoke_to="gesprokenMet", spoke_at="gesprokenOp",
        recheck_at="hertoetsOp", judgements="criteria", why="waarom",
    )  # fmt: skip

    judgements: tuple[Oordeel, ...] = ()


class Overdracht(Incoming):
    """Aan welke collega u de taak doorgeeft."""

    model_config = dutch(person_id="persoon")

    person_id: UUID


class Escalatie(Incoming):
    """Wie nu bericht krijgt dat een antwoord uitblijft."""

    model_config = dutch(to="aan")

    to: Addressee


class Sluimering(Incoming):
    """Tot wanneer u zelf geen herinnering aan deze taak krijgt; de termijn blijft staan."""

    model_config = dutch(until="tot")

    until: Moment


def proposal(about: Duty | DutyFacts | Stall) -> Voorstel | None:
    """What the ladder of a duty proposes; nothing once it was done."""
    return Voorstel.LEAD if about.proposes_lead else None


def shown(line: DutyLine) -> Taak:
    """A duty as it is read."""
    return Taak.model_validate(_facts(line))


def _facts(line: DutyLine) -> dict[str, object]:
    duty = line.duty
    plain: dict[str, object] = {
        name: getattr(duty, name) for name in ("id", "kind", "about_id", "opened_at", "due_at", "explanation", "urgent")
    }
    return plain | {
        "case": Verwijzing(id=line.case.id, name=line.case.number), "role": duty.owner_role, "late": line.late,
        "ended_as": line.ended_as, "put_off_until": line.put_off_until,
        "proposal": proposal(duty),
        "organisation": named(duty.owner_organisation_id, line.organisation),
        "person": named(duty.owner_person_id, line.person),
        "ended_at": duty.answered_at or duty.lapsed_at or duty.withdrawn_at, "replaces": _replaced(line),
    }  # fmt: skip


def _replaced(line: DutyLine) -> Vervanging | None:
    owner = line.duty.owner_person_id
    if not line.replaced or owner is None or line.person is None:
        return None
    return Vervanging(id=owner, name=line.person, until=line.away_until)


@router.get("/taken", summary="Uw open taken")
async def list_own_tasks(
    asked: Annotated[ZoekTaak, Query()], request: Request, response: Response, work: CaseReader
) -> Taken:
    if asked.reference is not None:
        return Taken(results=[shown(line) for line in await tasks.by_reference(work, asked.reference)], following=None)
    return _listed(await tasks.own(work, asked.filter(), asked.page()), request, response)


@router.get("/casussen/{id}/taken", summary="De taken van een casus", openapi_extra=SHOWS)
async def list_tasks_of_case(
    case_id: CaseId, asked: Annotated[TakenVanCasus, Query()], request: Request, response: Response, work: CaseReader
) -> Taken:
    found = await tasks.of_case(work, case_id, ended=asked.ended, page=asked.page())
    answers.saw(work, "taken", case_id, case_id)
    return _listed(found, request, response)


def _listed(found: Paged[DutyLine], request: Request, response: Response) -> Taken:
    return Taken(results=[shown(line) for line in found.rows], following=goes_on(request, response, found.following))


@router.get("/taken/{id}", summary="Een taak, en hoe zij kan worden beantwoord", openapi_extra=SHOWS)
async def read_task(duty_id: Id, work: CaseReader) -> TaakGeheel:
    line = await tasks.one(work, duty_id)
    spec = DUTIES[line.duty.kind]
    outcomes = [
        Uitkomst(
            outcome=one, explained=one in spec.explained, private=one in spec.private,
            reasons=list(Withheld) if one in spec.reasoned else [],
        )
        for one in spec.answers
    ]  # fmt: skip
    own = await duties.private_answer(work, duty_id) if spec.private else None
    more = {
        "closed_by": spec.closed_by, "outcomes": outcomes, "subjects": await _subjects(work, line),
        "own_answer": EigenAntwoord.model_validate(own) if own else None,
    }  # fmt: skip
    return TaakGeheel.model_validate(_facts(line) | more)


async def _subjects(work: Work, line: DutyLine) -> list[Gezochte] | None:
    """Who is asked whether somebody is known must be told who that is; looking is logged."""
    asked = line.duty.kind is DutyKind.KNOWN and line.duty.ended_as is None
    shown = asked and line.duty.owner_organisation_id == work.actor.organisation_id
    answers.saw(work, "betrokkene" if shown else "taak", line.duty.id, line.case.id)
    if not shown:
        return None
    return [Gezochte.model_validate(one) for one in await referrals.subjects_of_case(work, line.case.id)]


@router.post("/taken/{id}/antwoorden", status_code=201, summary="Beantwoord een taak")
async def answer_task(duty_id: Id, body: Antwoord, work: CaseWork) -> Gemaakt:
    return Gemaakt(id=(await answers.answer(work, duty_id, body)).id)


@router.post("/taken/{id}/overdrachten", status_code=204, summary="Geef een taak door aan een collega")
async def hand_on_task(duty_id: Id, body: Overdracht, work: CaseWork) -> None:
    await answers.hand_on(work, duty_id, body.person_id)


@router.post("/taken/{id}/herinneringen", status_code=204, summary="Herinner met de hand aan een taak")
async def nudge(duty_id: Id, work: Staff) -> None:
    await nudging.nudge(work, duty_id)


@router.post("/taken/{id}/escalaties", status_code=204, summary="Laat nu een ander weten dat een antwoord uitblijft")
async def escalate_task(duty_id: Id, body: Escalatie, work: Staff) -> None:
    await escalate.escalate(work, duty_id, body.to)


@router.post("/taken/{id}/sluimeringen", status_code=204, summary="Stel uw eigen herinneringen aan een taak uit")
async def snooze_task(duty_id: Id, body: Sluimering, work: CaseWork) -> None:
    await snooze.snooze(work, duty_id, body.until)
