"""How a field of a policy is filled in on a page without scripts: found from its type, so that a new field needs none.

Everything here speaks the wire: Dutch names and words, as `api.v1.policy` has them. What is filled in goes to that
model as it is; it says what is wrong.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import Enum, StrEnum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel

from api.wire import Spoken
from models.phrases import plain
from models.refusals import FieldError, InvalidFields

Form = Callable[[str], str]
BETWEEN = " | "
#: what the answer is when nothing was filled in: the field, or the key, is left out
ABSENT = object()


class Kind(StrEnum):
    """What an input of a form is."""

    TICK = "vink"
    NUMBER = "getal"
    TIME = "tijd"
    CHOICE = "keuze"
    LINE = "regel"
    LINES = "regels"


@dataclass(frozen=True, slots=True)
class Input:
    """One input: its name in the form is its place on the wire."""

    name: str
    label: str
    kind: Kind
    value: str
    options: tuple[tuple[str, str], ...] = ()
    least: int | None = None
    most: int | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """One value in one input. `kind` and what bounds it; the wire carries it as text."""

    kind: Kind = Kind.LINE
    least: int | None = None
    most: int | None = None
    options: tuple[str, ...] = ()

    def inputs(self, name: str, label: str, value: Any, hint: str = "") -> list[Input]:  # noqa: ANN401 - of the wire
        """What is filled in for it."""
        options = tuple((one, plain(one)) for one in self.options)
        return [Input(name, label, self.kind, self.text(value), options, self.least, self.most, hint)]

    def read(self, name: str, form: Form) -> Any:  # noqa: ANN401 - of the wire
        """What was filled in, as the wire has it."""
        if self.kind is Kind.TICK:
            return form(name) == "ja"
        return form(name)

    def text(self, value: Any) -> str:  # noqa: ANN401 - of the wire
        """The value in its input."""
        if self.kind is Kind.TICK:
            return "ja" if value else ""
        if self.kind is Kind.TIME:
            return str(value or "")[:5]
        return "" if value is None else str(value)

    def said(self, value: Any) -> list[str]:  # noqa: ANN401 - of the wire
        """The value to read, line by line; nothing when it says nothing."""
        if self.kind is Kind.TICK:
            return ["ja" if value else "nee"]
        spoken = self.text(value)
        return [plain(spoken) if self.kind is Kind.CHOICE else spoken] if spoken else []


@dataclass(frozen=True, slots=True)
class Lines(Shape):
    """Many words, one on a line."""

    kind: Kind = Kind.LINES

    def read(self, name: str, form: Form) -> Any:  # noqa: ANN401 - of the wire
        """Lines with nothing on them do not count."""
        return _lines(form(name))

    def text(self, value: Any) -> str:  # noqa: ANN401 - of the wire
        """In their order; days in theirs."""
        return "\n".join(map(str, value or ()))

    def said(self, value: Any) -> list[str]:  # noqa: ANN401 - of the wire
        """Each on its own."""
        return [str(one) for one in value or ()]


@dataclass(frozen=True, slots=True)
class Days(Lines):
    """Days of which the order says nothing."""

    def text(self, value: Any) -> str:  # noqa: ANN401 - of the wire
        """The first day first."""
        return "\n".join(sorted(value or ()))

    def said(self, value: Any) -> list[str]:  # noqa: ANN401 - of the wire
        """The first day first."""
        return sorted(value or ())


@dataclass(frozen=True, slots=True)
class Pairs(Lines):
    """A word for each day: `2026-12-24: kerstsluiting`."""

    parts: str = "de dag en de naam"

    def read(self, name: str, form: Form) -> Any:  # noqa: ANN401 - of the wire
        """What stands on two lines has the last word. Raises InvalidFields."""
        cut = [one.partition(":") for one in _lines(form(name))]
        wrong = [number for number, (_key, colon, _word) in enumerate(cut, 1) if not colon]
        if wrong:
            raise InvalidFields([FieldError(name, f"regel {wrong[0]}: zet een dubbele punt tussen {self.parts}")])
        return {key.strip(): word.strip() for key, _colon, word in cut}

    def text(self, value: Any) -> str:  # noqa: ANN401 - of the wire
        """The first day first."""
        return "\n".join(self.said(value))

    def said(self, value: Any) -> list[str]:  # noqa: ANN401 - of the wire
        """The first day first."""
        return [f"{key}: {word}" for key, word in sorted((value or {}).items())]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a row: where it is in the model, and whether it holds several words."""

    path: tuple[str, ...]
    label: str
    shape: Shape
    several: bool = False
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Rows(Lines):
    """Many values of a model: one on a line, its parts between bars."""

    columns: tuple[Column, ...] = ()

    def inputs(self, name: str, label: str, value: Any, hint: str = "") -> list[Input]:  # noqa: ANN401 - of the wire
        """With what stands between the bars."""
        return [Input(name, label, Kind.LINES, self.text(value), hint=hint)]

    @property
    def grammar(self) -> str:
        """What a line is made of."""
        return "Per regel: " + BETWEEN.join(_grammar(one) for one in self.columns)

    def read(self, name: str, form: Form) -> Any:  # noqa: ANN401 - of the wire
        """Every line as its model. Raises InvalidFields for a line with too many or too few parts."""
        return [self._row(name, number, line) for number, line in enumerate(_lines(form(name)), 1)]

    def _row(self, name: str, number: int, line: str) -> dict[str, Any]:
        parts = [one.strip() for one in line.split("|")]
        needed = sum(one.needed for one in self.columns)
        if not needed <= len(parts) <= len(self.columns):
            said = BETWEEN.join(one.label for one in self.columns)
            raise InvalidFields([FieldError(name, f"regel {number}: schrijf {said}")])
        row: dict[str, Any] = {}
        for column, part in zip(self.columns, parts, strict=False):
            _put(row, column.path, _several(part) if column.several else part)
        return row

    def text(self, value: Any) -> str:  # noqa: ANN401 - of the wire
        """A line for each."""
        return "\n".join(self.said(value))

    def said(self, value: Any) -> list[str]:  # noqa: ANN401 - of the wire
        """A line for each, without the empty parts at its end."""
        return [BETWEEN.join(self._parts(one)).rstrip(" |") for one in value or ()]

    def _parts(self, row: Mapping[str, Any]) -> Iterable[str]:
        for column in self.columns:
            found = _get(row, column.path)
            yield ", ".join(found) if column.several else column.shape.text(found)


