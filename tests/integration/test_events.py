"""Events for systems of participants: who hears of what, that nothing is lost or told twice, and who keeps them."""

import asyncio
import json
import logging
import re
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from deployments.announce import announce
from deployments.secret_files import write_new
from deployments.settings import Settings
from deployments.worker import Worker
from models import signing, transactions, visibility
from models.actors import ENGINE
from models.events import SOURCE, TYPE, EventKind
from models.lookups.work import something_to_erase
from models.tables.base import new_id
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, Phase
from tasks import clocks
from tasks.egress import Egress
from tasks.events import Teller
from tests import factories
from tests.conftest import Databases
from tests.doors import EVENT_KEY, EVENT_SEAL, Door, own_client
from tests.factories import a_house
from tests.listening import Listening, Request, listening

OIN = "urn:nld:oin:00000001234567890000:systeem:pols"
ALL = [kind.value for kind in EventKind if kind is not EventKind.TRIAL]
PERSONAL = ("Hendrik", "999990044", "Fictief", "veertien meldingen", "Stadhuis", "bekend_of_niet_bekend", "2026-")


@dataclass
class Scene:
    """A house whose police has a system that hears of everything."""

    door: Door
    db: Databases
    server: Listening
    secrets: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def house(self) -> factories.AHouse:
        return self.door.house

    @property
    def place(self) -> str:
        return f"ontvanger.example:{self.server.port}"

    def teller(self, **more: Any) -> Teller:
        egress = Egress(
            frozenset({self.place}), self.server.ca_file, self.server.resolve, connect_seconds=20, seconds=30
        )
        return Teller(egress, OIN, "https://pols.example", **more)

    async def subscribe(self, who: str, kinds: list[str] | None = None, path: str = "") -> str:
        body = {
            "organisatie": str(self.house.organisations[who]), "soorten": kinds or ALL,
            "adres": f"https://{self.place}/{path or who}",
        }  # fmt: skip
        made = await self.door.post("beheerder", "/abonnementen", body)
        self.secrets[path or who], self.ids[path or who] = made["geheim"], made["id"]
        return str(made["id"])

    async def told(self, **more: Any) -> list[dict[str, Any]]:
        """What is heard by telling everything that is due."""
        before = len(self.server.requests)
        while await announce(self.teller(**more), EVENT_SEAL):
            pass
        return [one.json for one in self.server.requests[before:]]

    async def deliveries(self, who: str) -> list[dict[str, Any]]:
        path = f"/abonnementen/{self.ids[who]}/bezorgingen"
        listed: list[dict[str, Any]] = (await self.door.get("beheerder", path, paginaGrootte=100))["resultaten"]
        return listed


@pytest.fixture
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    with listening(tmp_path_factory.mktemp("tls")) as made:
        yield made


@pytest.fixture
async def scene(own_db: Databases, receiver: Listening) -> AsyncIterator[Scene]:
    transactions.use(own_db.engine)
    async with own_client(own_db) as client:
        made = Scene(Door(client, await a_house(own_db.owner)), own_db, receiver)
        policy = {"systemenVoorGebeurtenissen": [made.place, "systeem.politie.example"]}
        answer = await made.door.call(
            "PUT", f"/huizen/{made.house.id}/beleid", "beheerder", json=policy, headers={"If-Match": '"0"'}
        )
        assert answer.status_code == 204, answer.text
        yield made
    transactions.use(None)


def kinds(told: list[dict[str, Any]]) -> set[str]:
    return {one["type"].split(".")[2] for one in told}


async def test_a_system_hears_signed_and_poor_events_of_the_cases_it_is_involved_in(scene: Scene) -> None:
    await scene.subscribe("ggz")
    story = await factories.a_case(scene.db.web, scene.house, Phase.MONITORING)
    told = await scene.told()
    [came, *_] = scene.server.requests
    given = {name.lower(): value for name, value in came.headers.items()}

    assert {"taak-geopend", "taak-beantwoord", "overleg-gepland", "overleg-gehouden"} <= kinds(told)
    assert given["content-type"] == "application/cloudevents+json"
    assert signing.is_genuine(scene.secrets["ggz"], given, came.body, int(time.time()))
    assert {one["data"]["casus"] for one in told} == {str(story.case_id)}
    assert not [word for word in PERSONAL if word in json.dumps(told).replace(told[0]["time"][:5], "")]
    assert len({one["id"] for one in told}) == len(told)


