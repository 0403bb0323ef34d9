"""Who may come in at all."""

from datetime import date, timedelta

import pytest

from models.designation import Designation, kept_out, wrong_roles
from models.words import OrganisationKind as K
from models.words import Role

TODAY = date(2026, 3, 1)
FIT = Designation(active=True, organisation_kind=K.LID2, screened_until=TODAY, trained_until=TODAY)


def test_somebody_designated_screened_and_trained_comes_in_up_to_and_including_the_last_day() -> None:
    assert kept_out(FIT, TODAY) == ()
    assert kept_out(FIT, TODAY + timedelta(days=1)) == (
        "screening verlopen op 01-03-2026", "training verlopen op 01-03-2026",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (Designation(active=False, organisation_kind=K.LID1, screened_until=TODAY, trained_until=TODAY),
         "account uitgeschakeld"),
        (Designation(active=True, organisation_kind=K.THIRD_PARTY, screened_until=TODAY, trained_until=TODAY),
         "niet aangewezen door een deelnemer (WGS 1.8, tweede lid)"),
        (Designation(active=True, organisation_kind=K.HOUSE, screened_until=None, trained_until=TODAY),
         "geen screening vastgelegd"),
        (Designation(active=True, organisation_kind=K.HOUSE, screened_until=TODAY, trained_until=None),
         "geen training vastgelegd"),
    ],
)  # fmt: skip
def test_each_reason_to_keep_somebody_out_is_said(one: Designation, reason: str) -> None:
    assert kept_out(one, TODAY) == (reason,)


@pytest.mark.parametrize(
    ("kind", "fits", "wrong"),
    [
        (K.HOUSE, {Role.MANAGER, Role.PRIVACY_OFFICER, Role.AUDITOR}, {Role.CONTACT, Role.TRIAGE_MEMBER}),
        (K.LID1, {Role.CONTACT, Role.CONTACT_POINT, Role.TRIAGE_MEMBER}, {Role.MANAGER, Role.ADMINISTRATOR}),
        (K.LID2, {Role.CONTACT, Role.CONTACT_POINT, Role.DATA_PROTECTION}, {Role.TRIAGE_MEMBER, Role.TRIAGE_OFFICER}),
        (K.THIRD_PARTY, set(), set(Role)),
    ],
)
def test_a_role_is_held_at_the_kind_of_organisation_that_has_it(kind: K, fits: set[Role], wrong: set[Role]) -> None:
    assert wrong_roles(kind, fits | wrong) == wrong
