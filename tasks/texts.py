"""A row of the outbox in words: rendered for who it is for, ready to leave the house."""

from typing import Any

from models.messages import Language, MessageKind
from models.texts.rendering import Overrides, message
from models.texts.vocabulary import VOCABULARIES
from tasks.outgoing import Outgoing


def outgoing(
    row: Any,  # noqa: ANN401 - a row of the outbox, as it is claimed
    *, base_url: str, language: Language = Language.DUTCH, overrides: Overrides | None = None,
) -> Outgoing:  # fmt: skip
    """The message of a claimed row, in the language of its recipient. Raises DoesNotFit when a line says too much."""
    made = message(
        row.template, row.lines, house=row.house, base_url=base_url, now=row.now, language=language, overrides=overrides
    )
    return Outgoing(
        id=str(row.id), house=row.house, subject=made.subject, text=made.text, html=made.html, language=language.value
    )


def subject(template: str, language: Language) -> str:
    """What a message is about, for a channel that shows it apart."""
    return f"Pols: {VOCABULARIES[language].subjects[MessageKind(template)]}"
