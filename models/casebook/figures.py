"""Who looked at the figures, and who took them along: lines in the log of the house (R27, R30)."""

from models.casebook.frame import audit
from models.figures import Report
from models.transactions import Work


def shown(work: Work, report: Report) -> None:
    """Somebody saw a report. It is about no file."""
    audit(work, "inzien", "rapportage", None, rapport=report)


def taken(work: Work, report: Report, form: str) -> None:
    """Somebody took a report along, in this form."""
    audit(work, "cijfers gedownload", "rapportage", None, rapport=report, vorm=form)
