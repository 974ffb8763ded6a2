"""`linkwright compare`: which model, prompt, template or tone does better?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

import typer
from rich.console import Console

from linkwright.cli.acting import OnlyCampaign, User, acting
from linkwright.cli.compare_view import show
from linkwright.cli.support import AsJson, DatabaseUrl, print_json, run
from linkwright.schemas.comparison import ComparisonRead, Dimension, Success

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Compare models, prompts, templates or tones by what came of their letters.",
)

Metric = Annotated[Success, typer.Option("--by", help="What counts for a letter; complaints count against.")]
Baseline = Annotated[
    str | None,
    typer.Option("--baseline", metavar="ARM", help="Compare with this one, not with the one most used."),
]
Matters = Annotated[
    float, typer.Option("--matters", metavar="SHARE", help="The smallest difference in rates that matters.")
]

_DIMENSIONS: Final = {
    "models": Dimension.MODEL,
    "prompts": Dimension.PROMPT,
    "templates": Dimension.TEMPLATE,
    "tones": Dimension.TONE,
    "subject-styles": Dimension.SUBJECT_STYLE,
    "send-hours": Dimension.SEND_HOUR,
    "follow-up-delays": Dimension.FOLLOW_UP_DELAY,
}


def _command_of(dimension: Dimension) -> Callable[..., None]:
    def compare(
        campaign: OnlyCampaign = None,
        metric: Metric = Success.HUMAN_REPLY,
        baseline: Baseline = None,
        matters: Matters = 0.01,
        user: User = None,
        database_url: DatabaseUrl = None,
        as_json: AsJson = False,
    ) -> None:
        async def work() -> ComparisonRead:
            async with acting(database_url, user) as me:
                campaign_id = (await me.campaign(campaign)).id if campaign else None
                return await me.service.compare(
                    me.user_id,
                    dimension.value,
                    metric.value,
                    campaign_id=campaign_id,
                    baseline=baseline,
                    matters=matters,
                )

        found = run(work())
        if as_json:
            print_json(found.model_dump())
        else:
            show(found, Console())

    return compare


_WAYS: Final = (
    "Letters that were drawn evenly are an experiment, and it may be looked at every day. Those chosen by"
    " what was learned are weighed by their probabilities. Of the rest nothing follows."
)
for _name, _dimension in _DIMENSIONS.items():
    _examples = (
        f"\b\nExamples:\n  linkwright compare {_name}\n"
        f'  linkwright compare {_name} -c "Trail running" --by link_live --json'
    )
    _help = f"Compare {_name.replace('-', ' ')}.\n\n{_WAYS}\n\n{_examples}"
    app.command(_name, help=_help)(_command_of(_dimension))
