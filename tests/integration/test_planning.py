"""Messages that wait for the hour of who they are for: bundled, put off, left out, and few on a day. Really sent."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from deployments.deliver import Post as Outgoing
from deployments.mailcatcher import Mailcatcher
from models import transactions
from models.actors import ENGINE
from models.casebook import follow_up, nudge, outbox, planning, preferences, setup, weekly
from models.clocks import AMSTERDAM
from models.messages import Language
from models.policy import OwnText, Policy
from models.preferences import Prefer, When
from models.tables.base import new_id
from models.tables.duties import Duty
from models.tables.engine import Message
from models.texts.own import Place
from models.transactions import unit_of_work
from models.words import DutyKind, Phase
from tasks.mail import Relay
from tests.conftest import Databases
from tests.factories import AHouse, Story, a_case, a_house

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of a plugin of Apprise that nobody uses
MONDAY = datetime(2027, 2, 1, 10, tzinfo=AMSTERDAM)
BUNDLE = Prefer(
    announcements=When.DIGEST, reminders=When.DIGEST, meetings=When.DIGEST, outcomes=When.DIGEST,
    own_report=When.DIGEST, digest_at=time(16),
)  # fmt: skip


@dataclass
class Post:
    """A house with a mail server; time passes when it is told to."""

    db: Databases
    house: AHouse
    mail: Mailcatcher

    async def at(self, moment: datetime) -> None:
        """Set the clock."""
        async with self.db.engine.engine.connect() as connection:
            now = (await connection.scalar(text("SELECT pols_now()"))).astimezone(AMSTERDAM)
        await self.db.shift(round((moment - now).total_seconds()))

    async def choose(self, key: str, command: Prefer) -> None:
        """Somebody chooses."""
        async with unit_of_work(self.house.actors[key], self.db.web) as work:
            await preferences.choose(work, self.house.person(key), command)

    async def tell(self, key: str, template: str, story: Story, *, name: str = "", **line: Any) -> None:
        """Leave a message for somebody about a case."""
        number = (await story.facts()).number
        async with unit_of_work(ENGINE, self.db.engine) as work:
            await outbox.post(
                work, [self.house.person(key)], house_id=self.house.id, template=template, key=name or str(new_id()),
                case_id=story.case_id, lines=[{"casus": number} | line],
            )  # fmt: skip

    async def send(self) -> list[str]:
        """Send what is due now. Answers what came, to whom and which."""
        before = len(self.mail.messages)
        relay = Relay("127.0.0.1", self.mail.smtp_port, "pols@pols.example")
        post = Outgoing(relay, "https://pols.example")
        while await post.deliver():
            pass
        await post.aclose()
        return [f"{self._who(one)} {one.subject.removeprefix('Pols: ')}" for one in self.mail.messages[before:]]

    def _who(self, one: Any) -> str:
        return str(one.recipients[0]).partition("@")[0]

    def last(self, key: str) -> str:
        """The text of what somebody got last."""
        return self.mail.to(f"{key}@{self.house.slug}.example")[-1].text

    async def rows(self, template: str) -> list[Message]:
        """The messages of a kind."""
        async with unit_of_work(ENGINE, self.db.engine) as work:
            return list(await work.session.scalars(select(Message).where(Message.template == template)))

    async def live(self, until: datetime) -> list[tuple[date, str, str]]:
        """Let time pass, stopping at everything on the way; what came on which day, to whom."""
        came: list[tuple[date, str, str]] = []
        while True:
            async with self.db.engine.engine.connect() as connection:
                coming = await connection.scalar(_NEXT)
                now = await connection.scalar(text("SELECT pols_now()"))
            if coming is None or coming > until:
                await self.at(until)
                return came
            await self.at(max(coming, now) + timedelta(seconds=1))
            async with unit_of_work(ENGINE, self.db.engine) as work:
                while await follow_up.remind(work):
                    pass
            day = max(coming, now).astimezone(AMSTERDAM).date()
            came += [(day, *one.split(" ", 1)) for one in await self.send()]


_NEXT = text("""
    SELECT least((SELECT min(fire_at) FROM rung WHERE fired_at IS NULL AND dropped_at IS NULL AND step <> 'lapse'),
                 (SELECT min(next_try_at) FROM outbox WHERE sent_at IS NULL AND gave_up_at IS NULL))
