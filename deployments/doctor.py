"""`pols doctor`: whether every house stands as it should, and whether what Pols needs outside itself is there."""

import asyncio
import smtplib
import ssl
from datetime import datetime

from deployments.settings import Settings
from models.actors import ENGINE
from models.health import Outcome, Verdict
from models.lookups import health
from models.transactions import Database, unit_of_work

PATIENCE = 10.0
_WORDS = {Verdict.GOOD: "goed  ", Verdict.LOOK: "let op", Verdict.WRONG: "MIS   "}


async def examined(settings: Settings) -> tuple[list[str], bool]:
    """What was found, line by line, and whether anything is wrong."""
    lines, wrong = await _houses(settings)
    for name, fault in [("kanalen", _channels(settings)), ("mailserver", await asyncio.to_thread(relay, settings))]:
        lines.append(f"{_WORDS[Verdict.WRONG if fault else Verdict.GOOD]} {name:<28} {fault or 'in orde'}")
        wrong = wrong or bool(fault)
    return lines, wrong


async def _houses(settings: Settings) -> tuple[list[str], bool]:
    database = Database(settings.database_engine_url.get_secret_value(), pool_size=1)
    ends = _ends(settings)
    lines: list[str] = []
    wrong = False
    try:
        async with unit_of_work(ENGINE, database) as work:
            for house_id, name in await health.houses(work):
                found = [one for part in await health.of_house(work, house_id, ends=ends) for one in part]
                lines += [name, *map(told, found)]
                wrong = wrong or any(one.verdict is Verdict.WRONG for one in found)
    finally:
        await database.close()
    return lines, wrong


def told(one: Outcome) -> str:
    """One line; with what to do when it is not in order."""
    line = f"{_WORDS[one.verdict]} {one.words.name:<28} {one.found}"
    return line if one.verdict is Verdict.GOOD else f"{line}. {one.words.advice}"


def _ends(settings: Settings) -> datetime | None:
    try:
        contact = settings.security_contact()
    except ValueError:
        return None
    return contact.expires if contact else None


def _channels(settings: Settings) -> str:
    try:
        settings.outside()
    except ValueError as wrong:
        return str(wrong)
    return ""


def relay(settings: Settings) -> str:
    """What is wrong with the mail relay; nothing when it answers as it should. No message is sent."""
    try:
        _greet(settings)
    except (OSError, smtplib.SMTPException) as wrong:
        return f"{settings.mail_host}:{settings.mail_port} antwoordt niet zoals het hoort ({type(wrong).__name__})"
    return ""


def _greet(settings: Settings) -> None:
    with smtplib.SMTP(settings.mail_host, settings.mail_port, timeout=PATIENCE) as server:
        server.ehlo_or_helo_if_needed()
        if settings.mail_secure:
            server.starttls(context=ssl.create_default_context())
        if settings.mail_user:
            server.login(settings.mail_user, settings.mail_password.get_secret_value())
        server.noop()
