"""Names of months in the languages of weather services: `Oktober`, `août`, `maja`, `мая` -> 10, 8, 5, 5.

Belongs here: names and their usual short forms. Does not belong here: forms of times (`time_forms.py`).
"""

import unicodedata
from functools import lru_cache

_FULL = (
    "january february march april may june july august september october november december",
    "januar februar marz april mai juni juli august september oktober november dezember",
    "janner feber maerz april mai juni juli august september oktober november dezember",
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "styczen luty marzec kwiecien maj czerwiec lipiec sierpien wrzesien pazdziernik listopad grudzien",
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia",
    "leden unor brezen duben kveten cerven cervenec srpen zari rijen listopad prosinec",
    "ledna unora brezna dubna kvetna cervna cervence srpna zari rijna listopadu prosince",
    "januari februari mars april maj juni juli augusti september oktober november december",
    "januar februar marts april maj juni juli august september oktober november december",
    "tammikuu helmikuu maaliskuu huhtikuu toukokuu kesakuu heinakuu elokuu syyskuu lokakuu marraskuu joulukuu",
    "januar februar marcius aprilis majus junius julius augusztus szeptember oktober november december",
    "ocak subat mart nisan may\u0131s haziran temmuz agustos eylul ekim kas\u0131m aral\u0131k",
    "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
    "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
    "sijecanj veljaca ozujak travanj svibanj lipanj srpanj kolovoz rujan listopad studeni prosinac",
    "sijecnja veljace ozujka travnja svibnja lipnja srpnja kolovoza rujna listopada studenoga prosinca",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
)
# Short forms that begin names of two months, or that are no beginnings of a name.
_SHORT = {
    "mar": 3,
    "jun": 6,
    "jul": 7,
    "sept": 9,
    "mrz": 3,
    "mrt": 3,
    "cze": 6,
    "mai": 5,
    "maj": 5,
    "juil": 7,
}


def _plain(word: str) -> str:
    """Lower case without accents."""
    letters = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in letters if not unicodedata.combining(c))


_ALL = {(_plain(name), n) for names in _FULL for n, name in enumerate(names.split(), 1)}
# `listopad` is November in Polish and Czech, October in Croatian: what has two meanings has none.
_NAMES = {name: n for name, n in _ALL if sum(other == name for other, _ in _ALL) == 1} | _SHORT


@lru_cache(maxsize=1000)
def month_of(word: str) -> int:
    """The number of the month that a word names, or is the beginning of; 0 if it names none, or may name two.

    Args:
        word: as it is written, a dot behind it or not.
    """
    plain = _plain(word).rstrip(".")
    if plain in _NAMES:
        return _NAMES[plain]
    begun = {n for name, n in _ALL if name.startswith(plain)} if len(plain) >= 3 else set()
    return begun.pop() if len(begun) == 1 else 0
