"""The log through the doors: every view and every refusal leaves a line, and it is read for a purpose."""

import json
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlalchemy import text

from api.app import create_v1
from api.openapi import document
from models.lookups.sentences import SENTENCES
from models.lookups.viewers import DID, SEEN
from models.words import Door as Way
from models.words import LogPurpose, Phase
from tests.conftest import Databases
from tests.doors import Door, counted
from tests.factories import AHouse, a_case, a_house, a_report, an_eventful_case
from tests.integration.test_api_decisions import admitted, ready_to_admit
from tests.integration.test_api_referrals import SUBMITTED
from tests.integration.test_api_rights import ALLOWED, MATRIX, PEOPLE, Scene, allowed, operations
from tests.integration.test_api_rights import scene as scene  # noqa: PLC0414 - a fixture is found by its name here
from tests.integration.test_workplace import confirmed, signed_in

#: what a GET shows that is in no file: lists of numbers, the house, and the log itself
OF_NO_FILE = {
    "GET /aanmeldingen", "GET /casussen", "GET /taken", "GET /hulpvragen", "GET /hulpvragen/{id}",
    "GET /overlegreeksen", "GET /overlegreeksen/{id}", "GET /overlegreeksen/{id}/zittingen",
    "GET /overlegreeksen/{id}/zittingen/{datum}", "GET /overlegdagen", "GET /overlegdagen/{id}",
    "GET /overlegdagen/{id}/voorstel", "GET /stagnaties", "GET /stagnaties/casussen",
    "GET /stagnaties/taken", "GET /huizen/{id}/beleid", "GET /organisaties", "GET /personen", "GET /mij",
    "GET /logboek", "GET /verwerkingen", "GET /casussen/{id}/inzage", "GET /personen/{id}/inzage",
    "GET /noodtoegangen", "GET /tokens", "GET /bevindingen", "GET /afwezigheden", "GET /personen/{id}/afwezigheid",
    "GET /personen/{id}/taken", "GET /personen/{id}/agendafeed", "GET /personen/{id}/kanalen", "GET /gebeurtenissen",
    "GET /abonnementen", "GET /abonnementen/{id}/bezorgingen", "GET /berichten", "GET /personen/{id}/voorkeuren",
    "GET /personen/{id}/voorkeuren/voorbeeld", "GET /organisaties/{id}/weekoverzicht",
    "GET /rapportages", "GET /rapportages/{naam}",
    "GET /huizen/{id}/beleid/versies", "GET /huizen/{id}/gezondheid",
}  # fmt: skip
SHOWING = [name for name, found in operations().items() if found.get("x-pols-inzage")]
PURPOSE = {"doel": "rechtmatigheid"}
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


async def lines(db: Databases, house: AHouse, **wanted: object) -> list[dict[str, Any]]:
    """The lines of a house, in the order they came."""
    where = "".join(f" AND {name} = :{name}" for name in wanted)
    statement = text(f"SELECT * FROM audit_line WHERE house_id = :house{where} ORDER BY at, id")
    async with db.engine.engine.connect() as connection:
        return [dict(row) for row in (await connection.execute(statement, {"house": house.id} | wanted)).mappings()]


# What is seen


def test_every_route_that_shows_what_is_in_a_file_says_so() -> None:
    reading = {name for name in operations() if name.startswith("GET ")}

    assert len(SHOWING) > 12
    assert reading - set(SHOWING) == OF_NO_FILE


@pytest.mark.parametrize("operation", SHOWING)
async def test_whoever_sees_what_is_in_a_file_leaves_one_line_of_it(
    scene: Scene, db: Databases, operation: str
) -> None:
    house, who = scene.door.house, allowed(operation)
    before = len(await lines(db, house, action="inzien"))

    answer = await scene.door.call("GET", scene.path(operation), who)

    assert answer.status_code == 200
    [line] = (await lines(db, house, action="inzien"))[before:]
    assert line["person_id"] == house.person(who)
    assert line["case_id"] == UUID(scene.paths["casussen"])
    assert (line["door"], line["result"], line["purpose"]) == ("api", "ok", "casus")
    assert line["object_kind"] in SEEN
    assert line["via_id"] is not None
    assert line["address"] == "127.0.0.1"
    assert line["roles"] == sorted(house.actors[who].roles)


async def test_a_line_names_the_policy_in_force(door: Door, db: Databases) -> None:
    story = await a_report(db.web, door.house)
    await door.get("politie", f"/casussen/{story.case_id}")
    policy = {"If-Match": '"0"'}
    changed = await door.call(
        "PUT", f"/huizen/{door.house.id}/beleid", "beheerder", json={"evaluatieDagen": 42}, headers=policy
    )
    assert changed.status_code == 204
    await door.get("politie", f"/casussen/{story.case_id}")

    seen = await lines(db, door.house, action="inzien")

    assert [one["policy_version"] for one in seen] == [None, 1]


