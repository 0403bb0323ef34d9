"""Personal data stay in the case database: a canary in every text is nowhere else."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from deployments.announce import announce
from models import transactions
from models.commands.referrals import DescribeSubject
from models.events import EventKind
from models.words import DecisionKind as D
from models.words import DutyKind, Phase
from tasks import invitations
from tasks.egress import Egress
from tasks.events import Teller
from tasks.outgoing import CalendarMethod
from tests import factories
from tests.chaos.conftest import Broken
from tests.doors import EVENT_KEY, EVENT_SEAL, Door
from tests.factories import Story
from tests.listening import Listening, listening

pytestmark = pytest.mark.chaos

CANARY = "Kanarievogel"
BSN = "999990093"
HAYSTACKS = "SELECT tablename AS table_name FROM pg_tables WHERE schemaname = 'public'"
#: the tables of the case database where text about people belongs
CONTENT = {
    "referral", "subject", "subject_address", "decision", "answer", "info_item", "info_item_version", "document",
    "commitment", "criterion_judgement", "progress", "support_question", "meeting", "meeting_place", "hold", "person",
    "organisation", "house", "attachment", "glass",
}  # fmt: skip
#: where it must be found, since it was written there
WRITTEN = {
    "referral", "subject", "subject_address", "decision", "answer", "info_item", "commitment", "meeting_place", "hold",
    "attachment", "glass",
}  # fmt: skip


async def test_no_personal_data_reach_prefect_its_logs_its_events_or_the_mail_nor_the_logs_of_the_doors(
    broken: Broken, receiver: Listening
) -> None:
    worker = await broken.worker(PREFECT_LOGGING_LEVEL="DEBUG")
    await broken.stack.serve(POLS_ACCESS_LOG="true", POLS_EVENT_KEY_FILE=str(_event_key(broken.stack.state)))
    texts = dict.fromkeys(("reason", "goal", "situation", "tried", "facts", "discussed_reason"), CANARY)
    subject = DescribeSubject(name=CANARY, bsn=BSN, address=CANARY)
    story = await factories.a_report(broken.web, broken.house, subjects=(subject,), **texts)
    async with httpx2.AsyncClient(base_url=broken.stack.base_url, trust_env=False, timeout=60) as client:
        door = Door(client, broken.house)
        await _subscribe(door, receiver)
        address = await _told_in_every_field(door, story, broken)
    await broken.databases.shift(180)
    await broken.at_rest(within=120)
    await _calendar_files(broken)
    await worker.stop()
    await _events(broken, receiver)

    found = await _tables_with(broken, "pols", {CANARY, BSN})
    assert found - CONTENT == set()
    assert found >= WRITTEN, "the canary is not where it was written: this would prove nothing"
    engine_tables = await _tables_with(broken, "pols_prefect", {str(story.case_id)})
    assert engine_tables, "the case is not in Prefect's database: this would prove nothing"
    assert await _tables_with(broken, "pols_prefect", {CANARY, BSN}) == set()
    assert _files_with(broken.stack.state, {CANARY, BSN}) == []
    assert await _where(broken, _secrets_in_mail(broken)) == {"mail"}
    log = (broken.stack.state / "api.log").read_text(encoding="utf-8")
    assert f"/v1/casussen/{story.case_id}/informatie" in log, "the doors kept no access log: this would prove nothing"
    assert "GET /agenda/* 200" in log, "no calendar asked: this would prove nothing"
    assert _files_with(broken.stack.state, {address}) == []
    assert await _tables_with(broken, "pols", {address}) == set()


def _secrets_in_mail(broken: Broken) -> set[str]:
    """Tokens of links and codes to type, of some of the mails."""
    assert broken.stack.mail is not None
    text = "\n".join(one.text for one in broken.stack.mail.messages)
    tokens, codes = re.findall(r"/a/([\w-]{43})", text), re.findall(r"code (\w{4}-\w{4})", text)
    assert tokens, "no mail carried a link: this would prove nothing"
    assert codes, "no mail carried a code: this would prove nothing"
    return {*tokens[:6], *codes[:6], *(one.replace("-", "") for one in codes[:6])}


async def _where(broken: Broken, needles: set[str]) -> set[str]:
    """In which tables, of Pols or of Prefect, and in which files these are; a kept mail is `mail`."""
    tables = await _tables_with(broken, "pols", needles) | await _tables_with(broken, "pols_prefect", needles)
    return tables | {"mail" if one.suffix == ".eml" else one.name for one in _files_with(broken.stack.state, needles)}


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Listening]:
    """A system of a participant."""
    with listening(tmp_path) as made:
        yield made


def _event_key(state: Path) -> Path:
    key = state / "event.key"
    key.write_bytes(EVENT_KEY)
    key.chmod(0o600)
    return key


async def _subscribe(door: Door, receiver: Listening) -> None:
    """The mental health service has a system that hears of everything it may hear of."""
    place = f"ontvanger.example:{receiver.port}"
    answer = await door.call(
        "PUT", f"/huizen/{door.house.id}/beleid", "beheerder", json={"systemenVoorGebeurtenissen": [place]},
        headers={"If-Match": '"0"'},
    )  # fmt: skip
    assert answer.status_code == 204, answer.text
    kinds = [one.value for one in EventKind if one is not EventKind.TRIAL]
    ggz = str(door.house.organisations["ggz"])
    await door.post("beheerder", "/abonnementen", {"organisatie": ggz, "soorten": kinds, "adres": f"https://{place}/x"})


async def _events(broken: Broken, receiver: Listening) -> None:
    """Tell that system, and keep what it heard beside everything else that is looked through."""
    places = frozenset({f"ontvanger.example:{receiver.port}"})
    egress = Egress(places, receiver.ca_file, receiver.resolve, connect_seconds=20, seconds=30)
    teller = Teller(egress, "urn:nld:oin:00000001234567890000:systeem:pols", "https://pols.example")
    await broken.databases.shift(3 * 86_400)
    transactions.use(broken.databases.engine)
    while await announce(teller, EVENT_SEAL):
        pass
    transactions.use(None)
    assert len(receiver.requests) > 3, "no system heard anything: this would prove nothing"
    for number, one in enumerate(receiver.requests):
        (broken.stack.state / f"gebeurtenis-{number}.json").write_bytes(repr(one.headers).encode() + one.body)


async def _calendar_files(broken: Broken) -> None:
    """Keep what calendars are sent beside everything else that is looked through."""
    told = await broken.rows(
        "SELECT o.id, o.lines, o.recipient_id, p.email, h.name AS house, o.created_at AS now FROM outbox o"
        " JOIN person p ON p.id = o.recipient_id JOIN house h ON h.id = o.house_id"
        " WHERE o.template IN ('uitnodiging', 'afzegging')"
    )
    made = [invitations.part(one, organiser="huis@pols.example", base_url="https://pols.example") for one in told]
    methods = {one.method for one in made if one is not None}
    assert methods == {CalendarMethod.REQUEST, CalendarMethod.CANCEL}, "nobody was invited: this would prove nothing"
    for number, one in enumerate(made):
        (broken.stack.state / f"agenda-{number}.ics").write_bytes(one.body if one else b"")


async def _a_calendar_asks(door: Door, state: Path) -> str:
    """Somebody's calendar asks for their work, which is kept; answers the secret of its address."""
    secret = str((await door.post("ggz", f"/personen/{door.house.person('ggz')}/agendafeed"))["token"])
    answer = await door.client.get(f"/agenda/{secret}.ics")
    assert b"afspraak uitvoeren" in answer.content, "nothing is in the calendar: this would prove nothing"
    (state / "feed.ics").write_bytes(answer.content)
    return secret


