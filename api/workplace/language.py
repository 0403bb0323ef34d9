"""The language of a page: Dutch is written in the code and is its own key, other languages are catalogues."""

from contextvars import ContextVar
from gettext import NullTranslations

#: the catalogue of the page that is being made; a catalogue without messages says the Dutch itself
_CATALOGUE: ContextVar[NullTranslations] = ContextVar("catalogue", default=NullTranslations())  # noqa: B039 - never changed


def _(message: str) -> str:
    """A text in the language of the page."""
    return _CATALOGUE.get().gettext(message)


def several(one: str, more: str, number: int) -> str:
    """A text about a number of things, in the language of the page."""
    return _CATALOGUE.get().ngettext(one, more, number)
