"""The texts of messages: what a reminder and a message to who leads at a partner say, word for word."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from models.clocks import AMSTERDAM
from models.words import DutyKind
from tasks import texts

NOW = datetime(2026, 11, 27, 9, 5, tzinfo=AMSTERDAM)


def line(number: str, kind: DutyKind, due: datetime, step: str, **more: Any) -> dict[str, Any]:
    """A line as the outbox keeps it."""
    return {"taak": "x", "casus": number, "soort": kind, "uiterlijk": due.isoformat(), "stap": step} | more


def body(template: str, *lines: dict[str, Any], now: datetime = NOW) -> str:
    """What a message says."""
    return texts.message(template, list(lines), house="Zorg- en Veiligheidshuis", base_url="https://pols", now=now)[1]


def at(day: int, hour: int = 17) -> datetime:
    """A moment in November."""
    return datetime(2026, 11, day, hour, tzinfo=AMSTERDAM)


def test_one_reminder_tells_of_everything_what_hurries_first() -> None:
    told = body(
        "herinnering",
        line("2026-0007", DutyKind.PROGRESS, at(30), "remind"),
        line("2026-0004", DutyKind.KNOWN, at(27), "due"),
        line("2026-0003", DutyKind.INFORMATION, at(24), "overdue"),
        line("2026-0002", DutyKind.INFORMATION, at(20), "deputy"),
        line("2026-0001", DutyKind.PROGRESS, at(19), "partner_manager"),
        line("2026-0009", DutyKind.INCIDENT, at(27, 6), "overdue", spoed=True),
    )

    assert (
        told
        == """Er wacht iets op antwoord:

- SPOED: casus 2026-0009, incident beoordelen
  uiterlijk vrijdag 27 november 2026 om 06:00; 3 uur te laat
- casus 2026-0001, voortgang melden
  uiterlijk donderdag 19 november 2026 om 17:00; 8 dagen te laat; voorstel: bericht aan de leidinggevende van de \
partner; u verstuurt het met één klik in Pols
- casus 2026-0002, informatie aanleveren
  uiterlijk vrijdag 20 november 2026 om 17:00; 7 dagen te laat; uw collega heeft nog niet geantwoord
- casus 2026-0003, informatie aanleveren
  uiterlijk dinsdag 24 november 2026 om 17:00; 3 dagen te laat
- casus 2026-0004, bekend of niet bekend
  uiterlijk vrijdag 27 november 2026 om 17:00; de termijn is vandaag
- casus 2026-0007, voortgang melden
  uiterlijk maandag 30 november 2026 om 17:00; de termijn loopt bijna af

Antwoord hier: https://pols/

Is het al gedaan? Leg het vast, dan stoppen de herinneringen.

Dit bericht bevat met opzet geen inhoud over personen. Antwoorden kan in Pols of telefonisch bij uw procesregisseur.

Zorg- en Veiligheidshuis"""
    )


def test_who_leads_at_a_partner_reads_a_reference_a_kind_a_date_and_whom_to_call() -> None:
    told = body("leidinggevende", line("2026-0003", DutyKind.INFORMATION, at(24), "lead", telefoon="070 000 00 00"))

    assert (
        told
        == """Uw organisatie zou het Zorg- en Veiligheidshuis iets laten weten, en dat antwoord blijft uit:

- Kenmerk 2026-0003: informatie aanleveren, gevraagd uiterlijk dinsdag 24 november 2026 om 17:00
  De procesregisseur is te bereiken op 070 000 00 00.

Uw medewerkers weten om welke vraag het gaat. Wilt u zorgen dat zij antwoorden, of zeggen dat het niet kan?

Dit bericht bevat met opzet geen inhoud over personen. U hebt er geen toegang tot Pols voor nodig.

Zorg- en Veiligheidshuis"""
    )


def test_without_a_number_nobody_is_told_to_call_one() -> None:
    assert "bereiken" not in body("leidinggevende", line("2026-0003", DutyKind.INFORMATION, at(24), "lead"))


def test_a_reminder_about_very_much_names_the_first_and_counts_the_rest() -> None:
    many = [line(f"2026-{n:04}", DutyKind.PROGRESS, at(24), "overdue") for n in range(texts.MOST_LINES + 2)]

    told = body("herinnering", *many)

    assert told.count("\n- casus") == texts.MOST_LINES
    assert "- en nog 2 taken, te vinden in Pols" in told


@pytest.mark.parametrize(
    ("due", "spoken"),
    [
        (at(26), "1 dag te laat"), (at(25), "2 dagen te laat"), (at(27), "de termijn is vandaag"),
        (at(27, 9), "de termijn is vandaag"), (at(27, 7), "2 uur te laat"), (at(28), "de termijn loopt bijna af"),
        (NOW + timedelta(days=30), ""),
    ],
)  # fmt: skip
def test_how_late_something_is_counts_from_when_the_message_is_sent(due: datetime, spoken: str) -> None:
    assert texts.standing(line("1", DutyKind.KNOWN, due, "due"), NOW) == spoken
