"""The same post sent twice is found by its digest"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_microblog_posts_digest",
        "microblog_posts",
        ["author_id", "digest"],
        unique=False,
        sqlite_where=sa.text("repost_of_id IS NULL"),
        postgresql_where=sa.text("repost_of_id IS NULL"),
    )
