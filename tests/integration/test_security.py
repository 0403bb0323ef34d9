"""The second fence: what the catalogue says, what a connection without context sees, and what cannot be done at all."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from models.actors import ENGINE
from models.casebook import leases
from models.casebook.frame import audit
from models.refusals import LeaseLost
from models.tables.cases import Case
from models.transactions import Database, HeldLease, held_lease, unit_of_work
from models.words import DecisionKind as D
from models.words import Phase
from tests.conftest import Databases
from tests.everything import reveal, rows
from tests.factories import AHouse, a_case, a_house, a_report

#: what admits somebody of the web to these tables without asking for the house
HOUSELESS = """
    SELECT tablename || '.' || policyname FROM pg_policies
    WHERE schemaname = 'public' AND tablename IN ('cases', 'duty') AND roles = '{pols_web}'
      AND permissive = 'PERMISSIVE' AND cmd IN ('ALL', 'SELECT')
      AND qual NOT LIKE '%house_id = ( SELECT pols_house() AS pols_house)%'
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"
DEFINERS = {
    "pols_stands_to", "pols_sign_in", "pols_open_session", "pols_close_session", "pols_house_by_slug",
    "pols_erase_report", "pols_files_of", "pols_account", "pols_own_factor", "pols_take_step",
    "pols_open_account_session", "pols_invited", "pols_enrolling", "pols_enrolled", "pols_bind",
    "pols_open_identity_session", "pols_confirm_identity", "pols_shut_out", "pols_forget_sign_ins",
    "pols_is_shut", "pols_may_find", "pols_may_find_in", "pols_brake", "pols_is_fit",
    "pols_undesignated", "pols_hears", "pols_duty_events", "pols_meeting_events",
    "pols_assigned", "pols_kept_from", "pols_coordinates", "pols_works_on",
    "pols_link", "pols_link_opened", "pols_link_answered", "pols_link_prove", "pols_own_pin", "pols_codes_of",
    "pols_open_by_code", "pols_links_follow", "pols_links_end", "pols_forget_links",
    "pols_feed_holder", "pols_has_criteria", "pols_coached", "pols_reinflow",
    "pols_figures", "pols_account_states",
}  # fmt: skip

#: what the engine can read nothing of, and the columns it cannot read of what it conducts
NOT_FOR_THE_ENGINE = {
    "info_item", "progress", "criterion_judgement", "subject_relation",
    "support_question", "api_token", "web_session", "erased_report", "attachment", "referral_version", "meeting_series",
    "local_account", "identity", "known_device", "sign_in_budget", "sign_in_flow",
    "info_item_version", "subject_address", "subject_protection", "meeting_place", "brake_count",
    "answer_pin", "guest", "handed_item", "risk_assessment",
    "calendar_feed",
    "information_request", "coherence",
    "goal", "commitment_need", "plan_version", "planned",
    "minute_line", "minute_draft", "minute_version", "minute_version_line", "item_conflict",
    "plan_conflict",
    "sitting", "sitting_slot",
    "handover", "handover_line", "rereferral_criterion", "watch", "escalation",
    "trajectory", "trajectory_goal", "contact_moment", "erased_visit",
    "designation_change",
}  # fmt: skip
CONTENT = {
    "decision.reason", "decision.facts", "answer.note", "answer.spoke_to", "answer.facts", "commitment.body",
    "idempotency_key.id", "idempotency_key.house_id", "idempotency_key.person_id", "idempotency_key.key",
    "idempotency_key.fingerprint", "idempotency_key.status", "idempotency_key.headers", "idempotency_key.body",
    *(f"glass.{one}" for one in (
        "reason", "asked_at", "code_hash", "tries", "confirmed_by", "verdict", "review", "reviewed_at", "reviewed_by",
    )),
    *(f"contact_way.{one}" for one in ("made_at", "code_hash", "code_until", "tries", "codes", "ended_by")),
    "commitment.replaces_id", "hold.reason", "term_change.reason", "person.screened_until", "person.trained_until",
    *(f"private_answer.{one}" for one in (
        "id", "house_id", "case_id", "outcome", "why", "note", "at", "registered_by",
    )),
    *(f"commitment.{one}" for one in (
        "replaces_id", "goal_id", "intervention", "subject_id", "statutory_task", "starts_on", "condition",
        "condition_at", "informed", "result", "delay_reason", "excluded", "only_for",
    )),
    "answer_link.token_hash", "answer_link.code_hash", "answer_link.factor_hash",
}  # fmt: skip


