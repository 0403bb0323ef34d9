"""What a house may say itself in its messages: plain sentences, no addresses, and no number of anybody."""

import pytest

from models.messages import Language, MessageKind
from models.policy import OwnText, Policy, must_read_well
from models.refusals import InvalidFields
from models.texts.own import Place, faults

FINE = (
    "Wij zijn bereikbaar op werkdagen van 9 tot 17 uur.",
    "Bel 070 123 45 67 als u vragen hebt.",
    "Team Casusregie\nZorg- en Veiligheidshuis Westerveen\nPostbus 1234, 2500 EA Den Haag",
    "Dank voor uw medewerking! Samen zorgen wij dat niemand tussen wal en schip raakt; dat kost u 5 minuten.",
    "Bel 14 070 of 0900-8844.",
)
WRONG = (
    ("Kijk op {{ adres }}", "teken"), ("{% include 'x' %}", "teken"), ("100% zeker", "teken"),
    ("<b>Let op</b>", "teken"),
    ("[Klik](https://x.example)", "teken"), ("Kijk op https://elders.example", "internetadres"),
    ("Kijk op www.elders.example", "internetadres"), ("Ga naar elders.nl/inloggen", "internetadres"),
    ("Mail info@huis.example", "e-mailadres"), ("Het gaat om 999990044", "BSN"), ("Het gaat om 9999.90.044", "BSN"),
    ("Zie casus 2026-0042", "casusnummer"), ("Geboren 12-03-1984", "datum"), ("Geboren 1984-03-12", "datum"),
    ("Bel 06 12345678", "mobiel"), ("Bel +31 6 1234 5678", "mobiel"), ("stil\u200bteken", "onzichtbaar"),
    ("\u202egekeerd", "onzichtbaar"), ("piep\x07", "onzichtbaar"), ("  \n ", "leeg"), ("a" * 601, "te lang"),
    ("regel\n" * 9, "te lang"),
)  # fmt: skip


@pytest.mark.parametrize("text", FINE)
def test_plain_sentences_are_fine(text: str) -> None:
    assert faults(text, Place.SIGNATURE) == []


@pytest.mark.parametrize(("text", "why"), WRONG)
@pytest.mark.parametrize("place", [Place.OPENING, Place.CLOSING, Place.SIGNATURE])
def test_what_could_mislead_or_name_somebody_is_refused_with_the_reason(text: str, why: str, place: Place) -> None:
    assert any(why in one for one in faults(text, place))


def test_phone_hours_are_one_short_line() -> None:
    assert faults("werkdagen van 9 tot 17 uur", Place.PHONE_HOURS) == []
    assert faults("werkdagen\nvan 9 tot 17", Place.PHONE_HOURS)
    assert faults("werkdagen " * 20, Place.PHONE_HOURS)


def test_a_policy_names_every_text_that_will_not_do_and_a_place_that_is_taken() -> None:
    good = OwnText(place=Place.OPENING, text="Goedendag.")
    policy = Policy(own_texts=(good, OwnText(place=Place.CLOSING, text="Mail a@b.example"), good))

    with pytest.raises(InvalidFields) as refused:
        must_read_well(policy)

    assert [one.field for one in refused.value.errors] == ["eigenTeksten[1].tekst", "eigenTeksten[2].plaats"]


def test_the_same_place_may_have_a_text_in_each_language_and_for_each_kind() -> None:
    texts = tuple(
        OwnText(place=Place.OPENING, language=language, kind=kind, text="Goedendag.")
        for language in Language
        for kind in (None, MessageKind.QUESTION)
    )

    must_read_well(Policy(own_texts=texts))


def test_what_was_kept_under_an_older_rule_still_loads() -> None:
    """Asked when a policy is set: a stricter rule never stops a house from working."""
    kept = Policy(own_texts=(OwnText(place=Place.OPENING, text="Zie www.huis.example"),)).model_dump(mode="json")

    assert Policy.model_validate(kept).own_texts[0].text == "Zie www.huis.example"
