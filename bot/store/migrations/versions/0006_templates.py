"""What comes unasked has its kind; messages that went out as a template, or wait behind one."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

HELD = sa.text("state = 'held'")


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sort", sa.String(length=32), server_default="", nullable=False))
        batch_op.add_column(sa.Column("template", sa.String(length=32), server_default="", nullable=False))
        batch_op.create_index(
            "ix_outbox_held", ["recipient", "id"], unique=False, sqlite_where=HELD, postgresql_where=HELD
        )


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_held", sqlite_where=HELD, postgresql_where=HELD)
        batch_op.drop_column("template")
        batch_op.drop_column("sort")
