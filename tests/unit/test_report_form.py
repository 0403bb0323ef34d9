"""A step of the report form takes its own fields and leaves every other one as it was."""

from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData, UploadFile

from api.workplace import report_form as form
from api.workplace import report_rows as rows
from api.workplace.report_form import Step
from models.clocks import AMSTERDAM
from models.commands.referrals import DescribeReferral
from models.words import Consequence, RelationKind, Service

#: text as a form can hold it: no characters of control, nothing to trim
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=20)
FILLED = TEXT.filter(bool)
MOMENTS = st.none() | st.datetimes(datetime(2001, 1, 1), datetime(2080, 1, 1), timezones=st.just(UTC))
SECRETS = st.none() | st.fixed_dictionaries({
    "organisations": st.lists(st.uuids(), unique=True, max_size=2), "persons": st.lists(st.uuids(), max_size=2),
})  # fmt: skip
PEOPLE = st.lists(
    st.fixed_dictionaries({
        "name": FILLED, "standing": st.sampled_from(["betrokkene", "directe_kring"]), "school": TEXT, "address": TEXT,
        "bsn": st.none() | st.from_regex(r"[0-9]{9}", fullmatch=True), "contact_channel": TEXT, "secret": SECRETS,
        "born_on": st.none() | st.dates(date(1900, 1, 1), date(2080, 1, 1)),
    }),
    max_size=3, unique_by=(lambda one: str(one["name"]), lambda one: str(one["bsn"] or one["name"])),
)  # fmt: skip
CONTENT = st.fixed_dictionaries({
    "municipality": TEXT, "themes": st.lists(FILLED, unique=True, max_size=2), "service": st.sampled_from(Service),
    "urgent": st.booleans(), "acute_safety": st.booleans(), "reporter_function": TEXT, "reporter_contact": TEXT,
    "reason": TEXT, "goal": TEXT, "situation": TEXT, "facts": TEXT, "tried": TEXT, "discussed_reason": TEXT,
    "consequences": st.lists(st.sampled_from(Consequence), unique=True), "quality_statement": st.booleans(),
    "problems": st.lists(st.fixed_dictionaries({"life_domain": FILLED, "body": FILLED}), max_size=2),
    "criminogenic_factors": st.lists(FILLED, max_size=2), "discussed": st.none() | st.booleans(),
    "incidents": st.lists(st.fixed_dictionaries({
        "body": FILLED, "happened_at": MOMENTS, "ended_at": st.none(), "place": TEXT, "source": TEXT}), max_size=2),
    "partners": st.lists(st.fixed_dictionaries({
        "organisation": FILLED, "name": TEXT, "contact": TEXT, "domain": TEXT}), max_size=2),
    "criteria": st.fixed_dictionaries(dict.fromkeys("abcd", TEXT)), "subjects": PEOPLE,
}).map(lambda told: DescribeReferral.model_validate(told | {
    "life_domains": list(dict.fromkeys(one["life_domain"] for one in told["problems"])),
    "relations": [{"of": 1, "to": 2, "kind": RelationKind.SIBLING}] if len(told["subjects"]) > 1 else [],
}))  # fmt: skip
STEPS = [step for step in Step if form.FIELDS[step]]


def sent(sheet: dict[str, Any]) -> FormData:
    """A sheet as a browser sends it."""
    pairs: list[tuple[str, UploadFile | str]] = []
    for name, value in sheet.items():
        if name in rows.COLUMNS:
            for number, row in enumerate(value, start=1):
                pairs += [(f"{name}-{number}-{column}", each) for column, told in row.items()
                          for each in (told if isinstance(told, list) else [told])]  # fmt: skip
        elif isinstance(value, list):
            pairs += [(name, one) for one in value]
        elif isinstance(value, bool):
            pairs += [(name, "ja")] if value else []
        else:
            pairs.append((name, value.replace("\n", "\r\n")))
    return FormData(pairs)


@given(content=CONTENT, step=st.sampled_from(STEPS))
def test_what_is_sent_back_as_it_was_shown_changes_nothing(content: DescribeReferral, step: Step) -> None:
    sheet = form.typed(sent(form.shown(content, step)), step)

    assert form.told(sheet, step, content) == (content, [])


@given(content=CONTENT, other=CONTENT, step=st.sampled_from(STEPS))
def test_a_step_leaves_every_field_of_the_other_steps_as_it_was(
    content: DescribeReferral, other: DescribeReferral, step: Step
) -> None:
    sheet = form.typed(sent(form.shown(other, step)), step)

    made, errors = form.told(sheet, step, content)

    assert errors == []
    apart = set(DescribeReferral.model_fields) - set(form.FIELDS[step])
    assert {name: getattr(made, name) for name in apart} == {name: getattr(content, name) for name in apart}


def test_every_field_of_a_report_is_asked_on_one_step() -> None:
    asked = [name for names in form.FIELDS.values() for name in names]

    assert sorted(asked) == sorted(DescribeReferral.model_fields)


