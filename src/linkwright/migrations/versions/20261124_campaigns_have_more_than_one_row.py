"""Campaigns have more than one row, which PostgreSQL is told before it has looked.

Why      PostgreSQL takes a campaign of which it knows nothing for one row, and then every index that begins
         with the campaign is as good to it as the one that has the row's id too; it takes the newest. Each
         check of a foreign key, and each email that was looked up by its id, then read a whole campaign,
         until the server had gathered statistics of the new tables, which it does once a minute.
Locks    PostgreSQL: none that reading or writing waits for. SQLite: nothing is done.
Data     None. On PostgreSQL 18 and newer a few statistics are written, where there are none.
         An older server has no way to be told.
Reverse  Nothing: the server's own statistics take their place as soon as it gathers them.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# So few campaigns share a table that one of them is a good part even of the fifty rows that PostgreSQL
# expects in an empty one: then no look-up by the campaign alone is as good as one by an id too. Nearly all
# letters are first ones, so their kind tells little.
_TELL = """
DO $$
BEGIN
    IF current_setting('server_version_num')::integer >= 180000 THEN
        PERFORM pg_restore_attribute_stats(
            'schemaname', current_schema()::text, 'relname', relation, 'attname', attribute,
            'inherited', false, 'null_frac', 0.0::real, 'avg_width', width, 'n_distinct', different
        )
        FROM (VALUES
            ('ai_decisions', 'campaign_id', 37, 5.0::real),
            ('backlinking_emails', 'campaign_id', 37, 5.0),
            ('backlinking_emails', 'email_type', 8, 2.0),
            ('backlinking_opportunities', 'campaign_id', 37, 5.0),
            ('backlinking_responses', 'campaign_id', 37, 5.0),
            ('status_changes', 'campaign_id', 37, 5.0)
        ) AS told (relation, attribute, width, different)
        WHERE NOT EXISTS (
            SELECT FROM pg_stats
            WHERE schemaname = current_schema() AND tablename = relation AND attname = attribute
        );
    END IF;
END $$
"""


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(_TELL)


def downgrade() -> None:
    pass
