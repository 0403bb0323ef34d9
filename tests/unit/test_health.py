"""What is made of the figures of a house: in order, worth a look, or wrong; and always with what to do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models import health
from models.health import INDISPENSABLE, MEANINGS, Check, Figures, Outcome, Staffing, Verdict
from models.words import Role

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
JUST = NOW - timedelta(seconds=40)
WELL = Figures(
    seen_at=JUST,
    engine_at=JUST,
    sent_at=JUST,
    sealed_at=JUST,
    checked_at=NOW - timedelta(hours=9),
    step="x",
    newest="x",
)
STAFFED = Staffing(dict.fromkeys(INDISPENSABLE, 2))


def of(check: Check, found: list[Outcome]) -> Outcome:
    return next(one for one in found if one.check is check)


def set_up(staffing: Staffing = STAFFED, **more: Any) -> list[Outcome]:
    known: dict[str, Any] = {"policy": (), "texts": (), "ends": NOW + timedelta(days=90)} | more
    return health.of_setting_up(staffing, now=NOW, **known)


def test_every_check_has_words_and_is_made() -> None:
    made = [one.check for one in (*health.of_engine(WELL, NOW), *set_up())]

    assert sorted(made) == sorted(Check) == sorted(MEANINGS)
    assert all(one.name and one.meaning.endswith(".") and one.advice.endswith(".") for one in MEANINGS.values())


def test_a_house_where_all_is_well_has_nothing_to_do() -> None:
    assert health.worst([*health.of_engine(WELL, NOW), *set_up()]) is Verdict.GOOD


@pytest.mark.parametrize(
    ("check", "changed", "verdict"),
    [
        (Check.WORKER, {"seen_at": None}, Verdict.WRONG),
        (Check.WORKER, {"seen_at": NOW - timedelta(minutes=4)}, Verdict.WRONG),
        (Check.ENGINE, {"engine_at": None}, Verdict.WRONG),
        (Check.ENGINE, {"engine_at": NOW - timedelta(minutes=4)}, Verdict.WRONG),
        (Check.RUNGS, {"rungs": 3, "rungs_since": NOW - timedelta(minutes=1)}, Verdict.GOOD),
        (Check.RUNGS, {"rungs": 3, "rungs_since": NOW - timedelta(minutes=5)}, Verdict.LOOK),
        (Check.RUNGS, {"rungs": 3, "rungs_since": NOW - timedelta(minutes=11)}, Verdict.WRONG),
        (Check.RUNGS, {"rungs_given_up": 1}, Verdict.LOOK),
        (Check.MESSAGES, {"messages": 3, "messages_since": NOW - timedelta(hours=1)}, Verdict.WRONG),
        (Check.ENTRIES, {"entries": 1, "entries_since": NOW - timedelta(hours=1)}, Verdict.WRONG),
        (Check.RELAY, {"relay": "mailserver_onbereikbaar"}, Verdict.WRONG),
        (Check.RELAY, {"sent_at": None}, Verdict.GOOD),
        (Check.UNDELIVERED, {"undelivered": 2}, Verdict.LOOK),
        (Check.SEAL, {"lines": 9, "lines_since": NOW - timedelta(minutes=20)}, Verdict.WRONG),
        (Check.NIGHT, {"checked_at": NOW - timedelta(hours=31)}, Verdict.WRONG),
        (Check.NIGHT, {"checked_at": None}, Verdict.LOOK),
        (Check.FINDINGS, {"findings": 1}, Verdict.LOOK),
        (Check.DATABASE, {"step": "y"}, Verdict.WRONG),
        (Check.CLOCK, {"shift": 60}, Verdict.LOOK),
    ],
)
def test_what_is_not_as_it_should_be_is_said(check: Check, changed: dict[str, Any], verdict: Verdict) -> None:
    found = health.of_engine(replace(WELL, **changed), NOW)

    assert of(check, found).verdict is verdict
    assert [one.check for one in found if one.verdict is not Verdict.GOOD and one.check is not check] == []


def test_the_relay_is_told_in_plain_words() -> None:
    assert of(Check.RELAY, health.of_engine(replace(WELL, relay="mailserver_onbereikbaar"), NOW)).found == (
        "de mailserver is niet bereikbaar"
    )


def test_a_role_that_nobody_or_only_one_holds_is_named() -> None:
    held = dict.fromkeys(INDISPENSABLE, 2) | {Role.PRIVACY_OFFICER: 0, Role.MANAGER: 1}

    found = set_up(Staffing(held))

    assert (of(Check.ROLES, found).verdict, of(Check.ROLES, found).found) == (Verdict.WRONG, "privacy officer")
    assert (of(Check.ONE_DEEP, found).verdict, of(Check.ONE_DEEP, found).found) == (Verdict.LOOK, "manager")


@pytest.mark.parametrize(
    ("check", "changed", "verdict"),
    [
        (Check.POLICY, {"policy": ["ladders: te kort"]}, Verdict.WRONG),
        (Check.TEXTS, {"texts": ["herinnering (nl)"]}, Verdict.WRONG),
        (Check.SECURITY_TXT, {"ends": None}, Verdict.LOOK),
        (Check.SECURITY_TXT, {"ends": NOW}, Verdict.WRONG),
        (Check.SECURITY_TXT, {"ends": NOW + timedelta(days=29)}, Verdict.LOOK),
        (Check.CONTACTS, {"staffing": replace(STAFFED, without_contact=["GGZ"])}, Verdict.WRONG),
        (Check.VALIDITY, {"staffing": replace(STAFFED, running_out=1)}, Verdict.LOOK),
    ],
)
def test_what_is_not_there_is_said(check: Check, changed: dict[str, Any], verdict: Verdict) -> None:
    found = set_up(**changed)

    assert of(check, found).verdict is verdict
    assert [one.check for one in found if one.verdict is not Verdict.GOOD] == [check]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 seconden"), (1, "1 seconde"), (60, "1 minuut"), (7_200, "2 uur"), (86_400, "1 dag"), (900_000, "10 dagen")],
)
def test_how_long_is_said_in_one_unit(seconds: int, said: str) -> None:
    found = health.of_engine(replace(WELL, seen_at=NOW - timedelta(seconds=seconds)), NOW)

    assert of(Check.WORKER, found).found == f"meldde zich {said} geleden"
