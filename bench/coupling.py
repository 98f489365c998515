"""Devices tied to wearers by the service's own use case, many a commit: singly they take longer than a figure."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bench import data, fleet
from bench.instance import Instance
from bench.report import progress
from registry.access.models import Organisation
from registry.access.rules import Actor, OrganisationKind, Purpose, Scope
from registry.monitoring.service import NewCoupling, couple

_TOGETHER = 250


def couple_all(instance: Instance, wearers: Sequence[fleet.Wearer], worn_for: timedelta) -> None:
    """Tie each wearer's device to him, as the supervising organisation would, from so long ago."""
    now = datetime.now(UTC)
    news = [
        NewCoupling(fleet.PROVIDER, one.device, data.order_number(one.number), now - worn_for, None) for one in wearers
    ]
    with instance.runtime() as shared, progress(f"{instance.database}: couplings", len(news)) as bar:
        with shared.database.reading() as session:
            supervisor = session.scalars(select(Organisation).where(Organisation.code == data.SUPERVISION)).one()
            scopes = frozenset({Scope.COUPLINGS_WRITE.value})
            told = ("bench-1", "bench", "bench", Purpose.SUPERVISION)
            actor = Actor(None, supervisor.id, OrganisationKind(supervisor.kind), scopes, *told)
        for start in range(0, len(news), _TOGETHER):
            with shared.database.transaction() as session:
                for new in news[start : start + _TOGETHER]:
                    couple(session, actor, now, new)
            bar(start + _TOGETHER)
