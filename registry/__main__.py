"""What needs no running application: `python -m registry run`, `python -m registry new-secrets`."""

from registry.lazy import LazyCommands

_ROOM = "registry.dispatch.snapshot.commands"

commands = LazyCommands(
    {
        "run": "registry.launch:run",
        "replay": "registry.launch:replay",
        "new-secrets": "registry.new_secrets:new_secrets",
        "tour": "registry.demo.commands:tour",
        "simulate": "registry.demo.commands:simulate",
        "new-privacy-key": "registry.privacy.commands:new_privacy_key",
        "open-question": "registry.privacy.commands:open_question",
        "new-room-key": f"{_ROOM}:new_room_key",
        "ask-snapshot": f"{_ROOM}:ask_snapshot",
        "upload-journal": f"{_ROOM}:upload_journal",
        "verify-evidence": "registry.cli.evidence:verify_command",
    },
    help="Registry and enforcement service for protection orders.",
)

if __name__ == "__main__":
    commands(prog_name="python -m registry")
