"""Pages by key: the thousandth costs what the first did, and no row is missed or shown twice because others came."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeAlias, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, Tuple, literal_column, tuple_
from sqlalchemy.orm import QueryableAttribute

Row = TypeVar("Row")
Statement = TypeVar("Statement", bound=Select[*tuple[Any, ...]])
_Column: TypeAlias = ColumnElement[Any] | QueryableAttribute[Any]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Place:
    """The row after which a list goes on: its moment and id, and its part when the list has parts."""

    id: UUID
    at: datetime = EPOCH
    part: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked."""

    size: int = 100
    after: Place | None = None


@dataclass(frozen=True, slots=True)
class Paged(Generic[Row]):
    """The rows of one page, and where the next one begins; nothing when this was the last."""

    rows: list[Row]
    following: Place | None


@dataclass(frozen=True, slots=True)
class Between:
    """From one moment, until just before another; without either there is no end on that side."""

    since: datetime | None = None
    until: datetime | None = None

    def of(self, column: _Column) -> list[ColumnElement[bool]]:
        """The conditions on the column that holds the moment."""
        conditions = [] if self.since is None else [column >= self.since]
        return conditions if self.until is None else [*conditions, column < self.until]


ALWAYS = Between()


def _moment_and_id(place: Place) -> tuple[object, ...]:
    return place.at, place.id


def keyset(
    statement: Statement, page: Page, *key: _Column,
    start: Callable[[Place], tuple[Any, ...] | Tuple] = _moment_and_id, newest_first: bool = False,
) -> Statement:  # fmt: skip
    """The rows of a page in the order of this key, and one more, which tells that the list goes on."""
    if page.after is not None:
        begin = start(page.after)
        statement = statement.where(tuple_(*key) < begin if newest_first else tuple_(*key) > begin)
    order = [column.desc() for column in key] if newest_first else key
    return statement.order_by(*order).limit(at_most(page.size + 1))


def at_most(rows: int) -> ColumnElement[int]:
    """A limit that stands in the statement itself: plans are made once, and of a number that comes later PostgreSQL
    expects a tenth of the table.
    """
    return literal_column(str(int(rows)), Integer)


def cut(found: Sequence[Row], page: Page, place: Callable[[Row], Place]) -> Paged[Row]:
    """The page out of what was read with one row too many."""
    rows = list(found[: page.size])
    return Paged(rows, place(rows[-1]) if len(found) > page.size else None)


async def shown(
    read: Callable[[Page], Awaitable[Sequence[Row]]], keep: Callable[[Row], bool], page: Page,
    place: Callable[[Row], Place],
) -> Paged[Row]:  # fmt: skip
    """A page of the rows that may be shown. Where it ends says nothing about the rows between that may not."""
    kept: list[Row] = []
    after = page.after
    while True:
        found = await read(Page(page.size, after))
        kept += filter(keep, found)
        if len(kept) > page.size or len(found) <= page.size:
            return cut(kept, page, place)
        after = place(found[-1])
