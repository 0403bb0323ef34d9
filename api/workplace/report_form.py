"""A report as a form in steps: what each step asks, what was typed in it, and what of a report that changes.

Pure: nothing here asks or keeps anything. Fields are called as on the interface, so that a refusal finds its field.
"""

import json
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from hashlib import sha256
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData

from api.messages import said
from api.v1.content import Inhoud
from api.workplace import report_rows as rows
from api.workplace.language import _
from api.workplace.report_rows import COLUMNS, Row, Told, text
from models.commands.referrals import DescribeReferral
from models.refusals import FieldError

Sheet = dict[str, Any]


class Step(StrEnum):
    """The steps, in their order; the value stands in the address."""

    ABOUT = "waarover"
    PEOPLE = "personen"
    SITUATION = "situatie"
    TRIED = "eerder"
    CRITERIA = "criteria"
    WISH = "wens"
    FILES = "bijlagen"
    CHECK = "controleren"


#: what each step asks; the life domains follow from the problems
FIELDS: Mapping[Step, tuple[str, ...]] = {
    Step.ABOUT: (
        "municipality", "themes", "urgent", "acute_safety", "reporter_function", "reporter_contact",
    ),
    Step.PEOPLE: ("subjects", "relations"),
    Step.SITUATION: (
        "reason", "situation", "problems", "life_domains", "criminogenic_factors", "incidents", "consequences", "facts",
    ),
    Step.TRIED: ("tried", "partners"),
    Step.CRITERIA: ("criteria",),
    Step.WISH: ("service", "goal", "discussed", "discussed_reason", "quality_statement"),
    Step.FILES: (),
    Step.CHECK: (),
}  # fmt: skip
#: the kinds of rows on each step
ROWS: Mapping[Step, tuple[str, ...]] = {
    Step.PEOPLE: ("personen", "relaties"), Step.SITUATION: ("problemen", "incidenten"), Step.TRIED: ("partners",),
}  # fmt: skip
#: the name of each field on the interface and in the form
NAMES: Mapping[str, str] = {name: str(one.alias) for name, one in Inhoud.model_fields.items()}
_STEP_OF = {NAMES[name]: step for step, names in FIELDS.items() for name in names}
_TICKED = ("urgent", "acute_safety", "quality_statement")
_CHOSEN = ("themes", "consequences")
_LINES = "criminogenic_factors"
_APART = {"subjects", "relations", "problems", "incidents", "partners", "life_domains", "criteria", "discussed"}
#: of the rows, where the refusal of a part is shown
_COLUMN = {
    "born_on": "geboortedatum", "standing": "rol", "name": "naam", "bsn": "bsn", "address": "adres",
    "school": "school", "contact_channel": "veiligContactkanaal", "secret": "geheim", "body": "omschrijving",
    "happened_at": "dag", "ended_at": "totDag", "place": "locatie", "source": "bron", "life_domain": "leefgebied",
    "organisation": "organisatie", "contact": "contact", "domain": "domein", "of": "van", "to": "met", "kind": "soort",
}  # fmt: skip


def step_of(asked: str) -> Step:
    """The step that an address asks; the first when it is none."""
    return Step(asked) if asked in set(Step) else Step.ABOUT


def step_with(field: str) -> Step:
    """On which step a field stands."""
    return _STEP_OF.get(re.split(r"[-.\[]", field, maxsplit=1)[0], Step.CHECK)


def after(step: Step) -> Step:
    """The next one."""
    listed = list(Step)
    return listed[min(listed.index(step) + 1, len(listed) - 1)]


def shown(content: DescribeReferral, step: Step) -> Sheet:
    """What a step shows of a report as it is kept."""
    sheet: Sheet = {}
    for name in FIELDS[step]:
        value = getattr(content, name)
        if name == "criteria":
            sheet |= {f"criteria-{one}": motivation for one, motivation in value}
        elif name == "discussed":
            sheet[NAMES[name]] = "" if value is None else "ja" if value else "nee"
        elif name == _LINES:
            sheet[NAMES[name]] = "\n".join(value)
        elif name in _CHOSEN:
            sheet[NAMES[name]] = [str(one) for one in value]
        elif name not in _APART:
            sheet[NAMES[name]] = value if isinstance(value, bool) else str(value)
    return sheet | {kind: rows.shown_rows(content, kind) for kind in ROWS.get(step, ())}


def typed(form: FormData, step: Step) -> Sheet:
    """What was typed, as it was typed."""
    sheet: Sheet = {}
    for name in FIELDS[step]:
        wire = NAMES[name]
        if name == "criteria":
            sheet |= {f"criteria-{one}": text(form.get(f"criteria-{one}")) for one in "abcd"}
        elif name in _TICKED:
            sheet[wire] = bool(text(form.get(wire)))
        elif name in _CHOSEN:
            sheet[wire] = [text(one) for one in form.getlist(wire)]
        elif name not in _APART or name == "discussed":
            sheet[wire] = text(form.get(wire))
    return sheet | {kind: rows.typed_rows(form, kind) for kind in ROWS.get(step, ())}


