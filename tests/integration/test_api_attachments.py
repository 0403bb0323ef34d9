"""Files with a referral, and what it said before it was corrected."""

import pytest

from models.attachments import MOST
from tests.conftest import Databases
from tests.doors import Door, rows
from tests.integration.test_api_referrals import SUBMITTED, a_draft

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF"
RAW = {"Content-Type": "application/octet-stream"}


async def attached(door: Door, referral_id: str, name: str = "aangifte.pdf", content: bytes = PDF) -> str:
    """A file of the police."""
    answer = await door.call(
        "POST", f"/aanmeldingen/{referral_id}/bijlagen", "politie", params={"naam": name}, content=content, headers=RAW
    )
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/v1/bijlagen/{answer.json()['id']}"
    return str(answer.json()["id"])


async def submitted(door: Door, referral_id: str) -> str:
    """The case it became."""
    return str((await door.post("politie", f"/aanmeldingen/{referral_id}/indieningen"))["id"])


async def test_a_file_is_listed_and_given_back_as_it_came_and_never_shown_in_the_page(door: Door) -> None:
    draft_id = await a_draft(door)
    file_id = await attached(door, draft_id, name="aangifte één.pdf")

    listed = (await door.get("politie", f"/aanmeldingen/{draft_id}/bijlagen"))["resultaten"]
    read = await door.call("GET", f"/bijlagen/{file_id}", "politie")

    assert [(one["naam"], one["soort"], one["omvang"]) for one in listed] == [
        ("aangifte één.pdf", "application/pdf", len(PDF))
    ]
    assert (read.content, read.headers["content-type"]) == (PDF, "application/pdf")
    assert read.headers["content-disposition"] == "attachment; filename*=UTF-8''aangifte%20%C3%A9%C3%A9n.pdf"
    assert "sandbox" in read.headers["content-security-policy"]
    assert read.headers["x-content-type-options"] == "nosniff"


async def test_a_file_that_is_not_what_its_name_says_is_refused(door: Door, db: Databases) -> None:
    draft_id = await a_draft(door)
    before = await rows(db, door.house)

    answer = await door.call(
        "POST", f"/aanmeldingen/{draft_id}/bijlagen", "politie", params={"naam": "brief.pdf"}, headers=RAW,
        content=b"MZ\x90\x00" + bytes(60),
    )  # fmt: skip

    assert answer.status_code == 400
    assert [one["veld"] for one in answer.json()["velden"]] == ["bestand"]
    assert await rows(db, door.house) == before


async def test_a_large_file_is_taken_and_a_larger_one_refused_while_it_comes_in(door: Door) -> None:
    draft_id = await a_draft(door)
    await attached(door, draft_id, "groot.txt", b"a" * 10_000_000)

    answer = await door.call(
        "POST", f"/aanmeldingen/{draft_id}/bijlagen", "politie", params={"naam": "x.txt"}, headers=RAW,
        content=b"a" * 10_200_000,
    )  # fmt: skip

    assert answer.status_code == 413


async def test_there_is_an_end_to_how_many(door: Door) -> None:
    draft_id = await a_draft(door)
    for number in range(MOST):
        await attached(door, draft_id, f"{number}.txt", b"tekst")

    answer = await door.call(
        "POST",
        f"/aanmeldingen/{draft_id}/bijlagen",
        "politie",
        params={"naam": "te.txt"},
        headers=RAW,
        content=b"te veel",
    )

    assert answer.status_code == 400
    assert str(MOST) in answer.json()["velden"][0]["melding"]


async def test_a_file_goes_along_with_the_report_to_who_judges_it_and_not_to_another_participant(door: Door) -> None:
    draft_id = await a_draft(door)
    file_id = await attached(door, draft_id)
    await submitted(door, draft_id)

    assert (await door.call("GET", f"/bijlagen/{file_id}", "triagist")).status_code == 200
    for who in ("ggz", "reclassering", "om"):
        assert (await door.call("GET", f"/bijlagen/{file_id}", who)).status_code == 404


