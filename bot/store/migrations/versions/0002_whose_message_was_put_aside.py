"""Whose message was put aside, so that it goes when she erases herself."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("put_aside", sa.Column("recipient", sa.String(length=64), server_default="", nullable=False))


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("put_aside") as batch:
        batch.drop_column("recipient")
