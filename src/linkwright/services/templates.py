"""Templates: texts to write emails from. The system's are read by all and changed by no user."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from linkwright.errors import Conflict, NotFound
from linkwright.models.templates import BacklinkingTemplate
from linkwright.queries import recounts
from linkwright.queries import templates as queries
from linkwright.schemas.templates import TemplateCreate, TemplateQuery, TemplateUpdate
from linkwright.schemas.validation import parse
from linkwright.services.context import Context
from linkwright.services.ownership import require_same_user, require_user
from linkwright.templating import Missing, Rendered, Value, check_template, render, variables_of

TEXTS = ("subject_template", "body_template_html", "body_template_text")


class Templates:
    """Templates, inside one transaction that somebody else opened and will close."""

    def __init__(self, context: Context) -> None:
        self._context, self._session = context, context.session

    async def create(
        self, user_id: int | None, template_data: Mapping[str, Any] | TemplateCreate
    ) -> BacklinkingTemplate:
        """Create a template; without a user it is the system's. Its variables are read from its texts.

        Raises:
            InvalidInput: a key is unknown, missing or breaks a rule, or a text is no template.
            NotFound: there is no such user, or the caller is bound to another.
        """
        values = parse(TemplateCreate, template_data).model_dump()
        variables = _variables(values)
        if user_id is None:
            require_same_user(self._context, user_id)
        else:
            await require_user(self._context, user_id, share=True)
        now = self._context.now()
        template = BacklinkingTemplate(
            created_by_user_id=user_id,
            is_system_template=user_id is None,
            ai_variables=variables,
            created_at=now,
            updated_at=now,
            **values,
        )
        self._session.add(template)
        await self._session.flush()
        if user_id is not None and await self._session.scalar(recounts.name_was_used(user_id, template.name)):
            await self._recount(template, user_id)
        return template

    async def get(self, template_id: int) -> BacklinkingTemplate:
        """Return a template of the caller's or of the system's.

        Raises:
            NotFound: the caller can read no such template.
        """
        template = await self._session.scalar(queries.template(template_id, self._context.owner))
        if template is None:
            raise NotFound("template", template_id)
        return template

    async def page(
        self,
        user_id: int | None = None,
        category: str | None = None,
        *,
        active: bool | None = True,
        limit: int = 100,
        after: int | None = None,
    ) -> Sequence[BacklinkingTemplate]:
        """Return a user's templates and the system's, oldest first, from the one behind the id `after`.

        `active` None includes retired ones. Without `user_id`, a caller bound to a user gets
        that user's and a trusted one gets everybody's.

        Raises:
            InvalidInput: `category` is not known, or `limit` is not from 1 to 1000.
            NotFound: there is no such user, or the caller is bound to another.
        """
        asked = parse(TemplateQuery, {"category": category, "active": active, "limit": limit, "after": after})
        if user_id is not None:
            await require_user(self._context, user_id)
        rows = await self._session.scalars(
            queries.templates(
                self._context.owner if user_id is None else user_id,
                category=asked.category,
                active=asked.active,
                after=asked.after,
                limit=asked.limit,
            )
        )
        return rows.all()

    async def update(
        self, template_id: int, template_data: Mapping[str, Any] | TemplateUpdate
    ) -> BacklinkingTemplate:
        """Change a template; its variables are read from its texts again.

        Emails that were written from it keep their words, and follow it to a new name.

        Raises:
            InvalidInput: a key is unknown or a value breaks a rule, or a text is no template.
            NotFound: the caller can read no such template.
            Conflict: it is the system's, and the caller is bound to a user.
        """
        changes = parse(TemplateUpdate, template_data).model_dump(exclude_unset=True)
        if "name" in changes:
            await self._hold_campaigns(await self.get(template_id))
        template = await self._editable(template_id)
        if not changes.keys().isdisjoint(TEXTS):
            texts = {name: changes.get(name, getattr(template, name)) for name in TEXTS}
            changes["ai_variables"] = _variables(texts)
        old_name = template.name
        if any(getattr(template, name) != value for name, value in changes.items()):
            for name, value in changes.items():
                setattr(template, name, value)
            template.updated_at = self._context.now()
            await self._session.flush()
            owner = template.created_by_user_id
            if template.name != old_name and owner is not None:
                await self._session.execute(recounts.rename_template_used(owner, old_name, template.name))
                await self._session.execute(recounts.rename_archived_use(owner, old_name, template.name))
                await self._recount(template, owner)
        return template

    async def _hold_campaigns(self, template: BacklinkingTemplate) -> None:
        # A new name goes into emails, and an email's lock comes before its template's everywhere else.
        if template.created_by_user_id is not None:
            await self._session.execute(recounts.campaigns_held(template.created_by_user_id))

    async def _recount(self, template: BacklinkingTemplate, owner: int) -> None:
        await self._session.execute(recounts.templates_held(owner))
        await self._session.execute(recounts.recount_templates(owner))
        await self._session.refresh(template)

    async def retire(self, template_id: int) -> BacklinkingTemplate:
        """Take a template out of use. It stays, because emails and decisions name it.

        Raises:
            NotFound: the caller can read no such template.
            Conflict: it is the system's, and the caller is bound to a user.
        """
        return await self.update(template_id, {"is_active": False})

    async def render(self, template_id: int, variables: Mapping[str, Value]) -> Rendered | Missing:
        """Fill a template: a whole letter, or what it lacks. Nothing is written down.

        Raises:
            InvalidInput: a variable cannot stand in a letter.
            NotFound: the caller can read no such template.
        """
        template = await self.get(template_id)
        return render(
            template.subject_template, template.body_template_text, template.body_template_html, variables
        )

    async def _editable(self, template_id: int) -> BacklinkingTemplate:
        owner = self._context.owner
        template = await self._session.scalar(queries.locked_template(template_id, owner))
        if template is None:
            raise NotFound("template", template_id)
        if owner is not None and template.created_by_user_id != owner:
            raise Conflict(
                f"Template {template_id} is the system's: every user reads it and none changes it."
            )
        return template


def _variables(texts: Mapping[str, Any]) -> list[str]:
    """Check the texts and return the names they take from outside."""
    names: set[str] = set()
    for field in TEXTS:
        if texts.get(field) is not None:
            check_template(texts[field], field=field)
            names |= variables_of(texts[field])
    return sorted(names)
