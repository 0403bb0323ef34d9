"""Reading the log: for who supervises it, and who saw one file. Always from an index, never by person alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, String, cast, or_, select, text

from models.lookups.paging import Page, Paged, Place, cut, keyset
from models.refusals import NotFound
from models.tables.people import House
from models.tables.trail import AuditLine, Processing
from models.transactions import Work

#: what of a report belongs to the file of everybody in it
OF_REPORT = ("aanmelding", "bijlage", "bijlagen", "versies")


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which lines are asked. Somebody's lines only within a case: the log is not about how people work."""

    case_id: UUID | None = None
    person_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    action: str | None = None
    refused: bool | None = None


def _place(line: AuditLine) -> Place:
    return Place(line.id, line.at)


async def lines(work: Work, wanted: LogFilter, page: Page) -> Paged[AuditLine]:
    """The lines of the house, the newest first."""
    if wanted.person_id is not None and wanted.case_id is None:
        msg = "somebody's lines are read within a case only"
        raise ValueError(msg)
    statement = select(AuditLine).where(AuditLine.house_id == work.actor.house_id)
    if wanted.case_id is not None:
        statement = statement.where(AuditLine.case_id == wanted.case_id)
    if wanted.person_id is not None:
        statement = statement.where(AuditLine.person_id == wanted.person_id)
    if wanted.action is not None:
        statement = statement.where(AuditLine.action == wanted.action)
    if wanted.since is not None:
        statement = statement.where(AuditLine.at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(AuditLine.at < wanted.until)
    if wanted.refused is not None:  # written out: a plan that is made once must know which index this is
        statement = statement.where(text("result <> 'ok'" if wanted.refused else "result = 'ok'"))
    statement = keyset(statement, page, AuditLine.at, AuditLine.id, newest_first=True)
    return cut((await work.session.scalars(statement)).all(), page, _place)


@dataclass(frozen=True, slots=True)
class File:
    """What one file is in the log: a case with its report, or a report that is no case."""

    case_id: UUID | None
    referral_id: UUID | None


async def file_of_case(work: Work, case_id: UUID) -> File:
    """The file of a case. Raises NotFound when this house never did anything with it."""
    mine = (AuditLine.house_id == work.actor.house_id, AuditLine.case_id == case_id)
    if await work.session.scalar(select(AuditLine.id).where(*mine, AuditLine.result == "ok").limit(1)) is None:
        raise NotFound("Dit dossier")
    first = select(AuditLine.referral_id).where(*mine, AuditLine.referral_id.is_not(None), AuditLine.result == "ok")
    return File(case_id, await work.session.scalar(first.order_by(AuditLine.at, AuditLine.id).limit(1)))


async def file_of_subject(work: Work, subject_id: UUID) -> File:
    """The file of somebody in a report. Raises NotFound, also when they were erased."""
    files = text("SELECT case_id, referral_id FROM pols_files_of(:wanted)")
    row = (await work.session.execute(files, {"wanted": subject_id})).one_or_none()
    if row is None:
        raise NotFound("Deze persoon")
    return File(row.case_id, row.referral_id)


async def seen_in(work: Work, file: File, page: Page) -> Paged[AuditLine]:
    """Who did or saw what in a file, the newest first; also in its report before it was a case."""
    found: list[AuditLine] = []
    for part in _parts(work, file):
        found += await work.session.scalars(keyset(part, page, AuditLine.at, AuditLine.id, newest_first=True))
    return cut(sorted(found, key=lambda one: (one.at, one.id), reverse=True)[: page.size + 1], page, _place)


def _parts(work: Work, file: File) -> Iterator[Select[AuditLine]]:
    """Each from its own index. Of the report only what was about the report: its other cases are other files."""
    mine = select(AuditLine).where(AuditLine.house_id == work.actor.house_id)
    if file.case_id is not None:
        yield mine.where(AuditLine.case_id == file.case_id)
    if file.referral_id is not None:
        of_report = mine.where(AuditLine.referral_id == file.referral_id, AuditLine.object_kind.in_(OF_REPORT))
        yield of_report.where(AuditLine.case_id.is_distinct_from(file.case_id)) if file.case_id else of_report


async def processed(
    work: Work, page: Page, *, since: datetime | None = None, until: datetime | None = None,
    house_id: UUID | None = None,
) -> Paged[Processing]:  # fmt: skip
    """The records of Logboek Dataverwerkingen of a house, from the first."""
    statement = select(Processing).where(Processing.house_id == (house_id or work.actor.house_id))
    if since is not None:
        statement = statement.where(Processing.started_at >= since)
    if until is not None:
        statement = statement.where(Processing.started_at < until)
    statement = keyset(statement, page, Processing.started_at, Processing.id)
    found = (await work.session.scalars(statement)).all()
    return cut(found, page, lambda one: Place(one.id, one.started_at))


async def house_by_name(work: Work, name: str) -> UUID:
    """A house by its short name or its id, for an operator. Raises NotFound."""
    found = await work.session.scalar(
        select(House.id).where(or_(House.slug == name, cast(House.id, String) == name)).limit(1)
    )
    if not isinstance(found, UUID):
        raise NotFound("Dit huis")
    return found
