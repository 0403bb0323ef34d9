"""The newest cases of a house are found from an index of that house, whatever its statistics say."""

from alembic import op

revision = "2026_11_30_newest"
down_revision = "2026_11_27_agenda"

INDEXES = {
    "ix_cases_house_id": "(house_id, reported_at, id)",
    "ix_cases_house_phase": "(house_id, phase, reported_at, id)",
    "ix_cases_open": "(house_id, phase, reported_at, id) WHERE closed_at IS NULL",
}
# Policies are joined by OR. Only what each of them asks is left to an index, and all but these ask for the house.
BY_LINK = {
    "cases": "id = (SELECT pols_link_case())",
    "duty": "id = (SELECT pols_link_duty())",
    "answer": "duty_id = (SELECT pols_link_duty()) AND (SELECT pols_link_proven())",
}


def upgrade() -> None:
    """In order of their key, cases also stand in the index of the key itself, through those of all other houses."""
    for name, what in INDEXES.items():
        op.execute(f"DROP INDEX {name}")
        op.execute(f"CREATE INDEX {name} ON cases {what}")
    for table, whose in BY_LINK.items():
        op.execute(f"ALTER POLICY by_link ON {table} USING (house_id = (SELECT pols_house()) AND {whose})")
