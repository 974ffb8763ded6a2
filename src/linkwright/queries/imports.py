"""Statements about import jobs."""

from typing import Any

from sqlalchemy import Select, Update, select, update

from linkwright.models.imports import ImportJob

KEY = ("user_id", "kind", "target", "digest")
"""What makes two runs the same job: who brings what, where to, and its content."""


def job(user_id: int, kind: str, target: str, digest: str) -> Select[ImportJob]:
    """Select a job by its key."""
    return (
        select(ImportJob)
        .where(
            ImportJob.user_id == user_id,
            ImportJob.kind == kind,
            ImportJob.target == target,
            ImportJob.digest == digest,
        )
        .execution_options(populate_existing=True)
    )


def held_job(user_id: int, kind: str, target: str, digest: str) -> Select[ImportJob]:
    """Select a job and keep others from moving it until the transaction ends."""
    return job(user_id, kind, target, digest).with_for_update(key_share=True)


def move_job(job_id: int, **values: Any) -> Update:
    """Say how far a job is."""
    return (
        update(ImportJob)
        .where(ImportJob.id == job_id)
        .values(values)
        .execution_options(synchronize_session=False)
    )
