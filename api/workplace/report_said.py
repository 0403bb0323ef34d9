"""What a page says after a form of reporting or screening was sent."""

from collections.abc import Mapping

SAID: Mapping[str, str] = {
    "concept": "Uw aanmelding is bewaard. U kunt later verdergaan.",
    "ingediend": "Uw aanmelding is ingediend.",
    "aangevuld": "Uw aanvulling is ingediend. De triagist kijkt er opnieuw naar.",
    "gecorrigeerd": "Uw correctie is bewaard. Wat er eerder stond, blijft te lezen bij de versies.",
    "weggegooid": "Het concept is weggegooid.",
    "aanmelding_ingetrokken": "Uw aanmelding is ingetrokken. Wij wissen de gegevens.",
    "bijlage_erbij": "De bijlage is bewaard.",
    "bijlage_weg": "De bijlage is verwijderd.",
    "getoetst": "De toets is vastgelegd. De publieke deelnemers nemen haar over als zij de casus oppakken.",
    "besloten": "Het besluit is vastgelegd.",
}
