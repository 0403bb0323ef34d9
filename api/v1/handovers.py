"""Overdrachten: what goes to who follows the case from now, when to report again, and who keeps watch."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter, Response

from api.once import Once
from api.signin import CaseReader, CaseWork
from api.wire import BASE, SHOWS, CaseId, Dag, Gemaakt, Outgoing, Verwijzing, dutch
from models.casebook import answers, criteria, packages
from models.commands.following import HandOverCommitment, OfferHandover, SetCriteria, SetCriterion
from models.lookups import cases, following, info, people
from models.tables.following import Handover, HandoverLine
from models.words import HandoverWay

router = APIRouter(tags=["overdrachten"], route_class=Once)

_LINE = {"commitment_id": "afspraak", "way": "wijze", "note": "toelichting"}
_PACKAGE = {
    "receiver_id": "ontvanger", "receiver": "ontvangerBuitenPols", "accepted_by": "aanvaardDoor",
    "accepted_on": "aanvaardOp", "commitments": "afspraken", "items": "informatie", "note": "toelichting",
}  # fmt: skip
_CRITERION = {"criterion": "criterium", "to_do": "watTeDoen", "to_call": "wieBellen"}


class AfspraakOverdragen(HandOverCommitment):
    """Wat er met een open afspraak gebeurt; waarom, tenzij zij wordt overgedragen."""

    model_config = dutch(**_LINE)


class NieuweOverdracht(OfferHandover):
    """Wat wordt overgedragen en aan wie. Een deelnemer aanvaardt zelf; van een ander legt u vast wie dat deed."""

    model_config = dutch(**_PACKAGE)

    accepted_on: Dag = None
    commitments: tuple[AfspraakOverdragen, ...] = ()


class OvergedragenAfspraak(Outgoing):
    """Wat er met een afspraak gebeurt."""

    model_config = dutch(**_LINE)

    commitment_id: UUID
    way: HandoverWay
    note: str


class Overdracht(Outgoing):
    """Een overdracht. `informatie` zijn de kenmerken van wat meegaat; de ontvanger leest die als andere informatie."""

    model_config = dutch(
        "id", to="ontvanger", receiver="ontvangerBuitenPols", made_at="aangebodenOp", answered_at="beantwoordOp",
        accepted="aanvaard", accepted_by="aanvaardDoor", accepted_on="aanvaardOp", reason="redenWeigering",
        withdrawn_at="ingetrokkenOp", commitments="afspraken", items="informatie", note="toelichting",
    )  # fmt: skip

    id: UUID
    to: Verwijzing | None
    receiver: str
    made_at: datetime
    answered_at: datetime | None
    accepted: bool | None
    accepted_by: str
    accepted_on: date | None
    reason: str
    withdrawn_at: datetime | None
    commitments: list[OvergedragenAfspraak]
    items: list[UUID]
    note: str


class Overdrachten(Outgoing):
    """De overdrachten van een casus, de nieuwste eerst."""

    model_config = dutch(results="resultaten")

    results: list[Overdracht]


class NieuwCriterium(SetCriterion):
    """Wanneer opnieuw wordt gemeld, wat dan te doen en wie te bellen."""

    model_config = dutch(**_CRITERION)


class NieuweCriteria(SetCriteria):
    """De hele lijst, in de plaats van wat er stond."""

    model_config = dutch(criteria="criteria")

    criteria: tuple[NieuwCriterium, ...]


class Heraanmeldcriterium(Outgoing):
    """Wanneer opnieuw wordt gemeld."""

    model_config = dutch(**_CRITERION)

    criterion: str
    to_do: str
    to_call: str


class Heraanmeldcriteria(Outgoing):
    """De criteria, voor wie de casus leest. Wie een nieuwe aanmelding screent ziet alleen dat er eerdere zijn."""

    model_config = dutch(results="resultaten", earlier="eerdereCriteria")

    results: list[Heraanmeldcriterium]
    earlier: bool


class Waakvlam(Outgoing):
    """Wie waarop let, en tot wanneer."""

    model_config = dutch(
        "id", organisation="organisatie", body="waarop", started_at="begonnenOp", until="tot", ended_at="beeindigdOp",
        signalled="signaal",
    )  # fmt: skip

    id: UUID
    organisation: Verwijzing
    body: str
    started_at: datetime
    until: datetime
    ended_at: datetime | None
    signalled: bool


class Waakvlammen(Outgoing):
    """De waakvlammen van een casus, de nieuwste eerst; voor wie de casus leest en wie ertoe besloot."""

    model_config = dutch(results="resultaten")

    results: list[Waakvlam]


def _shown(
    one: Handover, lines: list[HandoverLine], names: dict[UUID, str], may: frozenset[UUID]
) -> Overdracht:  # fmt: skip
    apart = {"to", "commitments", "items"}
    plain = {name: getattr(one, name) for name in Overdracht.model_fields.keys() - apart}
    to = Verwijzing(id=one.receiver_id, name=names[one.receiver_id]) if one.receiver_id else None
    mine = [OvergedragenAfspraak.model_validate(line) for line in lines if line.handover_id == one.id]
    items = [item for item in one.items if item in may]
    return Overdracht.model_validate(plain | {"to": to, "commitments": mine, "items": items})


@router.get("/casussen/{id}/overdrachten", summary="De overdrachten van een casus", openapi_extra=SHOWS)
async def list_handovers(case_id: CaseId, work: CaseReader) -> Overdrachten:
    _case, facts = await cases.seen_process(work, case_id)
    found = await following.handovers(work, case_id)
    lines = await following.lines(work, case_id, facts, [one.id for one in found])
    names, may = await people.organisation_names(work), await info.readable(work, case_id, facts)
    answers.saw(work, "overdrachten", case_id, case_id)
    return Overdrachten(results=[_shown(one, lines, names, may) for one in found])


@router.post("/casussen/{id}/overdrachten", status_code=201, summary="Draag een casus over bij het afschalen")
async def offer_handover(case_id: CaseId, body: NieuweOverdracht, response: Response, work: CaseWork) -> Gemaakt:
    made = await packages.offer(work, case_id, body)
    response.headers["Location"] = f"{BASE}/casussen/{case_id}/overdrachten"
    return Gemaakt(id=made.id)


@router.get("/casussen/{id}/heraanmeldcriteria", summary="Wanneer opnieuw wordt gemeld", openapi_extra=SHOWS)
async def list_criteria(case_id: CaseId, work: CaseReader) -> Heraanmeldcriteria:
    await cases.seen_process(work, case_id)
    found = await following.criteria(work, case_id)
    earlier = await following.has_earlier_criteria(work, case_id)
    answers.saw(work, "casus", case_id, case_id)
    return Heraanmeldcriteria(results=[Heraanmeldcriterium.model_validate(one) for one in found], earlier=earlier)


@router.put("/casussen/{id}/heraanmeldcriteria", status_code=204, summary="Leg vast wanneer opnieuw wordt gemeld")
async def set_criteria(case_id: CaseId, body: NieuweCriteria, work: CaseWork) -> None:
    await criteria.set_criteria(work, case_id, body)


@router.get("/casussen/{id}/waakvlammen", summary="Wie waakt, waarop en tot wanneer", openapi_extra=SHOWS)
async def list_watches(case_id: CaseId, work: CaseReader) -> Waakvlammen:
    await cases.seen(work, case_id)
    found = await following.watches(work, case_id)
    names = await people.organisation_names(work)
    answers.saw(work, "casus", case_id, case_id)
    plain = Waakvlam.model_fields.keys() - {"organisation"}
    return Waakvlammen(
        results=[
            Waakvlam.model_validate(
                {name: getattr(one, name) for name in plain}
                | {"organisation": Verwijzing(id=one.organisation_id, name=names[one.organisation_id])}
            )
            for one in found
        ]
    )