async def asked(database: Database, statement: str, **facts: object) -> list[tuple[object, ...]]:
    """What a plain connection answers, without any context."""
    async with database.engine.begin() as connection:
        return [tuple(row) for row in await connection.execute(text(statement), facts)]


# The catalogue


async def test_every_table_has_row_level_security_and_is_forced_to_it(db: Databases) -> None:
    found = await asked(
        db.owner,
        "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relkind IN ('r', 'p')"
        " AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'",
    )

    assert len(found) > 30
    assert [name for name, enabled, forced in found if not (enabled and forced)] == []


async def test_there_is_no_view_that_could_step_over_it(db: Databases) -> None:
    found = await asked(
        db.owner,
        "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm', 'f') AND relnamespace = 'public'::regnamespace",
    )

    assert found == []


async def test_no_role_of_ours_is_a_superuser_or_steps_over_security(db: Databases) -> None:
    found = await asked(db.owner, "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname LIKE 'pols%'")

    assert {"pols_web", "pols_engine", "pols_owner"} <= {name for name, *_ in found}
    assert [name for name, *rights in found if any(rights)] == []


async def test_the_roles_that_serve_people_and_the_engine_own_nothing(db: Databases) -> None:
    owners = await asked(db.owner, "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")

    assert owners == [("pols_owner",)]


async def test_every_pool_connects_as_the_role_it_says(db: Databases) -> None:
    for database, role in ((db.owner, "pols_owner"), (db.web, "pols_web"), (db.engine, "pols_engine")):
        found = await asked(
            database,
            "SELECT current_user::text, session_user::text, rolsuper FROM pg_roles WHERE rolname = current_user",
        )
        assert found == [(role, role, False)]


async def test_nobody_is_given_anything_by_default(db: Databases) -> None:
    granted = await asked(
        db.owner,
        "SELECT relname FROM pg_class, aclexplode(relacl) AS acl WHERE relnamespace = 'public'::regnamespace"
        " AND acl.grantee = 0",
    )

    assert granted == []


async def test_the_functions_that_step_over_security_are_these_and_no_others(db: Databases) -> None:
    found = await asked(
        db.owner, "SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
    )

    assert {name for (name,) in found} == DEFINERS


async def test_a_function_that_steps_over_security_has_a_fixed_path_and_is_not_for_everybody(db: Databases) -> None:
    found = await asked(
        db.owner,
        "SELECT proname::text, proconfig, proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) AS acl"
        " WHERE acl.grantee = 0) FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef",
    )

    assert {(name, tuple(path), public) for name, path, public in found} == {  # type: ignore[arg-type]
        (name, ("search_path=public",), False) for name in DEFINERS
    }


async def test_nobody_truncates_or_refers_past_security(db: Databases) -> None:
    found = await asked(
        db.owner,
        "SELECT grantee, table_name, privilege_type FROM information_schema.role_table_grants"
        " WHERE grantee IN ('pols_web', 'pols_engine') AND privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER')",
    )

    assert found == []


# Without context


async def visible(database: Database) -> dict[str, int]:
    """How many rows of each table a connection sees without context; a table it may not ask counts as none."""
    seen = {}
    for (table,) in await asked(database, TABLES):
        may = await asked(database, "SELECT has_table_privilege(current_user, :t, 'SELECT')", t=table)
        seen[str(table)] = (await asked(database, f"SELECT count(*) FROM {table}"))[0][0] if may == [(True,)] else 0
    return {table: count for table, count in seen.items() if isinstance(count, int) and count}


async def test_without_context_the_doors_see_nothing_but_the_clock(db: Databases, house: AHouse) -> None:
    await a_case(db.web, house, Phase.MONITORING)

    assert await visible(db.web) == {"clock": 1}


