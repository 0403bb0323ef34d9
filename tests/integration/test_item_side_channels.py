"""What is hidden cannot be told from what is not there: by an answer, a list, a page, a key, or the time it takes."""

import math
import os
from statistics import median
from time import perf_counter
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from models.tables.base import new_id
from models.words import Phase
from tests.conftest import Databases
from tests.doors import Door
from tests.eyes import ids_of, seen
from tests.factories import Story, a_case, an_item
from tests.integration.test_api_rights import operations

ITEM = {"categorie": "zorg", "tekst": "stabiel sinds mei"}
N = 2000 if os.environ.get("POLS_CHAOS") == "full" else 300  #: of each, for the time it takes
#: a difference in the medians that could be told apart over a network; the database answers in a fraction of it
TELLING_MS = 2.0
TELLING_P = 1e-3  #: and one that does not come about by what else the machine is doing
#: every key that must be unique and holds something people fill in, with why a clash tells nobody anything
UNIQUE = {
    "uq_house_slug": "set by the operator",
    "uq_organisation_house_id_name": "organisations are no secret within their house",
    "uq_person_house_id_email": "set by the operator",
    "uq_cases_house_id_number": "made by Pols",
    "uq_referral_reporter_organisation_id_message_id": "of the own organisation only",
    "uq_idempotency_key_person_id_key": "of the own person only",
    "uq_document_case_id_kind_ref": "made by Pols",
    "uq_outbox_key": "made by Pols",
    "uq_local_account_login": "set by the operator",
    "uq_identity_person_id_issuer": "made by Pols",
    "uq_journal_entry_case_id_visit_id_key": "made by Pols",
    "uq_reference_code": "drawn by Pols",
    "ix_calendar_event_occasion": "made by Pols, of the own person only",
    "ix_contact_way_open": "of the own person only",
    "ix_subscription_open": "of systems, set by who keeps the house",
    "ix_sitting_occasion": "of who plans meetings only",
    "ix_designation_change_open": "of who keeps the house only",
}


@pytest.fixture
async def story(door: Door, db: Databases) -> Story:
    return await a_case(db.web, door.house, Phase.FOCUSOVERLEG)


def plain(answer: httpx2.Response, path: str) -> tuple[Any, ...]:
    """All of an answer but the address it repeats."""
    headers = {name: value for name, value in answer.headers.items() if name != "date"}
    return answer.status_code, answer.text.replace(path, "PATH"), headers


def with_item() -> list[str]:
    return [name for name in operations() if "{informatieId}" in name]


@pytest.mark.parametrize("operation", with_item())
async def test_a_hidden_item_is_answered_as_one_that_is_not_there(door: Door, story: Story, operation: str) -> None:
    house = [str(door.house.organisations["politie"])]
    hidden = (await door.post("ggz", f"/casussen/{story.case_id}/informatie", ITEM | {"nietVoor": house}))["id"]
    verb, template = operation.split()
    bodies = {"PUT": ITEM, "POST": {"toelichting": "weg"}}
    places = template.replace("{id}", str(story.case_id))

    for who in ("politie", "om", "triagist", "manager", "reclassering", "beheerder"):
        answers = [
            plain(await door.call(verb, path, who, json=body), path)
            for item in (hidden, str(new_id()), "00000000-0000-4000-8000-000000000000")
            for path in [places.replace("{informatieId}", item)] for body in (bodies.get(verb), {"onbekend": 1})
        ]  # fmt: skip
        assert answers[:2] == answers[2:4] == answers[4:], who
        assert {status for status, *_ in answers} <= {400, 403, 404}


async def test_an_item_of_another_case_is_not_found_in_this_one(door: Door, db: Databases, story: Story) -> None:
    other = await a_case(db.web, door.house, Phase.MONITORING)
    item = (await door.post("ggz", f"/casussen/{other.case_id}/informatie", ITEM))["id"]

    answers = [
        plain(await door.call("GET", path, "ggz"), path)
        for path in (f"/casussen/{story.case_id}/informatie/{one}" for one in (item, new_id()))
    ]

    assert answers[0] == answers[1]
    assert answers[0][0] == 404


async def test_nothing_that_who_is_left_out_can_read_changes_with_what_is_hidden_from_them(
    own_db: Databases, roving_door: Door
) -> None:
    """Supplied, corrected and withdrawn: at every address, with every id there is, the police are answered the same."""
    door = roving_door
    story = await a_case(own_db.web, door.house, Phase.MONITORING)
    path, kept = f"/casussen/{story.case_id}/informatie", [str(door.house.organisations["politie"])]
    await door.post("ggz", path, ITEM)
    made = await door.post("ggz", path, ITEM | {"nietVoor": kept})
    await door.post("ggz", f"{path}/{made['id']}/intrekkingen", {"toelichting": "eerst"}, 204)
    before_ids = await ids_of(own_db, door.house)
    before = {one: plain(answer, one) for one, answer in (await seen(door, "politie", before_ids)).items()}

    hidden = (await door.post("ggz", path, ITEM | {"nietVoor": kept, "categorie": "gezondheid"}))["id"]
    await door.call("PUT", f"{path}/{hidden}", "ggz", json=ITEM | {"nietVoor": kept, "tekst": "anders"})
    await door.post("ggz", f"{path}/{hidden}/intrekkingen", {"toelichting": "onjuist"}, 204)

    after = {one: plain(answer, one) for one, answer in (await seen(door, "politie", before_ids)).items()}
    assert {one for one in before if before[one] != after[one]} == set()
    assert sum(one[0] == 200 for one in before.values()) > 20, "almost nothing is read: this would prove little"
    gemeente = await door.get("gemeente", f"/casussen/{story.case_id}/tijdlijn")
    assert "Informatie gecorrigeerd door GGZ Westerveen" in str(gemeente)


