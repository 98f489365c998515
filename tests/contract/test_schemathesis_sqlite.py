"""In a file of its own for each database, so that the two run beside each other: they are the suite's longest."""

import pytest

from tests.contract.playing import play_every_role
from tests.demo.conftest import served

__all__ = ["served"]


@pytest.mark.long
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_role_can_bring_the_service_to_a_server_error_or_an_answer_that_is_not_described(served, app):
    assert play_every_role(served, app) == set()
