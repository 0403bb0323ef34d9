"""A house of which the figures are known: reports, phases and commitments of two quarters that are over."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from models.calendars import AMSTERDAM
from models.clocks import Unit
from models.tables.base import new_id
from models.tables.cases import Case, ErasedReport, ErasedVisit, Visit
from models.tables.duties import Duty
from models.transactions import unit_of_work
from models.words import DutyKind, Outcome, Phase
from tests.conftest import Databases
from tests.factories import AHouse

SPRING = datetime(2026, 5, 4, 10, tzinfo=AMSTERDAM)  #: a Monday; the day after is off
SUMMER = datetime(2026, 8, 3, 10, tzinfo=AMSTERDAM)  #: a Monday
DAY = timedelta(days=1)
PERIOD = {"van": "2026-04-01", "tot": "2026-09-30"}


@dataclass
class Past:
    """What happened, to be written down at once."""

    house: AHouse
    made: list[Any] = field(default_factory=list)

    def report(self, key: str, at: datetime, times: int = 1, **facts: Any) -> Case:
        """So many reports of an organisation; the last of them."""
        for _ in range(times):
            case = Case(
                **{
                    "id": new_id(), "house_id": self.house.id, "number": f"OUD-{new_id().hex[-10:]}",
                    "phase": Phase.MONITORING, "themes": ["stalking"], "municipality": "Westerveen",
                    "reporter_organisation_id": self.house.organisations[key],
                    "reporter_person_id": self.house.person("politie"),
                    "sponsor_organisation_id": self.house.organisations[key], "process_version": 1,
                    "reported_at": at, "last_event_at": at, "outcome": Outcome.ADMITTED, "admitted_at": at,
                } | facts
            )  # fmt: skip
            self.made.append(case)
        return case

    def response(self, case: Case, after: timedelta) -> None:
        """When it was looked at."""
        self._duty(case, DutyKind.CHECK_COMPLETENESS, "huis", case.reported_at + DAY, case.reported_at + after)

    def commitment(self, case: Case, key: str, due: datetime, done: datetime | None, times: int = 1) -> None:
        """So many commitments of an organisation."""
        for _ in range(times):
            self._duty(case, DutyKind.COMMITMENT, key, due, done)

    def _duty(self, case: Case, kind: DutyKind, key: str, due: datetime, answered: datetime | None) -> None:
        self.made.append(
            Duty(
                id=new_id(), house_id=self.house.id, case_id=case.id, kind=kind, batch_id=new_id(), anchor=due - DAY,
                owner_organisation_id=self.house.organisations[key], unit=Unit.WORKING_DAYS, amount=5, due_at=due,
                opened_at=due - DAY, answered_at=answered,
            )
        )  # fmt: skip

    def stay(self, case: Case, phase: Phase, entered: datetime, left: datetime) -> None:
        """How long it was in a phase."""
        self.made.append(
            Visit(id=new_id(), house_id=self.house.id, case_id=case.id, phase=phase, entered_at=entered, left_at=left)
        )

    async def keep(self, databases: Databases) -> None:
        """Write it all."""
        async with unit_of_work(self.house.actors["manager"], databases.web) as work:
            for kind in (Case, Visit, Duty):
                work.session.add_all(one for one in self.made if isinstance(one, kind))
                await work.session.flush()
        erased = [one for one in self.made if isinstance(one, ErasedReport | ErasedVisit)]
        connection = await databases.server.connect(database=databases.name)
        try:
            for one in erased:
                names = [column.name for column in one.__table__.columns if getattr(one, column.name) is not None]
                marks = ", ".join(f"${place + 1}" for place in range(len(names)))
                values = [getattr(one, name) for name in names]
                table = one.__tablename__
                await connection.execute(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", *values)
        finally:
            await connection.close()


async def a_known_past(databases: Databases, house: AHouse) -> Past:
    """In the summer 38 reports of five organisations, one of them few; in the spring 11 of two."""
    past = Past(house)
    for _ in range(12):
        past.response(past.report("politie", SUMMER, themes=["stalking", "verward gedrag"]), timedelta(hours=2))
    for _ in range(8):
        past.response(past.report("gemeente", SUMMER, municipality="Oosterzee"), 3 * DAY)
    past.report("ggz", SUMMER, 2, outcome=None)
    past.report("om", SUMMER, 9)
    past.report("reclassering", SUMMER, 7)
    past.report("politie", SPRING, 6)
    past.report("gemeente", SPRING, 5, outcome=Outcome.REFERRED, phase=Phase.CLOSED, closed_at=SPRING + DAY)
    led = past.report("om", SUMMER - 400 * DAY)
    past.commitment(led, "ggz", SUMMER, SUMMER, 9)
    past.commitment(led, "ggz", SUMMER, SUMMER + 2 * DAY, 6)
    past.commitment(led, "politie", SUMMER, None, 2)
    past.commitment(led, "reclassering", SUMMER, SUMMER - DAY, 7)
    for days in (1, 2, 3, 4, 8):  # from a Monday on, over one weekend
        past.stay(led, Phase.SCREENING, SUMMER, SUMMER + days * DAY)
    for _ in range(4):
        past.stay(led, Phase.REGIE, SUMMER, SUMMER + DAY)
    await past.keep(databases)
    return past
