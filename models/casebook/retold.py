"""What a report said, as one text: it is bundled and erased, and what was told stays with the other case."""

from collections.abc import Iterator

from models.tables.referrals import Referral

_TEXTS = (
    ("reason", "Reden"), ("situation", "Situatie"), ("facts", "Feiten en aanwijzingen"), ("tried", "Eerder geprobeerd"),
    ("goal", "Doel"),
)  # fmt: skip


def retold(referral: Referral) -> str:
    """Every text of the report under its name. Files are not text: they are erased with the report."""
    return "\n\n".join(f"{name}: {text}" for name, text in _parts(referral) if text)


def _parts(referral: Referral) -> Iterator[tuple[str, str]]:
    for attribute, name in _TEXTS:
        yield name, str(getattr(referral, attribute)).strip()
    yield "Gevolgen", ", ".join(one.replace("_", " ") for one in referral.consequences)
    yield "Criminogene factoren", ", ".join(referral.criminogenic_factors)
    for one in referral.problems:
        yield "Probleem", f"{one['life_domain']}: {one['body']}"
    for one in referral.incidents:
        when = " ".join(filter(None, ((one.get("happened_at") or "")[:10], one.get("place"))))
        yield "Incident", f"{when}: {one['body']}" if when else one["body"]
