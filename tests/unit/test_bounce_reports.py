"""A report that a message came back: believed only when it is one, about one of ours, and for good."""

from email import message_from_bytes, policy
from uuid import UUID

import pytest

from tasks.bounces import Mailbox, returned
from tests.reports import postfix

ID = "0198d2c5-0000-7000-8000-00000000abcd"
OTHER = "0198d2c5-0000-7000-8000-00000000ffff"


@pytest.mark.parametrize(
    "report",
    [
        postfix(ID), postfix(ID, envelope=False), postfix(ID, original=False), postfix(ID.upper()),
        postfix(OTHER, envelope=False, original=False, to=f"terug+{ID}@huis.example"),
        postfix(ID).replace(ID.encode(), ID.replace("-", "+2D").encode(), 1),
    ],
    ids=["whole", "by the headers", "by the envelope", "in capitals", "by the address", "in xtext"],
)  # fmt: skip
def test_a_report_says_which_message_it_is_about(report: bytes) -> None:
    assert returned(report) == UUID(ID)


def test_the_whole_message_may_come_back_too() -> None:
    whole = postfix(ID, envelope=False).replace(b"text/rfc822-headers", b"message/rfc822")

    assert returned(whole) == UUID(ID)


@pytest.mark.parametrize(
    "report",
    [
        postfix(ID, action="delayed", status="4.4.1"), postfix(ID, action="delivered", status="2.0.0"),
        postfix(ID, action="failed", status="4.2.2"), postfix(ID, action="relayed", status="5.0.0"),
        postfix("no-id-of-ours"), postfix(ID).replace(b"multipart/report", b"multipart/mixed"),
        postfix(ID).replace(b"message/delivery-status", b"text/plain"), b"", b"\x00\xff\xfe",
        b"Subject: " + b"x" * 10_000,
        f"Subject: Undelivered\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n{ID}\r\n".encode(),
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\nno parts at all',
    ],
    ids=[
        "delayed", "delivered", "for now", "relayed", "not ours", "no report", "no status", "empty", "noise", "long",
        "only says so", "nothing in it",
    ],
)  # fmt: skip
def test_anything_else_is_no_bounce(report: bytes) -> None:
    assert returned(report) is None


def test_what_a_text_says_is_never_believed() -> None:
    lying = postfix(ID, envelope=False, original=False).replace(b"User unknown", f"about {OTHER}".encode())

    assert returned(lying) is None


def test_several_recipients_came_back_only_when_all_did() -> None:
    mixed = postfix(ID).replace(
        b"Action: failed",
        b"Action: delivered\r\nStatus: 2.0.0\r\n\r\nFinal-Recipient: rfc822; b@b.nl\r\nAction: failed",
    )

    assert message_from_bytes(mixed, policy=policy.default).get_content_type() == "multipart/report"
    assert returned(mixed) is None


def test_the_password_of_the_mailbox_is_not_shown() -> None:
    assert "geheim" not in repr(Mailbox("h", 993, "terug", "geheim"))