async def _told_in_every_field(door: Door, story: Story, broken: Broken) -> str:
    """From report to closure, with the canary in every text that people can write; and a calendar that asks."""
    case, house = f"/casussen/{story.case_id}", door.house
    referral = (await door.get("politie", case))["aanmelding"]
    await door.call(
        "POST", f"/aanmeldingen/{referral}/bijlagen", "politie", params={"naam": f"{CANARY}.txt"}, content=CANARY,
        headers={"Content-Type": "text/plain"},
    )  # fmt: skip
    await factories.onward(story, Phase.INTAKE, Phase.FOCUSOVERLEG)
    await story.record(("politie", CANARY), ("ggz", CANARY))
    await story.decide("gemeente", D.APPOINT_CASE_DIRECTOR, person_id=house.person("gemeente"), reason=CANARY)
    await story.answer("regisseur", DutyKind.PUBLISH_OUTCOME, "gedaan")
    await story.answer("regisseur", DutyKind.MINUTES, "gedaan", note=CANARY)
    await story.decide("regisseur", D.ADOPT_PLAN, reason=CANARY)
    await story.answer("ggz", DutyKind.ACCEPT_COMMITMENT, "aanvaard", note=CANARY)
    secret = await _a_calendar_asks(door, broken.stack.state)
    await door.post("ggz", f"{case}/informatie", {"categorie": "zorg", "tekst": f"{CANARY} is stabiel"})
    await door.post("politie", f"{case}/besluiten", {"soort": "incident_melden", "toelichting": CANARY})
    task = await door.task("regisseur", story.case_id, "incident_beoordelen")
    await door.post("regisseur", f"/taken/{task['id']}/antwoorden", {"uitkomst": "niets", "toelichting": CANARY})
    await door.post("regisseur", f"{case}/overleggen", {"begintOp": "2090-01-01T10:00:00+01:00", "plaats": CANARY})
    await broken.at_rest(within=120)  # invited, and called off when the case is closed
    await _held_and_opened(door, story, case)
    # a question that names somebody, an address that is not there, and a text that is no message
    for path in (f"/casussen?gemeente={CANARY}", f"/{CANARY}", f"/casussen/{CANARY}"):
        await door.call("GET", path, "regisseur")
    await door.call("POST", f"{case}/informatie", "ggz", content=CANARY)
    await factories.onward(story, Phase.MONITORING, Phase.CLOSED)
    return secret