async def test_a_page_of_the_workplace_leaves_a_line_with_its_door_and_session(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.MONITORING)
    async with signed_in(db, house, "regisseur") as client:
        assert (await client.get(f"/casussen/{story.case_id}")).status_code == 200

    [line] = await lines(db, house, action="inzien")
    [opened] = await lines(db, house, action="aangemeld")
    assert (line["door"], line["object_kind"], line["via_id"]) == (Way.WORKPLACE, "casus", opened["object_id"])


# What is refused


def _refused(operation: str) -> int | None:
    """The first of this house who is refused it."""
    marks = enumerate(MATRIX[operation])
    return next((at for at, mark in marks if mark in "34" and PEOPLE[at] != "buren"), None)


@pytest.mark.parametrize("operation", [one for one in MATRIX if _refused(one) is not None])
async def test_whoever_is_refused_leaves_a_line_with_the_route(scene: Scene, db: Databases, operation: str) -> None:
    verb, template = operation.split(maxsplit=1)
    at = _refused(operation)
    assert at is not None
    house, who = scene.door.house, PEOPLE[at]
    before = len(await lines(db, house, result="geweigerd"))

    answer = await scene.door.call(verb, scene.path(operation), who, json=scene.bodies.get(operation))

    assert answer.status_code in ALLOWED[MATRIX[operation][at]]
    [line] = (await lines(db, house, result="geweigerd"))[before:]
    assert line["facts"]["route"] == f"{verb} {template}"
    assert line["person_id"] == house.person(who)
    assert line["action"] == "verzoek"


async def test_what_is_hidden_and_what_is_absent_cost_the_same_and_leave_the_same(door: Door, db: Databases) -> None:
    hidden = (await a_case(db.web, door.house, Phase.SCREENING)).case_id
    asked: dict[UUID, list[str]] = {}
    for wanted in (hidden, uuid4()):
        async with counted(db) as statements:
            await door.refused("ggz", f"/casussen/{wanted}", None, 404, "GET")
        asked[wanted] = list(statements)

    left = {one["object_id"]: one for one in await lines(db, door.house, result="geweigerd")}

    first, second = asked.values()
    assert first == second
    own = {"id", "object_id", "case_id", "at", "trace_id", "span_id"}
    plain = [{key: value for key, value in left[one].items() if key not in own} for one in asked]
    assert plain[0] == plain[1]
    assert [left[one]["case_id"] for one in asked] == list(asked)


async def test_who_may_not_decide_is_logged_and_nothing_else_is_kept(door: Door, db: Databases) -> None:
    story = await ready_to_admit(door, db)
    before = len(await lines(db, door.house))

    await door.refused("politie", f"/casussen/{story.case_id}/besluiten", admitted(), 403)

    [line] = (await lines(db, door.house))[before:]
    assert (line["result"], line["facts"]["waarom"]) == ("geweigerd", "niet toegestaan")


async def test_nobody_who_is_not_signed_in_and_no_wrong_form_leaves_a_refusal(door: Door, db: Databases) -> None:
    assert (await door.call("GET", f"/casussen/{uuid4()}")).status_code == 401
    assert (await door.call("GET", "/casussen/x", "ggz")).status_code == 400
    assert (await door.call("GET", "/nergens", "ggz")).status_code == 404

    assert await lines(db, door.house, result="geweigerd") == []


async def test_a_page_that_is_refused_leaves_a_line_too(db: Databases, house: AHouse) -> None:
    async with signed_in(db, house, "ggz") as client:
        assert (await client.get(f"/casussen/{uuid4()}")).status_code == 404
        assert (await client.get("/logboek")).status_code == 403

    left = await lines(db, house, result="geweigerd")
    assert [(one["facts"]["route"], one["door"]) for one in left] == [
        ("GET /casussen/{case_id}", "werkplek"), ("GET /logboek", "werkplek"),
    ]  # fmt: skip


# What was processed about whom


async def test_every_line_about_somebody_has_exactly_one_record_with_its_trace_and_span(
    own_db: Databases,
) -> None:
    house = await a_house(own_db.owner)
    await an_eventful_case(own_db.web, house)
    async with own_db.engine.engine.connect() as connection:
        unequal = await connection.scalar(
            text("""
            SELECT count(*) FROM (SELECT * FROM audit_line
              WHERE result = 'ok' AND coalesce(case_id, referral_id) IS NOT NULL) l
            FULL JOIN processing p ON p.trace_id = l.trace_id AND p.span_id = l.span_id
            WHERE p.id IS DISTINCT FROM l.id OR p.subject_id IS DISTINCT FROM coalesce(l.case_id, l.referral_id)
              OR p.ended_at < p.started_at
        """)
        )
        counted_ = await connection.scalar(text("SELECT count(*) FROM processing"))

    assert unequal == 0
    assert counted_ > 30