@given(content=CONTENT, other=CONTENT)
def test_a_change_of_another_step_is_no_change_of_this_one(content: DescribeReferral, other: DescribeReferral) -> None:
    changed = content.model_copy(update={"tried": other.tried + "x"})

    assert form.read_mark(changed, Step.TRIED) != form.read_mark(content.model_copy(update={"tried": ""}), Step.TRIED)
    assert form.read_mark(changed, Step.ABOUT) == form.read_mark(content, Step.ABOUT)


def about(step: Step, **typed: str) -> list[tuple[str, str]]:
    """The errors of a step of an empty report in which this was typed."""
    sheet = form.typed(FormData([(name.replace("_", "-"), value) for name, value in typed.items()]), step)
    return [(one.field, one.message) for one in form.told(sheet, step, DescribeReferral())[1]]


@pytest.mark.parametrize(
    ("step", "typed", "field"),
    [
        (Step.PEOPLE, {"personen_1_adres": "Dorpsstraat 4"}, "personen-1-naam"),
        (Step.PEOPLE, {"personen_1_naam": "A", "personen_2_naam": "B", "personen_2_bsn": "12"}, "personen-2-bsn"),
        (Step.PEOPLE, {"personen_1_naam": "A", "personen_1_geboortedatum": "31-02-1980"}, "personen-1-geboortedatum"),
        (Step.PEOPLE, {"personen_1_naam": "A", "relaties_1_van": "1", "relaties_1_met": "1"}, "relaties-1-soort"),
        (Step.SITUATION, {"problemen_1_omschrijving": "schulden"}, "problemen-1-leefgebied"),
        (Step.SITUATION, {"incidenten_1_omschrijving": "ruit", "incidenten_1_tijd": "10:00"}, "incidenten-1-dag"),
        (Step.SITUATION, {"incidenten_1_omschrijving": "x", "incidenten_1_dag": "1-1-2026",
                          "incidenten_1_tijd": "25:00"}, "incidenten-1-tijd"),
        (Step.SITUATION, {"incidenten_1_omschrijving": "x", "incidenten_1_dag": "2-1-2026",
                          "incidenten_1_totDag": "1-1-2026"}, "incidenten-1-totDag"),
        (Step.SITUATION, {"reden": "nul\0teken"}, "reden"),
        (Step.ABOUT, {"functieMelder": "x" * 501}, "functieMelder"),
        (Step.CRITERIA, {"criteria_b": "x" * 50_001}, "criteria-b"),
        (Step.WISH, {"dienst": "tovenarij"}, "dienst"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(step: Step, typed: dict[str, str], field: str) -> None:
    if step is Step.WISH:
        typed = typed | {"doel": "x"}

    assert field in [name for name, _message in about(step, **typed)], urlencode(typed)


def test_a_row_taken_away_takes_its_relations_along() -> None:
    people = [{"name": name} for name in ("Ans", "Bob", "Cor")]
    relations = [{"of": 1, "to": 2, "kind": "partner"}, {"of": 1, "to": 3, "kind": "ouder"}]
    content = DescribeReferral.model_validate({"subjects": people, "relations": relations})

    made, errors = form.told(form.without(form.shown(content, Step.PEOPLE), "personen", 2), Step.PEOPLE, content)

    assert errors == []
    assert [one.name for one in made.subjects] == ["Ans", "Cor"]
    assert [(one.of, one.to, one.kind) for one in made.relations] == [(1, 2, "ouder")]


def test_a_secret_that_is_kept_cannot_be_left_out_of_the_form() -> None:
    secret = {"organisations": [UUID(int=1)], "persons": [UUID(int=2)]}
    content = DescribeReferral.model_validate({"subjects": [{"name": "Samira", "secret": secret}]})
    sheet = form.shown(content, Step.PEOPLE)
    sheet["personen"][0]["geheim"] = ""

    made, _errors = form.told(sheet, Step.PEOPLE, content)

    assert made.subjects == content.subjects


def test_a_moment_of_which_only_the_day_is_known_begins_that_day() -> None:
    sheet = form.shown(DescribeReferral(), Step.SITUATION)
    sheet["incidenten"] = [rows.empty("incidenten") | {"omschrijving": "ruit", "dag": "5-6-2026"}]

    made, _errors = form.told(sheet, Step.SITUATION, DescribeReferral())

    assert made.incidents[0].happened_at == datetime.combine(date(2026, 6, 5), time(), AMSTERDAM)
    assert form.shown(made, Step.SITUATION)["incidenten"][0]["tijd"] == ""


@pytest.mark.parametrize(
    ("field", "step"),
    [("gemeente", Step.ABOUT), ("criteria.a", Step.CRITERIA), ("relaties[0]", Step.PEOPLE), ("personen", Step.PEOPLE),
     ("besprokenMetBetrokkene", Step.WISH), ("onbekend", Step.CHECK)],
)  # fmt: skip
def test_a_field_is_found_on_its_step(field: str, step: Step) -> None:
    assert form.step_with(field) is step
