"""The desk: a user with an active campaign, on a database of the test's own."""

import pytest

from linkwright.db.engine import Database
from tests.support.outreach import Desk


@pytest.fixture
async def desk(database: Database) -> Desk:
    return await Desk(database).sit_down(max_emails_per_day=10)