def without(sheet: Sheet, kind: str, number: int) -> Sheet:
    """The same with one row less; the others keep their numbers until they are kept."""
    listed = list(sheet.get(kind, ()))
    if kind in COLUMNS and 0 < number <= len(listed):
        listed[number - 1] = rows.empty(kind)
    return sheet | {kind: listed} if kind in sheet else sheet


def read_mark(content: DescribeReferral, step: Step) -> str:
    """Of what a step held when it was shown: another is somebody else's change."""
    told = json.dumps(shown(content, step), sort_keys=True, default=str)
    return sha256(told.encode()).hexdigest()[:32]


def free_texts(content: DescribeReferral) -> list[str]:
    """What was told in one's own words."""
    own = [content.reason, content.situation, content.facts, content.tried, content.goal, content.discussed_reason]
    own += [text_ for _letter, text_ in content.criteria]
    bodies = [*(one.body for one in content.problems), *(one.body for one in content.incidents)]
    return [*own, *bodies, *content.criminogenic_factors]


def told(sheet: Sheet, step: Step, content: DescribeReferral) -> tuple[DescribeReferral, list[FieldError]]:
    """The report with what this step says in the place of what it said; and what is wrong, by field of the form.

    With errors the report is the one that was there.
    """
    changes, parts = _plain(sheet, step), _parts(sheet, step, content)
    errors = [FieldError(one, _("bevat een teken dat niet te bewaren is")) for one in _unkeepable(sheet)]
    errors += [error for one in parts.values() for error in one.errors]
    changes |= {name: one.parts for name, one in parts.items()}
    if "problems" in changes:
        changes["life_domains"] = _life_domains(content, changes["problems"])
    try:
        made = DescribeReferral.model_validate(content.model_dump() | changes)
    except ValidationError as wrong:
        found = [_error(one, parts) for one in wrong.errors()]
        errors += [one for one in found if one.field not in {each.field for each in errors}]
    return (content, errors) if errors else (made, [])


def _plain(sheet: Sheet, step: Step) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for name in FIELDS[step]:
        value = sheet.get(NAMES[name])
        if name == "criteria":
            changes[name] = {one: sheet[f"criteria-{one}"] for one in "abcd"}
        elif name == "discussed":
            changes[name] = {"ja": True, "nee": False}.get(str(value))
        elif name == _LINES:
            changes[name] = [line for one in str(value).split("\n") if (line := one.strip())]
        elif name not in _APART:
            changes[name] = value
    return changes


def _parts(sheet: Sheet, step: Step, content: DescribeReferral) -> dict[str, Told]:
    match step:
        case Step.PEOPLE:
            people = rows.told_people(sheet["personen"], content)
            return {"subjects": people, "relations": rows.told_relations(sheet["relaties"], people)}
        case Step.SITUATION:
            incidents = rows.told_incidents(sheet["incidenten"], content)
            return {"problems": rows.told_problems(sheet["problemen"]), "incidents": incidents}
        case Step.TRIED:
            return {"partners": rows.told_partners(sheet["partners"])}
        case _:
            return {}


def _life_domains(content: DescribeReferral, problems: Sequence[Row]) -> list[str]:
    """Those of the problems, and whatever was named besides."""
    before = {one.life_domain for one in content.problems}
    now = [one["life_domain"] for one in problems]
    kept = [one for one in content.life_domains if one not in before or one in now]
    return list(dict.fromkeys(kept + now))


def _unkeepable(sheet: Sheet) -> list[str]:
    found = [name for name, value in sheet.items() if isinstance(value, str) and "\0" in value]
    for kind in COLUMNS:
        found += [
            f"{kind}-{number}-{name}" for number, row in enumerate(sheet.get(kind, ()), start=1)
            for name, value in row.items() if "\0" in value
        ]  # fmt: skip
    return found


def _error(error: Any, parts: Mapping[str, Told]) -> FieldError:  # noqa: ANN401 - as pydantic tells it
    """What the validation found, at the field of the form."""
    place, message = error["loc"], said(error)[1]
    name = str(place[0])
    if place[-1] == "bsn" and error["type"] == "string_pattern_mismatch":
        message = _("een burgerservicenummer heeft negen cijfers")
    if name in parts and len(place) > 2 and place[1] < len(parts[name].rows):  # noqa: PLR2004 - part, place, field
        row = parts[name].rows[place[1]]
        return FieldError(f"{NAMES[name]}-{row}-{_COLUMN.get(str(place[2]), place[2])}", message)
    if name == "criteria" and len(place) > 1:
        return FieldError(f"criteria-{place[1]}", message)
    return FieldError(NAMES.get(name, name), message)


def at_field(error: FieldError) -> FieldError:
    """A refusal of the casebook at its field of the form: `relaties[0]` is the first row, `criteria.a` its text."""
    row = re.fullmatch(r"(\w+)\[(\d+)\]", error.field)
    if row:
        return FieldError(f"{row[1]}-{int(row[2]) + 1}-{COLUMNS.get(row[1], ('',))[0]}", error.message)
    return FieldError(error.field.replace(".", "-"), error.message)
