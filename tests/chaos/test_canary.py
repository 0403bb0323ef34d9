"""Personal data stay in the case database: a canary in every text is nowhere else."""

from pathlib import Path
from typing import Any

import pytest

from models.commands import DescribeSubject
from models.words import Phase
from tests import factories
from tests.chaos.conftest import Broken

pytestmark = pytest.mark.chaos

CANARY = "Kanarievogel"
BSN = "999990093"
HAYSTACKS = "SELECT tablename AS table_name FROM pg_tables WHERE schemaname = 'public'"
#: the tables of the case database where text about people belongs
CONTENT = {
    "referral", "subject", "subject_address", "decision", "answer", "info_item", "info_item_version", "document",
    "commitment", "criterion_judgement", "progress", "support_question", "meeting", "meeting_place", "hold", "person",
    "organisation", "house",
}  # fmt: skip


async def test_no_personal_data_reach_prefect_its_logs_its_events_or_the_mail(broken: Broken) -> None:
    worker = await broken.worker(PREFECT_LOGGING_LEVEL="DEBUG")
    texts = dict.fromkeys(("reason", "goal", "situation", "tried", "facts", "discussed_reason"), CANARY)
    subject = DescribeSubject(name=CANARY, bsn=BSN, address=CANARY)
    story = await factories.a_case(broken.web, broken.house, Phase.CLOSED, subjects=(subject,), **texts)
    await broken.databases.shift(180)
    await broken.at_rest(within=120)

    assert await _tables_with(broken, "pols", {CANARY, BSN}) - CONTENT == set()
    assert await _tables_with(broken, "pols", {CANARY, BSN}), "the canary is nowhere: this would prove nothing"
    engine_tables = await _tables_with(broken, "pols_prefect", {str(story.case_id)})
    assert engine_tables, "the case is not in Prefect's database: this would prove nothing"
    assert await _tables_with(broken, "pols_prefect", {CANARY, BSN}) == set()
    assert _files_with(broken.stack.state, {CANARY, BSN}) == []
    await worker.stop()


async def _tables_with(broken: Broken, database: str, needles: set[str]) -> set[str]:
    """Every table of a database that holds one of these strings in any column."""
    connection = await broken.stack.server.connect(database=database)
    try:
        names = [row["table_name"] for row in await connection.fetch(HAYSTACKS)]
        found: set[str] = set()
        for name in names:
            for needle in needles:
                query = f'SELECT 1 FROM "{name}" AS t WHERE t::text LIKE $1 LIMIT 1'
                if await connection.fetchval(query, f"%{needle}%"):
                    found.add(name)
        return found
    finally:
        await connection.close()


def _files_with(directory: Path, needles: set[str]) -> list[Any]:
    """Every file below a directory, PostgreSQL's own data apart, that holds one of these strings."""
    candidates = [one for one in directory.rglob("*") if one.is_file() and "postgres/data" not in str(one)]
    assert any(one.suffix == ".eml" for one in candidates), "no mail was kept: this would prove nothing"
    return [one for one in candidates if any(needle.encode() in one.read_bytes() for needle in needles)]


async def test_an_exception_full_of_personal_data_leaves_only_its_class_behind(broken: Broken) -> None:
    """The database itself refuses a message, in words that name the person: what a driver's error can look like."""
    words = f"RAISE EXCEPTION 'mislukt voor {CANARY} {BSN}'"
    owner = await broken.stack.server.connect(database="pols")
    await owner.execute(f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {words}; END $$")
    await owner.execute("CREATE TRIGGER refuse BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION refuse()")
    worker = await broken.worker(PREFECT_LOGGING_LEVEL="DEBUG", POLS_RECORD_TASKS="true")
    story = await factories.a_report(broken.web, broken.house)

    await broken.until("EXISTS (SELECT FROM journal_entry WHERE case_id = :c AND code IS NOT NULL)", c=story.case_id)
    codes = await broken.rows("SELECT DISTINCT code FROM journal_entry WHERE case_id = :c AND code IS NOT NULL",
                              c=story.case_id)  # fmt: skip
    await owner.execute("DROP TRIGGER refuse ON outbox")
    await owner.close()
    await broken.at_rest(within=90)  # the retry is a wake: nothing was lost

    assert all(one.code.endswith(("Error", "Exception")) for one in codes)
    assert await _tables_with(broken, "pols_prefect", {CANARY, BSN}) == set()
    assert [one for one in _files_with(broken.stack.state, {CANARY, BSN}) if "postgres" not in one.name] == []
    await worker.stop()
