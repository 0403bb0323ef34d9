"""A meeting in the calendars of who is invited: invited, moved and called off by mail, as one event."""

from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from icalendar import Calendar

from tests.acceptance import steps
from tests.acceptance.world import World

pytestmark = pytest.mark.acceptance


def calendar_parts(message: EmailMessage) -> list[EmailMessage]:
    """What a mail client hands to a calendar (RFC 6047)."""
    return [one for one in message.walk() if one.get_content_type() == "text/calendar" and one.get_param("method")]


def events_of(world: World, key: str) -> list[dict[str, Any]]:
    """The events in the mail of somebody, in the order they came."""
    events = []
    for mailed in world.mail.to(f"{key}@{world.house.slug}.example"):
        for part in calendar_parts(mailed.message):
            whole: Any
            (whole,) = Calendar.from_ical(part.get_content()).walk("VEVENT")
            events.append(
                {"method": part.get_param("method"), "uid": str(whole["UID"]), "sequence": int(whole["SEQUENCE"]),
                 "begins": whole["DTSTART"].dt, "guest": str(whole["ATTENDEE"]), "whole": whole.to_ical().decode()}
            )  # fmt: skip
    return events


async def test_a_meeting_that_is_moved_and_called_off_is_one_event_in_three_mails(world: World) -> None:
    case_id = await steps.reported(world)
    await steps.screened(world, case_id)
    await steps.admitted(world, case_id)
    await steps.prepared(world, case_id)
    later = (await world.now() + timedelta(days=20)).replace(microsecond=0)

    await world.decide("regisseur", case_id, "overleg_verdagen", datum=later.isoformat())
    await world.settled()
    await world.decide("regisseur", case_id, "regie_beeindigen", beslissers=[steps.person(world, "om")])
    await world.settled()

    number = (await world.get("regisseur", f"/casussen/{case_id}"))["nummer"]
    for key in ("politie", "gemeente", "ggz"):
        found = events_of(world, key)
        assert [one["method"] for one in found] == ["REQUEST", "REQUEST", "CANCEL"]
        assert [one["sequence"] for one in found] == [0, 1, 2]
        assert len({one["uid"] for one in found}) == 1
        assert found[1]["begins"] == found[2]["begins"] == later
        assert {one["guest"] for one in found} == {f"mailto:{key}@{world.house.slug}.example"}
        assert not any(number in one["whole"] or "Hendrik" in one["whole"] for one in found)
    assert len({events_of(world, key)[0]["uid"] for key in ("politie", "gemeente", "ggz")}) == 3