async def test_every_event_is_as_the_dutch_profile_of_cloudevents_wants_it(scene: Scene) -> None:
    await scene.subscribe("ggz")
    await factories.a_case(scene.db.web, scene.house, Phase.MONITORING)
    told = await scene.told()

    assert told
    assert [fault for one in told for fault in faults(one)] == []


def faults(event: dict[str, Any]) -> list[str]:
    """What NL GOV CloudEvents 1.1 would have against an event."""
    rules = {
        "attributes": set(event) == {
            "specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataref", "data"},
        "names": all(re.fullmatch("[a-z0-9]{1,20}", one) for one in event),
        "version": event.get("specversion") == "1.0",
        "id": bool(re.fullmatch(r"[0-9a-f-]{36}", str(event.get("id")))),
        "source": bool(SOURCE.fullmatch(str(event.get("source")))),
        "type": bool(TYPE.fullmatch(str(event.get("type")))),
        "time": bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", str(event.get("time")))),
        "no number of a person": not re.search(r"(?<![0-9a-f-])\d{9}(?![0-9a-f-])", str(event.get("subject"))),
        "size": len(json.dumps(event)) < 64_000,
        "link back": str(event.get("dataref")).startswith("https://pols.example/v1/"),
    }  # fmt: skip
    return [name for name, holds in rules.items() if not holds]


def test_the_rules_see_what_is_wrong() -> None:
    good = {
        "specversion": "1.0", "id": str(new_id()), "source": OIN, "type": "nl.zorg-en-veiligheid.proef.v1",
        "subject": str(new_id()), "time": "2026-11-27T10:00:00Z", "datacontenttype": "application/json",
        "dataref": "https://pols.example/v1/taken/1", "data": {},
    }  # fmt: skip
    assert faults(good) == []
    for changed in ({"subject": "999990044"}, {"source": "https://pols.example"}, {"type": "taak"}, {"bsnVan": "x"}):
        assert len(faults(good | changed)) >= 1, changed


async def test_what_a_dataref_leads_to_can_be_read_by_who_is_there(scene: Scene) -> None:
    await scene.subscribe("ggz", ["taak_geopend", "overleg_gepland"])
    await factories.a_case(scene.db.web, scene.house, Phase.MONITORING)
    for one in await scene.told():
        path = one["dataref"].removeprefix("https://pols.example/v1")
        assert (await scene.door.call("GET", path, "ggz")).status_code == 200, one
        assert (await scene.door.call("GET", path, "reclassering")).status_code == 404, one


async def test_who_is_not_involved_hears_nothing(scene: Scene) -> None:
    for who in ("reclassering", "ggz"):
        await scene.subscribe(who)
    await factories.a_case(scene.db.web, scene.house, Phase.SCREENING)
    assert await scene.told() == [], "the police reported; nobody is involved yet"
    await factories.a_case(scene.db.web, scene.house, Phase.MONITORING)
    await scene.told()

    assert {one.path for one in scene.server.requests} == {"/ggz"}


async def test_who_left_before_it_is_told_hears_it_no_more(scene: Scene) -> None:
    await scene.subscribe("gemeente")
    story = await factories.a_case(scene.db.web, scene.house, Phase.MONITORING)
    waiting = len(await scene.deliveries("gemeente"))
    await story.decide(
        "triagist", D.RELEASE, organisations=story.organisations("gemeente"), deciders=(scene.house.person("om"),)
    )

    assert waiting > 0
    assert await scene.told() == []
    assert {one["stand"] for one in await scene.deliveries("gemeente")} == {"vervallen"}


