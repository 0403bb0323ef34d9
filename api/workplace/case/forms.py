"""A form on the page of a case: what was typed becomes a command; what is refused is said at the form, as it was typed.

A form has a key, which its fields carry in their ids. The names of its fields are those of the interface.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.tracing import note_refusal
from api.workplace.visits import Visit, database_of, text_of, visiting
from models.phrases import phrase
from models.refusals import (
    AlreadySettled,
    ConfirmFirst,
    FieldError,
    GateOpen,
    InvalidFields,
    NotAllowed,
    NotInThisPhase,
    NotPossible,
    Refusal,
)

Made = TypeVar("Made", bound=BaseModel)
#: does what a form asks; answers of which case the page is shown again
Act = Callable[[Visit], Awaitable[UUID]]
Again = Callable[[Request, UUID, "Tried", int], Awaitable[Response]]

_SAID_AT_THE_FORM = (InvalidFields, NotPossible, NotInThisPhase, GateOpen, AlreadySettled, NotAllowed)
_ONE_OF_MANY = re.compile(r"^\w+\[(\d+)\]\.(\w+)$")


@dataclass(frozen=True, slots=True)
class Tried:
    """A form that was refused: what was typed in it, what is wrong with which field, or why not at all."""

    form: str = ""
    typed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    why: str = ""

    def is_(self, form: str) -> bool:
        """Whether it was this form."""
        return bool(form) and self.form == form

    def value(self, form: str, name: str, default: str = "") -> str:
        """What was typed in a field."""
        return next(iter(self.typed.get(name, ())), "") if self.is_(form) else default

    def has(self, form: str, name: str, choice: object) -> bool:
        """Whether a choice was made."""
        return self.is_(form) and str(choice) in self.typed.get(name, ())

    def wrong(self, form: str, name: str) -> Sequence[str]:
        """What is wrong with a field."""
        return self.errors.get(name, ()) if self.is_(form) else ()


NOTHING_TRIED = Tried()


async def send(request: Request, form: str, said: str, act: Act, again: Again) -> Response:
    """Do what a form asks and show its case; show the form again when that is refused.

    What may not be known of is a page of its own, as everywhere, and so is a form of another session.
    """
    entered = False
    try:
        async with visiting(request) as visit:
            entered = True
            case_id = await act(visit)
    except _SAID_AT_THE_FORM as refusal:
        typed = await request.form()
        of = _case_of(request, typed)
        if of is None or not entered or isinstance(refusal, ConfirmFirst):
            raise
        await note_refusal(request, refusal, database_of(request))
        return await again(request, of, refused_at(form, typed, refusal), _status(refusal))
    return RedirectResponse(f"/casussen/{case_id}?gezegd={said}#{anchor(form)}", status_code=HTTPStatus.SEE_OTHER)


def anchor(form: str) -> str:
    """Where on the page a form stands."""
    return _SECTIONS.get(form.partition("-")[0], "inhoud")


_SECTIONS = {
    "doel": "doelen", "doelstand": "doelen", "afspraak": "afspraken", "voorwaarde": "afspraken",
    "voortgang": "afspraken", "conflict": "afspraken", "overdracht": "afronden", "criteria": "afronden",
    "samenhang": "samenhang", "einde": "samenhang", "deelnemer": "partners",
}  # fmt: skip


def _case_of(request: Request, typed: FormData) -> UUID | None:
    try:
        return request.path_params.get("case_id") or UUID(text_of(typed, "casusId"))
    except ValueError:
        return None


def _status(refusal: Refusal) -> int:
    match refusal:
        case InvalidFields():
            return HTTPStatus.UNPROCESSABLE_ENTITY
        case NotAllowed():
            return HTTPStatus.FORBIDDEN
        case _:
            return HTTPStatus.CONFLICT


def refused_at(form: str, typed: FormData, refusal: Refusal) -> Tried:
    """The form as it was typed, with what is wrong in it."""
    kept: dict[str, list[str]] = {}
    for name, value in typed.multi_items():
        if isinstance(value, str) and name != "csrf":
            kept.setdefault(name, []).append(value)
    if not isinstance(refusal, InvalidFields):
        return Tried(form, kept, why=str(refusal))
    errors: dict[str, list[str]] = {}
    for one in refusal.errors:
        errors.setdefault(_field_of(one.field, form), []).append(one.message)
    return Tried(form, kept, errors)


def _field_of(wire: str, form: str) -> str:
    """The field of the form that a mistake on the wire is about; of a list the place is part of its name."""
    found = _ONE_OF_MANY.match(wire)
    if found is None:
        return wire.partition("[")[0].removeprefix("afspraken.")
    place, name = found.groups()
    return name if form == "afspraak" else f"{name}-{place}"


def filled(made: type[Made], wire: Mapping[str, str], **fields: Any) -> Made:  # noqa: ANN401 - what was typed
    """The command of a form. Raises InvalidFields, each mistake at its field; an empty field was not filled in."""
    given = {name: value for name, value in fields.items() if value not in ("", None, (), [])}
    try:
        return made.model_validate(given)
    except ValidationError as wrong:
        raise InvalidFields([
            FieldError(wire.get(str(one["loc"][0]), str(one["loc"][0])), _in_words(one)) for one in wrong.errors()
        ]) from None  # fmt: skip


def _in_words(error: Any) -> str:  # noqa: ANN401 - pydantic's own
    match error["type"]:
        case "missing":
            return phrase("vul dit in")
        case "string_too_short":
            return phrase("schrijf ten minste {least} tekens", least=error["ctx"]["min_length"])
        case "string_too_long":
            return phrase("schrijf ten hoogste {most} tekens", most=error["ctx"]["max_length"])
        case "uitleg":
            return str(error["msg"])
        case kind if kind.startswith(("date", "datetime")):
            return phrase("vul een datum in, zoals 24-11-2026")
        case _:
            return phrase("kies een van de mogelijkheden")


def ids(visit: Visit, name: str) -> tuple[str, ...]:
    """What was chosen of a list of which one may choose several."""
    return tuple(one for one in visit.form.getlist(name) if isinstance(one, str) and one)
