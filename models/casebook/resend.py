"""Sending again what did not arrive: to the same person, or to who else of their organisation may know."""

from functools import cache
from importlib.resources import files
from uuid import UUID

from sqlalchemy import CursorResult, text

from models.casebook.frame import Frame, audit, open_frame
from models.casebook.outbox import PERSONAL_MAIL, STALE
from models.commands.cases import SendAgain
from models.refusals import NotAllowed, NotPossible
from models.tables.trail import History
from models.transactions import Work
from models.unblock import may_unblock
from models.words import SendTo

_NOBODY = {
    SendTo.RECIPIENT: "Er is geen bericht over deze casus dat niet aankwam, of de ontvanger werkt hier niet meer.",
    SendTo.CONTACTS: (
        "Er is geen bericht dat aan een collega kan worden gestuurd: de organisatie heeft geen ander contact, of het "
        "is aan één persoon gericht. Bel, of laat de organisatie iemand aanwijzen."
    ),
}


@cache
def _again() -> str:
    return (files("models.casebook") / "resend.sql").read_text(encoding="utf-8")


async def send_again(work: Work, case_id: UUID, command: SendAgain) -> int:
    """Send again what did not arrive about this case. It is no event of the case: only an answer to it would be.

    Raises NotFound, NotAllowed or NotPossible; then nothing is sent. Answers how many messages go out.
    """
    frame = await open_frame(work, case_id)
    if not may_unblock(work.actor, frame.case.director_id):
        raise NotAllowed("Opnieuw verzenden doet de procesregisseur van deze casus, of de manager.")
    result = await work.session.execute(
        text(_again()),
        {
            "house": frame.case.house_id, "case": case_id, "number": frame.case.number, "now": work.now,
            "to": command.to, "who": command.recipient_id,
            "never": list(PERSONAL_MAIL if command.to is SendTo.CONTACTS else STALE),
        },
    )  # fmt: skip
    assert isinstance(result, CursorResult)  # noqa: S101 - an INSERT
    if not result.rowcount:
        raise NotPossible(_NOBODY[command.to])
    _note(frame, command, int(result.rowcount))
    return int(result.rowcount)


def _note(frame: Frame, command: SendAgain, count: int) -> None:
    work, case, actor = frame.work, frame.case, frame.work.actor
    work.session.add(
        History(
            house_id=case.house_id, case_id=case.id, at=work.now, what="bericht opnieuw verzonden",
            person_id=actor.person_id, organisation_id=actor.organisation_id, on_behalf_of=actor.on_behalf_of,
            facts={"aan": command.to.value, "aantal": count},
        )
    )  # fmt: skip
    audit(work, "bericht opnieuw verzonden", "casus", case.id, case_id=case.id)