async def test_informing_the_person_is_between_the_house_and_who_does_it(scene: Scene) -> None:
    for who in ("politie", "ggz"):
        await scene.subscribe(who)
    story = await factories.a_case(scene.db.web, scene.house, Phase.MONITORING)
    informing = {str(one.id) for one in await story.duties(DutyKind.INFORM_PERSON)}
    await scene.told()
    heard = {
        path: {one.json["subject"] for one in scene.server.requests if one.path == path}
        for path in ("/politie", "/ggz")
    }
    owners = {str(one.owner_organisation_id) for one in await story.duties(DutyKind.INFORM_PERSON)}

    assert informing
    assert heard["/ggz"] & informing == set()
    assert bool(heard["/politie"] & informing) == (str(scene.house.organisations["politie"]) in owners)


async def test_the_database_and_the_rules_keep_the_same_from_partners(scene: Scene) -> None:
    case_id = (await factories.a_case(scene.db.web, scene.house, Phase.MONITORING)).case_id
    about = {"o": scene.house.organisations["ggz"], "c": case_id, "owner": scene.house.organisations["huis"]}
    async with unit_of_work(ENGINE, scene.db.engine) as work:
        hears = {
            kind for kind in DutyKind
            if await work.session.scalar(text("SELECT pols_hears(:o, :c, :owner, :k)"), about | {"k": kind})
        }  # fmt: skip

    assert hears == set(DutyKind) - visibility.INTERNAL


async def test_a_system_hears_only_of_what_it_asked(scene: Scene) -> None:
    await scene.subscribe("ggz", ["overleg_gepland"])
    await factories.a_case(scene.db.web, scene.house, Phase.MONITORING)

    assert kinds(await scene.told()) == {"overleg-gepland"}


async def test_a_meeting_called_off_and_a_term_that_moved_are_heard_of(scene: Scene) -> None:
    await scene.subscribe("ggz")
    story = await factories.a_case(scene.db.web, scene.house, Phase.MONITORING)
    await story.convene("politie", "ggz", days=5)
    await story.decide("politie", D.SCALE_DOWN)
    policy = {"systemenVoorGebeurtenissen": [scene.place], "evaluatieDagen": 60}
    moved = await scene.door.call(
        "PUT", f"/huizen/{scene.house.id}/beleid", "beheerder", json=policy, headers={"If-Match": '"1"'}
    )

    assert moved.status_code == 204, moved.text
    assert {"overleg-gepland", "overleg-vervallen", "taak-verzet"} <= kinds(await scene.told())


async def test_an_act_that_is_undone_is_heard_of_by_nobody(scene: Scene) -> None:
    await scene.subscribe("ggz")
    story = await factories.a_case(scene.db.web, scene.house, Phase.MONITORING)
    await scene.told()
    with pytest.raises(ZeroDivisionError):
        async with story.acting("regisseur") as work:
            await work.session.execute(
                text("UPDATE duty SET lapsed_at = now() WHERE case_id = :c AND answered_at IS NULL"
                     " AND lapsed_at IS NULL AND withdrawn_at IS NULL"), {"c": story.case_id},
            )  # fmt: skip
            raise ZeroDivisionError

    assert await scene.told() == []


async def test_a_system_that_is_down_loses_nothing_hears_each_once_and_holds_up_nobody(scene: Scene) -> None:
    await scene.subscribe("ggz")
    await scene.subscribe("politie")
    await factories.a_case(scene.db.web, scene.house, Phase.MONITORING)
    down = True
    asked: list[str] = []

    def answer(request: Request) -> tuple[int, dict[str, str], bytes]:
        asked.append(request.path)
        return (503 if down and request.path == "/ggz" else 200), {}, b"hun woorden"

    scene.server.answers = answer
    await scene.told()
    first = asked.count("/ggz")
    waiting = [one for one in await scene.deliveries("ggz") if one["stand"] in {"wacht", "wordt herhaald"}]
    assert (len({one["stand"] for one in await scene.deliveries("politie")}), first <= 16) == (1, True)
    down = False
    for _ in range(3):
        await scene.db.shift(3_600)
        await scene.told()

    heard = [one.json["id"] for one in scene.server.requests if one.path == "/ggz"]
    assert waiting
    assert {one["stand"] for one in await scene.deliveries("ggz")} == {"bezorgd"}
    assert len(set(heard)) == len(await scene.deliveries("ggz"))
    assert len(heard) == len(set(heard)) + first, "a try more of each that was refused, and no other"


