"""The job that makes the edition anew, as often as is configured, while there is a room to make it for."""

from __future__ import annotations

from datetime import timedelta

from registry.dispatch.snapshot.edition import make_edition, remove_edition, taken_at_of
from registry.dispatch.snapshot.service import has_rooms
from registry.dispatch.standby.store import Store
from registry.http import Runtime


def keep_edition(shared: Runtime) -> None:
    """Make the edition when it is time; without a room there is none, for what nobody needs must not lie about."""
    folder = shared.settings.state_dir
    with shared.database.reading() as session:
        is_wanted = has_rooms(session)
    if not is_wanted:
        remove_edition(folder)
        return
    store = shared.get(Store)
    state, made_of = store.state(), taken_at_of(folder)
    every = timedelta(minutes=shared.settings.snapshot_every_min)
    if state is None or not state.is_usable or (made_of is not None and state.taken_at - made_of < every):
        return
    with store.database.reading() as source:
        make_edition(source, state.taken_at, folder)
