"""The judgement of the four criteria as a form: of the person of the case, and of whoever else is judged."""

import re
from collections.abc import Mapping
from uuid import UUID

from starlette.datastructures import FormData

from api.workplace.language import _
from api.workplace.report_rows import text
from models.commands.cases import Judgement
from models.refusals import FieldError, InvalidFields

#: whose judgement: an id, or nothing for the person of the case
Typed = Mapping[str, Mapping[str, tuple[str, str]]]
_FIELD = re.compile(r"(?:([0-9a-f-]{36})-)?([abcd])-oordeel|(?:([0-9a-f-]{36})-)?([abcd])-motivering")
_LONGEST = 50_000


def typed_judgements(form: FormData) -> Typed:
    """Per person and criterion whether it is met and why; of others only who was judged on something."""
    whose = {""} | {found[1] or found[3] or "" for key in form if (found := _FIELD.fullmatch(key))}
    told = {who: _of(form, f"{who}-" if who else "") for who in whose}
    return {who: by_letter for who, by_letter in told.items() if not who or any(map(any, by_letter.values()))}


def _of(form: FormData, prefix: str) -> dict[str, tuple[str, str]]:
    return {
        one: (text(form.get(f"{prefix}{one}-oordeel")), text(form.get(f"{prefix}{one}-motivering"))) for one in "abcd"
    }


def judgements(typed: Typed) -> tuple[Judgement, ...]:
    """What was judged. Raises InvalidFields, at every criterion that was left open."""
    errors, made = [], []
    for who, by_letter in sorted(typed.items()):
        for letter, (met, why) in by_letter.items():
            place = f"{who}-{letter}" if who else letter
            if met not in {"ja", "nee"}:
                errors.append(FieldError(f"{place}-oordeel", _("kies voldaan of niet voldaan")))
            if not why or len(why) > _LONGEST or "\0" in why:
                errors.append(FieldError(f"{place}-motivering", _("leg in uw eigen woorden uit waarom")))
            if not errors:
                subject = UUID(who) if who else None
                made.append(Judgement(subject_id=subject, criterion=letter, met=met == "ja", motivation=why))
    if errors:
        raise InvalidFields(errors)
    return tuple(made)