@dataclass(frozen=True, slots=True)
class Group(Shape):
    """A model with an input for each part; all of them empty is none of it."""

    columns: tuple[Column, ...] = ()

    def inputs(self, name: str, label: str, value: Any, hint: str = "") -> list[Input]:  # noqa: ANN401 - of the wire
        """One for each part."""
        return [
            made
            for column in self.columns
            for made in column.shape.inputs(
                ".".join((name, *column.path)), f"{label}: {column.label}" if label else column.label,
                _get(value or {}, column.path), hint if column is self.columns[0] else "",
            )
        ]  # fmt: skip

    def read(self, name: str, form: Form) -> Any:  # noqa: ANN401 - of the wire
        """What was filled in of it; a choice alone says nothing."""
        given = {one.path: one.shape.read(".".join((name, *one.path)), form) for one in self.columns}
        if not any(given[one.path] for one in self.columns if one.shape.kind is not Kind.CHOICE):
            return ABSENT
        made: dict[str, Any] = {}
        for path, part in given.items():
            _put(made, path, part)
        return made

    def said(self, value: Any) -> list[str]:  # noqa: ANN401 - of the wire
        """All parts on one line."""
        if not value:
            return []
        return [", ".join(f"{one.label} {one.shape.text(_get(value, one.path))}" for one in self.columns)]


@dataclass(frozen=True, slots=True)
class PerKey(Shape):
    """The same for each of a number of words; what is empty is left out."""

    keys: tuple[tuple[str, str], ...] = ()
    of: Shape = Shape()

    def inputs(self, name: str, label: str, value: Any, hint: str = "") -> list[Input]:  # noqa: ANN401 - of the wire
        """Those of each word, in alphabetical order."""
        del label, hint
        given = value or {}
        return [one for key, said in self.keys for one in self.of.inputs(f"{name}.{key}", said, given.get(key))]

    def read(self, name: str, form: Form) -> Any:  # noqa: ANN401 - of the wire
        """Only the words for which something was filled in."""
        found = {key: self.of.read(f"{name}.{key}", form) for key, _said in self.keys}
        return {key: one for key, one in found.items() if one is not ABSENT and one not in ("", [], {})}

    def said(self, value: Any) -> list[str]:  # noqa: ANN401 - of the wire
        """The words that have something, each on a line."""
        known = dict(self.keys)
        return [
            f"{known.get(key, plain(key))}: {'; '.join(self.of.said(one))}"
            for key, one in sorted((value or {}).items())
        ]


