"""Plans are made once: every statement begins at an index, whatever it is asked."""

from alembic import op

revision = "2026_11_22_plans"
down_revision = "2026_11_22_lists"


def upgrade() -> None:
    """Planning anew took as long as asking. What is open is an index of its own, not a list of phases to weigh."""
    op.execute("CREATE INDEX ix_cases_open ON cases (house_id, phase, id) WHERE closed_at IS NULL")
    for role in ("pols_web", "pols_engine"):
        op.execute(f"ALTER ROLE {role} SET plan_cache_mode = force_generic_plan")
