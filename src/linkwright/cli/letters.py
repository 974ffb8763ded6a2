"""`linkwright letters`: read what was drafted, let it leave or not, say what was sent by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from linkwright.cli.acting import Acting, DryRun, InCampaign, Limit, User, acting, moment_of
from linkwright.cli.each import Done, command_with_reason, do_each, each, tell
from linkwright.cli.plain import plain
from linkwright.cli.removed import why_empty
from linkwright.cli.support import AsJson, DatabaseUrl, print_json, run
from linkwright.cli.view import as_values, facts, history, print_words, reasons, section, show_list
from linkwright.errors import InvalidInput
from linkwright.schemas.decisions import DecisionRead
from linkwright.schemas.emails import EmailRead
from linkwright.schemas.opportunities import OpportunityRead
from linkwright.schemas.status_changes import StatusChangeRead
from linkwright.unit_of_work import UnitOfWork
from linkwright.vocabulary import DataClass, EmailStatus, LifeKind

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Read letters, approve or cancel them, say which you sent yourself.",
)

Id = Annotated[int, typer.Argument(metavar="ID", help="The letter.")]


@app.command("list")
def list_letters(
    campaign: InCampaign,
    status: Annotated[EmailStatus | None, typer.Option("--status", help="Only those in this state.")] = None,
    limit: Limit = 50,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """List a campaign's letters in the order they were written.

    \b
    Examples:
      linkwright letters list -c "Trail running" --status draft
      linkwright letters list -c "Trail running" --json
    """

    async def work() -> tuple[list[EmailRead], bool]:
        async with acting(database_url, user) as me:
            chosen = await me.campaign(campaign)
            page = await me.service.get_campaign_emails(chosen.id, status=status, limit=limit)
            return [EmailRead.model_validate(row) for row in page], page.after is not None

    found, cut = run(work())
    if as_json:
        print_json({"letters": as_values(found), "more": cut})
        return
    rows = [(one.id, one.status, one.to_email, one.subject) for one in found]
    show_list(
        ("id", "status", "to", "subject"),
        rows,
        wide="subject",
        whole=("id", "status"),
        cut=cut,
        none="No letters.",
    )


@app.command()
def show(letter: Id, user: User = None, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Show a letter: to whom, about which page, its text, what led to it, its history.

    \b
    Examples:
      linkwright letters show 31
      linkwright letters show 31 --json
    """

    async def work() -> tuple[
        EmailRead, OpportunityRead, list[DecisionRead], list[StatusChangeRead], str | None
    ]:
        async with acting(database_url, user) as me, me.service.reading() as reading:
            one = EmailRead.model_validate(await reading.emails.get(letter))
            whose, of = one.opportunity_id, DataClass.EMAIL_BODIES
            empty = not one.body_html
            left = one.sent_at or one.created_at
            decided = await reading.decisions.page(me.user_id, opportunity_id=whose, limit=1000)
            moves = await reading.history.page(LifeKind.EMAIL, one.id, limit=1000)
            return (
                one,
                OpportunityRead.model_validate(await reading.opportunities.get(whose)),
                [
                    DecisionRead.model_validate(row)
                    for row in decided
                    if row.email_id in {None, one.id} and row.response_id is None
                ],
                [StatusChangeRead.model_validate(row) for row in moves],
                await why_empty(reading, one.campaign_id, of, left) if empty else None,
            )

    one, prospect, decided, moves, why = run(work())
    if as_json:
        values = {"letter": one.model_dump(), "prospect": prospect.model_dump()}
        print_json({**values, "decisions": as_values(decided), "history": as_values(moves)})
        return
    console = Console()
    status = (one.status or "").replace("_", " ")
    console.print(Text.assemble((plain(one.subject), "bold"), f"  {status}"))
    name = f"{prospect.contact_name} " if prospect.contact_name else ""
    console.print(
        facts(
            [
                ("to", f"{name}<{one.to_email}>"),
                ("from", one.from_email),
                ("about", f"{prospect.url} (prospect {prospect.id})"),
                ("kind", (one.email_type or "").replace("_", " ")),
                ("template", one.template_used),
                ("model", one.ai_model_used),
                ("answers", None if one.parent_email_id is None else f"letter {one.parent_email_id}"),
                ("sent", one.sent_at),
                ("Message-ID", one.message_id),
            ]
        )
    )
    print_words(console, one.body_text or why or "(HTML only: --json has it)")
    section(console, "Why", reasons(decided), count=len(decided))
    section(console, "History", history(moves, of=LifeKind.EMAIL), count=len(moves))


