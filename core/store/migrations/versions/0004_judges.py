"""Which model read a paraphrase; until now it was the embedded one."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("paraphrases", sa.Column("judged_by", sa.Text(), nullable=True))
    op.execute("UPDATE paraphrases SET judged_by = 'embedded:' WHERE similarity IS NOT NULL")


def downgrade() -> None:
    op.drop_column("paraphrases", "judged_by")
