"""Paraphrases and the decisions on them, the memory of translations, consents."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PROJECT = ["projects.id"]


def moment(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def of_project(table: str) -> tuple[sa.Column[object], sa.ForeignKeyConstraint]:
    key = sa.ForeignKeyConstraint(["project_id"], PROJECT, name=f"fk_{table}_project_id", ondelete="CASCADE")
    return sa.Column("project_id", sa.String(32), nullable=False), key


def upgrade() -> None:
    op.create_table(
        "paraphrases",
        sa.Column("id", sa.Integer(), nullable=False),
        *of_project("paraphrases"),
        sa.Column("job_id", sa.String(32), nullable=False),
        sa.Column("origin", sa.String(32), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("label", "origin_text", "origin_question")),
        sa.Column("path", sa.String(100), nullable=False),
        sa.Column("engine", sa.String(200), nullable=False),
        sa.Column("variant", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("text", "question")),
        sa.Column("reason", sa.JSON(), nullable=True),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("similarity", "novelty", "doubt")),
        sa.Column("flags", sa.JSON(), nullable=True),
        sa.Column("decision", sa.String(20), nullable=True),
        sa.Column("edited", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("final_text", "final_question")),
        sa.Column("decided_by", sa.String(200), nullable=True),
        moment("decided_at", nullable=True),
        moment("made_at"),
        sa.PrimaryKeyConstraint("id", name="pk_paraphrases"),
        sa.UniqueConstraint("job_id", "origin", "path", "variant", name="uq_paraphrases_job_id"),
    )
    op.create_index("ix_paraphrases_project_id_id", "paraphrases", ["project_id", "id"])
    for name in ("doubt", "similarity", "novelty"):
        op.create_index(f"ix_paraphrases_project_id_{name}", "paraphrases", ["project_id", name, "id"])
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        *of_project("decisions"),
        sa.Column("paraphrase_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("person", sa.String(200), nullable=False),
        moment("at"),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.ForeignKeyConstraint(
            ["paraphrase_id"], ["paraphrases.id"], name="fk_decisions_paraphrase_id", ondelete="CASCADE"
        ),
    )
    for name in ("project_id", "paraphrase_id", "act"):
        op.create_index(f"ix_decisions_{name}", "decisions", [name])
    op.create_table(
        "translations",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("engine", sa.String(200), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("target", sa.String(16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        moment("made_at"),
        sa.PrimaryKeyConstraint("key", name="pk_translations"),
    )
    op.create_index("ix_translations_engine", "translations", ["engine"])
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), nullable=False),
        *of_project("consents"),
        sa.Column("engine", sa.String(200), nullable=False),
        sa.Column("host", sa.String(200), nullable=False),
        sa.Column("characters", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(200), nullable=False),
        moment("at"),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_project_id", "consents", ["project_id"])


def downgrade() -> None:
    for name in ("consents", "translations", "decisions", "paraphrases"):
        op.drop_table(name)
