"""Stagnaties: what is late and what does not move any more, with the cause, who can act and with which request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.once import Once
from api.paging import ASKED, PAGE, Blad, goes_on
from api.signin import Staff
from api.v1.tasks import Voorstel, proposal
from api.wire import BASE, Incoming, Outgoing, dutch
from models import ages
from models.clocks import WorkingCalendar
from models.lookups import stalled
from models.lookups.paging import Place, cut
from models.lookups.stalled import StalledFilter, StalledRow
from models.lookups.stalledcounts import Counts
from models.lookups.waiting import Waiting
from models.stalled import Cause, Party, Stall
from models.transactions import Work
from models.unblock import Asker, Deed, Offer
from models.words import DutyKind, Phase, Role

router = APIRouter(tags=["stagnaties"], route_class=Once)

MOST = 100  #: of each on the overview; the lists themselves go on
_SOUGHT = {
    "phase": "fase", "organisation_id": "organisatie", "director_id": "procesregisseur", "age": "minimaleLeeftijd",
    "urgent": "spoed",
}  # fmt: skip


class Partij(Outgoing):
    """Op wie wordt gewacht, of wie iets kan doen."""

    model_config = dutch(organisation_id="organisatie", role="rol", person_id="persoon")

    organisation_id: UUID
    role: Role | None
    person_id: UUID | None


class Handelaar(Partij):
    """Wie de casus weer in beweging kan brengen, en wie dat nu zijn."""

    model_config = dutch(organisation_id="organisatie", role="rol", person_id="persoon", people="personen")

    people: list[UUID]


class Handeling(Outgoing):
    """Iets wat u nu met één verzoek kunt doen; `velden` zegt per veld wat het verzoek meebrengt."""

    model_config = dutch("label", "href", deed="handeling", method="methode", fields="velden")

    deed: Deed
    label: str
    method: Literal["POST"] = "POST"
    href: str
    fields: dict[str, str]


class Oorzaak(Outgoing):
    """Waarom een casus stilligt, en wat eraan te doen is."""

    model_config = dutch(
        cause="soort", since="sinds", age="werkdagen", meaning="betekenis", offer="aanbod", waits_on="wachtOp",
        can_act="kanHandelen", duty_id="taak", kind="taaksoort", deeds="handelingen", proposal="voorstel",
    )  # fmt: skip

    cause: Cause
    since: datetime
    age: int
    meaning: str
    offer: str
    waits_on: Partij
    can_act: Handelaar
    duty_id: UUID | None
    proposal: Voorstel | None
    kind: DutyKind | None
    deeds: list[Handeling]


class Stilgevallen(Outgoing):
    """Een casus die uit zichzelf niet verder komt."""

    model_config = dutch(
        case_id="casus", number="nummer", phase="fase", director_id="procesregisseur", urgent="spoed", since="sinds",
        age="werkdagen", causes="oorzaken",
    )  # fmt: skip

    case_id: UUID
    number: str
    phase: Phase
    director_id: UUID | None
    urgent: bool
    since: datetime
    age: int
    causes: list[Oorzaak]


class TeLaat(Outgoing):
    """Een taak over haar termijn, waarvan de herinneringen nog lopen."""

    model_config = dutch(
        duty_id="taak", kind="soort", case_id="casus", number="nummer", owner="eigenaar", due_at="uiterlijk",
        age="werkdagen", explanation="termijnUitleg", proposal="voorstel",
    )  # fmt: skip

    duty_id: UUID
    kind: DutyKind
    case_id: UUID
    number: str
    owner: Partij
    due_at: datetime
    age: int
    explanation: str
    proposal: Voorstel | None


class AantalOrganisatie(Outgoing):
    """Hoeveel casussen op deze organisatie wachten."""

    model_config = dutch(organisation_id="organisatie", cases="aantal")

    organisation_id: UUID
    cases: int


class AantalRegisseur(Outgoing):
    """Hoeveel casussen van deze procesregisseur stilliggen; zonder persoon: van niemand nog."""

    model_config = dutch(person_id="persoon", cases="aantal")

    person_id: UUID | None
    cases: int


class AantalLeeftijd(Outgoing):
    """Hoeveel casussen zo lang stilliggen: vanaf zoveel werkdagen, tot (niet tot en met) zoveel."""

    model_config = dutch(since="vanaf", until="tot", cases="aantal")

    since: int
    until: int | None
    cases: int


class Aantallen(Outgoing):
    """Hoeveel casussen er per fase open staan, hoeveel er stilligt in totaal en naar wat ze delen, en wat te laat is.

    Een casus met meer oorzaken, of die op meer organisaties wacht, telt bij elk daarvan één keer.
    """

    model_config = dutch(
        phases="fasen", late="teLaat", causes="oorzaken", stalled="stilgevallen", per_phase="stilgevallenPerFase",
        per_organisation="stilgevallenPerOrganisatie", per_director="stilgevallenPerProcesregisseur",
        ages="stilgevallenPerLeeftijd",
    )  # fmt: skip

    phases: dict[Phase, int]
    late: int
    causes: dict[Cause, int]
    stalled: int
    per_phase: dict[Phase, int]
    per_organisation: list[AantalOrganisatie]
    per_director: list[AantalRegisseur]
    ages: list[AantalLeeftijd]


class Stagnaties(Outgoing):
    """Wat te laat is en wat stilligt, het langste eerst."""

    model_config = dutch(counts="aantallen", stalled="stilgevallen", late="teLaat")

    counts: Aantallen
    stalled: list[Stilgevallen]
    late: list[TeLaat]


class StilgevallenCasussen(Outgoing):
    """Een bladzijde met casussen die stilliggen, het langste eerst."""

    model_config = dutch(**PAGE)

    results: list[Stilgevallen]
    following: str | None


class TakenTeLaat(Outgoing):
    """Een bladzijde met taken over hun termijn, het langste eerst."""

    model_config = dutch(**PAGE)

    results: list[TeLaat]
    following: str | None


#: what is older than this many working days was never stalled in one go
OLDEST = 1000


class Gezocht(Incoming):
    """Waarop wordt gezocht."""

    phase: Phase | None = None
    organisation_id: UUID | None = Field(default=None, description="De organisatie waarop (ook) wordt gewacht")
    director_id: UUID | None = None
    age: int = Field(default=0, ge=0, le=OLDEST, description="Ten minste zoveel werkdagen oud")
    urgent: bool | None = None


class ZoekStagnaties(Gezocht):
    """Van welke casussen het overzicht is."""

    model_config = dutch(cause="oorzaak", **_SOUGHT)

    cause: Cause | None = Field(default=None, description="Casussen die (ook) hierdoor stilliggen")


class ZoekStagnatie(Blad, ZoekStagnaties):
    """Welke casussen die stilliggen worden gezocht."""

    model_config = dutch(cause="oorzaak", **_SOUGHT, **ASKED)


class ZoekTeLaat(Blad, Gezocht):
    """Welke taken over hun termijn worden gezocht; de organisatie is die van de eigenaar."""

    model_config = dutch(**_SOUGHT, **ASKED)


def _filter(asked: Gezocht) -> StalledFilter:
    cause = asked.cause if isinstance(asked, ZoekStagnaties) else None
    return StalledFilter(cause, asked.phase, asked.organisation_id, asked.director_id, asked.age, asked.urgent)


@dataclass(frozen=True, slots=True)
class _Teller:
    """Puts stalled and late work on the wire, for one caller and one moment."""

    asker: Asker
    calendar: WorkingCalendar
    now: datetime

    @classmethod
    async def of(cls, work: Work, rows: Sequence[StalledRow]) -> "_Teller":
        asker = await stalled.asker(work, (one for row in rows for one in row.stalls))
        return cls(asker, await stalled.calendar(work), work.now)

    def stalled(self, row: StalledRow) -> Stilgevallen:
        return Stilgevallen(
            case_id=row.case_id, number=row.number, phase=row.phase, director_id=row.director_id, urgent=row.urgent,
            since=row.since, age=self._age(row.since), causes=[self._cause(row, one) for one in row.stalls],
        )  # fmt: skip

    def late(self, one: Waiting) -> TeLaat:
        return TeLaat(
            duty_id=one.duty.id, kind=one.duty.kind, case_id=one.case_id, number=one.number,
            owner=_party(one.duty.owner), due_at=one.duty.due_at, age=self._age(one.duty.due_at),
            explanation=one.explanation, proposal=proposal(one.duty),
        )  # fmt: skip

    def _age(self, since: datetime) -> int:
        return ages.age(since, self.now, self.calendar)

    def _cause(self, row: StalledRow, stall: Stall) -> Oorzaak:
        return Oorzaak(
            cause=stall.cause, since=stall.since, age=self._age(stall.since), meaning=stall.words.meaning,
            offer=stall.words.offer, waits_on=_party(stall.waits_on), can_act=_actor(row, stall.can_act),
            duty_id=stall.duty_id, proposal=proposal(stall), kind=stall.kind,
            deeds=[_deed(one) for one in row.offers(stall, self.asker)],
        )  # fmt: skip


def _party(party: Party) -> Partij:
    return Partij(organisation_id=party.organisation_id, role=party.role, person_id=party.person_id)


def _actor(row: StalledRow, party: Party) -> Handelaar:
    return Handelaar(
        organisation_id=party.organisation_id,
        role=party.role,
        person_id=party.person_id,
        people=[one.id for one in row.crew.asked(party)],
    )


def _deed(offer: Offer) -> Handeling:
    return Handeling(deed=offer.deed, label=offer.way.label, href=BASE + offer.path, fields=dict(offer.way.fields))


def _counts(found: Counts) -> Aantallen:
    return Aantallen(
        phases=found.phases, late=found.late, causes=found.causes, stalled=found.stalled, per_phase=found.per_phase,
        per_organisation=[
            AantalOrganisatie(organisation_id=one, cases=cases) for one, cases in found.per_organisation.items()
        ],
        per_director=[AantalRegisseur(person_id=one, cases=cases) for one, cases in found.per_director.items()],
        ages=[AantalLeeftijd(since=one.since, until=one.until, cases=cases) for one, cases in found.ages.items()],
    )  # fmt: skip


@router.get("/stagnaties", summary="Wat te laat is en wat stilligt, met oorzaak")
async def list_stalled(asked: Annotated[ZoekStagnaties, Query()], work: Staff) -> Stagnaties:
    wanted = _filter(asked)
    board = await stalled.board(work, wanted, limit=MOST)
    tell = await _Teller.of(work, board.stalled)
    return Stagnaties(
        counts=_counts(board.counts),
        stalled=[tell.stalled(row) for row in board.stalled],
        late=[tell.late(one) for one in await stalled.late(work, wanted, limit=MOST)],
    )


@router.get("/stagnaties/casussen", summary="Casussen die stilliggen")
async def list_stalled_cases(
    asked: Annotated[ZoekStagnatie, Query()], request: Request, response: Response, work: Staff
) -> StilgevallenCasussen:
    page = asked.page()
    after = (page.after.at, page.after.id) if page.after else None
    found = await stalled.overview(work, _filter(asked), limit=page.size + 1, after=after)
    paged = cut(found, page, lambda row: Place(row.case_id, row.since))
    tell = await _Teller.of(work, paged.rows)
    return StilgevallenCasussen(
        results=[tell.stalled(row) for row in paged.rows], following=goes_on(request, response, paged.following)
    )


@router.get("/stagnaties/taken", summary="Taken over hun termijn, van het hele huis")
async def list_late_tasks(
    asked: Annotated[ZoekTeLaat, Query()], request: Request, response: Response, work: Staff
) -> TakenTeLaat:
    page = asked.page()
    after = (page.after.at, page.after.id) if page.after else None
    found = await stalled.late(work, _filter(asked), limit=page.size + 1, after=after)
    paged = cut(found, page, lambda one: Place(one.duty.id, one.duty.due_at))
    tell = await _Teller.of(work, ())
    return TakenTeLaat(
        results=[tell.late(one) for one in paged.rows], following=goes_on(request, response, paged.following)
    )
