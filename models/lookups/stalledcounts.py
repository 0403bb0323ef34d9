"""Stalled cases counted: per cause, phase, organisation, regisseur and age, in the question for the page."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from models.ages import CLASSES, AgeClass
from models.stalled import Cause
from models.words import Phase

#: goes after stalled.sql: one row per count, and one per case of the first page
COUNTS = """
, listed AS (SELECT s.* FROM stalled s WHERE s.case_id IN (SELECT case_id FROM chosen)),
counted AS (
  SELECT grouping(cause, phase, organisation_id, director_id) AS which, cause, phase, organisation_id, director_id,
         count(DISTINCT case_id) AS cases
  FROM listed GROUP BY GROUPING SETS ((cause), (phase), (organisation_id), (director_id))
), page AS (SELECT case_id, since FROM chosen ORDER BY since, case_id LIMIT :most)
SELECT 'cause' AS what, cause AS word, CAST(NULL AS uuid) AS id, CAST(NULL AS timestamptz) AS at, cases
FROM counted WHERE which = 7
UNION ALL SELECT 'phase', phase, NULL, NULL, cases FROM counted WHERE which = 11
UNION ALL SELECT 'organisation', NULL, organisation_id, NULL, cases FROM counted WHERE which = 13
UNION ALL SELECT 'director', NULL, director_id, NULL, cases FROM counted WHERE which = 14
UNION ALL
SELECT 'age', CAST(width_bucket(since, CAST(:thresholds AS timestamptz[])) AS text), NULL, NULL, count(*)
FROM chosen GROUP BY 2
UNION ALL SELECT 'all', NULL, NULL, NULL, count(*) FROM chosen
UNION ALL SELECT 'case', NULL, case_id, since, 1 FROM page
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures of a dashboard: open cases per phase, what is late, and stalled cases in all and by what they share.

    A case with several causes counts once at each of them, and so for the organisations it waits on.
    """

    phases: dict[Phase, int]
    late: int
    causes: dict[Cause, int] = field(default_factory=dict)
    stalled: int = 0
    per_phase: dict[Phase, int] = field(default_factory=dict)
    per_organisation: dict[UUID, int] = field(default_factory=dict)
    per_director: dict[UUID | None, int] = field(default_factory=dict)
    ages: dict[AgeClass, int] = field(default_factory=dict)


def fold(rows: Iterable[Any], phases: dict[Phase, int], late: int) -> tuple[Counts, list[UUID]]:
    """The counts out of what was found, the most first, and the cases of the first page in their order."""
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.what, []).append(row)
    most = {what: sorted(these, key=lambda row: -row.cases) for what, these in found.items()}
    buckets = {int(row.word): row.cases for row in most.get("age", ())}
    counts = Counts(
        phases, late, {Cause(row.word): row.cases for row in most.get("cause", ())},
        sum(row.cases for row in most.get("all", ())), {Phase(row.word): row.cases for row in most.get("phase", ())},
        {row.id: row.cases for row in most.get("organisation", ())},
        {row.id: row.cases for row in most.get("director", ())},
        {one: buckets.get(len(CLASSES) - 1 - place, 0) for place, one in enumerate(CLASSES)},
    )  # fmt: skip
    first = sorted(found.get("case", ()), key=_when)
    return counts, [row.id for row in first]


def _when(row: Any) -> tuple[datetime, UUID]:  # noqa: ANN401 - a row of the question above
    return row.at, row.id