async def test_two_workers_never_tell_the_same_event_twice(scene: Scene) -> None:
    await scene.subscribe("ggz")
    await factories.a_case(scene.db.web, scene.house, Phase.MONITORING)
    while sum(await asyncio.gather(*(announce(scene.teller(), EVENT_SEAL) for _ in range(4)))):
        pass

    heard = [one.json["id"] for one in scene.server.requests]
    assert len(heard) == len(set(heard)) > 5


async def test_who_never_answers_is_given_up_in_the_open_and_told_again_when_asked(scene: Scene) -> None:
    await scene.subscribe("ggz")
    await scene.door.post("beheerder", f"/abonnementen/{scene.ids['ggz']}/proeven")
    scene.server.answers = lambda _request: (500, {}, b"")
    [gone] = await scene.deliveries("ggz")
    for _ in range(40):
        await scene.told()
        [gone] = await scene.deliveries("ggz")
        if gone["stand"] == "opgegeven":
            break
        await scene.db.shift(86_400)
    listed = (await scene.door.get("beheerder", "/abonnementen"))["resultaten"][0]
    scene.server.answers = lambda _request: (204, {}, b"")
    again = await scene.door.call("POST", f"/bezorgingen/{gone['id']}/herhalingen", "beheerder")
    told = await scene.told()

    assert (gone["stand"], gone["reden"]) == ("opgegeven", "geweigerd (500)")
    assert listed["laatsteBezorging"]["stand"] == "opgegeven"
    assert again.status_code == 204
    assert [one["id"] for one in told] == [gone["id"]], "the same event"
    assert (await scene.deliveries("ggz"))[0]["stand"] == "bezorgd"


async def test_who_says_that_it_is_gone_is_not_asked_again_about_that_event(scene: Scene) -> None:
    await scene.subscribe("ggz")
    await scene.door.post("beheerder", f"/abonnementen/{scene.ids['ggz']}/proeven")
    scene.server.answers = lambda _request: (410, {}, b"")
    await scene.told()

    assert (await scene.deliveries("ggz"))[0]["stand"] == "opgegeven"


async def test_a_trial_says_that_nothing_happened(scene: Scene) -> None:
    await scene.subscribe("ggz")
    await scene.door.post("beheerder", f"/abonnementen/{scene.ids['ggz']}/proeven")
    [told] = await scene.told()

    assert told["type"] == "nl.zorg-en-veiligheid.proef.v1"
    assert told["data"] == {"abonnement": scene.ids["ggz"]}
    assert told["dataref"] == "https://pols.example/v1/gebeurtenissen"


async def test_what_is_ended_hears_nothing_also_not_what_was_waiting(scene: Scene) -> None:
    await scene.subscribe("ggz")
    await scene.door.post("beheerder", f"/abonnementen/{scene.ids['ggz']}/proeven")
    ended = await scene.door.call("DELETE", f"/abonnementen/{scene.ids['ggz']}", "beheerder")

    assert ended.status_code == 204
    assert await scene.told() == []
    await scene.door.refused("beheerder", f"/abonnementen/{scene.ids['ggz']}/proeven", None, 409)
    await scene.door.refused("beheerder", f"/abonnementen/{scene.ids['ggz']}", None, 409, "DELETE")
    assert (await scene.door.get("beheerder", "/abonnementen"))["resultaten"] == []
    await scene.subscribe("ggz")


async def test_no_event_goes_where_the_operator_does_not_let_it(scene: Scene) -> None:
    await scene.subscribe("ggz")
    await scene.door.post("beheerder", f"/abonnementen/{scene.ids['ggz']}/proeven")
    told = await scene.told(hosts=frozenset({"systeem.politie.example"}))

    assert told == []
    assert (await scene.deliveries("ggz"))[0]["reden"] == "adres niet toegestaan"


async def test_without_the_operator_opening_it_ones_own_network_is_not_told(scene: Scene) -> None:
    await scene.subscribe("ggz")
    await scene.door.post("beheerder", f"/abonnementen/{scene.ids['ggz']}/proeven")
    closed = Teller(Egress(resolve=scene.server.resolve), OIN, "https://pols.example")
    await announce(closed, EVENT_SEAL)

    assert scene.server.requests == []
    assert (await scene.deliveries("ggz"))[0]["reden"] == "adres niet toegestaan"


