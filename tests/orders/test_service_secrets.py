from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from registry.access.rules import OrganisationKind, Scope
from registry.db import Base
from registry.orders import service
from tests.orders.orders import PROTECTED, SUBJECT, area_ban, content, message

SPOT = {"type": "Circle", "center": [6.56653217, 53.21943711], "radiusM": 100}
PLANTED = (
    "Verborgenlaan",
    "9712XK",
    "Vosmeer",
    "Fictitia",
    "687654321",
    "6.5665",
    "53.2194",
    "999990019",
    "van den Berg",
)
OF_THE_PROTECTED = PLANTED[:7]


def planted_order():
    protected = replace(PROTECTED, raw={"surname": "Vosmeer", "note": "woont in de Verborgenlaan"})
    subject = replace(SUBJECT, aliases=("Jan van den Berg",))
    told = content(
        subject=subject,
        protected=(protected,),
        conditions=(area_ban(wire=SPOT),),
        requested_police_action="Rijd naar de Verborgenlaan 77.",
        raw={"protected": [{"surname": "Vosmeer"}], "remark": "Verborgenlaan", "regime": "VV"},
    )
    return message(told=told, raw={"messageId": "M-1", "order": {"protected": [{"surname": "Vosmeer"}]}})


def cells(session):
    for table in Base.metadata.sorted_tables:
        for row in session.execute(select(table)):
            for name, value in row._mapping.items():
                yield f"{table.name}.{name}", value


def test_no_column_of_any_table_holds_in_clear_what_identifies_anybody(shared, deliver):
    deliver(planted_order())
    with shared.database.reading() as session:
        found = [
            (place, word)
            for place, value in cells(session)
            for word in PLANTED
            if word.lower().encode() in (value if isinstance(value, bytes) else str(value).encode()).lower()
        ]
    assert found == []


def test_a_protected_person_lives_in_her_own_sealed_rows_and_nowhere_else(shared, deliver):
    order_id = deliver(planted_order())
    with shared.database.reading() as session:
        view = service.current_view(session, [order_id])[order_id]
        assert "Vosmeer" not in str(view.version.content)
        assert view.protected[0].open().addresses[0].street == "Verborgenlaan"


def test_no_answer_without_the_scope_says_who_is_protected_or_where(shared, world, deliver):
    order_id = deliver(planted_order())
    asking = world.caller("CJIB", OrganisationKind.CJIB, Scope.ORDERS_READ)
    paths = (
        "/v1/orders",
        "/v1/orders?number=CJIB-2026-000123",
        f"/v1/orders/{order_id}",
        f"/v1/orders/{order_id}/history",
    )
    answers = [asking.get(path) for path in paths]
    assert [answer.status_code for answer in answers] == [200] * 4
    for answer in answers:
        assert [word for word in OF_THE_PROTECTED if word.lower() in answer.text.lower()] == []
    party = answers[2].json["parties"][1]
    assert (party["role"], party["reference"], party["identity"]) == ("protected", "P1", None)
    assert answers[2].json["conditions"][0]["zone"]["geometry"] is None


def test_with_the_scope_the_same_answer_says_who_and_where(world, deliver):
    order_id = deliver(planted_order())
    asking = world.caller("CJIB", OrganisationKind.CJIB, Scope.ORDERS_READ, Scope.PROTECTED_READ)
    answer = asking.get(f"/v1/orders/{order_id}").json
    assert answer["parties"][1]["identity"]["addresses"][0]["street"] == "Verborgenlaan"
    assert answer["conditions"][0]["zone"]["geometry"]["shape"] == SPOT
    assert answer["conditions"][0]["text"].startswith("Veroordeelde mag niet komen in de Verborgenlaan")
    assert UUID(answer["parties"][1]["personId"])
