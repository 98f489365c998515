"""The job of this package: each morning every owner is given the list of the day, once."""

from datetime import timedelta

from registry.enforcement.daylists import service
from registry.http import Runtime


def send_daylists(shared: Runtime) -> None:
    """Make the lists that are due, each in a transaction of its own; a day without any is not made up."""
    now = shared.clock.now()
    on = service.day_to_list(now)
    if on is None:
        return
    day = service.Day(on, now, now - timedelta(days=shared.settings.quiet_days))
    with shared.database.reading() as session:
        owners = service.owners_to_tell(session, day)
    for owner_id in owners:
        with shared.database.transaction() as session:
            service.make_list(session, day, owner_id)
