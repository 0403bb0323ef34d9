"""The shape of the wire: Dutch camelCase names around English fields, moments in UTC, days as days."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Request, Response
from fastapi.routing import APIRoute
from pydantic import (
    AliasGenerator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from models.clocks import AMSTERDAM
from models.commands.base import Moment, written_out
from models.policy import Policy
from models.refusals import FieldError, InvalidFields
from models.transactions import Work

BASE = "/v1"


def dutch(*same: str, **words: str) -> ConfigDict:
    """Names on the wire: `same` for words that need no translation. A field without a name is a mistake at import."""
    names = {one: one for one in same} | words
    return ConfigDict(alias_generator=AliasGenerator(alias=names.__getitem__))


class Incoming(BaseModel):
    """What somebody sends us, when it is no command itself. Unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Outgoing(BaseModel):
    """What we answer: filled by its English names, from a row or a value; sent under its Dutch names."""

    model_config = ConfigDict(from_attributes=True, validate_by_name=True, validate_by_alias=False)


class Verwijzing(Outgoing):
    """Somebody or something by id and name."""

    model_config = dutch("id", name="naam")

    id: UUID
    name: str


def named(id_: UUID | None, name: str | None) -> Verwijzing | None:
    """A reference; None when there is nobody, or when the name may not be seen."""
    return None if id_ is None or name is None else Verwijzing(id=id_, name=name)


class Gemaakt(Outgoing):
    """What was made has this id."""

    model_config = dutch("id")

    id: UUID


def made(response: Response, id_: UUID, collection: str) -> Gemaakt:
    """Say what was made and where it is."""
    response.headers["Location"] = f"{BASE}/{collection}/{id_}"
    return Gemaakt(id=id_)


#: the linter of the design rules wants `format` beside a nullable day
Dag = Annotated[date | None, written_out("date"), WithJsonSchema({"type": ["string", "null"], "format": "date"})]


def _end_of_day(value: object) -> object:
    """A day stands for the moment the house closes on it; a moment stays what it is."""
    if isinstance(value, str):
        try:
            return datetime.combine(date.fromisoformat(value), Policy().closes, tzinfo=AMSTERDAM)
        except ValueError:
            return value
    return value


#: `datum` of a decision: a day, and for an adjourned meeting the moment itself
DagOfMoment = Annotated[
    Moment | None,
    BeforeValidator(_end_of_day),
    WithJsonSchema(
        {
            "type": ["string", "null"], "format": "date",
            "description": "Een dag geldt tot het einde van de werkdag; een tijdstip met tijdzone mag ook.",
        }
    ),
]  # fmt: skip


class Spoken:
    """An annotation for English words of the code that are spoken Dutch on the wire."""

    def __init__(self, words: Mapping[Any, str]) -> None:
        self.words = dict(words)
        self.meant = {word: one for one, word in words.items()}

    def __get_pydantic_core_schema__(self, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        said = core_schema.plain_serializer_function_ser_schema(self.words.__getitem__, when_used="json")
        return core_schema.no_info_plain_validator_function(self._understood, serialization=said)

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "enum": list(self.meant)}

    def _understood(self, value: object) -> StrEnum:
        if isinstance(value, str):  # an enum member of ours is text too; a list or an object cannot be looked up
            if value in self.words:
                return value  # type: ignore[return-value]
            if value in self.meant:
                return self.meant[value]  # type: ignore[no-any-return]
        raise PydanticCustomError("uitleg", "kies uit: {keuze}", {"keuze": ", ".join(self.meant)})


#: a route that shows what is in a file says so in the document, and leaves a line in the log (WGS 1.8(4))
SHOWS = {"x-pols-inzage": True}

CaseId = Annotated[UUID, Path(alias="id", description="Het kenmerk van de casus")]
Id = Annotated[UUID, Path(alias="id")]


async def without_query(request: Request) -> None:
    """A route that asks nothing in its query refuses one. What asks something names a model that does so itself.

    Who brings no token is told that first, by signing in.
    """
    route = request.scope["route"]
    if isinstance(route, APIRoute) and not route.dependant.query_params and "Authorization" in request.headers:
        unknown = [FieldError(name, "is hier niet bekend; controleer de spelling") for name in request.query_params]
        if unknown:
            raise InvalidFields(unknown)


def is_new(work: Work, moment: datetime) -> bool:
    """Whether something that carries this moment was made in this very transaction."""
    return moment == work.now
