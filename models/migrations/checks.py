"""What several migrations do alike: let a CHECK of closed words admit more of them."""

import re

from alembic import op
from sqlalchemy import text


def admit(table: str, constraint: str, *values: str) -> None:
    """Add values to a CHECK on a column with words; what it admits already stays, so the order of steps is free.

    Raises ValueError when the constraint is not a list of words.
    """
    definition = (
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :n AND conrelid = CAST(:t AS regclass)"
    )
    found = op.get_bind().scalar(text(definition), {"n": constraint, "t": table})
    column = re.search(r"\(+(\w+)\)", str(found))
    if column is None:
        msg = f"{constraint} on {table} is no list of words: {found}"
        raise ValueError(msg)
    words = list(dict.fromkeys([*re.findall(r"'([^']*)'", str(found)), *values]))
    listed = ", ".join(f"'{one}'" for one in words)
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} CHECK ({column[1]} IN ({listed}))")
