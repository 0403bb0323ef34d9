"""What a test changes in the rows that only the engine may change, as no verb would."""

from typing import Any

from sqlalchemy import text

from tests.conftest import Databases


async def behind(db: Databases, statement: str, **facts: Any) -> None:
    """Change something of the process behind everybody's back."""
    async with db.engine.engine.begin() as connection:
        done = await connection.execute(text(statement), facts)
        assert done.rowcount, "nothing was changed: this test would prove nothing"
