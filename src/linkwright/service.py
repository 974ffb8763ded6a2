"""The library's front door: every verb, one transaction each.

    async with await BacklinkingDatabaseService.open("sqlite:///outreach.db") as service:
        me = await service.create_user("me@example.com", name="Me")
        mine = service.as_user(me.id)
        campaign = await mine.create_campaign(me.id, {"name": "Spring", "keywords": ["trail running"]})

The service as opened is trusted: it reaches every user's data, as a job or an operator must.
`as_user(user_id)` returns one that reaches one user's only: another user's id of whatever
kind is `NotFound` to it. Give that one to whatever answers a request.
"""

from __future__ import annotations

from linkwright.opening import Opening
from linkwright.services.analytics import Analytics
from linkwright.services.attribution import Attribution
from linkwright.services.budgets import Budgets
from linkwright.services.calibration import Calibrations
from linkwright.services.campaigns import Campaigns
from linkwright.services.comparison import Comparisons
from linkwright.services.dashboards import Dashboards
from linkwright.services.decisions import Decisions
from linkwright.services.delivery import Delivery
from linkwright.services.emails import Emails
from linkwright.services.erasure import Erasures
from linkwright.services.evidence import Evidence
from linkwright.services.inbound import Inbound
from linkwright.services.learning import Learning
from linkwright.services.opportunities import Opportunities
from linkwright.services.patterns import Patterns
from linkwright.services.pooling import Pooling
from linkwright.services.recommend import Recommending
from linkwright.services.responses import Responses
from linkwright.services.retention import Retention
from linkwright.services.reviews import Reviews
from linkwright.services.sending import Sending
from linkwright.services.status_changes import StatusChanges
from linkwright.services.stories import Stories
from linkwright.services.suppressions import Suppressions
from linkwright.services.templates import Templates
from linkwright.services.users import Users
from linkwright.verbs import named, read, write


