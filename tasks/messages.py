"""Telling people: every effect writes outbox rows, one per recipient; sending is somebody else's loop."""

from models.casebook import corrections, invitees, journal, outbox
from models.lookups import cases
from models.lookups import work as lookup
from models.owed import DUTIES
from models.tables.engine import JournalEntry
from models.transactions import Work
from models.words import DutyKind
from tasks.journalled import journalled


async def _tell_batch(work: Work, entry: JournalEntry, template: str) -> None:
    """Everybody who owes something new of this act, each in one message."""
    opened = await lookup.opened_by(work, entry.about_id)
    pairs = [(duty_id, "opened") for duty_id, kind in opened if DUTIES[kind].announce is entry.kind]
    await outbox.tell_about_duties(work, pairs, template=template, key=f"{entry.case_id}:{entry.key}")


@journalled
async def announce_duties(work: Work, entry: JournalEntry) -> None:
    """Tell whoever owes something from now."""
    await _tell_batch(work, entry, "aankondiging")


@journalled
async def ask_partners(work: Work, entry: JournalEntry) -> None:
    """Put the question to each partner that was asked."""
    await _tell_batch(work, entry, "vraag")


@journalled
async def notice_deciders(work: Work, entry: JournalEntry) -> None:
    """Tell whoever was named as having decided; they may object (design §3)."""
    await _tell_batch(work, entry, "besluit_namens_u")


@journalled
async def alert(work: Work, entry: JournalEntry) -> None:
    """An incident or urgency: the regisseur knows at once, or the triage desk while there is none."""
    await _tell_batch(work, entry, "alarm")
    people = await lookup.leaders(work, entry.case_id)
    await _post(work, entry, people, "alarm")


@journalled
async def confirm_receipt(work: Work, entry: JournalEntry) -> None:
    """Confirm to the reporter that the report arrived."""
    await _post(work, entry, [await lookup.reporter(work, entry.case_id)], "ontvangstbevestiging")
    await journal.close_duty(work, entry.case_id, DutyKind.CONFIRM_RECEIPT)


@journalled
async def feed_back(work: Work, entry: JournalEntry) -> None:
    """Tell the reporter that there is an outcome; what it is they read in Pols."""
    await _post(work, entry, [await lookup.reporter(work, entry.case_id)], "terugkoppeling")
    await journal.close_duty(work, entry.case_id, DutyKind.FEEDBACK)


@journalled
async def invite(work: Work, entry: JournalEntry) -> None:
    """Invite the contacts of every organisation that is asked to come, or tell them that the meeting moved."""
    await _post_each(work, entry, await invitees.call(work, entry.about_id), "uitnodiging")


@journalled
async def cancel(work: Work, entry: JournalEntry) -> None:
    """Call a meeting off, for everybody who was invited or for who left."""
    await _post_each(work, entry, await invitees.call_off(work, entry.about_id), "afzegging")


@journalled
async def publish(work: Work, entry: JournalEntry) -> None:
    """Tell all involved participants that the outcome of the meeting can be read.

    Whose organisation made a commitment in it is told that, and not what: also who was not there, or a colleague was.
    """
    owners = await lookup.colleagues_of_owners(work, entry.case_id, entry.about_id)
    await _post(
        work, entry, await lookup.involved_people(work, entry.case_id), "uitkomst",
        own={one: {"eigenAfspraak": True} for one in owners},
    )  # fmt: skip


@journalled
async def tell_closed(work: Work, entry: JournalEntry) -> None:
    """Tell all involved participants that the case was closed."""
    await _post(work, entry, await lookup.involved_people(work, entry.case_id), "afgesloten")
    await journal.close_duty(work, entry.case_id, DutyKind.CLOSING_FEEDBACK)


@journalled
async def send_copy(work: Work, entry: JournalEntry) -> None:
    """A partner who answered by phone gets to see what was noted, and until when they can correct it."""
    _, policy = await cases.house_policy(work, entry.house_id)
    until = corrections.until(entry.opened_at, policy)
    await outbox.tell_about_duties(
        work, [(entry.about_id, "opened")], template="afschrift", key=f"{entry.case_id}:{entry.key}",
        herstelbaarTot=until.isoformat(), dossier=str(entry.case_id),
    )  # fmt: skip


async def _post(
    work: Work, entry: JournalEntry, people: list[lookup.PersonId], template: str, *, own: invitees.Lines | None = None
) -> None:  # fmt: skip
    """Each of them once about this subject, however often the work was left (an invitation to who joins later)."""
    number, phone = await lookup.number_and_phone(work, entry.case_id)
    line = {"telefoon": phone} if phone else {}
    await outbox.post(
        work, people, house_id=entry.house_id, template=template,
        key=f"{entry.case_id}:{entry.kind}:{entry.about_id}", case_id=entry.case_id,
        lines=[{"casus": number} | line], own=own,
    )  # fmt: skip


async def _post_each(work: Work, entry: JournalEntry, lines: invitees.Lines, template: str) -> None:
    """Each of them what their own line says. This piece of work is done once: its id makes the key."""
    number, phone = await lookup.number_and_phone(work, entry.case_id)
    await outbox.post(
        work, list(lines), house_id=entry.house_id, template=template,
        key=f"{entry.case_id}:{entry.kind}:{entry.about_id}:{entry.id}", case_id=entry.case_id,
        lines=[{"casus": number} | ({"telefoon": phone} if phone else {})], own=lines,
    )  # fmt: skip
