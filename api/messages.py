"""What is wrong with a field, in plain Dutch, from what the validation found."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Context = Mapping[str, Any]

_TEXTS: dict[str, str] = {
    "missing": "is verplicht",
    "extra_forbidden": "is hier niet bekend; controleer de spelling",
    "json_invalid": "is geen geldige JSON",
    "model_attributes_type": "is een JSON-object",
    "model_type": "is een JSON-object",
    "dict_type": "is een JSON-object",
    "tuple_type": "is een lijst",
    "list_type": "is een lijst",
    "frozen_set_type": "is een lijst",
    "string_type": "is een tekst",
    "bool_type": "is true of false",
    "bool_parsing": "is true of false",
    "int_type": "is een geheel getal",
    "int_parsing": "is een geheel getal",
    "int_from_float": "is een geheel getal",
    "uuid_parsing": "is geen geldig kenmerk (UUID)",
    "uuid_type": "is geen geldig kenmerk (UUID)",
    "timezone_aware": "heeft een tijdzone nodig, bijvoorbeeld 2026-11-24T09:00:00+01:00",
    "string_pattern_mismatch": "heeft niet de juiste vorm",
}
_MOMENT = "is geen geldig tijdstip, bijvoorbeeld 2026-11-24T09:00:00+01:00"
_DAY = "is geen geldige datum, bijvoorbeeld 2026-11-24"
_TIME = "is geen geldige tijd, bijvoorbeeld 09:00"
_FAMILIES = {"datetime": _MOMENT, "date": _DAY, "time": _TIME, "uuid": "is geen geldig kenmerk (UUID)"}

_MADE: dict[str, Callable[[Context], str]] = {
    "string_too_short": lambda c: (
        "is verplicht" if c["min_length"] == 1 else f"heeft ten minste {c['min_length']} tekens"
    ),
    "string_too_long": lambda c: f"heeft ten hoogste {c['max_length']} tekens",
    "too_short": lambda c: f"heeft er ten minste {c['min_length']}",
    "too_long": lambda c: f"heeft er ten hoogste {c['max_length']}",
    "greater_than_equal": lambda c: f"is ten minste {c['ge']}",
    "less_than_equal": lambda c: f"is ten hoogste {c['le']}",
    "enum": lambda c: f"kies uit: {_choice(c)}",
    "literal_error": lambda c: f"kies uit: {_choice(c)}",
    "value_error": lambda c: str(c["error"]),
}


def said(error: Mapping[str, Any]) -> tuple[str, str]:
    """Where a field is on the wire, and what to do about it."""
    kind = str(error["type"])
    if kind == "json_invalid":
        return "bericht", _TEXTS[kind]
    return wire_path(error["loc"]), _message(kind, error)


def _message(kind: str, error: Mapping[str, Any]) -> str:
    if kind in _TEXTS:
        return _TEXTS[kind]
    if kind in _MADE:
        return _MADE[kind](error.get("ctx") or {})
    if kind == "uitleg":
        return str(error["msg"])
    return _FAMILIES.get(kind.split("_", maxsplit=1)[0], "is niet goed ingevuld")


def _choice(context: Context) -> str:
    return str(context["expected"]).replace("'", "").replace(" or ", ", ")


def wire_path(place: Sequence[str | int]) -> str:
    """`("body", "personen", 0, "bsn")` as `personen[0].bsn`."""
    path = ""
    for one in place[1:]:
        path += f"[{one}]" if isinstance(one, int) else f".{one}" if path else str(one)
    return path or "bericht"
