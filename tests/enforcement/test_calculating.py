import pytest

from registry.access.rules import OrganisationKind, Scope


def computed(chain, **asked):
    return chain.prosecution.post("/v1/terms/calculation", {"term": "T05", "startAt": "2025-11-25T09:00:00Z"} | asked)


def test_a_term_is_computed_without_a_case_and_explains_itself(chain):
    answer = computed(chain).json
    assert (answer["dueOn"], answer["alternativeDueOn"]) == ("2025-12-25", "2025-12-29")
    assert answer["dueAt"] == "2025-12-25T23:00:00Z"
    assert answer["term"]["startText"] == "ontvangst van de vordering"
    assert answer["steps"][-1] == {
        "code": "end_of_day",
        "values": {"on": "2025-12-25"},
        "text": "Uiterlijk donderdag 25 december 2025, 24:00 uur. [art. 6:6:21 lid 4 Sv]",
    }


def test_a_detention_moves_a_probation_period_and_the_judgment_picks_the_scheme(chain):
    stood_still = [{"fromAt": "2026-02-01T23:00:00Z", "untilAt": "2026-02-11T23:00:00Z"}]
    started = {"term": "T33", "startAt": "2025-12-31T23:00:00Z"}
    assert computed(chain, **started, stoodStill=stood_still).json["dueOn"] == "2027-01-10"
    assert computed(chain, **started).json["dueOn"] == "2026-12-31"
    release = {"term": "T24", "startAt": "2026-06-01T10:00:00Z"}
    assert computed(chain, **release, judgedOn="2021-07-01").json["dueOn"] == "2026-05-04"
    assert computed(chain, **release, judgedOn="2021-06-30").status_code == 400


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"term": "T999"}, "#/term"),
        ({"term": "T01-old"}, "#/term"),
        ({"startAt": "2025-11-25T09:00:00"}, "#/startAt"),
        ({"startAt": "9999-12-31T09:00:00Z"}, "#/startAt"),
        (
            {"stoodStill": [{"fromAt": "2026-02-02T00:00:00Z", "untilAt": "2026-02-01T00:00:00Z"}]},
            "#/stoodStill/0/untilAt",
        ),
    ],
)
def test_what_cannot_be_computed_is_refused_with_the_place(chain, asked, pointer):
    answer = computed(chain, **asked)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (400, pointer)


def test_the_catalogue_is_listed_for_a_day_and_a_regime_and_marks_what_is_no_law(chain, world):
    def listed(query):
        return {one["id"]: one for one in chain.police.get(f"/v1/terms?{query}").json["terms"]}

    now, then = listed("regime=VV"), listed("regime=VV&on=2019-12-31")
    assert {"T01", "T05", "T06"} <= now.keys() and "T01-old" not in now and "T03" not in now
    assert {"T01-old", "T05-old"} <= then.keys() and "T01" not in then
    assert (now["T06"]["confidence"], now["T05"]["confidence"]) == ("configuration", "found")
    assert now["T05"]["extension"] == "ask" and now["T01"]["exemption"] == "hours"
    without = world.caller("POL-XX", OrganisationKind.POLICE, Scope.ORDERS_READ)
    assert without.get("/v1/terms").status_code == 403