async def test_a_trace_that_comes_in_is_the_trace_of_what_it_does(door: Door, db: Databases) -> None:
    story = await a_report(db.web, door.house)
    for sent in (f"00-{TRACE}-{PARENT}-01", "00-zomaar-iets-01", f"00-{'0' * 32}-{PARENT}-01"):
        answer = await door.call("GET", f"/casussen/{story.case_id}", "politie", headers={"traceparent": sent})
        assert answer.status_code == 200

    first, *others = await lines(db, door.house, action="inzien")
    records = (await door.get("privacy", "/verwerkingen", **PURPOSE, paginaGrootte=100))["resultaten"]
    own = next(one for one in records if one["trace_id"] == TRACE)
    assert first["trace_id"] == TRACE
    assert (own["span_id"], own["parent_span_id"]) == (first["span_id"], PARENT)
    assert own["attributes"]["dpl.core.data_subject_id"] == str(story.case_id)
    assert not {TRACE, "0" * 32} & {one["trace_id"] for one in others}
    assert str(door.house.person("politie")) not in json.dumps(records)


# Reading it


@pytest.mark.parametrize("path", ["/logboek", "/verwerkingen", "/casussen/{id}/inzage", "/personen/{id}/inzage"])
async def test_the_log_is_read_for_a_purpose_of_the_law_only(door: Door, path: str) -> None:
    path = path.replace("{id}", str(uuid4()))
    for query in ({}, {"doel": "nieuwsgierigheid"}, {"doel": "functioneringsgesprek"}):
        answer = await door.call("GET", path, "privacy", params=query)
        assert answer.status_code == 400
        assert answer.json()["velden"][0]["veld"] == "doel"


async def test_reading_the_log_is_in_the_log_with_its_purpose(door: Door, db: Databases) -> None:
    story = await a_report(db.web, door.house)
    for purpose in LogPurpose:
        await door.get("privacy", "/logboek", doel=purpose.value, casus=str(story.case_id))
    await door.get("privacy", f"/casussen/{story.case_id}/inzage", doel="interne_controle")

    read = await lines(db, door.house, action="logboek geraadpleegd")
    [told] = await lines(db, door.house, action="inzage gegeven")
    assert [one["purpose"] for one in read] == list(LogPurpose)
    assert {one["case_id"] for one in [*read, told]} == {story.case_id}
    assert told["purpose"] == "interne_controle"


async def test_nobody_is_followed_over_all_cases(door: Door, db: Databases) -> None:
    story = await a_report(db.web, door.house)
    who = str(door.house.person("politie"))

    over_all = await door.call("GET", "/logboek", "privacy", params=PURPOSE | {"persoon": who})
    within = await door.get("privacy", "/logboek", **PURPOSE, persoon=who, casus=str(story.case_id))

    assert over_all.status_code == 400
    assert "medewerkers te beoordelen" in over_all.json()["velden"][0]["melding"]
    assert {one["persoon"] for one in within["resultaten"]} == {who}
    queries = {
        one["name"] for one in document(create_v1())["paths"]["/logboek"]["get"]["parameters"] if one["in"] == "query"
    }
    assert queries == {
        "doel", "casus", "persoon", "vanaf", "tot", "handeling", "geweigerd", "paginaGrootte", "na",
    }  # fmt: skip


async def test_the_log_is_searched_by_case_action_moment_and_result(door: Door, db: Databases) -> None:
    story, other = await a_report(db.web, door.house), await a_report(db.web, door.house)
    await door.refused("ggz", f"/casussen/{story.case_id}", None, 404, "GET")

    async def found(**query: str) -> list[dict[str, Any]]:
        return list((await door.get("privacy", "/logboek", **PURPOSE, paginaGrootte="100", **query))["resultaten"])

    assert {one["casus"] for one in await found(casus=str(other.case_id))} == {str(other.case_id)}
    assert [one["handeling"] for one in await found(handeling="gemeld")] == ["gemeld", "gemeld"]
    [refused] = await found(geweigerd="true")
    assert (refused["route"], refused["resultaat"]) == ("GET /casussen/{id}", "geweigerd")
    moments = [one["op"] for one in await found(handeling="gemeld")]
    assert len(await found(handeling="gemeld", vanaf=moments[0])) == 1
    assert len(await found(handeling="gemeld", tot=moments[0])) == 1
    assert "Fictief" not in json.dumps(await found())


async def walked(door: Door, path: str, size: int, **query: str) -> list[dict[str, Any]]:
    seen: list[dict[str, Any]] = []
    asked: dict[str, str] = PURPOSE | query | {"paginaGrootte": str(size)}
    while True:
        found = await door.get("privacy", path, **asked)
        seen += found["resultaten"]
        if found["volgende"] is None:
            return seen
        asked["na"] = found["volgende"]


