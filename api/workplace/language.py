"""The language of a page: Dutch is written in the code and is its own key, other languages are catalogues."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from markupsafe import Markup
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from models.messages import Language
from models.phrases import Phrase, plain

_LONGEST = 200  #: of what a browser says that somebody reads
#: the languages there is a catalogue of; Dutch needs none
TRANSLATED = (Language.ENGLISH,)


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language, and what it says for the Dutch."""

    language: Language = Language.DUTCH
    catalogue: NullTranslations = NullTranslations()  # noqa: RUF009 - never changed; without messages it says the Dutch
    known: frozenset[str] = frozenset()


_DUTCH = Tongue()
#: what the page that is being made is said in
_TONGUE: ContextVar[Tongue] = ContextVar("tongue", default=_DUTCH)


def _(message: str) -> str:
    """A text in the language of the page."""
    return _TONGUE.get().catalogue.gettext(message) if message else ""


def several(one: str, more: str, number: int) -> str:
    """A text about a number of things, in the language of the page."""
    return _TONGUE.get().catalogue.ngettext(one, more, number)


def current() -> str:
    """The language of the page, as HTML names it."""
    return _TONGUE.get().language.value


def translated(text: str) -> str:
    """A text of the domain in the language of the page; what has no translation stays Dutch."""
    if not isinstance(text, Phrase):
        return _(text)
    values = {name: translated(one) if isinstance(one, Phrase) else one for name, one in text.values.items()}
    said = _(text.template).format(**values)
    return said[:1].lower() + said[1:] if text.small else said


def word(code: str) -> str:
    """A word of the process in the language of the page."""
    return _(plain(code))


def marked(text: str) -> str:
    """The same for a page; Dutch on a page that is not says so, for who has it read aloud (WCAG 3.1.2)."""
    tongue = _TONGUE.get()
    known = tongue.language is Language.DUTCH or not text or _key(text) in tongue.known
    return translated(text) if known else Markup('<span lang="nl">{}</span>').format(text)


def shown(value: object) -> object:
    """What a page shows of a value: a phrase in the language of the page, anything else as it is."""
    return translated(value) if isinstance(value, Phrase) else value


def _key(text: str) -> str:
    return text.template if isinstance(text, Phrase) else text


def speak(language: str) -> None:
    """From here the page is in this language."""
    _TONGUE.set(_tongue(Language(language)))


@lru_cache
def _tongue(language: Language) -> Tongue:
    if language not in TRANSLATED:
        return _DUTCH
    with (files("api.workplace") / "locale" / language.value / "LC_MESSAGES" / "pols.po").open("rb") as file:
        catalogue = read_po(file, locale=language.value)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    known = frozenset(one for message in catalogue if message.id and message.string for one in _ids(message.id))
    return Tongue(language, GNUTranslations(compiled), known)


def _ids(given: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def preferred(accepted: str) -> Language:
    """The first language of a browser's list that there is; Dutch without one."""
    wanted = [one.partition(";")[0].strip().lower()[:2] for one in accepted[:_LONGEST].split(",")]
    return next((Language(one) for one in wanted if one in set(Language)), Language.DUTCH)


class Spoken:
    """Every page begins in the language that the browser asks for; who is signed in may have chosen another."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        for language in TRANSLATED:  # read once, when the workplace is made and not during a visit
            _tongue(language)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers: Mapping[str, str] = Headers(scope=scope)
        before = _TONGUE.set(_tongue(preferred(headers.get("accept-language", ""))))
        try:
            await self.app(scope, receive, send)
        finally:
            _TONGUE.reset(before)