@pytest.mark.parametrize("size", [1, 2, 5])
async def test_pages_are_full_of_what_may_be_read_and_end_where_that_ends(door: Door, story: Story, size: int) -> None:
    async with story.acting("ggz") as work:
        for number in range(30):
            an_item(work, story, "ggz", body=f"nummer {number}", excluded=("politie",) if number % 3 else ())
    whole = [f"nummer {number}" for number in range(0, 30, 3)]
    path, read = f"/casussen/{story.case_id}/informatie", []
    after: dict[str, str] = {}

    while True:
        page = await door.get("politie", path, paginaGrootte=size, **after)
        read += [one["tekst"] for one in page["resultaten"]]
        if page["volgende"] is None:
            break
        assert len(page["resultaten"]) == size
        after = {"na": page["volgende"]}

    assert sorted(read) == sorted(whole)


async def test_no_unique_key_answers_a_question_about_a_person(db: Databases) -> None:
    async with db.owner.engine.connect() as connection:
        rows = await connection.execute(
            text("""
                SELECT i.relname, array_agg(format_type(a.atttypid, NULL) ORDER BY a.attnum) AS types
                FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
                JOIN pg_attribute a ON a.attrelid = i.oid
                WHERE x.indisunique AND NOT x.indisprimary AND i.relnamespace = 'public'::regnamespace
                GROUP BY i.relname
            """)
        )
        found = {row.relname: set(row.types) for row in rows}

    words = {name for name, types in found.items() if types - {"uuid", "bytea", "integer", "character varying"}}
    assert words == set(UNIQUE)
    assert not any("bsn" in name or name.startswith(("uq_info_item", "uq_subject_address")) for name in found)


async def test_the_same_person_is_reported_twice_without_either_hearing_of_the_other(door: Door, db: Databases) -> None:
    first = await a_case(db.web, door.house, Phase.REGIE)

    second = await a_case(db.web, door.house, Phase.SCREENING)

    for story in (first, second):
        async with story.acting("politie") as work:
            people = await work.session.scalars(
                text("SELECT bsn FROM subject WHERE case_id = :c"), {"c": story.case_id}
            )
            assert people.all() == ["999990044"]


def compared(left: list[float], right: list[float]) -> float:
    """The two-sided p of Mann and Whitney, by the normal approximation: how usual is this without a difference."""
    ranked = sorted((value, side) for side, values in ((0, left), (1, right)) for value in values)
    ranks = sum(place for place, (_, side) in enumerate(ranked, start=1) if side == 0)
    n, m = len(left), len(right)
    u = ranks - n * (n + 1) / 2
    z = (u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
    return math.erfc(abs(z) / math.sqrt(2))


def test_the_comparison_sees_a_difference_that_is_there_and_none_that_is_not() -> None:
    same = [float(one) for one in range(1000)]

    assert compared(same, [one + 0.5 for one in same]) > 0.5
    assert compared(same, [one + 100 for one in same]) < 1e-6


async def test_a_hidden_item_takes_as_long_as_one_that_is_not_there(
    door: Door, story: Story, record_property: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Equality, not speed: by turns, so that what else goes on slows both; medians, so that a pause counts once."""
    path, kept = f"/casussen/{story.case_id}/informatie", [str(door.house.organisations["politie"])]
    hidden = (await door.post("ggz", path, ITEM | {"nietVoor": kept}))["id"]
    took: dict[str, list[float]] = {"hidden": [], "absent": []}

    for turn in range(N):
        for which in ("hidden", "absent") if turn % 2 else ("absent", "hidden"):
            one = hidden if which == "hidden" else new_id()
            begun = perf_counter()
            answer = await door.call("GET", f"{path}/{one}", "politie")
            took[which].append((perf_counter() - begun) * 1000)
            assert answer.status_code == 404

    delta = median(took["hidden"]) - median(took["absent"])
    p = compared(took["hidden"], took["absent"])
    record_property("p", p)
    record_property("delta_ms", delta)
    with capsys.disabled():
        print(f"\nhidden against absent, n = {N} of each: p = {p:.3g}, delta of the medians = {delta:.3f} ms")  # noqa: T201
    assert p > TELLING_P or abs(delta) < TELLING_MS, "a difference that is both there and large enough to measure"
