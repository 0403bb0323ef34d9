"""Signing: what a receiver believes, and what it does not."""

import pytest

from models import signing

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
NOW = 1_800_000_000
BODY = b'{"id": "1"}'


def signed(**changed: str) -> dict[str, str]:
    return signing.headers(SECRET, "gebeurtenis-1", NOW, BODY) | changed


def test_a_receiver_believes_what_was_signed_for_it() -> None:
    assert signing.is_genuine(SECRET, signed(), BODY, NOW)
    assert signing.is_genuine(SECRET, signed(), BODY, NOW + 299)
    assert signed()["webhook-signature"].startswith("v1,")


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": "gebeurtenis-2"}, {"webhook-timestamp": str(NOW + 1)}, {"webhook-timestamp": "gisteren"},
        {"webhook-signature": "v1,AAAA"}, {"webhook-signature": ""}, {"webhook-signature": "v2,AAAA"},
    ],
)  # fmt: skip
def test_a_receiver_does_not_believe_what_was_changed(changed: dict[str, str]) -> None:
    assert not signing.is_genuine(SECRET, signed(**changed), BODY, NOW)


def test_a_receiver_does_not_believe_another_body_another_secret_or_an_old_message() -> None:
    assert not signing.is_genuine(SECRET, signed(), BODY + b" ", NOW)
    assert not signing.is_genuine(signing.new_secret(), signed(), BODY, NOW)
    assert not signing.is_genuine(SECRET, signed(), BODY, NOW + 301)
    assert not signing.is_genuine(SECRET, {}, BODY, NOW)


def test_a_receiver_believes_one_of_several_signatures_while_a_secret_is_replaced() -> None:
    both = signed(**{"webhook-signature": "v1,AAAA " + signed()["webhook-signature"]})

    assert signing.is_genuine(SECRET, both, BODY, NOW)


def test_it_is_the_signature_of_standard_webhooks() -> None:
    """The example of its own documentation (standardwebhooks.com), whose secret is shorter than ours may be."""
    example = signing.headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}'
    )

    assert example["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_secret_is_long_enough_and_never_the_same() -> None:
    assert signing.is_secret(signing.new_secret())
    assert signing.new_secret() != signing.new_secret()
    assert not any(map(signing.is_secret, ("", "whsec_", "whsec_kort", "whsec_" + "a" * 20, "geheim", "whsec_!!!")))
