from sqlalchemy import bindparam, select, text

from registry.access.models import Organisation
from registry.access.rules import OrganisationKind
from registry.access.service import add_organisation
from registry.db import Prepared, driver_of

_NAMED = Prepared(select(Organisation.name).where(Organisation.code == bindparam("code")))
# psycopg has the server prepare what a connection asked more often than this.
_OFTEN = 8


def _ask(shared, *, then_by_session: bool = False) -> list[str]:
    with shared.database.reading() as session:
        found = [row.name for row in _NAMED.all(session, code="POL-1")]
        if then_by_session:
            session.scalars(select(Organisation)).all()
        return found


def _known_to_server(shared) -> int:
    with shared.database.reading() as session:
        query = "SELECT count(*) FROM pg_prepared_statements WHERE position('organisation.code' IN statement) > 0"
        return driver_of(session).fetch(query, ())[0][0]


def test_the_server_keeps_what_readers_ask_often_from_one_reading_to_the_next(shared):
    with shared.database.transaction() as session:
        add_organisation(session, "POL-1", "Meldkamer", OrganisationKind.POLICE)
        add_organisation(session, "POL-2", "een andere", OrganisationKind.POLICE)
    for number in range(_OFTEN):
        assert _ask(shared, then_by_session=number % 2 == 0) == ["Meldkamer"]
    if not shared.database.is_sqlite:
        assert _known_to_server(shared) > 0


def test_a_reading_that_failed_is_ended_and_its_connection_serves_the_next(shared):
    for _ in range(40):
        try:
            with shared.database.reading() as session:
                session.execute(text("SELECT nothing_of_the_kind FROM organisation"))
        except Exception as error:
            assert "nothing_of_the_kind" in str(error)
        assert _ask(shared) == []
