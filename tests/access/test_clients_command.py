"""The operator's commands that hand out keys."""

from registry.access.rules import OrganisationKind


def add(app, code, *scopes):
    named = [word for scope in scopes for word in ("--scope", scope)]
    return app.test_cli_runner().invoke(args=["client", "add", code, "koppeling", *named])


def test_a_key_is_handed_out_only_with_scopes_that_its_organisation_can_use(app, world):
    world.organisation("CJIB", OrganisationKind.CJIB)
    world.organisation("POL-MN", OrganisationKind.POLICE)
    refused = add(app, "CJIB", "deliveries:write", "lookups:ask")
    assert refused.exit_code == 1 and "lookups:ask" in refused.output and "deliveries:write" not in refused.output
    assert "key " not in refused.output
    assert "key bb_" in add(app, "CJIB", "deliveries:write").output
    assert "key bb_" in add(app, "POL-MN", "lookups:ask").output
