"""What a house counts: one question per report, answered in the database and never row by row.

Row-level security holds here too: a participant counts what its own organisation reported and would do. What was erased
still counts, by the anonymous rows that its erasure left (R5).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
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
_LOCAL = "(({}) AT TIME ZONE 'Europe/Amsterdam')::date"
_QUARTER = "date_trunc('quarter', ({}) AT TIME ZONE 'Europe/Amsterdam')::date"
#: working days from one moment to another, out of a list that says of each day how many there were until then
_TOOK = (
    "(CAST(:days AS int[]))[{until} - CAST(:first AS date) + 1] - (CAST(:days AS int[]))[{since} - CAST(:first AS date) + 1]"
)
Counts = Mapping[str, Mapping[Quarter, Mapping[str, int]]]


def _took(since: str, until: str) -> str:
    return _TOOK.format(since=_LOCAL.format(since), until=_LOCAL.format(until))


#: a report is counted once, by the case it began with, or by what its erasure left
_BASE = f"""
WITH base AS (
  SELECT {_QUARTER.format("c.reported_at")} AS quarter, c.reporter_organisation_id, c.municipality, c.themes,
         c.outcome, {{waited}} AS waited
  FROM cases c
  WHERE c.house_id = :house AND c.reported_at >= :since AND c.reported_at < :until AND NOT c.beside
    AND (CAST(:own AS uuid) IS NULL OR c.reporter_organisation_id = CAST(:own AS uuid))
  UNION ALL
  SELECT e.reported_on, e.reporter_organisation_id, e.municipality, e.themes, e.outcome, e.waited
  FROM erased_report e
  WHERE e.house_id = :house AND e.reported_on >= CAST(:since_day AS date) AND e.reported_on <= CAST(:until_day AS date)
    AND (CAST(:own AS uuid) IS NULL OR e.reporter_organisation_id = CAST(:own AS uuid))
)
"""
_WAITED = _took("c.reported_at", """(
           SELECT min(d.answered_at) FROM duty d WHERE d.case_id = c.id AND d.kind = 'compleetheid_toetsen')""")
_PARTS: Mapping[Report, tuple[str, ...]] = {
    Report.INFLOW: (
        "SELECT 'organisatie' AS what, quarter, coalesce(reporter_organisation_id::text, '') AS word, count(*) AS n"
        " FROM base GROUP BY quarter, reporter_organisation_id",
        "SELECT 'gemeente', quarter, municipality, count(*) FROM base GROUP BY quarter, municipality",
        "SELECT 'thema', quarter, theme, count(*) FROM base,"
        " unnest(CASE WHEN themes = '{}' THEN ARRAY[''] ELSE themes END) AS theme GROUP BY quarter, theme",
    ),
    Report.RESPONSE: (
        "SELECT 'reactie' AS what, quarter, coalesce(least(greatest(waited, 0), 6)::text, '') AS word, count(*) AS n"
        " FROM base GROUP BY 2, 3",
    ),
    Report.OUTCOMES: (
        "SELECT 'uitkomst' AS what, quarter, coalesce(outcome, '') AS word, count(*) AS n FROM base GROUP BY 2, 3",
    ),
}
_COMMITMENTS = f"""
SELECT CASE WHEN d.answered_at <= d.due_at THEN 'op_tijd' WHEN d.answered_at IS NOT NULL THEN 'te_laat' ELSE 'open' END
         AS what, {_QUARTER.format("d.due_at")} AS quarter, d.owner_organisation_id::text AS word, count(*) AS n
FROM duty d
WHERE d.house_id = :house AND d.kind = 'afspraak_uitvoeren' AND d.due_at >= :since AND d.due_at < :until
  AND d.withdrawn_at IS NULL AND d.lapsed_at IS NULL AND (d.answered_at IS NOT NULL OR d.due_at < :now)
  AND (CAST(:own AS uuid) IS NULL OR d.owner_organisation_id = CAST(:own AS uuid))
GROUP BY 1, 2, 3
"""
_LEAD_TIMES = f"""
WITH gone AS (
  SELECT {_QUARTER.format("v.left_at")} AS quarter, v.phase, {_took("v.entered_at", "v.left_at")} AS took
  FROM visit v WHERE v.house_id = :house AND v.left_at >= :since AND v.left_at < :until
  UNION ALL
  SELECT e.left_in, e.phase, e.working_days FROM erased_visit e
  WHERE e.house_id = :house AND e.left_in >= CAST(:since_day AS date) AND e.left_in <= CAST(:until_day AS date)
)
SELECT quarter, phase, count(*) AS n, percentile_disc(0.5) WITHIN GROUP (ORDER BY took) AS half,
       percentile_disc(0.9) WITHIN GROUP (ORDER BY took) AS most
