"""The Dutch texts: templates from the repository only, nothing about a person, one question at a time."""

from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from models.clocks import AMSTERDAM

DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november",
    "december",
)  # fmt: skip

_A_DAY, _SOON = 24, 4  # hours; days before the term

SUBJECTS = {
    "aankondiging": "Er staat een taak voor u klaar",
    "vraag": "Uw antwoord wordt gevraagd",
    "herinnering": "Herinnering: er wacht een taak",
    "ontvangstbevestiging": "Uw aanmelding is ontvangen",
    "terugkoppeling": "Er is een uitkomst op uw aanmelding",
    "uitnodiging": "Uitnodiging voor een overleg",
    "afzegging": "Een overleg gaat niet door of is verzet",
    "uitkomst": "De uitkomst van het overleg staat klaar",
    "afgesloten": "Een casus is afgesloten",
    "besluit_namens_u": "Er is een besluit namens u vastgelegd",
    "afschrift": "Wij hebben uw telefonische antwoord vastgelegd",
    "antwoord_hersteld": "Een telefonisch antwoord is hersteld",
    "alarm": "Vandaag uw aandacht gevraagd",
    "noodtoegang_code": "Uw code voor toegang tot een casus",
    "noodtoegang": "Iemand opende een casus met noodtoegang of voor toezicht",
    "gecorrigeerd": "Informatie in een casus is gewijzigd",
    "zonder_vervanger": "Er wacht iets op een collega die afwezig is",
    "overgedragen": "Taken van een collega zijn nu van u",
    "massaal_gelezen": "Er zijn ongewoon veel casussen geopend",
    "leidinggevende": "Een antwoord van uw organisatie blijft uit",
    "kanaal_code": "Uw code om dit kanaal te bevestigen",
}

#: what the step of a ladder asks of who reads it, besides how the term stands
STEPS = {
    "opened": "",
    "overgedragen": "",
    "remind": "",
    "due": "",
    "overdue": "",
    "snoozed": "u had deze herinnering uitgesteld",
    "deputy": "uw collega heeft nog niet geantwoord",
    "director": "de partner heeft nog niet geantwoord; u kunt bellen",
    "partner_manager": "voorstel: bericht aan de leidinggevende van de partner; u verstuurt het met één klik in Pols",
    "partner_manager_unknown": "bij de partner is geen leidinggevende bekend; u kunt bellen",
    "manager": "alle herinneringen zijn verstuurd zonder antwoord",
    "lead": "",
}
#: a message names no more than this; the rest is in Pols
MOST_LINES = 40


def day(value: date) -> str:
    """A day as people write it: dinsdag 24 november 2026."""
    return f"{DAYS[value.weekday()]} {value.day} {MONTHS[value.month - 1]} {value.year}"


def moment(value: str) -> str:
    """A moment in local time: dinsdag 24 november 2026 om 17:00."""
    local = datetime.fromisoformat(value).astimezone(AMSTERDAM)
    return f"{day(local.date())} om {local:%H:%M}"


def standing(line: dict[str, Any], now: datetime | None) -> str:
    """How the term of a duty stands when the message is sent."""
    if now is None:
        return ""
    due, today = datetime.fromisoformat(line["uiterlijk"]), now.astimezone(AMSTERDAM).date()
    days, hours = (today - due.astimezone(AMSTERDAM).date()).days, (now - due) // timedelta(hours=1)
    if days > 0 and not (line.get("spoed") and hours < _A_DAY):
        return f"{days} {'dag' if days == 1 else 'dagen'} te laat"
    if hours > 0:
        return f"{hours} uur te laat"
    return "de termijn is vandaag" if days == 0 else "de termijn loopt bijna af" if days >= -_SOON else ""


@cache
def _environment() -> SandboxedEnvironment:
    made = SandboxedEnvironment(
        loader=FileSystemLoader(Path(__file__).parent / "texts_nl"), undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, autoescape=False,
    )  # fmt: skip
    made.filters["moment"] = moment
    made.filters["woorden"] = lambda code: str(code).replace("_", " ")
    made.globals |= {"stappen": STEPS, "stand": standing}
    return made


def render(template: str, **facts: Any) -> str:  # noqa: ANN401 - what a template needs differs
    """The text of a template; a name it does not know is an error, not an empty space."""
    return _environment().get_template(template).render(**facts)


def message(
    template: str, lines: list[dict[str, Any]], *, house: str, base_url: str, now: datetime | None = None
) -> tuple[str, str]:
    """Subject and body of a message: what is asked, before when, and one link; `now` is when it is sent."""
    body = render(
        f"{template}.txt", regels=_in_order(lines)[:MOST_LINES], meer=len(lines[MOST_LINES:]), nu=now, huis=house,
        adres=base_url,
    )  # fmt: skip
    return f"Pols: {SUBJECTS[template]}", body


def _in_order(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(lines, key=lambda line: (not line.get("spoed"), line.get("uiterlijk") or "", line.get("casus", "")))
