"""What a house counts: one question per report, answered in the database and never row by row.

Row-level security holds here too: a participant counts what its own organisation reported and would do. What was erased
still counts, by the anonymous rows that its erasure left (R5).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from models.calendars import WorkingCalendar
from models.figures import Period, Quarter, Report, working_days_since
from models.lookups import people
from models.transactions import Work

#: how long before a period something that ended in it may have begun, in days
REACH = 6 * 366
_FIRST_RESPONSE = "(SELECT min(d.answered_at) FROM duty d WHERE d.case_id = c.id AND d.kind = 'compleetheid_toetsen')"
#: reports about what came in: they count the same reports
_REPORTED = frozenset({Report.INFLOW, Report.RESPONSE, Report.OUTCOMES})
#: how many, the median, and within how many days nine out of ten were done
Timed = tuple[int, int, int]
Counts = Mapping[str, Mapping[Quarter, Mapping[str, int]]]


def _read(name: str) -> str:
    return (files("models.lookups") / f"figures_{name}.sql").read_text(encoding="utf-8")


@cache
def _statement(report: Report) -> tuple[TextClause, frozenset[str]]:
    """The question of a report, and what it must be told."""
    first = _FIRST_RESPONSE if report is Report.RESPONSE else "CAST(NULL AS timestamptz)"
    begins = _read("reported") if report in _REPORTED else ""
    asked = (begins + _read(report)).format(first=first)
    needs = frozenset(re.findall(r"(?<!:):(\w+)", asked))
    typed = (bindparam("days", type_=ARRAY(Integer())), bindparam("first", type_=Date()))
    return text(asked).bindparams(*(one for one in typed if one.key in needs)), needs


def own_organisation(work: Work) -> UUID | None:
    """Whose figures these are when they are not of the whole house."""
    return work.actor.organisation_id if work.actor.is_participant else None


async def _ask(work: Work, report: Report, period: Period, calendar: WorkingCalendar) -> Iterable[Any]:
    statement, needs = _statement(report)
    first = period.first - timedelta(days=REACH)
    facts: dict[str, Any] = {
        "house": work.actor.house_id, "since": period.since, "until": period.until, "own": own_organisation(work),
        "since_day": period.first, "until_day": period.last, "now": work.now, "first": first,
    }  # fmt: skip
    if "days" in needs:
        facts["days"] = working_days_since(first, period.last + timedelta(days=1), calendar)
    return await work.session.execute(statement, {name: facts[name] for name in needs})


async def counts(work: Work, report: Report, period: Period, calendar: WorkingCalendar) -> Counts:
    """What is counted, per word of the report, per quarter."""
    found: dict[str, dict[Quarter, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in await _ask(work, report, period, calendar):
        found[row.what][Quarter.of(row.quarter)][row.word] = row.n
    return found


async def lead_times(
    work: Work, period: Period, calendar: WorkingCalendar
) -> dict[Quarter, dict[str, tuple[int, int, int]]]:
    """Per quarter and phase: how many, the median, and within how many days nine out of ten were done."""
    found: dict[Quarter, dict[str, Timed]] = defaultdict(dict)
    for row in await _ask(work, Report.LEAD_TIMES, period, calendar):
        found[Quarter.of(row.quarter)][row.phase] = (row.n, row.half, row.most)
    return found


async def workload(work: Work) -> Sequence[Any]:
    """Open cases and late duties, per regisseur and phase."""
    facts = {"house": work.actor.house_id, "now": work.now}
    return (await work.session.execute(_statement(Report.WORKLOAD)[0], facts)).all()


async def names(work: Work) -> Mapping[str, str]:
    """The organisations of the house, as the counts name them."""
    return {str(id_): name for id_, name in (await people.organisation_names(work)).items()}


async def directors(work: Work) -> Mapping[UUID, str]:
    """Everybody of the house by name, to say whose cases these are."""
    found, _ = await people.names(work)
    return found
