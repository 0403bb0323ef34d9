"""The decisions of screening in plain words: what each is called and what follows from it."""

from collections.abc import Mapping

from api.workplace.language import _
from models.policy import Policy
from models.words import DecisionKind as D


def names() -> Mapping[D, str]:
    """What a decision is called on the page; also which of them are taken there, in this order."""
    return {
        D.COMPLETE: _("De aanmelding is compleet"),
        D.REQUEST_SUPPLEMENT: _("Vraag een aanvulling"),
        D.NOT_COMPLETED: _("Sluit: niet aangevuld"),
        D.ADMIT: _("Oppakken in procesregie"),
        D.SHORT_TRACK: _("Korte route"),
        D.ADVISE: _("Advies geven"),
        D.REFER_ON: _("Doorverwijzen"),
        D.BUNDLE: _("Voegen bij een open casus"),
        D.MORE_INFORMATION: _("Eerst meer informatie vragen"),
        D.REJECT: _("Niet oppakken"),
    }


def consequences(policy: Policy) -> Mapping[D, str]:
    """What follows from each."""
    erased = _("De persoonsgegevens worden binnen %(n)s dagen gewist.") % {"n": policy.erase_after_days}
    return {
        D.COMPLETE: _("De casus gaat naar de screening. Deelnemers wordt gevraagd of zij de persoon kennen; u toetst de"
                      " vier criteria."),
        D.REQUEST_SUPPLEMENT: _("De melder krijgt uw vraag. Tot de aanvulling er is, gaat de casus niet verder."),
        D.NOT_COMPLETED: _("De melder hoort dat de aanmelding is gesloten. Bel eerst.") + " " + erased,
        D.ADMIT: _("Uw oordeel over de vier criteria wordt overgenomen. De casus krijgt een procesregisseur, u kiest"
                   " daarna wie er nog bij betrokken zijn, en er komt een casusoverleg. De melder hoort de uitkomst."),
        D.SHORT_TRACK: _("Uw oordeel over de vier criteria wordt overgenomen. Wie u kiest maakt afspraken, zonder"
                         " casusoverleg. De melder hoort de uitkomst."),
        D.ADVISE: _("De regie blijft bij de melder. De adviseur geeft advies en belt na vier weken.") + " " + erased,
        D.REFER_ON: _("De ontvanger wordt gevraagd of die de zaak aanvaardt. Weigert die, dan beslist u opnieuw. Bij"
                      " aanvaarding hoort de melder de uitkomst.") + " " + erased,
        D.BUNDLE: _("Wat is gemeld gaat als informatie naar de andere casus; de procesregisseur daarvan krijgt dezelfde"
                    " dag bericht. Deze aanmelding wordt gesloten.") + " " + erased,
        D.MORE_INFORMATION: _("De deelnemers die u kiest krijgen uw vraag. Daarna beslist u."),
        D.REJECT: _("De melder hoort waarom, en kan binnen %(n)s werkdagen om heroverweging vragen.")
        % {"n": policy.reconsider_working_days} + " " + erased,
    }  # fmt: skip