""")


@pytest.fixture
async def post(own_db: Databases, tmp_path: Path) -> AsyncIterator[Post]:
    mail = await Mailcatcher.start(tmp_path / "mail")
    transactions.use(own_db.engine)
    made = Post(own_db, await a_house(own_db.owner), mail)
    await made.at(MONDAY)
    yield made
    transactions.use(None)
    await mail.stop()


@pytest.fixture
async def story(post: Post) -> Story:
    return await a_case(post.db.web, post.house, Phase.SCREENING)


async def _asked(post: Post, story: Story) -> Duty:
    """What the public prosecutor was asked."""
    om = post.house.organisations["om"]
    return next(one for one in await story.duties(DutyKind.KNOWN) if one.owner_organisation_id == om)


async def test_who_chose_nothing_gets_it_at_once_in_dutch_with_the_number_only_at_the_house(
    post: Post, story: Story
) -> None:
    await post.tell("ggz", "uitkomst", story)
    await post.tell("regisseur", "uitkomst", story)

    assert sorted(await post.send()) == [
        "ggz De uitkomst van het overleg staat klaar", "regisseur De uitkomst van het overleg staat klaar",
    ]  # fmt: skip
    number = (await story.facts()).number
    assert number not in post.last("ggz")
    assert number in post.last("regisseur")


async def test_who_reads_english_gets_english_and_the_words_of_the_house_in_it(post: Post, story: Story) -> None:
    await post.choose("ggz", Prefer(language=Language.ENGLISH))
    own = OwnText(place=Place.CLOSING, language=Language.ENGLISH, text="Thank you for working with us.")
    async with unit_of_work(ENGINE, post.db.owner) as work:
        setup.set_policy(work, post.house.id, 1, Policy(own_texts=(own,)))
    await post.tell("ggz", "uitkomst", story)

    assert await post.send() == ["ggz The outcome of the meeting is ready"]
    assert "Thank you for working with us." in post.last("ggz")


async def test_in_a_bundle_everything_comes_once_at_the_hour_that_was_chosen(post: Post, story: Story) -> None:
    await post.choose("ggz", BUNDLE)
    await post.tell("ggz", "uitkomst", story)
    assert await post.send() == []
    await post.at(MONDAY.replace(hour=14))
    await post.tell("ggz", "uitnodiging", story, uiterlijk="2027-02-09T10:00:00+01:00")
    await post.tell("ggz", "alarm", story)

    assert await post.send() == ["ggz Vandaag uw aandacht gevraagd"], "what hurries does not wait"
    await post.at(MONDAY.replace(hour=16, minute=1))

    assert await post.send() == ["ggz Uw berichten van vandaag"]
    told = post.last("ggz")
    assert "Uitnodiging voor een overleg" in told
    assert "De uitkomst van het overleg staat klaar" in told
    (bundle,) = await post.rows("dagbundel")
    parts = [*await post.rows("uitkomst"), *await post.rows("uitnodiging")]
    assert {one.part_of for one in parts} == {bundle.id}
    assert bundle.case_ids == [story.case_id]
    await post.at(MONDAY + timedelta(days=2))
    assert await post.send() == []


async def test_what_was_said_in_a_bundle_is_not_said_again_under_the_same_key(post: Post, story: Story) -> None:
    await post.choose("ggz", BUNDLE)
    for _ in range(2):
        await post.tell("ggz", "uitkomst", story, name="dezelfde")
        await post.send()
    await post.at(MONDAY.replace(hour=16, minute=1))
    assert await post.send() == ["ggz Uw berichten van vandaag"]

    await post.tell("ggz", "uitkomst", story, name="dezelfde")

    await post.at(MONDAY + timedelta(days=3))
    assert await post.send() == []
    assert len(await post.rows("uitkomst")) == 1


async def test_a_bundle_that_was_sent_is_not_added_to(post: Post, story: Story) -> None:
    await post.choose("ggz", BUNDLE)
    await post.tell("ggz", "uitkomst", story)
    await post.send()
    await post.at(MONDAY.replace(hour=16, minute=1))
    await post.send()

    await post.tell("ggz", "afgesloten", story)
    await post.send()

    assert sorted(len(one.lines) for one in await post.rows("dagbundel")) == [1, 1]
    await post.at((MONDAY + timedelta(days=1)).replace(hour=16, minute=1))
    assert await post.send() == ["ggz Uw berichten van vandaag"]
    assert "Een casus is afgesloten" in post.last("ggz")


async def test_a_bundle_says_what_is_still_true(post: Post, story: Story) -> None:
    await post.choose("om", BUNDLE)
    duty = await _asked(post, story)
    async with unit_of_work(ENGINE, post.db.engine) as work:
        await outbox.tell_about_duties(work, [(duty.id, "opened")], template="vraag", key="vraag")
    await post.send()
    (bundle,) = await post.rows("dagbundel")
    assert [line["soort"] for line in bundle.lines] == ["bekend_of_niet_bekend"]

    await story.answer("om", DutyKind.KNOWN, "niet_bekend")
    await post.at(MONDAY.replace(hour=16, minute=1))

    assert await post.send() == []
    assert await post.rows("dagbundel") == []


async def test_of_a_duty_that_two_messages_are_about_the_newest_is_said(post: Post, story: Story) -> None:
    await post.choose("om", BUNDLE)
    duty = await _asked(post, story)
    for step, template in (("opened", "vraag"), ("overdue", "herinnering")):
        async with unit_of_work(ENGINE, post.db.engine) as work:
            await outbox.tell_about_duties(work, [(duty.id, step)], template=template, key=template)
        await post.send()

    (bundle,) = await post.rows("dagbundel")
    assert [(line["bericht"], line["stap"]) for line in bundle.lines] == [("herinnering", "overdue")]


async def test_in_quiet_hours_only_what_hurries_comes(post: Post, story: Story) -> None:
    await post.choose("ggz", Prefer(quiet_from=time(18), quiet_until=time(8)))
    await post.at(MONDAY.replace(hour=22))
    await post.tell("ggz", "besluit_namens_u", story)
    await post.tell("ggz", "noodtoegang", story)
    await post.tell("ggz", "uitkomst", story, spoed=True)

    assert sorted(await post.send()) == [
        "ggz De uitkomst van het overleg staat klaar", "ggz Iemand opende een casus met noodtoegang of voor toezicht",
    ]  # fmt: skip
    await post.at((MONDAY + timedelta(days=1)).replace(hour=7, minute=59))
    assert await post.send() == []
    await post.at((MONDAY + timedelta(days=1)).replace(hour=8, minute=1))
    assert await post.send() == ["ggz Er is een besluit namens u vastgelegd"]


async def test_what_somebody_does_not_want_does_not_come_and_leaves_nothing(post: Post, story: Story) -> None:
    await post.choose("ggz", Prefer(outcomes=When.NEVER, meetings=When.NEVER, own_report=When.NEVER))
    for template in ("uitkomst", "afgesloten", "uitnodiging", "terugkoppeling"):
        await post.tell("ggz", template, story, uiterlijk="2027-02-09T10:00:00+01:00")
        await post.tell("politie", template, story, uiterlijk="2027-02-09T10:00:00+01:00")
    await post.tell("ggz", "afzegging", story, uiterlijk="2027-02-09T10:00:00+01:00")

    came = Counter(one.split()[0] for one in await post.send())

    assert came == {"politie": 4, "ggz": 1}, "a meeting that is off is told all the same"
    assert {one.recipient_id for one in await post.rows("uitkomst")} == {post.house.person("politie")}


async def test_who_wants_no_reminders_gets_none_but_those_above_them_do_and_what_hurries_comes(post: Post) -> None:
    await post.choose("om", Prefer(reminders=When.NEVER))
    await a_case(post.db.web, post.house, Phase.SCREENING)
    urgent = await a_case(post.db.web, post.house, Phase.SCREENING, urgent=True)

    came = await post.live(MONDAY + timedelta(days=14))

    mine = [one for one in await post.rows("herinnering") if one.recipient_id == post.house.person("om")]
    lines = [line for one in mine for line in one.lines]
    assert lines, "what hurries and what is above an owner comes"
    calm = [line for line in lines if not line.get("spoed")]
    assert {line["stap"] for line in calm} <= {"deputy"}
    assert {line["casus"] for line in lines if line.get("spoed")} == {(await urgent.facts()).number}
    assert any(who == "triagist" for _, who, _ in came)
    assert any(who == "gemeente" and "erinnering" in what for _, who, what in came)


async def test_nobody_gets_more_than_two_reminders_on_a_day_also_when_colleagues_send_them_by_hand(post: Post) -> None:
    """Three cases, each of whose questions a colleague reminds of by hand, beside what the ladders send."""
    stories = [await a_case(post.db.web, post.house, Phase.SCREENING) for _ in range(3)]
    came = []
    for day in range(4):
        for story in stories:
            for duty in await story.duties(DutyKind.KNOWN):
                async with unit_of_work(post.house.actors["triagist"], post.db.web) as work:
                    await nudge.nudge(work, duty.id)
        came += await post.live(MONDAY + timedelta(days=day + 1))
    came += await post.live(MONDAY + timedelta(days=12))

    reminders = Counter((day, who) for day, who, what in came if what.startswith("Herinnering"))
    assert max(reminders.values()) == 2
    assert sum(reminders.values()) > 30


async def test_after_days_without_mail_nobody_gets_the_reminders_of_all_those_days_at_once(post: Post) -> None:
    await a_case(post.db.web, post.house, Phase.SCREENING)
    for day in range(1, 8):  # the follower works, and no mail goes out
        await post.at(MONDAY + timedelta(days=day))
        async with unit_of_work(ENGINE, post.db.engine) as work:
            while await follow_up.remind(work):
                pass
    waiting = Counter(one.recipient_id for one in await post.rows("herinnering"))
    assert max(waiting.values()) > 2

    first = Counter(one.split()[0] for one in await post.send() if "Herinnering" in one)

    assert max(first.values()) == 2


async def test_what_may_have_arrived_already_goes_again_as_it_was_and_into_no_bundle(post: Post, story: Story) -> None:
    """The mail server took it or not, nobody knows; the next day its recipient wants everything in a bundle."""
    duty = await _asked(post, story)
    async with unit_of_work(ENGINE, post.db.engine) as work:
        await outbox.tell_about_duties(work, [(duty.id, "overdue")], template="herinnering", key="herinnering")
    post.mail.refuse("451 4.7.1 try again later")
    await post.send()
    (before,) = await post.rows("herinnering")
    assert before.tries

    post.mail.accept()
    await post.choose("om", BUNDLE)
    await post.at(MONDAY + timedelta(days=1))
    await post.send()

    (after,) = await post.rows("herinnering")
    assert (after.id, after.part_of, await post.rows("dagbundel")) == (before.id, None, [])
    assert after.sent_at is not None


async def test_two_that_plan_at_once_let_no_third_reminder_through(post: Post, story: Story) -> None:
    for _ in range(4):
        await post.tell("ggz", "herinnering", story, stap="overdue")

    async with unit_of_work(ENGINE, post.db.engine) as first:
        await planning.plan_due(first)
    async with unit_of_work(ENGINE, post.db.engine) as second:
        await planning.plan_due(second)

    today = MONDAY.date()
    goes = [one.next_try_at.astimezone(AMSTERDAM).date() for one in await post.rows("herinnering")]
    assert sorted(goes) == [today, today, today + timedelta(days=1), today + timedelta(days=1)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"announcements": "niet", "reminders": "niet"}, {"outcomes": "soms"}, {"quiet_from": time(18)},
        {"quiet_from": time(18), "quiet_until": time(18)}, {"quiet_from": time(12), "quiet_until": time(11)},
        {"quiet_from": time(8), "quiet_until": time(10)}, {"quiet_from": time(22), "quiet_until": time(10)},
        {"language": "de"},
    ],
)  # fmt: skip
async def test_the_database_holds_no_preferences_that_the_rules_refuse(post: Post, wrong: dict[str, Any]) -> None:
    await post.choose("ggz", Prefer())
    sets = ", ".join(f"{name} = :{name}" for name in wrong)

    with pytest.raises(IntegrityError):
        async with unit_of_work(post.house.actors["ggz"], post.db.web) as work:
            await work.session.execute(text(f"UPDATE preference SET {sets}"), wrong)


# The weekly overview


async def test_on_monday_a_participant_that_wants_it_gets_what_it_has_open_once(post: Post, story: Story) -> None:
    await _tell_week(post)
    async with unit_of_work(post.house.actors["om"], post.db.web) as work:
        await preferences.want_overview(work, post.house.organisations["om"], wanted=True)
    await post.send()
    await post.at((MONDAY + timedelta(days=7)).replace(hour=9, minute=4))
    assert await _tell_week(post) == 0, "the house has just opened"

    await post.at((MONDAY + timedelta(days=7)).replace(hour=9, minute=6))
    assert [await _tell_week(post) for _ in range(3)] == [1, 0, 0]

    (told,) = await post.rows("weekoverzicht")
    assert told.recipient_id == post.house.person("om")
    assert {line["soort"] for line in told.lines} == {"bekend_of_niet_bekend"}
    assert "om Weekoverzicht: wat uw organisatie heeft openstaan" in await post.send()
    assert (await story.facts()).number not in post.last("om")
    assert re.search("bekend of niet bekend", post.last("om"))


async def test_the_policy_says_who_gets_one_and_an_organisation_that_does_not_want_it_does_not(post: Post) -> None:
    await a_case(post.db.web, post.house, Phase.SCREENING)
    async with unit_of_work(ENGINE, post.db.owner) as work:
        setup.set_policy(work, post.house.id, 1, Policy(weekly_overview=True))
    async with unit_of_work(post.house.actors["manager"], post.db.web) as work:
        await preferences.want_overview(work, post.house.organisations["gemeente"], wanted=False)

    await _tell_week(post)

    told = {one.recipient_id for one in await post.rows("weekoverzicht")}
    assert told == {post.house.person("om")}, "of the others the police has only its role in the triage"


async def _tell_week(post: Post) -> int:
    async with unit_of_work(ENGINE, post.db.engine) as work:
        return await weekly.tell(work)
