"""What must happen to her device and her positions without anybody asking; a job of the worker."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, or_, select

from geo.spans import span_at
from registry.access.rules import Action
from registry.access.service import record, system_actor
from registry.alerts.models import Alert
from registry.alerts.service import close_alert, raise_alert
from registry.http import Runtime
from registry.monitoring.companions.models import Companion, CompanionFix
from registry.monitoring.companions.rules import SILENT, SILENT_AFTER_MS, CompanionPolicy
from registry.monitoring.companions.service import destroy_fixes, held
from registry.monitoring.companions.telling import alert_of
from registry.monitoring.pings import epoch_ms
from registry.orders.service import Bound, bound_by

_AT_ONCE = 500


def tend_companions(shared: Runtime) -> None:
    """Tell of devices that fell silent, and destroy positions of hers that nothing needs any more."""
    now = shared.clock.now()
    _watch(shared, now)
    _sweep(shared, now)


def _watch(shared: Runtime, now: datetime) -> None:
    """Her silence is told, for it looks like safety; the alert closes when she is heard, or consents no longer."""
    told = select(Alert.subject_ref).where(Alert.alert_class == SILENT.alert_class, Alert.closed_at.is_(None))
    with shared.database.reading() as session:
        unheard = list(session.scalars(_silent(now)))
        bound = bound_by(session, {one.order_id for one in unheard})
        silent = {f"companion:{one.id}": one.id for one in unheard if _binds(bound.get(one.order_id), now)}
        known = set(session.scalars(told))
    if silent.keys() == known:
        return
    with shared.database.transaction() as session:
        for ref in known - silent.keys():
            close_alert(session, now, SILENT.alert_class, ref)
        for ref in silent.keys() - known:
            raise_alert(session, now, alert_of(session.get_one(Companion, silent[ref]), SILENT))


def _binds(bound: Bound | None, now: datetime) -> bool:
    return bound is not None and span_at(bound.binds, epoch_ms(now)) is not None


def _silent(now: datetime) -> Select[Any]:
    since = now - timedelta(milliseconds=SILENT_AFTER_MS)
    never = Companion.heard_ms.is_(None) & (Companion.recorded_at < since)
    unheard = or_(Companion.heard_ms < epoch_ms(since), never)
    return select(Companion).where(Companion.revoked_at.is_(None), unheard)


def _sweep(shared: Runtime, now: datetime) -> None:
    """Destroy what is too old, or of a consent that was withdrawn, and held by no episode, in short transactions."""
    withdrawn = CompanionFix.companion_id.in_(select(Companion.id).where(Companion.revoked_at.is_not(None)))
    too_old = or_(CompanionFix.at_ms < epoch_ms(now) - CompanionPolicy().kept_ms, withdrawn)
    while True:
        with shared.database.reading() as session:
            wanted = select(CompanionFix.id, CompanionFix.companion_id).where(too_old, ~held(now))
            rows = session.execute(wanted.limit(_AT_ONCE)).all()
        if not rows:
            return
        with shared.database.transaction() as session:
            for companion_id in sorted({row.companion_id for row in rows}):
                ids = [row.id for row in rows if row.companion_id == companion_id]
                destroyed = destroy_fixes(session, now, CompanionFix.id.in_(ids))
                provider_id = session.get_one(Companion, companion_id).provider_id
                actor = system_actor(provider_id, "retention")
                record(session, actor, now, Action.DESTROYED, f"companion:{companion_id}", positions=destroyed)
