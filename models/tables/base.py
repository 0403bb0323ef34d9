"""The common ground of all tables: names for constraints, UTC moments, words as checked text, ids that sort."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar
from uuid import UUID

from sqlalchemy import DateTime, Dialect, Enum, ForeignKey, MetaData, Text, TypeDecorator, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column
from uuid_utils.compat import uuid7

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def new_id() -> UUID:
    """A version 7 id: sortable by time, also on servers that cannot make them."""
    return uuid7()


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; a naive one is refused before it reaches the database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse a moment without a time zone."""
        if value is not None and value.tzinfo is None:
            msg = "a moment needs a time zone"
            raise ValueError(msg)
        return value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Answer in UTC."""
        return None if value is None else value.astimezone(UTC)


def words(kind: type[StrEnum]) -> Enum:
    """A word of the process, kept as text and checked by the table."""
    return Enum(
        kind, native_enum=False, length=48, create_constraint=True,
        name=kind.__name__.lower(), values_callable=lambda members: [m.value for m in members],
    )  # fmt: skip


class Base(DeclarativeBase):
    """Declarative base with named constraints."""

    metadata = MetaData(naming_convention=CONVENTION)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Moment(),
        UUID: Uuid(),
        str: Text(),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
        list[str]: ARRAY(Text()),
        list[UUID]: ARRAY(Uuid()),
    }


Id = Annotated[UUID, mapped_column(primary_key=True, default=new_id)]
HouseId = Annotated[UUID, mapped_column(ForeignKey("house.id"))]
CaseId = Annotated[UUID, mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))]
