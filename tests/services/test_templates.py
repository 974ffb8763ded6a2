"""Templates: their texts checked when written, their variables read from them."""

from typing import Any

import pytest

from linkwright.db.engine import Database
from linkwright.errors import InvalidInput, NotFound
from linkwright.services.context import Context
from linkwright.services.templates import Templates
from linkwright.services.users import Users
from linkwright.templating import Missing, Rendered
from tests.support.prospects import NOON, at_noon

TEMPLATE = {
    "name": "First touch",
    "subject_template": "A guide for {{ site.name }}",
    "body_template_html": "<p>Dear {{ contact_name }}</p>",
    "body_template_text": "Dear {{ contact_name }}, I read {{ page_title }}.",
}


async def user(database: Database) -> int:
    async with database.transaction() as session:
        return (await Users(at_noon(session)).get_or_create("me@example.com")).id


class TestCreate:
    async def test_reads_the_variables_from_all_texts(self, database: Database) -> None:
        me = await user(database)
        async with database.transaction() as session:
            template = await Templates(at_noon(session)).create(me, TEMPLATE)

        assert template.ai_variables == ["contact_name", "page_title", "site.name"]
        assert (template.is_active, template.is_system_template, template.created_by_user_id) == (
            True,
            False,
            me,
        )
        assert (template.usage_count, template.category) == (0, "general")

    async def test_without_a_user_is_the_systems(self, database: Database) -> None:
        async with database.transaction() as session:
            template = await Templates(at_noon(session)).create(None, TEMPLATE)

        assert (template.is_system_template, template.created_by_user_id) == (True, None)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"subject_template": "{{ broken"}, "subject_template"),
            ({"body_template_html": "{{ 7 * 7 }}"}, "body_template_html"),
            ({"body_template_text": "{% include 'x' %}"}, "body_template_text"),
            ({"subject_template": "x" * 201}, "subject_template"),
            ({"body_template_html": ""}, "body_template_html"),
            ({"category": "spam"}, "category"),
            ({"ai_tone_suggestions": ["angry"]}, "ai_tone_suggestions.0"),
            ({"ai_variables": ["x"]}, "ai_variables"),
            ({"usage_count": 5}, "usage_count"),
            ({"is_system_template": True}, "is_system_template"),
        ],
    )
    async def test_refuses_what_breaks_a_rule(
        self, database: Database, changes: dict[str, Any], field: str
    ) -> None:
        me = await user(database)
        async with database.transaction() as session:
            with pytest.raises(InvalidInput) as refusal:
                await Templates(at_noon(session)).create(me, TEMPLATE | changes)

        assert refusal.value.field == field


class TestUpdate:
    async def test_reads_the_variables_again(self, database: Database) -> None:
        me = await user(database)
        async with database.transaction() as session:
            templates = Templates(at_noon(session))
            template = await templates.create(me, TEMPLATE)

            changed = await templates.update(template.id, {"body_template_text": None})
            assert changed.ai_variables == ["contact_name", "site.name"]
            renamed = await templates.update(template.id, {"name": "Other"})
            assert renamed.ai_variables == ["contact_name", "site.name"]

    async def test_the_same_again_is_no_change(self, database: Database) -> None:
        me = await user(database)
        async with database.transaction() as session:
            template = await Templates(at_noon(session)).create(me, TEMPLATE)
            assert (await Templates(Context(session)).update(template.id, TEMPLATE)).updated_at == NOON

    async def test_keeps_the_text_that_is_when_the_new_one_is_no_template(self, database: Database) -> None:
        me = await user(database)
        async with database.transaction() as session:
            templates = Templates(at_noon(session))
            template = await templates.create(me, TEMPLATE)
            with pytest.raises(InvalidInput, match="subject_template"):
                await templates.update(template.id, {"subject_template": "{{"})
            with pytest.raises(InvalidInput, match="body_template_html"):
                await templates.update(template.id, {"body_template_html": None})

            assert (await templates.get(template.id)).subject_template == TEMPLATE["subject_template"]


class TestPage:
    async def test_leaves_out_the_retired_unless_asked(self, database: Database) -> None:
        me = await user(database)
        async with database.transaction() as session:
            templates = Templates(at_noon(session))
            one = await templates.create(me, TEMPLATE)
            two = await templates.create(me, TEMPLATE | {"category": "follow_up"})
            await templates.retire(one.id)

            async def ids(*asked: Any, **named: Any) -> list[int]:
                return [row.id for row in await templates.page(me, *asked, **named)]

            assert await ids() == [two.id]
            assert await ids(active=None) == [one.id, two.id]
            assert await ids(active=False) == [one.id]
            assert await ids("follow_up") == [two.id]
            assert await ids("reply") == []
            assert await ids(active=None, limit=1) == [one.id]
            assert await ids(active=None, after=one.id) == [two.id]


class TestRender:
    async def test_gives_a_letter_or_what_it_lacks(self, database: Database) -> None:
        me = await user(database)
        async with database.transaction() as session:
            templates = Templates(at_noon(session))
            template = await templates.create(me, TEMPLATE)

            lacking = await templates.render(template.id, {"contact_name": "Jo & Co"})
            letter = await templates.render(
                template.id, {"contact_name": "Jo & Co", "site": {"name": "Trails"}, "page_title": "X"}
            )

        assert isinstance(lacking, Missing)
        assert lacking.variables == ("page_title", "site.name")
        assert isinstance(letter, Rendered)
        assert letter.subject == "A guide for Trails"
        assert letter.body_html == "<p>Dear Jo &amp; Co</p>"
        assert letter.body_text == "Dear Jo & Co, I read X."

    async def test_of_what_is_not_there_is_not_found(self, database: Database) -> None:
        async with database.reading() as session:
            with pytest.raises(NotFound):
                await Templates(at_noon(session)).render(5, {})