@dataclass(frozen=True, slots=True)
class Ticks(Shape):
    """Which of a number of things."""

    keys: tuple[tuple[str, str], ...] = ()

    def inputs(self, name: str, label: str, value: Any, hint: str = "") -> list[Input]:  # noqa: ANN401 - of the wire
        """A box for each."""
        del label, hint
        return [
            Input(f"{name}.{key}", said, Kind.TICK, "ja" if key in (value or ()) else "") for key, said in self.keys
        ]

    def read(self, name: str, form: Form) -> Any:  # noqa: ANN401 - of the wire
        """Those that were ticked."""
        return [key for key, _said in self.keys if form(f"{name}.{key}") == "ja"]

    def said(self, value: Any) -> list[str]:  # noqa: ANN401 - of the wire
        """By name."""
        known = dict(self.keys)
        return sorted(known.get(str(one), "niet meer bekend") for one in value or ())


def shape_of(annotation: Any, metadata: Sequence[Any], named: Sequence[tuple[str, str]]) -> Shape:  # noqa: ANN401 - any type; one line each
    """How a type is filled in. `named`: the organisations that an id can stand for."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return shape_of(inner[0], [*inner[1:], *metadata], named)
    if origin in (Union, UnionType):
        return shape_of(next(one for one in inner if one is not type(None)), metadata, named)
    if origin is Literal:
        return Shape(Kind.CHOICE, options=tuple(map(str, inner)))
    if origin is dict:
        return _of_dict(_bare(inner[0]), inner[1], named)
    if origin in (tuple, list, frozenset, set):
        return _of_many(inner[0], named)
    return _of_one(annotation, metadata, named)


def _of_one(annotation: Any, metadata: Sequence[Any], named: Sequence[tuple[str, str]]) -> Shape:  # noqa: ANN401 - any type
    spoken = next((one for one in metadata if isinstance(one, Spoken)), None)
    if spoken is not None:
        return Shape(Kind.CHOICE, options=tuple(spoken.meant))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Group(columns=tuple(columns_of(annotation, named)))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return Shape(Kind.CHOICE, options=tuple(str(one.value) for one in annotation))
    kinds = {bool: Kind.TICK, int: Kind.NUMBER, time: Kind.TIME}
    return Shape(kinds.get(annotation, Kind.LINE), _bound(metadata, "ge"), _bound(metadata, "le"))


def _of_many(inner: Any, named: Sequence[tuple[str, str]]) -> Shape:  # noqa: ANN401 - any type
    bare = _bare(inner)
    if bare is UUID:
        return Ticks(keys=tuple(named))
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        return Rows(columns=tuple(columns_of(bare, named)))
    return Days() if bare is date else Lines()


def _of_dict(key: Any, inner: Any, named: Sequence[tuple[str, str]]) -> Shape:  # noqa: ANN401 - any type
    if key is date:
        return Pairs()
    if key is str:
        return Pairs(parts="het woord en wat ervoor geldt")
    of = shape_of(inner, (), named)
    if key is UUID:
        return PerKey(keys=tuple(named), of=of)
    words = sorted((plain(one.value), one.value) for one in key)
    return PerKey(keys=tuple((value, said) for said, value in words), of=of)


def columns_of(model: type[BaseModel], named: Sequence[tuple[str, str]], before: tuple[str, ...] = ()) -> list[Column]:
    """The parts of a model, those of a model in it as parts of their own."""
    made: list[Column] = []
    for name, field in model.model_fields.items():
        path = (*before, field.alias or name)
        shape = shape_of(field.annotation, field.metadata, named)
        if isinstance(shape, Group):
            made += [Column((*path, *one.path), one.label, one.shape, one.several, one.needed) for one in shape.columns]
        else:
            several = isinstance(shape, Lines)
            made.append(Column(path, plain(path[-1]).lower(), shape, several, field.is_required()))
    return made


def _bare(annotation: Any) -> Any:  # noqa: ANN401 - any type
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _bound(metadata: Sequence[Any], name: str) -> int | None:
    for one in metadata:
        inner = getattr(one, "metadata", None)
        found = getattr(one, name, None) if inner is None else _bound(inner, name)
        if isinstance(found, int):
            return found
    return None


def _grammar(column: Column) -> str:
    if column.shape.options:
        return f"{column.label} ({', '.join(column.shape.options)})"
    return f"{column.label} (met komma's ertussen)" if column.several else column.label


def _lines(given: str) -> list[str]:
    return [one.strip() for one in given.splitlines() if one.strip()]


def _several(part: str) -> list[str]:
    return [one.strip() for one in part.split(",") if one.strip()]


def _put(row: dict[str, Any], path: tuple[str, ...], value: Any) -> None:  # noqa: ANN401 - of the wire
    for one in path[:-1]:
        row = row.setdefault(one, {})
    row[path[-1]] = value


def _get(row: Mapping[str, Any], path: tuple[str, ...]) -> Any:  # noqa: ANN401 - of the wire
    found: Any = row
    for one in path:
        found = found.get(one) if isinstance(found, Mapping) else None
    return found
