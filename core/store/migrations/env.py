"""Alembic's entry: runs the migrations over the connection that core.store.database holds."""

from alembic import context

from core.store import paraphrase_rows  # noqa: F401 (its tables)
from core.store.database import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
