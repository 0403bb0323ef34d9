"""The parts of a report of which there may be several: as rows of a form, and back again."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from starlette.datastructures import FormData

from api.workplace.language import _
from models.clocks import AMSTERDAM
from models.commands.base import FIRST_YEAR, LAST_YEAR
from models.commands.referrals import (
    DescribeIncident,
    DescribePartner,
    DescribeProblem,
    DescribeReferral,
    DescribeRelation,
    DescribeSubject,
    KeepSecret,
)
from models.refusals import FieldError, InvalidFields

MOST = 50  #: rows of one kind
Row = dict[str, Any]

#: what a row of each kind holds, by the names of the interface
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "personen": ("naam", "rol", "geboortedatum", "bsn", "adres", "school", "veiligContactkanaal", "geheim"),
    "relaties": ("van", "soort", "met", "sinds", "tot"),
    "problemen": ("leefgebied", "omschrijving"),
    "incidenten": ("omschrijving", "dag", "tijd", "totDag", "totTijd", "locatie", "bron"),
    "partners": ("organisatie", "naam", "contact", "domein"),
}
#: of a person: who besides the reporter may know a secret address
KNOWING = "organisaties"
#: filled in beforehand, so no reason to keep a row
_GIVEN = frozenset({"rol"})
#: what a relation cannot do without
_NEEDED = ("van", "soort", "met")
_DAY = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})")


@dataclass
class Told:
    """What rows say: the parts in order, of which row each is, and what is wrong."""

    parts: list[Row] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    errors: list[FieldError] = field(default_factory=list)


def typed_rows(form: FormData, kind: str) -> list[Row]:
    """The rows of a form as they were typed, in their order; also the empty ones."""
    pattern = re.compile(rf"{kind}-(\d{{1,3}})-\w+")
    numbers = sorted({int(found[1]) for key in form if (found := pattern.fullmatch(key))})
    return [_typed(form, kind, number) for number in numbers[: MOST + 1]]


def _typed(form: FormData, kind: str, number: int) -> Row:
    row: Row = {name: text(form.get(f"{kind}-{number}-{name}")) for name in COLUMNS[kind]}
    if kind == "personen":
        row[KNOWING] = [told for one in form.getlist(f"{kind}-{number}-{KNOWING}") if (told := text(one))]
    return row


def text(value: object) -> str:
    """What was typed: a browser ends lines in its own way, and a space too many says nothing."""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""


def empty(kind: str) -> Row:
    """A row to fill in."""
    return dict.fromkeys(COLUMNS[kind], "") | ({"rol": "betrokkene", KNOWING: []} if kind == "personen" else {})


def is_empty(row: Row) -> bool:
    """Nothing was filled in."""
    return not any(value for name, value in row.items() if name not in _GIVEN)


# As they stand


def shown_rows(content: DescribeReferral, kind: str) -> list[Row]:
    """The rows as they are kept."""
    return [_SHOWN[kind](one) for one in getattr(content, _ATTRIBUTES[kind])]


def _person(one: DescribeSubject) -> Row:
    return {
        "naam": one.name, "rol": one.standing, "geboortedatum": written(one.born_on), "bsn": one.bsn or "",
        "adres": one.address, "school": one.school, "veiligContactkanaal": one.contact_channel,
        "geheim": "ja" if one.secret else "",
        KNOWING: [str(id_) for id_ in one.secret.organisations] if one.secret else [],
    }  # fmt: skip


def _incident(one: DescribeIncident) -> Row:
    (day, at), (until_day, until_at) = _moment(one.happened_at), _moment(one.ended_at)
    return {
        "omschrijving": one.body, "dag": day, "tijd": at, "totDag": until_day, "totTijd": until_at,
        "locatie": one.place, "bron": one.source,
    }  # fmt: skip


def written(day: date | None) -> str:
    """24-11-2026."""
    return f"{day.day:02}-{day.month:02}-{day.year}" if day else ""


def _moment(moment: datetime | None) -> tuple[str, str]:
    """A day and a time; midnight is a day of which nobody knows the time."""
    if moment is None:
        return "", ""
    local = moment.astimezone(AMSTERDAM)
    return written(local.date()), f"{local:%H:%M}" if local.time() > time(0, 0, 59) else ""


def _partner(one: DescribePartner) -> Row:
    return {"organisatie": one.organisation, "naam": one.name, "contact": one.contact, "domein": one.domain}


def _problem(one: DescribeProblem) -> Row:
    return {"leefgebied": one.life_domain, "omschrijving": one.body}


def _relation(one: DescribeRelation) -> Row:
    return {
        "van": str(one.of), "soort": one.kind.value, "met": str(one.to), "sinds": written(one.since),
        "tot": written(one.until),
    }  # fmt: skip


_SHOWN: Mapping[str, Callable[[Any], Row]] = {
    "personen": _person, "relaties": _relation, "problemen": _problem, "incidenten": _incident, "partners": _partner,
}  # fmt: skip
_ATTRIBUTES = {
    "personen": "subjects", "relaties": "relations", "problemen": "problems", "incidenten": "incidents",
    "partners": "partners",
}  # fmt: skip


# As they are told


def told_people(rows: Sequence[Row], content: DescribeReferral) -> Told:
    """The people; a secret that was kept before stays one, with the persons it names."""
    told = Told()
    for number, row in _filled(rows):
        before = next((one for one in content.subjects if _is(one, row)), None)
        kept = before.secret if before else None
        secret = {"organisations": _knowing(row, kept), "persons": kept.persons if kept else ()}
        told.parts.append({
            "name": row["naam"], "standing": row["rol"] or "betrokkene", "bsn": row["bsn"].replace(" ", "") or None,
            "born_on": _day(told, f"personen-{number}-geboortedatum", row["geboortedatum"]), "address": row["adres"],
            "school": row["school"], "contact_channel": row["veiligContactkanaal"],
            "secret": secret if row["geheim"] or kept else None,
        })  # fmt: skip
        told.rows.append(number)
    return told


def _knowing(row: Row, kept: KeepSecret | None) -> list[str]:
    """Who was named before keeps their place, so that what did not change is not a change."""
    before = [str(one) for one in kept.organisations] if kept else []
    return [*(one for one in before if one in row[KNOWING]), *(one for one in row[KNOWING] if one not in before)]


def _is(one: DescribeSubject, row: Row) -> bool:
    return one.name == row["naam"] or (one.bsn is not None and one.bsn == row["bsn"])


def told_relations(rows: Sequence[Row], people: Told) -> Told:
    """Who is what to whom; a relation with somebody who was taken away goes too."""
    places, told = {str(row): at + 1 for at, row in enumerate(people.rows)}, Told()
    for number, row in _filled(rows):
        missing = [name for name in _NEEDED if not row[name]]
        since, until = (_day(told, f"relaties-{number}-{name}", row[name]) for name in ("sinds", "tot"))
        if missing:
            told.errors += [FieldError(f"relaties-{number}-{name}", _("maak een keuze")) for name in missing]
        elif since and until and until < since:
            told.errors.append(FieldError(f"relaties-{number}-tot", _("ligt voor het begin")))
        elif row["van"] in places and row["met"] in places:
            related = {"of": places[row["van"]], "to": places[row["met"]], "kind": row["soort"]}
            told.parts.append(related | {"since": since, "until": until})
            told.rows.append(number)
    return told


def told_problems(rows: Sequence[Row]) -> Told:
    """The problems, each in a life domain."""
    told = Told()
    for number, row in _filled(rows):
        told.parts.append({"life_domain": row["leefgebied"], "body": row["omschrijving"]})
        told.rows.append(number)
    return told


def told_incidents(rows: Sequence[Row], content: DescribeReferral) -> Told:
    """What happened; a moment that was not changed stays as exact as it was."""
    known = {_moment(moment): moment for one in content.incidents for moment in (one.happened_at, one.ended_at)}
    told = Told()
    for number, row in _filled(rows):
        began = _at(told, number, row, ("dag", "tijd"), known)
        ended = _at(told, number, row, ("totDag", "totTijd"), known)
        if began and ended and (ended < began if row["totTijd"] else ended.date() < began.date()):
            told.errors.append(FieldError(f"incidenten-{number}-totDag", _("ligt voor het begin")))
        told.parts.append({
            "body": row["omschrijving"], "happened_at": began, "ended_at": ended, "place": row["locatie"],
            "source": row["bron"],
        })  # fmt: skip
        told.rows.append(number)
    return told


def told_partners(rows: Sequence[Row]) -> Told:
    """Who is already involved."""
    told = Told()
    for number, row in _filled(rows):
        told.parts.append({
            "organisation": row["organisatie"], "name": row["naam"], "contact": row["contact"], "domain": row["domein"],
        })  # fmt: skip
        told.rows.append(number)
    return told


def _filled(rows: Sequence[Row]) -> list[tuple[int, Row]]:
    return [(number, row) for number, row in enumerate(rows, start=1) if not is_empty(row)]


def _day(told: Told, place: str, value: str) -> date | None:
    if not value:
        return None
    found = _DAY.fullmatch(value)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(value)
    except ValueError:
        told.errors.append(FieldError(place, _("schrijf de datum als dag-maand-jaar, bijvoorbeeld 24-11-2026")))
        return None


def _at(
    told: Told, number: int, row: Row, names: tuple[str, str], known: Mapping[tuple[str, str], datetime | None]
) -> datetime | None:
    """A moment of a day and perhaps a time."""
    day, at = (row[name] for name in names)
    if (day, at) in known:
        return known[day, at]
    places = [f"incidenten-{number}-{name}" for name in names]
    if at and not day:
        told.errors.append(FieldError(places[0], _("vul bij een tijd ook de dag in")))
    on, found = _day(told, places[0], day), _TIME.fullmatch(at)
    try:
        hour = time(int(found[1]), int(found[2])) if found else time()
    except ValueError:
        found = None
    if at and not found:
        told.errors.append(FieldError(places[1], _("schrijf de tijd als 13:45")))
        return None
    return datetime.combine(on, hour, AMSTERDAM) if on else None


def moment_of(value: str, field: str) -> datetime | None:
    """A moment in one field: 24-11-2026 13:45. Raises InvalidFields."""
    if not value:
        return None
    day, _space, at = value.partition(" ")
    told = Told()
    found = _at(told, 1, {"dag": day, "tijd": at.strip()}, ("dag", "tijd"), {})
    if told.errors or found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise InvalidFields([FieldError(field, _("schrijf het als 24-11-2026 13:45"))])
    return found