async def test_without_a_person_the_engine_sees_no_report_no_person_and_no_document(
    db: Databases, house: AHouse
) -> None:
    await a_case(db.web, house, Phase.MONITORING)

    seen = await visible(db.engine)

    assert {"cases", "duty", "rung"} <= seen.keys()
    assert seen.keys() & {"referral", "subject", "document"} == set()


async def test_the_engine_has_no_right_to_content(db: Databases) -> None:
    found = await asked(
        db.owner,
        "SELECT table_name, column_name FROM information_schema.columns c WHERE table_schema = 'public'"
        " AND table_name <> 'alembic_version' AND NOT has_column_privilege("
        "'pols_engine', quote_ident(table_name), column_name, 'SELECT')",
    )

    whole = {str(table) for table, _ in found if table in NOT_FOR_THE_ENGINE}
    parts = {f"{table}.{column}" for table, column in found if table not in NOT_FOR_THE_ENGINE}
    assert (whole, parts) == (NOT_FOR_THE_ENGINE, CONTENT)


async def test_the_doors_never_read_a_token_or_a_session(db: Databases) -> None:
    for what in (
        "token_hash FROM api_token", "secret_hash FROM web_session", "1 FROM engine_run", "1 FROM audit_seal",
        "1 FROM local_account", "1 FROM identity", "1 FROM answer_link", "pin_hash FROM answer_pin",
        "1 FROM local_account", "1 FROM identity", "token_hash FROM calendar_feed",
    ):  # fmt: skip
        with pytest.raises(ProgrammingError, match="permission denied"):
            await asked(db.web, f"SELECT {what}")


# One connection, many people


async def test_no_context_leaks_from_one_unit_of_work_to_another(db: Databases) -> None:
    small = Database(str(db.web.engine.url.render_as_string(hide_password=False)), pool_size=2)
    houses = [await a_house(db.owner), await a_house(db.owner)]
    stories = [await a_report(db.web, house) for house in houses]

    async def look(number: int) -> bool:
        house, own = houses[number % 2], stories[number % 2]
        async with unit_of_work(house.actors["triagist"], small) as work:
            first = await work.session.scalar(text("SELECT pols_house()"))
            await asyncio.sleep(0)
            seen = list(await work.session.scalars(select(Case.id)))
        return (first, seen) == (house.id, [own.case_id])

    try:
        assert all(await asyncio.gather(*(look(number) for number in range(60))))
        assert await visible(small) == {"clock": 1}
    finally:
        await small.close()


async def test_a_unit_of_work_that_is_cancelled_leaves_no_context_behind(db: Databases, house: AHouse) -> None:
    small = Database(str(db.web.engine.url.render_as_string(hide_password=False)), pool_size=1)
    await a_report(db.web, house)
    inside = asyncio.Event()

    async def never_ends() -> None:
        async with unit_of_work(house.actors["triagist"], small) as work:
            await work.session.scalars(select(Case.id))
            inside.set()
            await asyncio.Event().wait()

    try:
        task = asyncio.create_task(never_ends())
        await inside.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await visible(small) == {"clock": 1}
    finally:
        await small.close()


# Written once


@pytest.mark.parametrize("table", ["audit_line", "audit_seal", "processing", "decision"])
async def test_nobody_changes_what_was_written_once(db: Databases, house: AHouse, table: str) -> None:
    await a_case(db.web, house, Phase.SCREENING)

    column = "chain" if table == "audit_seal" else "house_id"
    changes = f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"
    for database in (db.web, db.engine):
        for change in changes:
            with pytest.raises(ProgrammingError, match=r"permission denied|does not exist"):
                await asked(database, f"WITH x AS ({change} RETURNING 1) SELECT 1" if "TRUNC" not in change else change)
    for change in (
        f"UPDATE {table} SET {'seq' if table == 'audit_seal' else 'id'} = DEFAULT",
        f"TRUNCATE {table} CASCADE",
    ):
        with pytest.raises(IntegrityError, match="is written once"):
            async with db.owner.engine.begin() as connection:
                await connection.execute(text(change))


