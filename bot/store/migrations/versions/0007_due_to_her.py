"""What is due to one woman is found at once."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_index("ix_due_person_id", "due", ["person_id"])


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_due_person_id", "due")