@app.command()
def approve(
    letters: Annotated[list[int] | None, typer.Argument(metavar="ID...", help="The letters.")] = None,
    all_drafts: Annotated[
        bool, typer.Option("--all-drafts", help="All that wait for approval in the campaign.")
    ] = False,
    campaign: Annotated[
        str | None, typer.Option("--campaign", "-c", metavar="NAME|ID", help="With --all-drafts: whose.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: DryRun = False,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Let letters leave, in your name. One that fails stops no other.

    \b
    Examples:
      linkwright letters approve 31 32 35
      linkwright letters approve --all-drafts -c "Trail running"
      linkwright letters approve --all-drafts -c "Trail running" --yes
    """
    if bool(letters) == all_drafts:
        raise InvalidInput("ID", "is required, or --all-drafts, and not both")
    if all_drafts != (campaign is not None):
        raise InvalidInput("--campaign", "goes with --all-drafts")

    async def work() -> Sequence[Done]:
        async with acting(database_url, user) as me:
            ids = letters or await _drafts(me, campaign or "")
            if all_drafts and not dry_run and not yes:
                noun = "letter" if len(ids) == 1 else "letters"
                typer.confirm(f"Approve {len(ids)} {noun} of {plain(campaign)}?", abort=True, err=True)
            return await do_each(me.service, ids, lambda work, one: work.emails.approve(one), dry_run=dry_run)

    tell("letter", run(work()), as_json=as_json, dry_run=dry_run)


async def _drafts(me: Acting, campaign: str) -> list[int]:
    """Return all that wait now: what is drafted later was read by nobody."""
    chosen, found, after = await me.campaign(campaign), list[int](), None
    while True:
        page = await me.service.get_campaign_emails(
            chosen.id, status=EmailStatus.DRAFT, limit=1000, after=after
        )
        found += [row.id for row in page]
        if (after := page.after) is None:
            return found


command_with_reason(
    app,
    "letter",
    "unapprove",
    lambda work, one, reason: work.emails.unapprove(one, reason=reason),
    """Take approvals back: the letters are drafts again, and wait.

    \b
    Examples:
      linkwright letters unapprove 31 32
    """,
)
command_with_reason(
    app,
    "letter",
    "cancel",
    lambda work, one, reason: work.emails.cancel(one, reason=reason),
    """Drop letters that have not left. A run does not write them again.

    \b
    Examples:
      linkwright letters cancel 31 32 --reason "they wrote to us first"
    """,
)


@app.command()
def sent(
    letter: Id,
    message_id: Annotated[
        str | None,
        typer.Option(
            "--message-id",
            metavar="ID",
            help="The Message-ID it left with, by which answers are known and your mailbox is matched.",
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="MOMENT", help="When it left: ISO 8601, with a zone. Otherwise now."),
    ] = None,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Say that you sent an approved letter from your own mailbox. Saying it twice changes nothing.

    It counts against the campaign's limit of that day, and whoever is suppressed is refused.

    \b
    Examples:
      linkwright letters sent 31
      linkwright letters sent 31 --message-id "<abc@mail.example>" --at 2026-11-16T09:00:00+01:00
    """
    sent_at = moment_of("--at", at)

    async def verb(work: UnitOfWork, one: int) -> Any:
        return await work.sending.mark_sent(one, message_id=message_id, sent_at=sent_at)

    each("letter", [letter], verb, user=user, database_url=database_url, as_json=as_json)