async def test_a_file_is_taken_away_again_while_the_report_can_change(door: Door) -> None:
    draft_id = await a_draft(door)
    file_id = await attached(door, draft_id)

    gone = await door.call("DELETE", f"/bijlagen/{file_id}", "politie")

    assert gone.status_code == 204
    assert (await door.call("GET", f"/bijlagen/{file_id}", "politie")).status_code == 404
    assert (await door.get("politie", f"/aanmeldingen/{draft_id}/bijlagen"))["resultaten"] == []


async def test_a_file_that_was_handed_in_stays_and_a_new_one_is_told_in_the_timeline(door: Door) -> None:
    draft_id = await a_draft(door)
    file_id = await attached(door, draft_id)
    case_id = await submitted(door, draft_id)

    await attached(door, draft_id, "nog een.pdf")
    kept = await door.call("DELETE", f"/bijlagen/{file_id}", "politie")

    assert kept.status_code == 409
    timeline = (await door.get("triagist", f"/casussen/{case_id}/tijdlijn"))["resultaten"]
    assert any("Bijlage" in one["tekst"] for one in timeline)


async def test_nothing_is_attached_once_it_was_decided_on(door: Door) -> None:
    draft_id = await a_draft(door)
    case_id = await submitted(door, draft_id)
    body = {"soort": "intrekken", "toelichting": "opgelost"}
    await door.post("politie", f"/casussen/{case_id}/besluiten", body)

    answer = await door.call(
        "POST", f"/aanmeldingen/{draft_id}/bijlagen", "politie", params={"naam": "x.txt"}, headers=RAW, content=b"x"
    )

    assert answer.status_code == 409


async def test_a_correction_keeps_what_was_said_before_and_is_told_in_the_timeline(door: Door) -> None:
    draft_id = await a_draft(door)
    case_id = await submitted(door, draft_id)
    told = SUBMITTED | {"situatie": "de dreiging was bij de buren", "gemeente": "Oosterveen"}

    corrected = await door.call("PUT", f"/aanmeldingen/{draft_id}", "politie", json=told)

    assert corrected.status_code == 204
    versions = (await door.get("politie", f"/aanmeldingen/{draft_id}/versies"))["resultaten"]
    before = await door.get("triagist", f"/aanmeldingen/{draft_id}/versies/{versions[0]['versie']}")
    assert before["inhoud"]["situatie"] == SUBMITTED["situatie"]
    assert before["inhoud"]["personen"][0]["naam"] == "Hendrik B."
    assert (await door.get("triagist", f"/aanmeldingen/{draft_id}"))["situatie"] == told["situatie"]
    assert (await door.get("triagist", f"/casussen/{case_id}"))["gemeente"] == "Oosterveen"
    timeline = (await door.get("triagist", f"/casussen/{case_id}/tijdlijn"))["resultaten"]
    assert any("gecorrigeerd" in one["tekst"] for one in timeline)


async def test_a_draft_has_no_versions(door: Door) -> None:
    draft_id = await a_draft(door)
    await door.call("PUT", f"/aanmeldingen/{draft_id}", "politie", json=SUBMITTED | {"reden": "beter"})

    assert (await door.get("politie", f"/aanmeldingen/{draft_id}/versies"))["resultaten"] == []


async def test_a_correction_leaves_nothing_out(door: Door) -> None:
    draft_id = await a_draft(door)
    await submitted(door, draft_id)

    answer = await door.call("PUT", f"/aanmeldingen/{draft_id}", "politie", json=SUBMITTED | {"doel": ""})

    assert answer.status_code == 400
    assert (await door.get("politie", f"/aanmeldingen/{draft_id}"))["doel"] == SUBMITTED["doel"]
    assert (await door.get("politie", f"/aanmeldingen/{draft_id}/versies"))["resultaten"] == []


@pytest.mark.parametrize(("seen", "status"), [('"1"', 204), ('"7"', 412), ("1", 400)])
async def test_who_read_an_older_version_does_not_overwrite_a_newer_one(door: Door, seen: str, status: int) -> None:
    draft_id = await a_draft(door)
    read = await door.call("GET", f"/aanmeldingen/{draft_id}", "politie")

    answer = await door.call("PUT", f"/aanmeldingen/{draft_id}", "politie", json=SUBMITTED, headers={"If-Match": seen})

    assert (read.headers["etag"], answer.status_code) == ('"1"', status)
