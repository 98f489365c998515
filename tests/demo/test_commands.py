import subprocess
import sys

import click
import pytest

from registry import cli
from registry.__main__ import commands
from registry.lazy import LazyCommands
from registry.programs import own_environ

OF_AN_OPERATOR = LazyCommands(cli.PLACES)


@pytest.mark.parametrize("group", [commands, OF_AN_OPERATOR])
def test_every_command_is_where_it_is_said_to_be(group):
    context = click.Context(group)
    names = group.list_commands(context)
    assert len(names) == len(set(names)) >= 10
    for name in names:
        # `verify-evidence` is also `flask evidence verify`.
        assert group.get_command(context, name).name in (name, name.removesuffix("-evidence"))
    assert group.get_command(context, "nothing") is None


LOADED = (
    "import sys; from registry.__main__ import commands; commands({0!r}, standalone_mode=False); print(*sys.modules)"
)


@pytest.mark.parametrize(
    "command", [["new-secrets"], ["ask-snapshot", "--help"], ["verify-evidence", "--help"], ["new-room-key", "--help"]]
)
def test_what_needs_no_service_does_not_wait_for_one_to_be_loaded(command):
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(command)], capture_output=True, text=True, env=own_environ(), check=True
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "registry.lazy" in loaded
    assert not loaded & {"registry.app", "registry.launch", "registry.jobs", "registry.enforcement.routes"}
