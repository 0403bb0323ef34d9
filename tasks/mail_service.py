"""Our mail as a service of Apprise. Imported late: Apprise is large, and only who sends mail needs it."""

from typing import Any

from apprise import NotifyFormat, NotifyType
from apprise.plugins.base import NotifyBase

from tasks.letterbox import Letter, Line
from tasks.outgoing import Sent


class MailService(NotifyBase):  # type: ignore[no-untyped-call]
    """Hands over one letter, on a thread of Apprise. What came of it is in `outcome`: Apprise keeps only yes or no."""

    service_name = "Pols mail"  # type: ignore[assignment]
    secure_protocol = "polsmail"  # type: ignore[assignment]
    notify_format = NotifyFormat.TEXT
    request_rate_per_sec = 0

    def __init__(self, line: Line, letter: Letter, asset: Any) -> None:  # noqa: ANN401 - of Apprise
        super().__init__(asset=asset)  # type: ignore[no-untyped-call]
        self._line, self._letter = line, letter
        self.outcome: Sent | None = None

    def send(self, body: str, title: str = "", notify_type: NotifyType = NotifyType.INFO, **_more: Any) -> bool:  # noqa: ANN401 - theirs
        """Hand the letter over; body and title are in it."""
        del body, title, notify_type
        self.outcome = self._line.hand_over(self._letter)
        return self.outcome.code is None

    def url(self, privacy: bool = False, *_args: Any, **_more: Any) -> str:  # noqa: ANN401, FBT001, FBT002 - theirs
        """What Apprise may log: no address."""
        del privacy
        return f"{self.secure_protocol}://"