FROM gone WHERE took IS NOT NULL GROUP BY quarter, phase
"""
_REINFLOW = "SELECT 'herinstroom' AS what, quarter, word, n FROM pols_reinflow(:since, :until)"
_WORKLOAD = """
SELECT c.director_id, c.phase, count(*) AS cases, coalesce(sum(late.n), 0) AS late
FROM cases c
LEFT JOIN (
  SELECT d.case_id, count(*) AS n FROM duty d
  WHERE d.house_id = :house AND d.due_at < :now AND d.answered_at IS NULL AND d.lapsed_at IS NULL
    AND d.withdrawn_at IS NULL
  GROUP BY d.case_id) AS late ON late.case_id = c.id
WHERE c.house_id = :house AND c.closed_at IS NULL
GROUP BY c.director_id, c.phase
"""


def _statement(statement: str) -> TextClause:
    made = text(statement)
    if ":days" in statement:
        made = made.bindparams(bindparam("days", type_=ARRAY(Integer())), bindparam("first", type_=Date()))
    return made


_STATEMENTS: Mapping[Report, TextClause] = {
    **{
        report: _statement(
            _BASE.format(waited=_WAITED if report is Report.RESPONSE else "NULL::int") + " UNION ALL ".join(parts)
        )
        for report, parts in _PARTS.items()
    },
    Report.COMMITMENTS: _statement(_COMMITMENTS),
    Report.LEAD_TIMES: _statement(_LEAD_TIMES),
    Report.REINFLOW: _statement(_REINFLOW),
    Report.WORKLOAD: _statement(_WORKLOAD),
}


def own_organisation(work: Work) -> UUID | None:
    """Whose figures these are when they are not of the whole house."""
    return work.actor.organisation_id if work.actor.is_participant else None


async def _ask(work: Work, report: Report, period: Period, calendar: WorkingCalendar) -> Iterable[Any]:
    first = period.first - timedelta(days=REACH)
    facts: dict[str, Any] = {
        "house": work.actor.house_id, "since": period.since, "until": period.until, "own": own_organisation(work),
        "since_day": period.first, "until_day": period.last, "now": work.now, "first": first,
    }  # fmt: skip
    statement = _STATEMENTS[report]
    if "days" in statement._bindparams:  # noqa: SLF001 - what a text asks for, it says nowhere else
        facts["days"] = working_days_since(first, period.last + timedelta(days=1), calendar)
    asked = {name: value for name, value in facts.items() if name in statement._bindparams}  # noqa: SLF001
    return await work.session.execute(statement, asked)


async def counts(work: Work, report: Report, period: Period, calendar: WorkingCalendar) -> Counts:
    """What is counted, per word of the report, per quarter."""
    found: dict[str, dict[Quarter, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in await _ask(work, report, period, calendar):
        found[row.what][_quarter(row.quarter)][row.word] = row.n
    return found


async def lead_times(work: Work, period: Period, calendar: WorkingCalendar) -> dict[Quarter, dict[str, tuple[int, int, int]]]:
    """Per quarter and phase: how many, the median, and within how many days nine out of ten were done."""
    found: dict[Quarter, dict[str, tuple[int, int, int]]] = defaultdict(dict)
    for row in await _ask(work, Report.LEAD_TIMES, period, calendar):
        found[_quarter(row.quarter)][row.phase] = (row.n, row.half, row.most)
    return found


async def workload(work: Work) -> Sequence[Any]:
    """Open cases and late duties, per regisseur and phase."""
    facts = {"house": work.actor.house_id, "now": work.now}
    return (await work.session.execute(_STATEMENTS[Report.WORKLOAD], facts)).all()


async def names(work: Work) -> Mapping[str, str]:
    """The organisations of the house, as the counts name them."""
    return {str(id_): name for id_, name in (await people.organisation_names(work)).items()}


async def directors(work: Work) -> Mapping[UUID, str]:
    """Everybody of the house by name, to say whose cases these are."""
    found, _ = await people.names(work)
    return found


def _quarter(day: date) -> Quarter:
    return Quarter.of(day)


