"""Invitations: one event in the calendar of each guest, which follows the meeting, and what they say to it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from icalendar import Calendar
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from models import series as rules
from models.actors import ENGINE
from models.agenda import CalendarReply, Presence, RepliedBy
from models.casebook import invitees, meetings, outbox, series
from models.commands.meetings import Convene, Repeat
from models.lookups import invitations, timeline
from models.lookups import meetings as meeting_lookup
from models.migrations.versions import agenda as step
from models.policy import Policy
from models.refusals import NotAllowed, NotFound, NotPossible
from models.tables.agenda import CalendarEvent, Invitation
from models.tables.engine import JournalEntry, Message
from models.tables.meetings import Meeting
from models.texts.rendering import message as read
from models.texts.vocabulary import DUTCH
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import Phase, SeriesKind, WorkKind
from tasks import invitations as parts
from tasks import messages
from tests.conftest import Databases
from tests.doors import Door, counted
from tests.factories import AHouse, Story, a_case, a_deputy, a_house, an_eventful_case, named, with_more_people
from tests.integration.test_workplace import signed_in

pytestmark = pytest.mark.usefixtures("engine_database")
TASKS = {WorkKind.INVITE: messages.invite, WorkKind.CANCEL: messages.cancel}
ORGANISER = "overleg@huis.example"


@pytest.fixture
async def story(db: Databases, house: AHouse) -> Story:
    """A case whose conference is next week; the police, the municipality and the ggz were invited to it."""
    made = await a_case(db.web, house, Phase.FOCUSOVERLEG)
    await done(db, made)
    return made


async def done(db: Databases, story: Story) -> None:
    """Call off and invite as the flow does, in its order."""
    owed = select(JournalEntry.id, JournalEntry.kind).where(
        JournalEntry.case_id == story.case_id, JournalEntry.done_at.is_(None), JournalEntry.kind.in_(TASKS)
    )
    async with unit_of_work(ENGINE, db.engine) as work:
        entries = list(await work.session.execute(owed.order_by(JournalEntry.kind)))
    for entry in entries:
        await TASKS[entry.kind].fn(entry.id)
    async with unit_of_work(ENGINE, db.engine) as work:
        codes = select(JournalEntry.code).where(JournalEntry.case_id == story.case_id, JournalEntry.done_at.is_(None))
        assert list(await work.session.scalars(codes.where(JournalEntry.kind.in_(TASKS)))) == []


async def told(db: Databases, story: Story, key: str) -> list[Message]:
    """What somebody was told about meetings of this case, the oldest first."""
    about = Message.template.in_(("uitnodiging", "afzegging")), Message.case_ids.contains([story.case_id])
    async with unit_of_work(ENGINE, db.engine) as work:
        statement = select(Message).where(Message.recipient_id == story.house.person(key), *about)
        return list(await work.session.scalars(statement.order_by(Message.created_at, Message.id)))


async def events(db: Databases, story: Story, key: str) -> list[dict[str, Any]]:
    """The calendar parts of that, as a calendar reads them; nothing for a message that has none."""
    found: list[dict[str, Any]] = []
    for message in await told(db, story, key):
        email = f"{key}@{story.house.slug}.example"
        made = parts.part(
            _as_claimed(message, email, message.created_at), organiser=ORGANISER, base_url="https://pols.example"
        )
        if made is None:
            found.append({})
            continue
        whole: Any
        (whole,) = Calendar.from_ical(made.body).walk("VEVENT")
        found.append(
            {"method": made.method.value, "uid": str(whole["UID"]), "sequence": int(whole["SEQUENCE"]),
             "begins": whole["DTSTART"].dt, "title": str(whole["SUMMARY"]), "place": str(whole["LOCATION"])}
        )  # fmt: skip
    return found


class _Claimed:
    """A row as `outbox.claim` gives it."""

    def __init__(self, **facts: Any) -> None:
        self.__dict__.update(facts)


def _as_claimed(message: Message, email: str, now: Any) -> Any:
    return _Claimed(
        id=message.id, lines=message.lines, recipient_id=message.recipient_id, email=email, house="Huis", now=now
    )


async def planned(story: Story) -> Meeting:
    """The meeting that is to come."""
    async with story.acting("regisseur") as work:
        found = await meeting_lookup.coming(work, story.case_id)
    assert found is not None
    return found


async def say(story: Story, key: str, presence: Presence, meeting: Meeting | None = None) -> None:
    """Somebody answers for themselves in Pols."""
    about = meeting or await planned(story)
    async with story.acting(key) as work:
        await invitees.respond(work, about.id, story.house.person(key), presence, RepliedBy.POLS)


# One event for each guest


async def test_everybody_invited_has_an_event_of_their_own(db: Databases, story: Story) -> None:
    found = {key: await events(db, story, key) for key in ("politie", "gemeente", "ggz", "reclassering")}

    starts_at = (await planned(story)).starts_at.replace(microsecond=0)
    assert found["reclassering"] == []
    for key in ("politie", "gemeente", "ggz"):
        (one,) = found[key]
        assert (one["method"], one["sequence"], one["begins"], one["place"]) == ("REQUEST", 0, starts_at, "zie Pols")
    uids = {found[key][0]["uid"] for key in ("politie", "gemeente", "ggz")}
    assert len(uids) == 3
    assert not {str(story.case_id), str((await planned(story)).id)} & uids


async def test_a_meeting_that_is_moved_and_called_off_stays_one_event_whose_sequence_rises(
    db: Databases, story: Story
) -> None:
    later = (await planned(story)).starts_at + timedelta(days=14)

    await story.decide("regisseur", D.ADJOURN, until=later)
    await done(db, story)
    await story.decide("regisseur", D.END_REGIE, deciders=(story.house.person("om"),))
    await done(db, story)

    found = await events(db, story, "ggz")
    assert [one["method"] for one in found] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({one["uid"] for one in found}) == 1
    assert [one["sequence"] for one in found] == [0, 1, 2]
    assert found[1]["begins"] == found[2]["begins"] == later.replace(microsecond=0)
    assert [one.template for one in await told(db, story, "ggz")] == ["uitnodiging", "uitnodiging", "afzegging"]


async def test_a_meeting_that_moved_twice_before_anybody_heard_is_told_once(db: Databases, story: Story) -> None:
    first = (await planned(story)).starts_at

    for days in (7, 14):
        await story.decide("regisseur", D.ADJOURN, until=first + timedelta(days=days))
    await done(db, story)

    found = await events(db, story, "politie")
    assert [(one["method"], one["sequence"]) for one in found] == [("REQUEST", 0), ("REQUEST", 1)]
    assert found[1]["begins"] == (first + timedelta(days=14)).replace(microsecond=0)


async def test_who_leaves_is_told_so_and_the_others_hear_nothing(db: Databases, story: Story) -> None:
    leaving = story.organisations("ggz")
    await story.decide("triagist", D.RELEASE, organisations=leaving, deciders=(story.house.person("om"),))
    await done(db, story)

    assert [one["method"] for one in await events(db, story, "ggz")] == ["REQUEST", "CANCEL"]
    assert [one["method"] for one in await events(db, story, "politie")] == ["REQUEST"]
    message = (await told(db, story, "ggz"))[-1]
    body = read(message.template, message.lines, house="Huis", base_url="https://pols.example").text
    assert "U wordt niet meer verwacht bij het overleg" in body


async def test_who_comes_back_has_the_same_event_again(db: Databases, story: Story) -> None:
    ggz = story.organisations("ggz")
    await story.decide("triagist", D.RELEASE, organisations=ggz, deciders=(story.house.person("om"),))
    await done(db, story)

    await story.decide("om", D.INVOLVE, organisations=ggz)
    await done(db, story)

    found = await events(db, story, "ggz")
    assert [(one["method"], one["sequence"]) for one in found] == [("REQUEST", 0), ("CANCEL", 1), ("REQUEST", 2)]
    assert len({one["uid"] for one in found}) == 1


async def test_nobody_hears_that_a_meeting_is_off_to_which_they_were_not_invited_yet(
    db: Databases, house: AHouse
) -> None:
    story = await a_case(db.web, house, Phase.FOCUSOVERLEG)

    await story.decide("regisseur", D.END_REGIE, deciders=(house.person("om"),))
    await done(db, story)

    assert await told(db, story, "ggz") == []


async def test_who_no_longer_works_there_is_told_nothing(db: Databases, story: Story) -> None:
    await db.run("UPDATE person SET active = false WHERE id = :p", p=story.house.person("ggz"))

    await story.decide("regisseur", D.END_REGIE, deciders=(story.house.person("om"),))
    await done(db, story)

    assert [one.template for one in await told(db, story, "ggz")] == ["uitnodiging"]
    assert [one.template for one in await told(db, story, "politie")] == ["uitnodiging", "afzegging"]


async def test_a_moved_meeting_says_from_when_to_when(db: Databases, story: Story) -> None:
    later = (await planned(story)).starts_at + timedelta(days=14)
    await story.decide("regisseur", D.ADJOURN, until=later)
    await done(db, story)

    message = (await told(db, story, "ggz"))[-1]
    body = read(message.template, message.lines, house="Huis", base_url="https://pols.example").text

    assert f"van {DUTCH.moment((later - timedelta(days=14)).isoformat())} is verzet" in body
    assert f"naar {DUTCH.moment(later.isoformat())}" in body


async def test_only_the_public_place_of_the_house_is_in_a_calendar(db: Databases) -> None:
    house = await a_house(db.owner, policy=Policy(public_meeting_place="Stadhuis", meeting_minutes=60))
    story = await a_case(db.web, house, Phase.FOCUSOVERLEG)  # at the Stadhuis
    await done(db, story)
    other = await a_case(db.web, house, Phase.MONITORING)
    async with other.acting("regisseur") as work:
        command = Convene(starts_at=work.now + timedelta(days=7), place="Kerkstraat 12, bij de buren")
        await meetings.convene(work, other.case_id, command)
    await done(db, other)

    assert [one["place"] for one in await events(db, story, "ggz")] == ["Stadhuis"]
    assert [one["place"] for one in await events(db, other, "ggz")] == ["zie Pols"]
    assert (await told(db, story, "ggz"))[0].lines[0]["agenda"]["minuten"] == 60


# A day of a series with several cases


async def a_day_of(db: Databases, house: AHouse) -> tuple[UUID, Any, list[Story]]:
    """Two cases that are both on the second coming day of a weekly series."""
    stories = [await a_case(db.web, house, Phase.MONITORING) for _ in range(2)]
    async with stories[0].acting("regisseur") as work:
        facts: dict[str, Any] = {
            "kind": SeriesKind.CONFERENCE, "title": "Weekoverleg", "weekday": 1, "every_weeks": 1, "at": "09:30:00",
            "place": "Stadhuis", "starts_on": (work.now - timedelta(days=30)).date(),
        }  # fmt: skip
        made = await series.repeat(work, Repeat(**facts))
        day = rules.days(
            meeting_lookup.rhythm(made), Policy().calendar(), since=(work.now + timedelta(days=8)).date(), most=1
        )[0]
    for story in stories:
        async with story.acting("regisseur") as work:
            await meetings.convene(work, story.case_id, Convene(series_id=made.id, series_on=day))
        await done(db, story)
    return made.id, day, stories


async def test_several_cases_on_one_day_are_one_event(db: Databases, house: AHouse) -> None:
    _, _, (first, second) = await a_day_of(db, house)

    found = [*await events(db, first, "ggz"), *await events(db, second, "ggz")]

    assert [one["method"] for one in found] == ["REQUEST", "REQUEST"]
    assert len({one["uid"] for one in found}) == 1
    assert found[1]["title"] == "Overleg Zorg- en Veiligheidshuis"


async def test_the_event_stays_while_one_of_the_cases_is_still_on(db: Databases, house: AHouse) -> None:
    _, _, (first, second) = await a_day_of(db, house)

    await first.decide("politie", D.SCALE_DOWN)
    await done(db, first)
    still = await events(db, first, "ggz")
    await second.decide("politie", D.SCALE_DOWN)
    await done(db, second)

    assert still[-1] == {}, "the mail says so; in the calendar the event stays"
    assert (await events(db, second, "ggz"))[-1]["method"] == "CANCEL"


async def test_a_case_that_moves_away_from_a_shared_day_gets_an_event_of_its_own(db: Databases, house: AHouse) -> None:
    _, _, (first, second) = await a_day_of(db, house)
    before = (await events(db, first, "ggz"))[0]["uid"]

    await first.decide("regisseur", D.ADJOURN, until=(await planned(first)).starts_at + timedelta(days=2))
    await done(db, first)

    moved = (await events(db, first, "ggz"))[-1]
    assert (moved["method"], moved["sequence"]) == ("REQUEST", 0)
    assert moved["uid"] != before == (await events(db, second, "ggz"))[0]["uid"]


async def test_inviting_asks_as_much_for_many_as_for_few(db: Databases, house: AHouse) -> None:
    few = await a_case(db.web, house, Phase.FOCUSOVERLEG)
    await with_more_people(db.owner, house)
    many = await a_case(db.web, house, Phase.FOCUSOVERLEG)
    asked = []
    for story in (few, many):
        meeting = await planned(story)
        async with counted_engine(db) as seen, unit_of_work(ENGINE, db.engine) as work:
            lines = await invitees.call(work, meeting.id)
            await work.session.flush()
        asked.append((len(lines), len(seen)))

    assert asked[0][1] == asked[1][1]


def counted_engine(db: Databases) -> Any:
    """The statements that the engine sends meanwhile."""
    return counted(replace(db, web=db.engine))


# What they say


async def test_the_regisseur_sees_who_comes_and_who_could_come_instead(db: Databases, door: Door, story: Story) -> None:
    meeting = await planned(story)
    await say(story, "politie", Presence.COMES)
    await say(story, "ggz", Presence.NOT)
    await with_more_people(db.owner, story.house)

    read = await door.get("regisseur", f"/overleggen/{meeting.id}")
    listed = (await door.get("gemeente", f"/casussen/{story.case_id}/overleggen"))["resultaten"][0]

    said = {one["organisatie"]["naam"]: one for one in read["genodigden"]}
    assert {name: one["reactie"] for name, one in said.items()} == {
        "Politie": "komt", "GGZ Westerveen": "komt_niet", "Gemeente Westerveen": None,
    }  # fmt: skip
    assert [one["naam"] for one in said["GGZ Westerveen"]["vervangers"]] == ["Psychiater Fictief"]
    assert said["Politie"]["vervangers"] == []
    (answer,) = said["Politie"]["personen"]
    assert (answer["persoon"]["naam"], answer["reactie"], answer["hoe"]) == ("Politie Fictief", "komt", "pols")
    assert {one["organisatie"]["naam"]: one["reactie"] for one in listed["genodigden"]}["Politie"] == "komt"
    assert [one["personen"] + one["vervangers"] for one in listed["genodigden"]] == [[], [], []]


async def test_the_page_of_a_case_shows_who_comes(db: Databases, story: Story) -> None:
    await say(story, "ggz", Presence.NOT)

    async with signed_in(db, story.house, "regisseur") as client:
        shown = (await client.get(f"/casussen/{story.case_id}")).text
    async with signed_in(db, story.house, "ggz") as client:
        others = (await client.get(f"/casussen/{story.case_id}")).text

    assert "Er is geen andere aangewezen collega" in shown
    assert "nog geen antwoord" in shown
    assert "nog geen antwoord" not in others


async def test_an_answer_is_a_line_of_the_case_and_is_no_event_of_it(story: Story) -> None:
    before = (await story.facts()).last_event_at

    await say(story, "politie", Presence.MAYBE)
    await say(story, "politie", Presence.MAYBE)

    async with story.acting("regisseur") as work:
        lines = [line.sentence for line in await timeline.timeline(work, story.case_id)]
    assert lines.count("Politie komt misschien naar het overleg") == 1
    assert (await story.facts()).last_event_at == before


async def test_an_answer_is_void_once_the_meeting_moved(story: Story) -> None:
    await say(story, "politie", Presence.COMES)

    await story.decide("regisseur", D.ADJOURN, until=(await planned(story)).starts_at + timedelta(days=14))

    async with story.acting("regisseur") as work:
        found = await invitations.reactions(work, [(await planned(story)).id])
    assert {one.said for one in found} == {None}


async def test_everybody_answers_for_themselves(story: Story) -> None:
    meeting = await planned(story)

    with pytest.raises(NotAllowed):
        async with story.acting("politie") as work:
            await invitees.respond(work, meeting.id, story.house.person("ggz"), Presence.NOT, RepliedBy.PHONE)
    with pytest.raises(NotFound):
        async with story.acting("om") as work:
            await invitees.respond(work, meeting.id, story.house.person("om"), Presence.COMES, RepliedBy.POLS)
    with pytest.raises(NotAllowed):
        async with story.acting("regisseur") as work:
            await invitees.respond(work, meeting.id, story.house.person("ggz"), Presence.COMES, RepliedBy.POLS)


async def test_the_regisseur_and_who_stands_in_note_what_was_said_by_phone(
    db: Databases, door: Door, story: Story
) -> None:
    meeting = await planned(story)
    body = {"reactie": "komt", "persoon": str(story.house.person("ggz"))}

    await door.post("regisseur", f"/overleggen/{meeting.id}/reacties", body, status=204)
    await a_deputy(db.owner, story.house)
    await door.post("vervanger", f"/overleggen/{meeting.id}/reacties", body | {"reactie": "komt_niet"}, status=204)

    read = await door.get("regisseur", f"/overleggen/{meeting.id}")
    ggz = next(one for one in read["genodigden"] if one["organisatie"]["naam"] == "GGZ Westerveen")
    assert (ggz["reactie"], ggz["personen"][0]["hoe"]) == ("komt_niet", "telefoon")


async def test_nobody_answers_to_a_meeting_that_was_moved_or_held(story: Story) -> None:
    before = await planned(story)
    await story.decide("regisseur", D.ADJOURN, until=before.starts_at + timedelta(days=14))
    with pytest.raises(NotPossible):
        await say(story, "politie", Presence.COMES, before)

    held = await story.record(("politie", "toezicht"))
    with pytest.raises(NotPossible):
        await say(story, "politie", Presence.COMES, held)


# What their calendar says


async def reply(db: Databases, story: Story, key: str, **facts: Any) -> int:
    """A calendar answers by mail to the event of somebody."""
    async with unit_of_work(ENGINE, db.engine) as work:
        event = (
            await work.session.scalars(select(CalendarEvent).where(CalendarEvent.person_id == story.house.person(key)))
        ).one()
        told_: dict[str, Any] = {
            "uid": event.id, "address": f"{key}@{story.house.slug}.example", "presence": Presence.COMES,
            "sequence": event.sequence,
        } | facts  # fmt: skip
        return await invitees.replied(work, CalendarReply(**told_))


async def said(db: Databases, story: Story, key: str) -> tuple[Presence | None, RepliedBy | None]:
    async with unit_of_work(ENGINE, db.engine) as work:
        row = (
            await work.session.execute(
                select(Invitation.reaction, Invitation.reacted_by).where(
                    Invitation.case_id == story.case_id, Invitation.person_id == story.house.person(key)
                )
            )
        ).one()
        return row.reaction, row.reacted_by


async def test_an_answer_of_a_calendar_is_noted_as_that(db: Databases, story: Story) -> None:
    assert await reply(db, story, "ggz", presence=Presence.NOT, address=f"GGZ@{story.house.slug}.EXAMPLE") == 1

    assert await said(db, story, "ggz") == (Presence.NOT, RepliedBy.CALENDAR)
    async with story.acting("regisseur") as work:
        lines = [line.sentence for line in await timeline.timeline(work, story.case_id)]
    assert "GGZ Westerveen komt niet naar het overleg (antwoord uit een agenda)" in lines


async def test_an_answer_from_another_address_or_about_another_event_is_none(db: Databases, story: Story) -> None:
    others = f"politie@{story.house.slug}.example"

    assert await reply(db, story, "ggz", address=others) == 0
    assert await reply(db, story, "ggz", uid=uuid4()) == 0

    assert await said(db, story, "ggz") == (None, None)
    assert await said(db, story, "politie") == (None, None)


async def test_an_answer_to_the_moment_before_it_moved_is_none(db: Databases, story: Story) -> None:
    await story.decide("regisseur", D.ADJOURN, until=(await planned(story)).starts_at + timedelta(days=14))
    await done(db, story)

    assert await reply(db, story, "ggz", sequence=0) == 0
    assert await reply(db, story, "ggz", sequence=1) == 1


async def test_an_answer_after_it_was_called_off_is_none(db: Databases, story: Story) -> None:
    await story.decide("regisseur", D.END_REGIE, deciders=(story.house.person("om"),))
    unheard = await reply(db, story, "ggz")
    await done(db, story)

    assert (unheard, await reply(db, story, "ggz")) == (0, 0)


async def test_an_answer_to_a_day_with_several_cases_counts_for_each(db: Databases, house: AHouse) -> None:
    _, _, stories = await a_day_of(db, house)

    assert await reply(db, stories[0], "ggz", presence=Presence.MAYBE) == 2

    for story in stories:
        assert await said(db, story, "ggz") == (Presence.MAYBE, RepliedBy.CALENDAR)


# Behind everybody's back


async def test_the_database_lets_nobody_answer_for_another(story: Story) -> None:
    said_so = "reaction = 'komt', reacted_at = pols_now(), reacted_by = 'pols'"
    change = f"UPDATE invitation SET {said_so} WHERE person_id = :p"
    async with story.acting("politie") as work:
        changed = await work.session.execute(text(change), {"p": story.house.person("ggz")})
        assert changed.rowcount == 0  # type: ignore[attr-defined]
    for column in ("case_id", "person_id", "event_id"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with story.acting("politie") as work:
                await work.session.execute(text(f"UPDATE invitation SET {column} = :i"), {"i": uuid4()})


async def test_who_does_not_know_of_a_case_sees_no_invitation_to_it(db: Databases, story: Story) -> None:
    neighbours = await a_house(db.owner)
    seen = {}
    for key, actor in (("ggz", story.house.actors["ggz"]), ("reclassering", story.house.actors["reclassering"]),
                       ("buren", neighbours.actors["triagist"])):  # fmt: skip
        async with unit_of_work(actor, db.web) as work:
            seen[key] = len(list(await work.session.scalars(select(Invitation.person_id))))

    assert seen == {"ggz": 3, "reclassering": 0, "buren": 0}


async def test_everybody_sees_only_their_own_events(story: Story) -> None:
    for key in ("ggz", "regisseur"):
        async with story.acting(key) as work:
            found = list(await work.session.scalars(select(CalendarEvent.person_id)))
        assert found == ([story.house.person("ggz")] if key == "ggz" else [])


async def test_a_message_that_goes_to_a_colleague_instead_invites_nobody(db: Databases, story: Story) -> None:
    (message,) = await told(db, story, "ggz")
    instead = _as_claimed(message, "psychiater@ggz.example", message.created_at)
    instead.recipient_id = uuid4()

    assert parts.part(instead, organiser=ORGANISER, base_url="https://pols.example") is None


async def test_what_is_claimed_is_what_a_calendar_part_is_made_of(own_db: Databases) -> None:
    house = await a_house(own_db.owner)
    story = await a_case(own_db.web, house, Phase.FOCUSOVERLEG)
    entry = select(JournalEntry.id).where(JournalEntry.kind == WorkKind.INVITE)
    async with unit_of_work(ENGINE, own_db.engine) as work:
        meeting = (await work.session.scalars(select(Meeting.id))).one()
        lines = await invitees.call(work, meeting)
        await outbox.post(
            work, list(lines), house_id=house.id, template="uitnodiging", key="k", case_id=story.case_id,
            lines=[{"casus": "1"}], own=lines,
        )  # fmt: skip
        assert list(await work.session.scalars(entry)) != []
    async with unit_of_work(ENGINE, own_db.engine) as work:
        claimed = [one for one in await outbox.claim(work, 50) if one.template == "uitnodiging"]

    made = [parts.part(one, organiser=ORGANISER, base_url="https://pols.example") for one in claimed]
    assert len(made) == 3
    assert all(one is not None and b"METHOD:REQUEST" in one.body for one in made)


async def test_only_who_works_on_the_case_is_invited(db: Databases, house: AHouse) -> None:
    await with_more_people(db.owner, house)
    story = await a_case(db.web, house, Phase.FOCUSOVERLEG)
    await named(db.web, story, "ggz", "psychiater")

    await done(db, story)

    assert await told(db, story, "ggz") == []
    assert len(await told(db, story, "psychiater")) == 1


async def test_a_case_with_every_message_ends_with_nobody_invited(db: Databases, house: AHouse) -> None:
    story = await an_eventful_case(db.web, house)
    await done(db, story)

    async with unit_of_work(ENGINE, db.engine) as work:
        left = select(Invitation.person_id).where(
            Invitation.case_id == story.case_id, Invitation.withdrawn_at.is_(None), Meeting.id == Invitation.meeting_id,
            Meeting.held_at.is_(None),
        )  # fmt: skip
        assert list(await work.session.scalars(left)) == []


async def test_who_was_invited_before_is_told_when_it_is_called_off(own_db: Databases) -> None:
    house = await a_house(own_db.owner)
    story = await a_case(own_db.web, house, Phase.FOCUSOVERLEG)
    meeting = await planned(story)
    invited_before = [house.person(key) for key in ("politie", "ggz")]
    async with unit_of_work(ENGINE, own_db.engine) as work:
        await outbox.post(
            work, invited_before, house_id=house.id, template="uitnodiging", case_id=story.case_id,
            key=f"{story.case_id}:{WorkKind.INVITE}:{meeting.id}", lines=[{"casus": "1"}],
        )  # fmt: skip
    for statement in (*_seen("NO FORCE"), step.INVITED, *_seen("FORCE")):
        await own_db.run(statement)

    await story.decide("regisseur", D.ADJOURN, until=meeting.starts_at + timedelta(days=14))
    async with unit_of_work(ENGINE, own_db.engine) as work:
        lines = await invitees.call(work, (await planned(story)).id)

    assert [lines[one]["agenda"]["nummer"] for one in invited_before] == [1, 1]
    assert {"eerder" in line for line in lines.values()} == {True, False}, "the municipality was not invited before"


def _seen(how: str) -> list[str]:
    """The step does its work before the tables that it makes are closed."""
    tables = (*step.SEEN_BY_THE_OWNER, "calendar_event", "invitation")
    return [f"ALTER TABLE {table} {how} ROW LEVEL SECURITY" for table in tables]
