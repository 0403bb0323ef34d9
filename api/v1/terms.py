"""Termijnen: why something is due when it is, more time, and what another policy would move."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.once import Once
from api.paging import ASKED, PAGE, Blad, goes_on
from api.signin import CaseReader, CaseWork, PolicyMaker
from api.v1.policy import Beleid, as_policy
from api.wire import SHOWS, Id, Outgoing, Spoken, Verwijzing, dutch
from models.casebook import answers, extensions
from models.clocks import Unit
from models.commands.cases import ExtendTerm
from models.lookups import projected, terms
from models.lookups.projected import Count, Moved
from models.lookups.terms import Explained, RungState
from models.refusals import NotFound
from models.words import DutyKind, TermChange

router = APIRouter(route_class=Once)

_UNITS = {
    Unit.WORKING_DAYS: "werkdagen", Unit.WORKING_HOURS: "werkuren", Unit.CLOCK_HOURS: "klokuren",
    Unit.CALENDAR_DAYS: "kalenderdagen", Unit.FIXED: "vast_moment",
}  # fmt: skip
Maat = Annotated[Unit, Spoken(_UNITS)]


class Overgeslagen(Outgoing):
    """Een dag die niet telt, en waarom niet."""

    model_config = dutch(day="dag", why="waarom")

    day: date
    why: str


class Opschorting(Outgoing):
    """Een tijd waarin de klok stilstond; de reden alleen voor wie de casus leest."""

    model_config = dutch(since="van", until="tot", ended="beeindigd", reason="reden")

    since: datetime
    until: datetime
    ended: bool
    reason: str


class Wijziging(Outgoing):
    """Wat het moment verzette, en wie dat deed."""

    model_config = dutch(
        at="op", who="wie", organisation="organisatie", why="waarom", was="was", becomes="wordt", added="erbij",
        reason="reden",
    )  # fmt: skip

    at: datetime
    who: str
    organisation: str
    why: TermChange
    was: datetime
    becomes: datetime
    added: str
    reason: str


class TredeVanTaak(Outgoing):
    """Een herinnering of escalatie van deze taak."""

    model_config = dutch(does="wat", at="wanneer", state="stand")

    does: str
    at: datetime
    state: RungState


class TermijnUitleg(Outgoing):
    """Hoe een termijn tot stand kwam: vanaf wanneer, hoe lang, wat niet telde, en wat haar verzette."""

    model_config = dutch(
        task="taak", kind="soort", case="casus", anchor="vanaf", unit="eenheid", amount="aantal", extra="verlengdMet",
        said="termijn", fixed_at="vastMoment", due_at="uiterlijk", explanation="uitleg", late="teLaat",
        days="overgeslagen", holds="opschortingen", changes="wijzigingen", rungs="ladder",
    )  # fmt: skip

    task: UUID
    kind: DutyKind
    case: Verwijzing
    anchor: datetime
    unit: Maat
    amount: int
    extra: int
    said: str
    fixed_at: datetime | None
    due_at: datetime
    explanation: str
    late: bool
    days: list[Overgeslagen]
    holds: list[Opschorting]
    changes: list[Wijziging]
    rungs: list[TredeVanTaak]


class Verlenging(ExtendTerm):
    """Met hoeveel u de termijn verlengt, in haar eigen eenheid, en waarom."""

    model_config = dutch(amount="aantal", reason="reden")


class Verlengd(Outgoing):
    """De termijn na de verlenging, en met hoeveel u haar nog kunt verlengen."""

    model_config = dutch(
        due_at="uiterlijk", explanation="uitleg", extra="verlengdMet", left="nogMogelijk", unit="eenheid"
    )

    due_at: datetime
    explanation: str
    extra: int
    left: int
    unit: Maat


class Telling(Outgoing):
    """Hoeveel open taken zijn bekeken, en wat er met hun termijnen zou gebeuren."""

    model_config = dutch(
        seen="bekeken", sooner="vervroegd", later="verlaat", late_at_once="directTeLaat", rearmed="andereHerinneringen"
    )

    seen: int
    sooner: int
    later: int
    late_at_once: int
    rearmed: int = Field(description="De termijn blijft, de herinneringen komen op andere momenten")


class TellingVanSoort(Telling):
    """De telling van één soort taak."""

    model_config = dutch(
        kind="soort", seen="bekeken", sooner="vervroegd", later="verlaat", late_at_once="directTeLaat",
        rearmed="andereHerinneringen",
    )  # fmt: skip

    kind: DutyKind


class Verzetting(Outgoing):
    """Een termijn die zou verschuiven; met de casus voor wie die mag kennen."""

    model_config = dutch(
        task="taak", kind="soort", case="casus", owner="organisatie", was="was", becomes="wordt", why="waarom",
        explanation="uitleg",
    )  # fmt: skip

    task: UUID
    kind: DutyKind
    case: Verwijzing | None
    owner: Verwijzing
    was: datetime
    becomes: datetime
    why: TermChange
    explanation: str


class Proef(Outgoing):
    """Wat dit beleid zou veranderen; er is niets gewijzigd. De grootste verschuiving eerst."""

    model_config = dutch(all="totaal", kinds="perSoort", **PAGE)

    all: Telling
    kinds: list[TellingVanSoort]
    results: list[Verzetting]
    following: str | None


class BladVanProef(Blad):
    """Welke bladzijde van de verschuivingen wordt gevraagd."""

    model_config = dutch(**ASKED)

    size: int = Field(default=100, ge=1, le=100, description="Hoeveel er ten hoogste op een bladzijde staan")


@router.get("/taken/{id}/termijn", summary="Waarom een taak dan af moet zijn", openapi_extra=SHOWS, tags=["taken"])
async def explain_term(duty_id: Id, work: CaseReader) -> TermijnUitleg:
    found = await terms.explained(work, duty_id)
    answers.saw(work, "termijn", duty_id, found.line.case.id)
    return _shown(found)


def _shown(found: Explained) -> TermijnUitleg:
    duty, case = found.line.duty, found.line.case
    return TermijnUitleg.model_validate({
        "task": duty.id, "kind": duty.kind, "case": Verwijzing(id=case.id, name=case.number), "anchor": duty.anchor,
        "unit": duty.unit, "amount": duty.amount, "extra": duty.extra, "said": found.said, "fixed_at": duty.fixed_at,
        "due_at": duty.due_at, "explanation": duty.explanation, "late": found.line.late,
        "days": _all(Overgeslagen, found.days), "holds": _all(Opschorting, found.holds),
        "changes": _all(Wijziging, found.changes), "rungs": _all(TredeVanTaak, found.rungs),
    })  # fmt: skip


def _all(kind: type[Outgoing], found: Iterable[object]) -> list[Outgoing]:
    return [kind.model_validate(one) for one in found]


@router.post("/taken/{id}/verlengingen", status_code=201, summary="Verleng de termijn van een taak", tags=["taken"])
async def extend_term(duty_id: Id, body: Verlenging, work: CaseWork) -> Verlengd:
    duty, left = await extensions.extend(work, duty_id, body)
    return Verlengd(due_at=duty.due_at, explanation=duty.explanation, extra=duty.extra, left=left, unit=duty.unit)


@router.post("/huizen/{id}/beleid/proef", summary="Wat zou dit beleid verschuiven?", tags=["huis"])
async def try_policy(
    house_id: Id, body: Beleid, asked: Annotated[BladVanProef, Query()], work: PolicyMaker, *,
    request: Request, response: Response,
) -> Proef:  # fmt: skip
    if house_id != work.actor.house_id:
        raise NotFound("Dit huis")
    found = await projected.trial(work, house_id, as_policy(body), asked.page())
    return Proef(
        all=Telling.model_validate(found.all), kinds=[_of_kind(kind, one) for kind, one in found.kinds.items()],
        results=[_moved(one) for one in found.page.rows], following=goes_on(request, response, found.page.following),
    )  # fmt: skip


def _of_kind(kind: DutyKind, count: Count) -> TellingVanSoort:
    return TellingVanSoort(
        kind=kind, seen=count.seen, sooner=count.sooner, later=count.later, late_at_once=count.late_at_once,
        rearmed=count.rearmed,
    )  # fmt: skip


def _moved(one: Moved) -> Verzetting:
    move = one.move
    return Verzetting(
        task=move.duty.id, kind=move.duty.kind, case=_reference(one.case), owner=_reference(one.owner),
        was=move.duty.due_at, becomes=move.becomes, why=move.why, explanation=move.explanation,
    )  # fmt: skip


def _reference(found: tuple[UUID, str] | None) -> Verwijzing | None:
    return Verwijzing(id=found[0], name=found[1]) if found else None
