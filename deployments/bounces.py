"""What comes back: read from the mailbox, noted, and sent to whoever else may know; and what calendars answer."""

import imaplib
import logging
from uuid import UUID

from models.actors import ENGINE
from models.agenda import CalendarReply
from models.casebook import invitees, outbox
from models.transactions import unit_of_work
from tasks.bounces import Mailbox

log = logging.getLogger("pols.bounces")


async def take_back(mailbox: Mailbox | None) -> int:
    """Note what came back and send it on, once. Answers how many messages go out instead.

    Also without a mailbox: the mail service of a house may tell us through the interface.
    """
    if mailbox is not None:
        try:
            await _read(mailbox)
        except (OSError, imaplib.IMAP4.error) as error:  # no words in a log: they may hold an address
            log.warning("the mailbox for bounces could not be read: %s", type(error).__name__)
    async with unit_of_work(ENGINE) as work:
        return await outbox.reroute(work)


async def _read(mailbox: Mailbox) -> None:
    async with mailbox.unread() as found:
        back = [one for one in found if isinstance(one, UUID)]
        if back:
            async with unit_of_work(ENGINE) as work:
                news = await outbox.bounced(work, back)
            log.info("%d reports of bounces, %d new", len(back), news)
        for one in found:
            if isinstance(one, CalendarReply):
                async with unit_of_work(ENGINE) as work:
                    await invitees.replied(work, one)
