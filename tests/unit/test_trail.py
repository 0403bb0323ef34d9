"""A line and its record: the same ids, never who in the record, one record for what was done about somebody."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from models import processing
from models.actors import Actor, Origin
from models.casebook import trail
from models.lookups import viewers
from models.tables.trail import AuditLine, Processing
from models.transactions import Work
from models.words import Door, LogPurpose, OrganisationKind, Role

ids = st.none() | st.uuids()
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


def written(actor: Actor, origin: Origin, **about: Any) -> dict[type, list[dict[str, Any]]]:
    session = cast("AsyncSession", SimpleNamespace(info={}))
    trail.write(Work(session, NOW, actor, origin), **about)
    found: dict[type, list[dict[str, Any]]] = {AuditLine: [], Processing: []}
    for table, rows in session.info["rows to write at the end"]:
        found[table].extend(rows)
    return found


@given(
    st.tuples(ids, ids, ids), st.sampled_from(sorted(viewers.SEEN)), st.sampled_from(["inzien", *viewers.DID]),
    st.sampled_from([trail.DONE, trail.REFUSED]),
)  # fmt: skip
def test_a_line_about_somebody_has_exactly_one_record_with_its_ids_and_nobody_in_it(
    about: tuple[UUID | None, UUID | None, UUID | None], kind: str, action: str, result: str
) -> None:
    person, case, referral = about
    actor = Actor(UUID(int=1), None, OrganisationKind.HOUSE, person, frozenset({Role.MANAGER}))
    found = written(
        actor, Origin(Door.API, "192.0.2.7"), action=action, object_kind=kind, object_id=case, case_id=case,
        referral_id=referral, house_id=None, result=result, facts={},
    )  # fmt: skip

    [line] = found[AuditLine]
    records = found[Processing]
    assert len(records) == int(result == trail.DONE and (case or referral) is not None)
    for record in records:
        assert all(record[one] == line[one] for one in ("id", "house_id", "trace_id", "span_id"))
        assert record["subject_id"] == (case or referral)
        assert not record.keys() & {"person_id", "organisation_id", "roles", "address", "via_id", "facts"}
        assert record["activity"] in processing.ACTIVITIES


def test_a_record_is_written_as_the_standard_asks() -> None:
    kept = SimpleNamespace(
        id=1, house_id="h", trace_id="a" * 32, span_id="b" * 16, parent_span_id=None, activity="casusbehandeling",
        name="inzien", status="Ok", started_at=NOW, ended_at=NOW, subject_id="s", subject_kind="casus",
    )  # fmt: skip

    made = processing.record(kept)

    assert made["start_time"] == made["end_time"] == 1795334400000
    assert made["attributes"] == {
        "dpl.core.processing_activity_id": processing.REGISTER + "casusbehandeling",
        "dpl.core.data_subject_id": "s", "dpl.core.data_subject_id_type": "casus",
    }  # fmt: skip


@given(st.lists(st.sampled_from(list(Role))), st.sampled_from(["inzien", *viewers.DID]), st.booleans())
def test_an_overview_names_functions_and_organisations_only(roles: list[Role], action: str, refused: bool) -> None:  # noqa: FBT001
    who, where, case = UUID(int=1), UUID(int=2), UUID(int=3)
    line = AuditLine(
        at=NOW, action=action, object_kind="casus", object_id=case, case_id=case, person_id=who, organisation_id=where,
        on_behalf_of=None, roles=[str(one) for one in roles], purpose=LogPurpose.COURT,
        result=trail.REFUSED if refused else trail.DONE, glass_id=UUID(int=4), facts={"naam": "Hendrik B."},
    )  # fmt: skip

    told = viewers.say(line, {where: "Politie"})

    assert told.sentence.startswith("Een ")
    assert told.sentence.endswith(" van Politie " + told.sentence.partition(" van Politie ")[2])
    assert "bijzondere toegang" in told.sentence
    assert not any(str(one) in told.sentence for one in (who, where, case, "Hendrik"))
    assert "_" not in told.sentence
    assert (told.refused, told.emergency, told.purpose) == (refused, True, "voor een rechterlijke procedure")
