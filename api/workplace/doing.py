"""What can be done about a duty where it is listed: answering it, or noting what a partner said by phone."""

from collections.abc import Mapping

from models.owed import DUTIES
from models.words import ClosedBy, DutyKind

#: answered with more than an outcome and a text: on the page of the case, or of its own
_MORE = frozenset({
    DutyKind.JUDGE_CRITERIA, DutyKind.INFORMATION, DutyKind.HANDOVER, DutyKind.REREFERRAL_CRITERIA,
})  # fmt: skip
_POSTPONED = "uitgesteld"


def _simple(kind: DutyKind) -> bool:
    spec = DUTIES[kind]
    return spec.closed_by is ClosedBy.ANSWER and kind not in _MORE and _POSTPONED not in spec.answers


#: per kind of duty that needs no more than an outcome and a text, what can be answered
HERE: Mapping[DutyKind, tuple[str, ...]] = {kind: DUTIES[kind].answers for kind in DutyKind if _simple(kind)}
#: the same for who notes it for a partner; what stays with a partner only the partner gives itself (R12)
ALOUD: Mapping[DutyKind, tuple[str, ...]] = {
    kind: told for kind, spec in DUTIES.items()
    if (_simple(kind) or kind is DutyKind.INFORMATION)
    and (told := tuple(one for one in spec.answers if one not in spec.private))
}  # fmt: skip