async def _held_and_opened(door: Door, story: Story, case: str) -> None:
    """A hold with its reason, emergency access with its reason."""
    async with story.acting("regisseur") as work:
        until = (work.now + timedelta(days=7)).isoformat()
    await door.post("regisseur", f"{case}/besluiten", {"soort": "opschorten", "toelichting": CANARY, "datum": until})
    await door.post("regisseur", f"{case}/besluiten", {"soort": "hervatten", "toelichting": CANARY})
    await door.post("manager", f"{case}/noodtoegangen", {"reden": f"{CANARY} dreigt vanavond"})


async def _tables_with(broken: Broken, database: str, needles: set[str]) -> set[str]:
    """Every table of a database that holds one of these strings in any column."""
    connection = await broken.stack.server.connect(database=database)
    try:
        names = [row["table_name"] for row in await connection.fetch(HAYSTACKS)]
        found: set[str] = set()
        for name in names:
            for needle in needles:
                query = f'SELECT 1 FROM "{name}" AS t WHERE t::text LIKE $1 LIMIT 1'
                if await connection.fetchval(query, f"%{needle}%"):
                    found.add(name)
        return found
    finally:
        await connection.close()


def _files_with(directory: Path, needles: set[str]) -> list[Any]:
    """Every file below a directory, PostgreSQL's own data apart, that holds one of these strings."""
    candidates = [one for one in directory.rglob("*") if one.is_file() and "postgres/data" not in str(one)]
    assert any(one.suffix == ".eml" for one in candidates), "no mail was kept: this would prove nothing"
    return [one for one in candidates if any(needle.encode() in one.read_bytes() for needle in needles)]


async def test_an_exception_full_of_personal_data_leaves_only_its_class_behind(broken: Broken) -> None:
    """The database itself refuses a message, in words that name the person: what a driver's error can look like."""
    words = f"RAISE EXCEPTION 'mislukt voor {CANARY} {BSN}'"
    owner = await broken.stack.server.connect(database="pols")
    await owner.execute(f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {words}; END $$")
    await owner.execute("CREATE TRIGGER refuse BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION refuse()")
    worker = await broken.worker(PREFECT_LOGGING_LEVEL="DEBUG", POLS_RECORD_TASKS="true")
    story = await factories.a_report(broken.web, broken.house)

    await broken.until("EXISTS (SELECT FROM journal_entry WHERE case_id = :c AND code IS NOT NULL)", c=story.case_id)
    codes = await broken.rows("SELECT DISTINCT code FROM journal_entry WHERE case_id = :c AND code IS NOT NULL",
                              c=story.case_id)  # fmt: skip
    await owner.execute("DROP TRIGGER refuse ON outbox")
    await owner.close()
    await broken.at_rest(within=90)  # the retry is a wake: nothing was lost

    assert all(one.code.endswith(("Error", "Exception")) for one in codes)
    assert await _tables_with(broken, "pols_prefect", {CANARY, BSN}) == set()
    assert [one for one in _files_with(broken.stack.state, {CANARY, BSN}) if "postgres" not in one.name] == []
    await worker.stop()