async def test_pages_of_the_log_join_up(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)
    for path, query in (
        ("/logboek", {"handeling": "besluit"}), ("/logboek", {"handeling": "fase"}), ("/verwerkingen", {}),
        (f"/casussen/{story.case_id}/inzage", {}),
    ):  # fmt: skip
        whole = await walked(door, path, 100, **query)
        for size in (1, 3):
            again = [one for one in await walked(door, path, size, **query) if one in whole]
            assert again == whole


async def test_who_saw_my_file_is_complete_in_order_and_names_nobody(door: Door, db: Databases) -> None:
    draft = (await door.post("politie", "/aanmeldingen", SUBMITTED))["id"]
    await door.get("politie", f"/aanmeldingen/{draft}")
    await door.post("politie", f"/aanmeldingen/{draft}/bijlagen?naam=foto.txt", "een foto in woorden")
    case = (await door.post("politie", f"/aanmeldingen/{draft}/indieningen"))["id"]
    for who, path in (("triagist", ""), ("om", "/besluiten"), ("gemeente", "/informatie"), ("manager", "")):
        await door.get(who, f"/casussen/{case}{path}")
    await door.refused("ggz", f"/casussen/{case}", None, 404, "GET")
    subject = (await door.get("triagist", f"/casussen/{case}"))["betrokkenen"][0]["id"]

    told = await walked(door, f"/casussen/{case}/inzage", 100)

    sentences = [one["tekst"] for one in reversed(told)]
    moments = [one["op"] for one in told]
    assert moments == sorted(moments, reverse=True)
    police = "Een contactpersoon en lid van het triageoverleg van Politie"
    assert sentences[:3] == [
        f"{police} begon aan een aanmelding.", f"{police} bekeek de aanmelding.",
        f"{police} voegde een bijlage toe aan de aanmelding.",
    ]  # fmt: skip
    assert "Een contactpersoon van GGZ Westerveen vroeg gegevens op die niet werden gegeven." in sentences
    assert any(one.startswith("Een manager van ") and "zonder inhoud" in one for one in sentences)
    kept = await lines(db, door.house)
    about = [one for one in kept if UUID(case) == one["case_id"] or UUID(draft) == one["referral_id"]]
    assert len(told) == len(about) - 1, "everything but the line of this reading itself"
    whole = json.dumps(told)
    assert [one for one in ("Fictief", "Hendrik", "999990044", case, draft) if one in whole] == []
    by_person = await walked(door, f"/personen/{subject}/inzage", 100)
    assert by_person[1:] == told


async def test_a_file_that_is_not_there_and_one_of_another_house_are_the_same(door: Door, db: Databases) -> None:
    other = await a_house(db.owner)
    theirs = await a_report(db.web, other)
    await door.refused("ggz", f"/casussen/{theirs.case_id}", None, 404, "GET")
    for kind in ("casussen", "personen"):
        answers = [
            (await door.call("GET", f"/{kind}/{one}/inzage", "privacy", params=PURPOSE)).json() | {"instance": ""}
            for one in (theirs.case_id, uuid4())
        ]
        assert answers[0] == answers[1]
        assert answers[0]["status"] == 404


def test_every_act_of_the_timeline_has_a_sentence_in_the_overview() -> None:
    assert set(SENTENCES) - set(DID) == set()


# In the workplace


async def test_the_privacy_officer_reads_the_log_and_prints_who_saw_a_file(db: Databases, house: AHouse) -> None:
    story = await a_report(db.web, house)
    async with confirmed(db, house, "privacy") as client:
        asked = (await client.get("/logboek")).text
        log = (await client.get("/logboek", params=PURPOSE | {"casus": str(story.case_id), "handeling": ""})).text
        seen = (await client.get(f"/logboek/casussen/{story.case_id}", params=PURPOSE)).text
        refused = (await client.get("/logboek", params=PURPOSE | {"geweigerd": "ja", "na": "~zomaar"})).text

    assert "Kies een doel" in asked
    assert "Gemeld:" not in asked
    assert "Gemeld: aanmelding" in log
    assert f"/logboek/casussen/{story.case_id}?doel=rechtmatigheid" in log
    assert "van Politie diende de aanmelding in." in seen
    assert "Er zijn geen regels" in refused
    assert "Fictief" not in seen.partition("<main")[2]
    async with signed_in(db, house, "manager") as client:
        assert "/logboek" not in (await client.get("/")).text


async def test_what_cannot_be_logged_is_not_answered(
    door: Door, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unreachable(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("models.casebook.trail.refused", unreachable)

    answer = await door.call("GET", f"/casussen/{uuid4()}", "ggz")

    assert answer.status_code == 503
    assert client is door.client
