"""Jobs get a name, a batch, a place in the queue, a device, attempts, and a bin."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("name", sa.String(200), nullable=True))
    op.add_column("jobs", sa.Column("batch", sa.String(32), nullable=True))
    op.add_column("jobs", sa.Column("position", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("turn", sa.Integer(), nullable=True))
    op.add_column("jobs", sa.Column("slot", sa.String(20), nullable=True))
    op.add_column("jobs", sa.Column("attempt", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("jobs", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_jobs_batch", "jobs", ["batch"])
    # Until now the oldest came first.
    op.execute("UPDATE jobs SET position = 1 + (SELECT COUNT(*) FROM jobs AS o WHERE o.queued_at < jobs.queued_at)")


def downgrade() -> None:
    op.drop_index("ix_jobs_batch", "jobs")
    for name in ("deleted_at", "attempt", "slot", "turn", "position", "batch", "name"):
        op.drop_column("jobs", name)