async def test_a_secret_that_cannot_be_opened_is_said_and_nothing_is_sent(scene: Scene) -> None:
    await scene.subscribe("ggz")
    await scene.door.post("beheerder", f"/abonnementen/{scene.ids['ggz']}/proeven")
    await announce(scene.teller(), None)

    assert scene.server.requests == []
    assert (await scene.deliveries("ggz"))[0]["reden"] == "geheim niet te openen"


async def test_what_no_system_can_be_subscribed_at_is_refused(scene: Scene) -> None:
    good = {
        "organisatie": "politie", "adres": "https://systeem.politie.example/pols", "soorten": ["taak_geopend"],
    }  # fmt: skip
    wrong: dict[str, list[Any]] = {
        "adres": [
            "http://systeem.politie.example/", "https://127.0.0.1/", "https://elders.example/",
            "https://u:p@systeem.politie.example/", "https://systeem.politie.example:8443/",
            "https://systeem.politie.example/#x",
        ],
        "soorten": [["proef"], [], ["alles"]],
        "organisatie": ["huis", "corporatie"],
    }  # fmt: skip
    for name, values in wrong.items():
        for value in values:
            body = good | {name: value}
            body["organisatie"] = str(scene.house.organisations[str(body["organisatie"])])
            assert name in str(await scene.door.refused("beheerder", "/abonnementen", body, 400)), value


async def test_a_system_is_subscribed_once_and_an_organisation_has_few(scene: Scene) -> None:
    for number in range(5):
        await scene.subscribe("ggz", path=f"systeem{number}")
    body = {"organisatie": str(scene.house.organisations["ggz"]), "soorten": ALL}

    same = await scene.door.refused(
        "beheerder", "/abonnementen", body | {"adres": f"https://{scene.place}/systeem1"}, 409
    )
    more = await scene.door.refused("beheerder", "/abonnementen", body | {"adres": f"https://{scene.place}/zesde"}, 409)
    assert ("al geabonneerd" in same["detail"], "ten hoogste" in more["detail"]) == (True, True)


async def test_the_secret_is_answered_once_and_kept_where_nobody_reads_it(scene: Scene) -> None:
    await scene.subscribe("ggz")
    body = {
        "organisatie": str(scene.house.organisations["politie"]),
        "soorten": ALL,
        "adres": f"https://{scene.place}/p",
    }
    key = {"Idempotency-Key": new_id().hex}
    first = await scene.door.call("POST", "/abonnementen", "beheerder", json=body, headers=key)
    again = await scene.door.call("POST", "/abonnementen", "beheerder", json=body, headers=key)
    listed = json.dumps(await scene.door.get("beheerder", "/abonnementen"))
    async with scene.db.owner.engine.begin() as connection:
        kept = str((await connection.execute(text("SELECT * FROM subscription"))).all())
    async with unit_of_work(scene.house.actors["beheerder"], scene.db.web) as work:
        remembered = str((await work.session.execute(text("SELECT body FROM idempotency_key"))).all())

    secret = first.json()["geheim"]
    assert signing.is_secret(secret)
    assert (again.json()["id"], again.json()["geheim"]) == (first.json()["id"], None)
    assert secret not in listed + kept + remembered


async def test_the_doors_read_no_secret_no_subject_and_make_nothing_happen(scene: Scene) -> None:
    await scene.subscribe("ggz")
    await factories.a_case(scene.db.web, scene.house, Phase.MONITORING)
    keeper = scene.house.actors["beheerder"]
    for forbidden in (
        "SELECT secret FROM subscription", "SELECT about_id FROM event_delivery", "SELECT case_id FROM event_delivery",
        "UPDATE subscription SET url = 'https://elders.example/'", "DELETE FROM subscription",
        "DELETE FROM event_delivery",
    ):  # fmt: skip
        with pytest.raises(DBAPIError, match="permission denied"):
            async with unit_of_work(keeper, scene.db.web) as work:
                await work.session.execute(text(forbidden))
    with pytest.raises(DBAPIError, match="row-level security"):
        async with unit_of_work(keeper, scene.db.web) as work:
            await work.session.execute(
                text("INSERT INTO event_delivery (id, house_id, subscription_id, kind, about_id, case_id, happened_at,"
                     " next_try_at, tries) VALUES (:i, :h, :s, 'taak_geopend', :i, :c, now(), now(), 0)"),
                {"i": new_id(), "h": scene.house.id, "s": UUID(scene.ids["ggz"]), "c": new_id()},
            )  # fmt: skip
    for who in ("politie", "regisseur", "ggz"):
        async with unit_of_work(scene.house.actors[who], scene.db.web) as work:
            assert (await work.session.execute(text("SELECT id FROM subscription"))).all() == []
            assert (await work.session.execute(text("SELECT id FROM event_delivery"))).all() == []


