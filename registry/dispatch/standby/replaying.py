"""The job that brings what was answered from the copy into the audit chain, once the database is back."""

from __future__ import annotations

from sqlalchemy import select

from registry.access.audit import ReadAuditor
from registry.access.models import AuditEntry
from registry.dispatch.standby.journal import Journal
from registry.http import Runtime
from registry.privacy.items import KEEP_ITEM
from registry.privacy.service import KEEP_LATE, KEEP_QUESTION, late_row


def replay_journal(shared: Runtime) -> None:
    """Append what was journaled, each answer once: its number is not used twice, so that one in the chain is passed."""
    journal = shared.get(Journal)
    records = journal.take()
    if not records:
        return
    references = {entry.object_ref for record in records for entry in record.audit}
    with shared.database.reading() as session:
        kept = set(session.scalars(select(AuditEntry.object_ref).where(AuditEntry.object_ref.in_(references))))
    new = [record for record in records if not kept.intersection(entry.object_ref for entry in record.audit)]
    if new:
        # What was journaled before an upgrade may lack what is kept since.
        questions = [{"sounds": None, **row} for record in new for row in record.questions]
        items = [row for record in new for row in record.items]
        entries = [entry for record in new for entry in record.audit]
        late = [late_row(each) for each in questions]
        shared.get(ReadAuditor).write(entries, [(KEEP_QUESTION, questions), (KEEP_LATE, late), (KEEP_ITEM, items)])
    journal.let_go()