async def test_the_log_cannot_be_deleted_and_a_decision_only_with_its_whole_report(own_db: Databases) -> None:
    house = await a_house(own_db.owner)
    await a_case(own_db.web, house, Phase.SCREENING)
    await reveal(own_db)
    before = await rows(own_db)

    with pytest.raises(IntegrityError, match="audit_line is written once"):
        async with own_db.owner.engine.begin() as connection:
            await connection.execute(text("DELETE FROM audit_line"))
    async with own_db.owner.engine.begin() as connection:
        await connection.execute(text("DELETE FROM decision"))
        await connection.execute(text("DELETE FROM cases"))

    assert await rows(own_db) == before


async def test_nobody_writes_the_log_in_anothers_name(db: Databases, house: AHouse) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        async with unit_of_work(house.actors["politie"], db.web) as work:
            await work.session.execute(text("SELECT set_config('pols.person', :other, true)"), {
                "other": str(house.person("om")),
            })  # fmt: skip
            audit(work, "inzien", "casus", None)
            await work.session.flush()


async def test_the_log_is_read_by_the_privacy_officer_only(db: Databases, house: AHouse) -> None:
    await a_report(db.web, house)

    seen = {}
    for key, actor in house.actors.items():
        async with unit_of_work(actor, db.web) as work:
            seen[key] = bool(await work.session.scalar(text("SELECT count(*) FROM audit_line")))

    assert [key for key, anything in seen.items() if anything] == ["privacy"]


# The lease


@contextmanager
def holding(lease: HeldLease) -> Iterator[None]:
    token = held_lease.set(lease)
    try:
        yield
    finally:
        held_lease.reset(token)


async def test_whoever_lost_the_lease_writes_nothing(own_db: Databases) -> None:
    house = await a_house(own_db.owner)
    story = await a_report(own_db.web, house)
    async with unit_of_work(ENGINE, own_db.engine) as work:
        taken = await leases.take_next(work, "first", not_these=[])
    assert taken is not None
    stale = HeldLease(story.case_id, taken[1] - 1)
    await reveal(own_db)
    before = await rows(own_db)

    with holding(stale), pytest.raises(LeaseLost):
        async with unit_of_work(ENGINE, own_db.engine) as work:
            audit(work, "mag niet", "casus", story.case_id, house_id=house.id)

    assert await rows(own_db) == before


async def test_whoever_holds_the_lease_works_and_nobody_else_takes_it(own_db: Databases) -> None:
    house = await a_house(own_db.owner)
    story = await a_report(own_db.web, house)
    async with unit_of_work(ENGINE, own_db.engine) as work:
        taken = await leases.take_next(work, "first", not_these=[])
    assert taken == (story.case_id, 1)

    with holding(HeldLease(*taken)):
        async with unit_of_work(ENGINE, own_db.engine):
            pass
    async with unit_of_work(ENGINE, own_db.engine) as work:
        assert await leases.take_next(work, "second", not_these=[]) is None
        assert await leases.renew(work, *taken)
        assert not await leases.renew(work, story.case_id, 0)
        await leases.release(work, *taken)
    async with unit_of_work(ENGINE, own_db.engine) as work:
        assert await leases.take_next(work, "second", not_these=[story.case_id]) is None
        assert await leases.take_next(work, "second", not_these=[]) == (story.case_id, 2)


async def test_a_decision_is_taken_by_somebody_and_the_engine_only_by_rule(db: Databases, house: AHouse) -> None:
    story = await a_report(db.web, house)

    with pytest.raises(DBAPIError, match="row-level security"):
        async with unit_of_work(house.actors["politie"], db.web) as work:
            case = await work.session.get(Case, story.case_id)
            assert case is not None
            await work.session.execute(
                text(
                    "INSERT INTO decision (id, house_id, case_id, visit_id, kind, at, decided_at, registered_by,"
                    " reason, facts)"
                    " VALUES (gen_random_uuid(), :house, :case, :visit, :kind, now(), now(), :other, '', '{}')"
                ),
                {"house": house.id, "case": case.id, "visit": case.visit_id, "kind": str(D.HOLD),
                 "other": house.person("om")},
            )  # fmt: skip


async def test_every_way_to_a_case_asks_for_the_house_so_that_its_index_serves(db: Databases) -> None:
    """Policies are joined by OR: one that does not ask for it takes the index of a house from all the others."""
    assert await asked(db.owner, HOUSELESS) == []
