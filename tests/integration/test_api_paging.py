"""Lists by page: every list that can grow goes on by key, in one shape, and is searched by facts of the process."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from api.app import create_v1
from api.openapi import document
from api.paging import cursor, place
from models.actors import ENGINE
from models.casebook import findings
from models.clocks import Unit
from models.lookups.paging import EPOCH, Place
from models.tables.base import new_id
from models.tables.duties import Duty
from models.tables.meetings import Meeting
from models.transactions import unit_of_work
from models.words import DutyKind, Phase
from tests.conftest import Databases
from tests.doors import Door, counted
from tests.factories import AHouse, Story, a_case, a_coach, a_guest, a_house, ways_and_systems
from tests.integration.test_api_referrals import SUBMITTED
from tests.integration.test_api_rights import AWAY, RISK, SITTING
from tests.integration.test_stalled_lookup import drawn


def paged() -> dict[str, Any]:
    """Every list of the document that says where it goes on, by path."""
    made = document(create_v1())
    found = {}
    for path, verbs in made["paths"].items():
        answer = verbs.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        name = answer.get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
        if "resultaten" in made["components"]["schemas"].get(name, {}).get("properties", {}):
            found[path] = (verbs["get"], made["components"]["schemas"][name])
    return found


LISTS = {
    "/casussen": "regisseur", "/taken": "politie", "/aanmeldingen": "politie", "/hulpvragen": "triagist",
    "/organisaties": "ggz", "/personen": "ggz", "/casussen/{id}/taken": "regisseur",
    "/casussen/{id}/tijdlijn": "ggz", "/casussen/{id}/besluiten": "regisseur", "/casussen/{id}/overleggen": "regisseur",
    "/casussen/{id}/afspraken": "regisseur", "/overleggen/{id}/scherm": "regisseur",
    "/derden/{id}/verstrekkingen": "regisseur", "/casussen/{id}/informatie": "politie",
    "/casussen/{id}/risicotaxaties": "ggz", "/overleggen/{id}/verslag/regels": "ggz",
    "/casussen/{id}/informatieverzoeken": "regisseur",
    "/casussen/{id}/doelen": "regisseur",
    "/casussen/{id}/toegang": "regisseur", "/tokens": "beheerder",
    "/casussen/{id}/contactmomenten": "begeleider",
    "/noodtoegangen": "privacy", "/stagnaties/casussen": "manager", "/stagnaties/taken": "manager",
    "/personen/{id}/taken": "manager", "/afwezigheden": "manager", "/bevindingen": "manager",
    "/overlegdagen": "triagist",
    "/huizen/{id}/beleid/versies": "privacy",
    "/berichten": "manager", "/abonnementen": "beheerder", "/abonnementen/{id}/bezorgingen": "beheerder",
}  # fmt: skip


#: lists that stay short: what belongs to one referral or hangs together with one case or its plan, and the meetings of
#: one house that come back
SHORT = {
    "/aanmeldingen/{id}/bijlagen", "/aanmeldingen/{id}/versies", "/overlegreeksen", "/overlegreeksen/{id}/zittingen",
    "/casussen/{id}/informatie/{informatieId}/versies", "/personen/{id}/kanalen", "/gebeurtenissen",
    "/personen/{id}/voorkeuren/voorbeeld", "/overleggen/{id}/derden",
    "/casussen/{id}/samenhangen",
    "/casussen/{id}/stukken", "/casussen/{id}/conflicten", "/casussen/{id}/rondes",
    "/casussen/{id}/overdrachten", "/casussen/{id}/heraanmeldcriteria", "/casussen/{id}/waakvlammen",
    "/casussen/{id}/escalaties", "/casussen/{id}/trajecten", "/rapportages",
    "/overlegdagen/{id}/voorstel", "/casussen/{id}/genodigdenvoorstel",
}  # fmt: skip


#: what is read here changes by being read: tests/integration/test_log.py
OF_THE_LOG = {"/logboek", "/casussen/{id}/inzage", "/personen/{id}/inzage", "/verwerkingen"}


def test_every_list_of_the_interface_has_the_same_shape() -> None:
    found = {path: each for path, each in paged().items() if path not in SHORT}

    assert set(found) == set(LISTS) | OF_THE_LOG
    for path, (operation, schema) in found.items():
        assert {"resultaten", "volgende"} <= set(schema["required"]), path
        asked = {one["name"] for one in operation["parameters"] if one["in"] == "query"}
        assert {"paginaGrootte", "na"} <= asked, path


def test_a_cursor_is_the_place_it_was_made_of() -> None:
    for one in (Place(uuid4()), Place(uuid4(), EPOCH - timedelta(days=700_000), part=1)):
        assert place(cursor(one)) == one
        assert len(cursor(one)) == 37


@dataclass
class Grown:
    """A house in which every list holds more than a few, with moments that coincide."""

    door: Door
    case_id: UUID
    stalled: list[UUID]
    system: str = ""
    meeting: str = ""
    guest: str = ""

    def address(self, path: str) -> str:
        """A list of this case, of somebody who has something open in it, or of a system that hears of events."""
        about = {
            "personen": self.door.house.person("ggz"), "abonnementen": self.system, "overleggen": self.meeting,
            "derden": self.guest, "huizen": self.door.house.id,
        }  # fmt: skip
        return path.replace("{id}", str(about.get(path.split("/")[1], self.case_id)))

    async def all(self, path: str, who: str, **query: Any) -> list[dict[str, Any]]:
        """A whole list in one page."""
        found = await self.door.get(who, path, paginaGrootte=100, **query)
        assert found["volgende"] is None
        return list(found["resultaten"])

    async def walked(self, path: str, who: str, size: int, **query: Any) -> list[dict[str, Any]]:
        """The same list, following the links from page to page."""
        seen: list[dict[str, Any]] = []
        answer = await self.door.call("GET", path, who, params={"paginaGrootte": size, **query})
        while True:
            found = answer.json()
            seen += found["resultaten"]
            assert len(found["resultaten"]) == size or found["volgende"] is None
            link = answer.headers.get("link")
            assert (link is None) is (found["volgende"] is None)
            if link is None:
                return seen
            assert link.endswith('>; rel="next"')
            address = link.partition(">")[0].removeprefix("</v1")
            assert f"na={found['volgende']}" in address
            answer = await self.door.call("GET", address, who)


@pytest.fixture(scope="module")
async def grown(db: Databases, client: httpx2.AsyncClient) -> Grown:
    house = await a_house(db.owner)
    story = await a_case(db.web, house, Phase.FOCUSOVERLEG)
    await _grow(story)
    made = Grown(Door(client, house), story.case_id, await drawn(db, house, 3, 25))
    for number in range(5):
        await made.door.call("POST", "/hulpvragen", json=_question(house, number))
    asked = await made.all("/hulpvragen", "triagist")
    for one in asked[1:3]:
        await made.door.post("triagist", f"/hulpvragen/{one['id']}/adviezen", {"tekst": "Bel de wijkagent."})
    for kept in ([], [], [str(house.organisations["politie"])], [str(house.organisations["politie"])], []):
        item = {"categorie": "zorg", "tekst": "stabiel", "nietVoor": kept}
        await made.door.post("ggz", f"/casussen/{story.case_id}/informatie", item)
    await _in_the_room(made, story)
    for goal in ("rust", "werk", "wonen", "zorg"):
        await made.door.post("regisseur", f"/casussen/{story.case_id}/doelen", {"tekst": goal})
    for name in ("weeklijst", "rapport", "koppeling"):
        await made.door.post("beheerder", "/tokens", {"naam": name})
    drafts = [(await made.door.post("politie", "/aanmeldingen", SUBMITTED))["id"] for _ in range(4)]
    await made.door.post("politie", f"/aanmeldingen/{drafts[0]}/indieningen")
    for _ in range(3):
        reason = {"reden": "Dreiging vanavond in de wijk."}
        await made.door.post("manager", f"/casussen/{story.case_id}/noodtoegangen", reason)
    for _ in range(5):
        await made.door.post("triagist", "/overlegdagen", SITTING)
    await _night(db, made)
    await _coached(db, made)
    made.system = await _systems(db, made)
    await _policies(made)
    return made


async def _policies(made: Grown) -> None:
    """A policy that was changed a few times after it was set."""
    path = f"/huizen/{made.door.house.id}/beleid"
    for days in (40, 41, 43):
        version = (await made.door.call("GET", path, "manager")).headers["ETag"]
        policy = (await made.door.get("manager", path)) | {"evaluatieDagen": days}
        answer = await made.door.call("PUT", path, "manager", json=policy, headers={"If-Match": version})
        assert answer.status_code == 204, answer.text


async def _in_the_room(made: Grown, story: Story) -> None:
    """A third party who was given what everybody may read, and results of assessments of the same day."""
    door, case = made.door, f"/casussen/{made.case_id}"
    for _ in range(3):
        result = RISK | {
            "categorie": "zorg",
            "tekst": "stabiel",
            "nietVoor": [str(door.house.organisations["politie"])],
        }
        await door.post("ggz", f"{case}/risicotaxaties", result)
    made.guest = await a_guest(story)
    made.meeting = next(
        one["id"] for one in (await made.all(f"{case}/overleggen", "regisseur")) if one["gehoudenOp"] is not None
    )
    for number in range(4):
        line = {"onderdeel": "weging", "tekst": f"scenario {number}"}
        await door.post("regisseur", f"/overleggen/{made.meeting}/verslag/regels", line)
    await door.post("regisseur", f"/derden/{made.guest}/geheimhoudingsverklaringen", {"getekendOp": "2026-01-05"}, 204)
    items = [one["id"] for one in await made.all(f"{case}/informatie", "politie")]
    given = {"informatie": items, "doel": "een woning", "beslisser": str(door.house.person("politie"))}
    await door.post("regisseur", f"/derden/{made.guest}/verstrekkingen", given, 204)


async def _coached(db: Databases, made: Grown) -> None:
    """A trajectory with a few contacts."""
    await a_coach(db.owner, made.door.house)
    case = f"/casussen/{made.case_id}"
    body = {"begeleider": str(made.door.house.person("begeleider")), "doelen": ["dagbesteding"]}
    await made.door.post("regisseur", f"{case}/trajecten", body)
    for _ in range(4):
        contact = {"datum": "2026-01-05", "soort": "bezoek", "verslag": "kwam op tijd"}
        await made.door.post("begeleider", f"{case}/contactmomenten", contact)


async def _systems(db: Databases, made: Grown) -> str:
    """Systems that subscribed; one of them was tried out a few times."""
    door = made.door
    system = (await ways_and_systems(db.web, door.house))["abonnementen"]
    for _ in range(3):
        await door.post("beheerder", f"/abonnementen/{system}/proeven")
    ggz = str(door.house.organisations["ggz"])
    for name in ("eerste", "tweede"):
        wanted = {"organisatie": ggz, "adres": f"https://systeem.ggz.example/{name}", "soorten": ["taak_geopend"]}
        await door.post("beheerder", "/abonnementen", wanted)
    return system


async def _night(db: Databases, made: Grown) -> None:
    """People who will be away from the same day, and findings of one night."""
    for who in ("politie", "om", "gemeente", "ggz"):
        away = f"/personen/{made.door.house.person(who)}/afwezigheid"
        assert (await made.door.call("PUT", away, "manager", json=AWAY)).status_code == 204
    async with unit_of_work(ENGINE, db.engine) as work:
        await findings.check(work, made.door.house.id)


async def _grow(story: Story) -> None:
    """Meetings that began at the same moment, and commitments for the same day."""
    async with story.acting("regisseur") as work:
        work.session.add_all(
            Meeting(
                id=new_id(), house_id=story.house.id, case_id=story.case_id, starts_at=work.now,
                convened_by=story.house.person("regisseur"), convened_at=work.now, moved_at=work.now,
            )
            for _ in range(4)
        )  # fmt: skip
        work.session.add_all(
            Duty(
                id=new_id(), house_id=story.house.id, case_id=story.case_id, kind=DutyKind.INFORMATION,
                owner_organisation_id=story.house.organisations["ggz"], batch_id=new_id(), anchor=work.now,
                owner_person_id=story.house.person("ggz") if named else None, unit=Unit.WORKING_DAYS, amount=5,
                due_at=work.now + timedelta(days=days), opened_at=work.now - timedelta(days=9),
            )
            for days, named in ((-2, True), (-2, False), (3, True), (3, False))
        )  # fmt: skip
    await story.record(("ggz", "eerst"), ("ggz", "dan"), ("politie", "daarna"), ("politie", "ten slotte"))


def _question(house: AHouse, number: int) -> dict[str, str]:
    return {
        "huis": house.slug, "naam": "W. Wijk", "organisatie": "Wijkteam", "emailadres": "w@wijk.example",
        "vraag": f"Hoe pakken wij dit aan? ({number})",
    }  # fmt: skip


@pytest.mark.parametrize("path", list(LISTS))
async def test_pages_join_up_to_the_whole_list_without_a_gap_or_a_repeat(grown: Grown, path: str) -> None:
    who, address = LISTS[path], grown.address(path)
    query = {"afgedaan": "true"} if path == "/casussen/{id}/taken" else {}

    whole = await grown.all(address, who, **query)

    assert len(whole) > 2, "too short to have pages"
    for size in (1, 2, len(whole)):
        assert await grown.walked(address, who, size, **query) == whole


@pytest.mark.parametrize("path", list(LISTS))
async def test_a_later_page_costs_as_many_questions_as_the_whole_list(grown: Grown, db: Databases, path: str) -> None:
    who, address = LISTS[path], grown.address(path)
    first = await grown.door.get(who, address, paginaGrootte=2)
    async with counted(db) as for_all:
        await grown.door.get(who, address)

    async with counted(db) as for_some:
        await grown.door.get(who, address, paginaGrootte=2, na=first["volgende"])

    pages = 2 if path.endswith("/scherm") else 1  # one more for each page filled by what may not be shown
    assert len(for_some) <= len(for_all) + pages


async def test_what_may_not_be_shown_leaves_no_trace_between_the_pages(grown: Grown) -> None:
    path = f"/casussen/{grown.case_id}/informatie"

    first = await grown.door.get("politie", path, paginaGrootte=2)
    second = await grown.door.get("politie", path, paginaGrootte=2, na=first["volgende"])

    whole = await grown.all(path, "politie")
    assert first["resultaten"] + second["resultaten"] == whole[:4]
    assert [one["tekst"] for one in whole].count("stabiel") == 3, "of five the police may read three"
    assert place(first["volgende"]).id == UUID(first["resultaten"][-1]["id"])


@pytest.mark.parametrize(
    "sent", ["", "x", "~" + "A" * 35, "~" + "A" * 37, "~" + "é" * 36, "A" * 37, "a698de18-123e-4477-b1a6-d1ff54dc8f32"]
)
async def test_a_cursor_that_we_did_not_send_is_refused(grown: Grown, sent: str) -> None:
    answer = await grown.door.call("GET", "/taken", "politie", params={"na": sent})

    assert answer.status_code == 400
    assert [one["veld"] for one in answer.json()["velden"]] == ["na"]


async def test_a_place_at_the_end_of_time_is_followed_by_nothing(grown: Grown) -> None:
    assert (await grown.door.get("ggz", "/taken", na="~" + "_" * 36))["resultaten"] == []


async def test_the_page_of_another_list_only_begins_elsewhere(grown: Grown) -> None:
    sent = (await grown.door.get("triagist", "/casussen", paginaGrootte=1))["volgende"]

    found = await grown.door.get("ggz", "/taken", na=sent)

    assert {one["id"] for one in found["resultaten"]} <= {one["id"] for one in await grown.all("/taken", "ggz")}


async def test_tasks_are_found_by_kind_case_lateness_and_for_whom_they_are(grown: Grown) -> None:
    whole = await grown.all("/taken", "ggz")

    async def ids(**query: Any) -> set[str]:
        return {one["id"] for one in await grown.walked("/taken", "ggz", 3, **query)}

    kinds = {one["soort"] for one in whole}
    for kind in kinds:
        assert await ids(soort=kind) == {one["id"] for one in whole if one["soort"] == kind}
    assert await ids(soort=list(kinds)) == {one["id"] for one in whole}
    case = whole[0]["casus"]["id"]
    assert await ids(casus=case) == {one["id"] for one in whole if one["casus"]["id"] == case}
    for late in (True, False):
        assert await ids(teLaat=late) == {one["id"] for one in whole if one["teLaat"] is late} != set()
    assert await ids(voor="mij") == {one["id"] for one in whole if one["persoon"]} != set()
    assert await ids(voor="organisatie") == {one["id"] for one in whole if not one["persoon"]} != set()


async def test_referrals_are_found_by_how_far_they_came(grown: Grown) -> None:
    async def count(state: str) -> int:
        return len(await grown.all("/aanmeldingen", "politie", status=state))

    whole = await grown.all("/aanmeldingen", "politie")

    assert await count("concept") == 3
    assert await count("ingetrokken") == 0
    assert await count("ingediend") == len(whole) - 3


async def test_questions_are_found_by_whether_they_were_answered_and_the_unanswered_come_first(grown: Grown) -> None:
    whole = await grown.all("/hulpvragen", "triagist")

    for answered, count in ((True, 2), (False, 3)):
        found = await grown.walked("/hulpvragen", "triagist", 1, beantwoord=answered)
        assert found == [one for one in whole if (one["beantwoordOp"] is not None) is answered]
        assert len(found) == count
    assert [one["beantwoordOp"] is None for one in whole] == [True, True, True, False, False]
    unanswered = [one["gesteldOp"] for one in whole[:3]]
    assert unanswered == sorted(unanswered)


async def test_stalled_cases_are_found_by_cause_and_by_who_leads_them(grown: Grown) -> None:
    whole = await grown.all("/stagnaties/casussen", "manager")
    causes = {cause["soort"] for one in whole for cause in one["oorzaken"]}
    leader = str(grown.door.house.person("regisseur"))

    async def found(**query: Any) -> list[dict[str, Any]]:
        return await grown.walked("/stagnaties/casussen", "manager", 2, **query)

    for cause in causes:
        assert await found(oorzaak=cause) == [
            one for one in whole if cause in {each["soort"] for each in one["oorzaken"]}
        ]
    assert await found(procesregisseur=leader) == [one for one in whole if one["procesregisseur"] == leader] != []
    overview = await grown.door.get("manager", "/stagnaties")
    assert overview["stilgevallen"] == whole
    assert overview["aantallen"]["teLaat"] == len(await grown.all("/stagnaties/taken", "manager"))


@pytest.mark.parametrize("path", ["/mij", "/stagnaties", "/taken", "/casussen/{id}", "/huizen/{id}/beleid"])
async def test_a_question_that_no_route_knows_is_refused_and_named(grown: Grown, path: str) -> None:
    answer = await grown.door.call("GET", path.replace("{id}", str(grown.case_id)), "manager", params={"naam": "x"})

    assert answer.status_code == 400
    assert answer.json()["velden"] == [{"veld": "naam", "melding": "is hier niet bekend; controleer de spelling"}]


async def test_who_is_not_signed_in_is_told_so_before_what_is_wrong_with_the_question(grown: Grown) -> None:
    assert (await grown.door.call("GET", "/mij?naam=x")).status_code == 401
    assert (await grown.door.call("GET", "/taken?naam=x")).status_code == 401