async def test_what_was_done_with_subscriptions_is_in_the_log(scene: Scene) -> None:
    await scene.subscribe("ggz")
    await scene.door.post("beheerder", f"/abonnementen/{scene.ids['ggz']}/proeven")
    await scene.told()
    [one] = await scene.deliveries("ggz")
    await scene.door.call("POST", f"/bezorgingen/{one['id']}/herhalingen", "beheerder")
    await scene.door.call("DELETE", f"/abonnementen/{scene.ids['ggz']}", "beheerder")
    async with scene.db.engine.engine.begin() as connection:
        found = await connection.execute(
            text("SELECT action FROM audit_line WHERE object_kind = 'abonnement' ORDER BY id")
        )

    assert [row.action for row in found] == [
        "abonnement gemaakt", "abonnement beproefd", "gebeurtenis opnieuw bezorgd", "abonnement beëindigd",
    ]  # fmt: skip


async def test_no_log_of_the_worker_has_the_words_or_the_place_of_the_other_side(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    await scene.subscribe("ggz")
    await factories.a_case(scene.db.web, scene.house, Phase.MONITORING)
    scene.server.answers = lambda _request: (500, {}, b"hun woorden")
    with caplog.at_level(logging.INFO):
        await scene.told()

    assert caplog.messages
    assert not [one for one in caplog.messages if "hun woorden" in one or "ontvanger" in one or "whsec" in one]


async def test_the_kinds_of_events_are_described_to_everybody_who_is_signed_in(scene: Scene) -> None:
    found = (await scene.door.get("ggz", "/gebeurtenissen"))["resultaten"]

    assert {one["soort"] for one in found} == {kind.value for kind in EventKind}
    assert all(TYPE.fullmatch(one["type"]) and one["betekenis"] for one in found)


async def test_the_worker_tells_with_the_key_and_the_channels_of_its_operator(scene: Scene, tmp_path: Path) -> None:
    await scene.subscribe("ggz")
    await scene.door.post("beheerder", f"/abonnementen/{scene.ids['ggz']}/proeven")
    key = tmp_path / "gebeurtenis.sleutel"
    write_new(key, EVENT_KEY)
    settings = Settings(
        production=False, event_key_file=key, event_source=OIN, base_url="https://pols.example",
        channels=f'eigenNetwerk = ["{scene.place}"]\ncertificaten = "{scene.server.ca_file}"',
    )  # fmt: skip
    worker = Worker(settings, cast("Any", None))
    teller = worker._teller
    worker._teller = replace(teller, egress=replace(teller.egress, resolve=scene.server.resolve))
    await worker._announce_all()

    [came] = scene.server.requests
    given = {name.lower(): value for name, value in came.headers.items()}
    assert came.json["source"] == OIN
    assert signing.is_genuine(scene.secrets["ggz"], given, came.body, int(time.time()))


async def test_what_was_told_is_forgotten_after_a_season(scene: Scene) -> None:
    await scene.subscribe("ggz")
    await scene.door.post("beheerder", f"/abonnementen/{scene.ids['ggz']}/proeven")
    await scene.told()
    left = []
    for days in (89, 2):
        await scene.db.shift(days * 86_400)
        async with unit_of_work(ENGINE, scene.db.engine) as work:
            left.append((await something_to_erase(work), len(await scene.deliveries("ggz"))))
        await clocks.forget_told()

    assert [one for _, one in left] == [1, 1]
    assert left[1][0] is True
    assert await scene.deliveries("ggz") == []
