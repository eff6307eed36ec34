"""Regions whose public holidays are known."""

from __future__ import annotations

# The library that knows them takes a moment to load, so their codes are written down; a test
# compares them with the library's own.
FRENCH_REGIONS = (
    *("FR-57", "FR-67", "FR-68", "FR-6AE"),  # Moselle, Bas-Rhin, Haut-Rhin, Alsace
    *("FR-971", "FR-972", "FR-973", "FR-974", "FR-976"),  # the overseas departments
    *("FR-975", "FR-PM"),  # Saint-Pierre-et-Miquelon
    *("FR-977", "FR-BL"),  # Saint-Barthélemy
    *("FR-978", "FR-MF"),  # Saint-Martin
    *("FR-984", "FR-TF"),  # Terres australes et antarctiques
    *("FR-986", "FR-WF"),  # Wallis-et-Futuna
    *("FR-987", "FR-PF"),  # Polynésie
    *("FR-988", "FR-NC"),  # Nouvelle-Calédonie
)
_COUNTRY_CODES = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ"
    " BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM"
    " DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS"
    " GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN"
    " KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ"
    " MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM"
    " PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV"
    " SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UK UM US UY UZ VA VC VE VG"
    " VI VN VU WF WS XK YE YT ZA ZM ZW"
)
COUNTRIES = frozenset(_COUNTRY_CODES.split())


def known_region(code: str) -> str:
    """A region or country, or "" for none."""
    if code and code not in FRENCH_REGIONS and code not in COUNTRIES:
        message = (
            'is not a region whose public holidays are known; write "FR", a region with holidays of'
            ' its own such as "FR-57", "FR-67", "FR-971", "FR-974" or "FR-988", another country'
            ' such as "BE", or "" for none'
        )
        raise ValueError(message)
    return code
