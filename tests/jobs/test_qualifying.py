"""The [qualify] rules, one prospect at a time."""

from datetime import UTC, datetime
from typing import Any

import pytest

from linkwright.jobs.campaign_file import Qualify
from linkwright.jobs.qualifying import judge
from linkwright.schemas.opportunities import OpportunityRead


def prospect(**changes: Any) -> OpportunityRead:
    facts: dict[str, Any] = dict.fromkeys(OpportunityRead.model_fields)
    facts |= {
        "id": 1,
        "campaign_id": "c",
        "url": "https://blog.trail.example/",
        "domain": "blog.trail.example",
    }
    facts |= {"contact_email": "ann@trail.example", "title": "Trail Notes", "primary_topics": ["huts"]}
    facts |= {"domain_authority": 40, "spam_score": 0.1, "ai_relevance_score": 0.0}
    return OpportunityRead(**facts | changes)


LOOKED = datetime(2026, 6, 1, tzinfo=UTC)


class TestJudge:
    def test_without_rules_needs_only_an_address(self) -> None:
        assert judge(Qualify(), prospect()).outcome == "qualified"
        held = judge(Qualify(), prospect(contact_email=None))
        assert (held.outcome, held.reason) == ("held", "no contact address")
        assert (
            judge(Qualify(require_contact_email=False), prospect(contact_email=None)).outcome == "qualified"
        )

    @pytest.mark.parametrize(
        ("rules", "facts", "reason"),
        [
            (Qualify(min_domain_authority=41), {}, "domain authority 40 is below 41"),
            (Qualify(max_spam_score=0.05), {}, "spam score 0.1 is above 0.05"),
            (Qualify(min_relevance=0.5), {"analyzed_at": LOOKED, "ai_relevance_score": 0.4}, "relevance 0.4"),
            (Qualify(exclude_domains=["trail.example"]), {}, "domain blog.trail.example is excluded"),
            (Qualify(exclude_keywords=["HUTS"]), {}, "says 'HUTS'"),
            (Qualify(keywords=["boats", "sails"]), {}, "says none of 'boats', 'sails'"),
        ],
    )
    def test_a_broken_rule_rejects(self, rules: Qualify, facts: dict[str, Any], reason: str) -> None:
        verdict = judge(rules, prospect(**facts))
        assert verdict.outcome == "rejected"
        assert reason in verdict.reason

    @pytest.mark.parametrize(
        "rules",
        [
            Qualify(min_domain_authority=40, max_spam_score=0.1),
            Qualify(keywords=["boats", "Hut"]),
            Qualify(exclude_domains=["rail.example"], exclude_keywords=["boats", "uts"]),
        ],
    )
    def test_a_rule_just_kept_qualifies(self, rules: Qualify) -> None:
        assert judge(rules, prospect()).outcome == "qualified"

    def test_a_missing_fact_does_what_the_file_says(self) -> None:
        unknown = prospect(domain_authority=None, spam_score=None)
        numbers: dict[str, Any] = {"min_domain_authority": 30, "max_spam_score": 0.3, "min_relevance": 0.5}

        held = judge(Qualify(**numbers), unknown)

        assert held.outcome == "held"
        assert held.reason == "domain authority unknown; spam score unknown; relevance unknown"
        assert judge(Qualify(**numbers, when_unknown="pass"), unknown).outcome == "qualified"
        assert judge(Qualify(**numbers, when_unknown="reject"), unknown).outcome == "rejected"

    def test_a_spam_score_of_zero_counts_only_where_somebody_measured_it(self) -> None:
        rules = Qualify(max_spam_score=0.3, when_unknown="reject")

        nobody = judge(rules, prospect(spam_score=0.0, ai_content_analysis={"hunter": {"pages": 2}}))

        assert (nobody.outcome, nobody.reason) == ("rejected", "spam score unknown")
        looked = judge(rules, prospect(spam_score=0.0, analyzed_at=LOOKED, ai_relevance_score=0.9))
        assert looked.reason == "spam score unknown"
        for known in (
            {"ai_content_analysis": {"moz": {"spam_score_percent": 0}}},
            {"ai_content_analysis": {"custom": {"spam_score": 0.0}}},
        ):
            assert judge(rules, prospect(spam_score=0.0, **known)).outcome == "qualified"

    def test_a_broken_rule_outweighs_a_missing_fact(self) -> None:
        rules = Qualify(min_domain_authority=30, max_spam_score=0.05)
        assert judge(rules, prospect(domain_authority=None, contact_email=None)).outcome == "rejected"