@named
class BacklinkingDatabaseService(Opening):
    """Database service for AI backlinking operations.

    Input is a dict or the schema of the verb; what breaks a rule is an error that names the
    field. Rows come back detached: they are a picture, and changing one changes nothing.
    """

    # --- users --------------------------------------------------------------------------------

    create_user = write(Users, Users.create)
    get_or_create_user = write(Users, Users.get_or_create)
    get_user = read(Users, Users.get)
    get_user_by_email = read(Users, Users.get_by_email)
    get_users = read(Users, Users.page)
    update_user = write(Users, Users.update)
    delete_user = write(Users, Users.delete)

    # --- campaigns ----------------------------------------------------------------------------

    create_campaign = write(Campaigns, Campaigns.create)
    get_campaign = read(Campaigns, Campaigns.get)
    get_user_campaigns = read(Campaigns, Campaigns.page)
    get_campaign_named = read(Campaigns, Campaigns.named)
    get_campaign_stats = read(Campaigns, Campaigns.stats)
    update_campaign = write(Campaigns, Campaigns.update)
    delete_campaign = write(Campaigns, Campaigns.delete)
    schedule_campaign = write(Campaigns, Campaigns.schedule)
    unschedule_campaign = write(Campaigns, Campaigns.unschedule)
    start_campaign = write(Campaigns, Campaigns.start)
    pause_campaign = write(Campaigns, Campaigns.pause)
    resume_campaign = write(Campaigns, Campaigns.resume)
    complete_campaign = write(Campaigns, Campaigns.complete)
    cancel_campaign = write(Campaigns, Campaigns.cancel)
    reopen_campaign = write(Campaigns, Campaigns.reopen)
    archive_campaign = write(Campaigns, Campaigns.archive)
    restore_campaign = write(Campaigns, Campaigns.restore)

    # --- opportunities ------------------------------------------------------------------------

    create_opportunity = write(Opportunities, Opportunities.create)
    add_opportunities = write(Opportunities, Opportunities.add_many)
    get_opportunity = read(Opportunities, Opportunities.get)
    get_campaign_opportunities = read(Opportunities, Opportunities.page)
    update_opportunity = write(Opportunities, Opportunities.update)
    delete_opportunity = write(Opportunities, Opportunities.delete)
    start_analysis = write(Opportunities, Opportunities.start_analysis)
    record_analysis = write(Opportunities, Opportunities.record_analysis)
    fail_analysis = write(Opportunities, Opportunities.fail_analysis)
    qualify_opportunity = write(Opportunities, Opportunities.qualify)
    approve_opportunity = write(Opportunities, Opportunities.approve)
    reject_opportunity = write(Opportunities, Opportunities.reject)
    override_opportunity = write(Opportunities, Opportunities.override)
    rate_opportunity = write(Opportunities, Opportunities.rate)
    decline_opportunity = write(Opportunities, Opportunities.decline)
    expire_opportunity = write(Opportunities, Opportunities.expire)
    negotiate_opportunity = write(Opportunities, Opportunities.negotiate)
    accept_opportunity = write(Opportunities, Opportunities.accept)
    mark_no_response = write(Opportunities, Opportunities.mark_no_response)
    record_link = write(Opportunities, Opportunities.record_link)
    record_link_lost = write(Opportunities, Opportunities.record_link_lost)
    record_link_restored = write(Opportunities, Opportunities.record_link_restored)
    suppress_opportunity = write(Opportunities, Opportunities.suppress)
    lift_opportunity = write(Opportunities, Opportunities.lift)

    # --- emails -------------------------------------------------------------------------------

    create_email = write(Emails, Emails.create)
    record_sent_email = write(Emails, Emails.record_sent)
    get_email = read(Emails, Emails.get)
    get_campaign_emails = read(Emails, Emails.page)
    update_email = write(Emails, Emails.update)
    approve_email = write(Emails, Emails.approve)
    unapprove_email = write(Emails, Emails.unapprove)
    cancel_email = write(Emails, Emails.cancel)
    rate_email = write(Emails, Emails.rate)
    queue_email = write(Sending, Sending.queue)
    unqueue_email = write(Sending, Sending.unqueue)
    claim_due_emails = write(Sending, Sending.claim_due)
    expire_leases = write(Sending, Sending.expire_leases)
    mark_email_sent = write(Sending, Sending.mark_sent)
    mark_email_failed = write(Sending, Sending.mark_failed)
    release_email = write(Sending, Sending.release)
    mark_email_send_unknown = write(Sending, Sending.mark_send_unknown)
    resolve_unknown_email = write(Sending, Sending.resolve_unknown)
    retry_failed_email = write(Sending, Sending.retry_failed)
    requeue_blocked_email = write(Sending, Sending.requeue_blocked)

    mark_email_delivered = write(Delivery, Delivery.mark_delivered)
    record_bounce = write(Delivery, Delivery.record_bounce)
    record_complaint = write(Delivery, Delivery.record_complaint)
    record_unsubscribe = write(Delivery, Delivery.record_unsubscribe)
    record_open = write(Delivery, Delivery.record_open)
    record_click = write(Delivery, Delivery.record_click)
    get_email_events = read(Delivery, Delivery.events)

    # --- responses ----------------------------------------------------------------------------

    create_response = write(Responses, Responses.create)
    get_response = read(Responses, Responses.get)
    get_campaign_responses = read(Responses, Responses.page)
    get_responses_awaiting_review = read(Responses, Responses.awaiting_review)
    review_response = write(Reviews, Reviews.review)
    classify_response = write(Reviews, Reviews.classify)
    mark_reply_sent = write(Reviews, Reviews.mark_reply_sent)
    record_inbound = write(Inbound, Inbound.record)
    assign_inbound = write(Inbound, Inbound.assign)
    dismiss_inbound = write(Inbound, Inbound.dismiss)
    restore_inbound = write(Inbound, Inbound.restore)
    get_inbound = read(Inbound, Inbound.get)
    get_unmatched_inbound = read(Inbound, Inbound.unmatched)
    get_dismissed_inbound = read(Inbound, Inbound.dismissed)
    get_user_inbound = read(Inbound, Inbound.page)

    # --- suppressions -------------------------------------------------------------------------

    suppress_address = write(Suppressions, Suppressions.add)
    lift_suppression = write(Suppressions, Suppressions.lift)
    get_suppressions = read(Suppressions, Suppressions.page)
    erase_person = write(Erasures, Erasures.erase)
    export_person = read(Erasures, Erasures.export)
    find_suppressed = read(Suppressions, Suppressions.standing)

    # --- templates ----------------------------------------------------------------------------

    create_template = write(Templates, Templates.create)
    get_template = read(Templates, Templates.get)
    get_templates = read(Templates, Templates.page)
    update_template = write(Templates, Templates.update)
    retire_template = write(Templates, Templates.retire)
    render_template = read(Templates, Templates.render)

    # --- learning -----------------------------------------------------------------------------

    store_ai_learning_data = write(Learning, Learning.store)
    get_ai_learning_data = read(Learning, Learning.page)
    use_ai_learning_data = write(Learning, Learning.use)
    recommend = write(Recommending, Recommending.recommend)
    recommend_many = write(Recommending, Recommending.recommend_many)
    learn = write(Evidence, Evidence.learn)
    rebuild_learning = write(Evidence, Evidence.rebuild)
    pool_learning = write(Pooling, Pooling.pool)
    get_patterns = read(Patterns, Patterns.patterns)

    # --- decisions ----------------------------------------------------------------------------

    record_decision = write(Decisions, Decisions.record)
    get_decision = read(Decisions, Decisions.get)
    get_decisions = read(Decisions, Decisions.page)
    record_outcome = write(Decisions, Decisions.record_outcome)
    get_outcomes = read(Decisions, Decisions.outcomes)
    censor_outcome = write(Decisions, Decisions.censor)
    attribute_outcomes = write(Attribution, Attribution.attribute_outcomes)
    count_due_outcomes = read(Attribution, Attribution.number_due)

    # --- what AI costs ------------------------------------------------------------------------

    set_ai_budget = write(Budgets, Budgets.set)
    get_ai_budget = read(Budgets, Budgets.get)
    reserve_ai_call = write(Budgets, Budgets.reserve)
    release_ai_call = write(Budgets, Budgets.release)

    # --- history ------------------------------------------------------------------------------

    explain = read(Stories, Stories.explain)
    get_history = read(StatusChanges, StatusChanges.page)

    # --- calibration and comparison -----------------------------------------------------------

    get_calibration = read(Calibrations, Calibrations.report)
    learn_calibration = write(Calibrations, Calibrations.learn)
    compare = read(Comparisons, Comparisons.compare)

    # --- analytics ----------------------------------------------------------------------------

    create_analytics_record = write(Analytics, Analytics.create)
    get_campaign_analytics = read(Analytics, Analytics.page)
    roll_up_campaign = write(Analytics, Analytics.roll_up)
    get_user_dashboard = read(Dashboards, Dashboards.get)

    # --- retention ----------------------------------------------------------------------------

    set_retention_policy = write(Retention, Retention.set_policy)
    get_retention_policies = read(Retention, Retention.policies)
    remove_retention_policy = write(Retention, Retention.remove_policy)
    place_legal_hold = write(Retention, Retention.hold)
    release_legal_hold = write(Retention, Retention.release)
    get_legal_holds = read(Retention, Retention.holds)
    get_retention_removals = read(Retention, Retention.removals)
