"""The chapters of a policy as forms, what was filled in of them, and what differs between two policies in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from api.messages import said
from api.v1.policy import Beleid, as_policy
from api.workplace.policyshapes import Form, Input, Kind, Lines, PerKey, Rows, Shape, shape_of
from api.workplace.policywords import CHAPTERS, ELSEWHERE, LAST, WORDS, Chapter
from models.clocks import Budget
from models.ladder import DEFAULT, URGENT
from models.owed import BY_THE_HOUR, DUTIES
from models.phrases import plain
from models.policy import Policy
from models.projection import spoken
from models.refusals import FieldError, InvalidFields
from models.words import DutyKind

Wire = dict[str, Any]
Names = Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class Block:
    """One field of the policy on the page: its words, its inputs, and what it says now."""

    name: str
    label: str
    help: str
    inputs: tuple[Input, ...]
    told: tuple[str, ...]

    @property
    def several(self) -> bool:
        """Whether its inputs need a heading of their own."""
        return len(self.inputs) != 1 or self.inputs[0].label != self.label


@dataclass(frozen=True, slots=True)
class Difference:
    """What is other in one policy than in the one before: of which field, and what it was and is."""

    field: str
    was: str
    becomes: str


def wire(policy: Policy) -> Wire:
    """A policy as it is on the wire."""
    body = Beleid.model_validate(policy.model_dump(), by_name=True, by_alias=False)
    return body.model_dump(mode="json", by_alias=True)


def chapters() -> tuple[Chapter, ...]:
    """All of them; the last holds what has no chapter."""
    placed = {name for one in CHAPTERS for name in one.fields} | ELSEWHERE.keys()
    rest = tuple(name for name in Beleid.model_fields if name not in placed)
    return (*CHAPTERS, replace(LAST, fields=rest)) if rest else CHAPTERS


def label_of(name: str) -> str:
    """What a field is called: without words of its own, by its name on the wire."""
    if name in ELSEWHERE:
        return ELSEWHERE[name][1]
    return WORDS[name][0] if name in WORDS else plain(_apart(_alias(name)))


def blocks(chapter: Chapter, values: Wire, names: Names) -> list[Block]:
    """The fields of a chapter as they stand in a policy."""
    return [_block(name, values, names) for name in chapter.fields]


def _block(name: str, values: Wire, names: Names) -> Block:
    shape, alias, label = _shape(name, names), _alias(name), label_of(name)
    about = WORDS.get(name, ("", ""))[1]
    if isinstance(shape, PerKey) and isinstance(shape.of, Rows):
        about = f"{about} {shape.of.grammar}."
    elif isinstance(shape, Rows):
        about = f"{about} {shape.grammar}."
    made = shape.inputs(alias, label, values[alias])
    inputs = tuple(replace(one, hint=_default(name, one.name)) for one in made)
    return Block(alias, label, about.strip(), inputs, tuple(shape.said(values[alias])))


def _shape(name: str, names: Names) -> Shape:
    field = Beleid.model_fields[name]
    named = sorted(((str(key), one) for key, one in names.items()), key=lambda pair: pair[1].lower())
    return shape_of(field.annotation, field.metadata, named)


def _alias(name: str) -> str:
    return Beleid.model_fields[name].alias or name


def _apart(words: str) -> str:
    """`overlegMinuten` as `overleg minuten`."""
    return "".join(f" {one.lower()}" if one.isupper() else one for one in words)


def _default(name: str, place: str) -> str:
    """What Pols does when an input is left empty, at the first input of each kind of duty."""
    kind = next((one for one in DutyKind if f".{one}" in place), None)
    if kind is None or place.endswith(".aantal"):
        return ""
    match name:
        case "terms":
            return _term(DUTIES[kind].term)
        case "urgent_terms":
            return _term(DUTIES[kind].urgent_term or DUTIES[kind].term)
        case "ladders":
            return "niemand wordt herinnerd" if DUTIES[kind].silent else f"{len(DEFAULT)} treden"
        case "urgent_ladders":
            return f"{len(URGENT)} treden, in uren" if kind in BY_THE_HOUR else "zoals zonder spoed"
        case _:
            return ""


def _term(budget: Budget) -> str:
    return spoken(budget.unit, budget.amount)


def read(chapter: Chapter, form: Form, values: Wire, names: Names) -> Wire:
    """A policy with what was filled in of this chapter. Raises InvalidFields for what has not its form."""
    wrong: list[FieldError] = []
    given = dict(values)
    for name in chapter.fields:
        alias = _alias(name)
        try:
            found = _shape(name, names).read(alias, form)
        except InvalidFields as refused:
            wrong += refused.errors
            continue
        given[alias] = found if isinstance(found, (str, bool, list, dict)) else None
    if wrong:
        raise InvalidFields(wrong)
    return given


def understood(given: Any) -> Policy:  # noqa: ANN401 - whatever was sent
    """A policy from the wire. Raises InvalidFields, with every wrong field at its place."""
    try:
        return as_policy(Beleid.model_validate(given))
    except ValidationError as wrong:
        told = [said({**one, "loc": ("body", *one["loc"])}) for one in wrong.errors()]
        raise InvalidFields([FieldError(_place(where), why) for where, why in told]) from None


def _place(where: str) -> str:
    return "beleid" if where == "bericht" else where


def filled(found: Sequence[Block], form: Form) -> list[Block]:
    """The same form with what was filled in, right or wrong."""
    return [replace(block, inputs=tuple(_filled(one, form) for one in block.inputs)) for block in found]


def _filled(one: Input, form: Form) -> Input:
    return replace(one, value=form(one.name))


def at_inputs(found: Sequence[Block], errors: Sequence[FieldError]) -> dict[str, list[str]]:
    """The errors of a form by the input that they are about; under an empty name what is about none of them."""
    told: dict[str, list[str]] = {}
    names = sorted((one.name for block in found for one in block.inputs), key=len, reverse=True)
    for error in errors:
        name = next((one for one in names if _is_about(error.field, one)), _first_of(found, error.field))
        rest = error.field.removeprefix(name).lstrip(".") if name else error.field
        told.setdefault(name, []).append(f"{_line(rest)}{error.message}")
    return told


def _is_about(field: str, name: str) -> bool:
    return field == name or field.startswith((f"{name}.", f"{name}["))


def _first_of(found: Sequence[Block], field: str) -> str:
    """A wrong field of which no input is wrong by itself: at the first of its inputs."""
    return next((one.inputs[0].name for one in found if one.inputs and _is_about(field, one.name)), "")


def _line(rest: str) -> str:
    """`[2].aantal` as `regel 3, aantal: `."""
    if not rest:
        return ""
    number, _bracket, part = rest.removeprefix("[").partition("]")
    if not number.isdecimal():
        return f"{plain(_apart(rest)).lower()}: "
    return f"regel {int(number) + 1}{', ' if part else ''}{_apart(part.lstrip('.')).lower()}: "


def differences(was: Wire, becomes: Wire, names: Names) -> list[Difference]:
    """What is other, field by field, in words."""
    return [one for name in Beleid.model_fields for one in _of_field(name, was, becomes, names)]


def _of_field(name: str, was: Wire, becomes: Wire, names: Names) -> Iterator[Difference]:
    alias, shape = _alias(name), _shape(name, names)
    before, after = was[alias], becomes[alias]
    if before == after or shape.said(before) == shape.said(after):
        return
    if isinstance(shape, PerKey):
        known = dict(shape.keys)
        for key in sorted({**(before or {}), **(after or {})}):
            one, other = (before or {}).get(key), (after or {}).get(key)
            if one != other:
                yield Difference(
                    f"{label_of(name)}: {known.get(key, plain(key))}", _told(shape.of, one), _told(shape.of, other)
                )
    elif isinstance(shape, Lines):
        first, second = shape.said(before), shape.said(after)
        gone, came = [one for one in first if one not in second], [one for one in second if one not in first]
        moved = "andere volgorde" if not gone and not came else ""
        yield Difference(label_of(name), "; ".join(gone) or "niets", "; ".join(came) or moved or "niets")
    else:
        yield Difference(label_of(name), _told(shape, before), _told(shape, after))


def _told(shape: Shape, value: Any) -> str:  # noqa: ANN401 - of the wire
    if value is None and shape.kind is not Kind.TICK:
        return "zoals Pols"
    return "; ".join(shape.said(value)) or "niets"
