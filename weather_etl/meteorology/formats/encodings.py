"""The encoding of a file that nothing names: the one in which most names of its columns are known.

Belongs here: encodings that producers write without saying so, and the evidence for one of them.
Does not belong here: encodings that bytes, a profile or the station tell (`source.py`).

Every byte is a letter in most of these encodings, so that a text never proves one of them; names of columns do.
"""

from weather_etl.meteorology.formats import generic
from weather_etl.meteorology.formats.head import Head
from weather_etl.meteorology.formats.names import bare
from weather_etl.meteorology.formats.options import Options
from weather_etl.meteorology.formats.profile import Profile
from weather_etl.meteorology.formats.source import HEAD_BYTES, Text
from weather_etl.meteorology.reasons import Rejected

# Central Europe, Cyrillic, Greek, Turkish, Baltic; Japanese, Korean, Chinese.
CANDIDATES = ("cp1250", "cp1251", "koi8-r", "cp1253", "cp1254", "cp1257", "cp932", "cp949", "gb18030", "big5")


def by_names(data: bytes, default: Text | None, profile: Profile, options: Options) -> str | None:
    """The encoding in which more names of columns are known than in any other.

    Args:
        data: of the file.
        default: the text in the encoding that is taken where nothing tells another; None: that makes no sense.
        profile: the built-in names.
        options: of the station.

    Returns:
        None if no other encoding knows more names than the default.
    """
    head = data[:HEAD_BYTES]
    head = head[: head.rfind(b"\n") + 1] or head  # no character is cut in two
    best, most = None, _known(default, profile, options) if default else 0
    for encoding in CANDIDATES:
        try:
            text = Text(head.decode(encoding).encode(), encoding)
        except UnicodeError:
            continue
        if (known := _known(text, profile, options)) > most:
            best, most = encoding, known
    return best


def _known(text: Text, profile: Profile, options: Options) -> int:
    """How many names of columns are known only if this is the encoding: those with letters beyond ASCII."""
    try:
        names = generic.find(profile, Head(text), options).names
    except Rejected:
        return 0
    known = {i for option in profile.time_options for part in option for i in names.all(part)}
    known |= {i for rule in profile.columns if (i := generic.position_of(rule, names)) is not None}
    return sum(not bare(names.names[i])[0].isascii() for i in known)


def told(encoding: str) -> str:
    """What is said of it, and how to end that."""
    return (
        f"nothing says in which encoding the file is; its names of columns are known in {encoding}, which is ASSUMED; "
        f'write encoding = "{encoding}" into station.toml'
    )
