"""What waits in the outbox is found by woman, and no longer by the hash of a phone."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def where(condition: str) -> dict[str, Any]:
    """A partial index, on both databases."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    """Forward."""
    op.create_index("ix_outbox_hers", "outbox", ["person_id", "id"], **where("state = 'waiting'"))
    op.create_index(
        "ix_outbox_last_words", "outbox", ["recipient", "id"], **where("state = 'waiting' AND person_id IS NULL")
    )
    op.drop_index("ix_outbox_waiting", "outbox")


def downgrade() -> None:
    """Back."""
    op.create_index("ix_outbox_waiting", "outbox", ["recipient", "id"], **where("state = 'waiting'"))
    op.drop_index("ix_outbox_last_words", "outbox")
    op.drop_index("ix_outbox_hers", "outbox")
