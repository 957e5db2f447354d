"""What may be shown: texts without secrets, texts from outside without what steers a terminal, a page or a spreadsheet.

Belongs here: masking of keys, tokens and passwords; the printable form of a name, the harmless form of a cell.
Does not belong here: deciding where a text goes.
"""

import os
import re
import traceback
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

MASK = "***"
_FORMS = re.compile(
    r"((?<![A-Za-z])(?:AccountKey|SharedAccessKey|SharedAccessSignature|sig|password|pwd)['\"]?\s*[=:]\s*['\"]?)[^;&\s'\",)}]+"
    r"|(://[^:/@\s]*:)[^@\s/]+(?=@)",
    re.IGNORECASE,
)
# Variables of the environment that hold secrets, and the part of their value that is one.
_SECRET_PARTS = {
    "AZURE_STORAGE_CONNECTION_STRING": r"(?:AccountKey=|[?&;=]sig=)([^;&]+)",
    "WEATHER_ETL_ACCOUNT_URL": r"[?&]sig=([^&]+)",
    "WEATHER_ETL_POSTGRES_URL": r"://[^:/@]*:([^@]+)@",
    "WEATHER_ETL_SERVING_URL": r"://[^:/@]*:([^@]+)@",
    "WEATHER_ETL_WEBHOOK_URL": r"://[^/]+/(.+)",
}
_SHORTEST = 4  # masking a shorter value everywhere would garble any text


def secrets_of(environ: Mapping[str, str] | None = None) -> set[str]:
    """The secrets in the settings, as written and as they look in a URL."""
    env = os.environ if environ is None else environ
    secrets = set()
    for name, part in _SECRET_PARTS.items():
        for value in re.findall(part, env.get(name, "")):
            secrets |= {value, unquote(value), quote(unquote(value), safe="")}
    return {value for value in secrets if len(value) >= _SHORTEST}


def without_secrets(text: str, environ: Mapping[str, str] | None = None) -> str:
    """Mask keys, tokens and passwords: what looks like one, and those of the settings in whatever place."""
    for secret in sorted(secrets_of(environ), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return _FORMS.sub(lambda m: (m[1] or m[2]) + MASK, text)


def traceback_without_secrets(error: BaseException) -> str:
    """The traceback as Python prints it, masked."""
    return without_secrets("".join(traceback.format_exception(error)))


def escaped(text: str, keep: str = "") -> str:
    """Text from outside with control, format and bidirectional characters as their escapes, such as `\\x1b`.

    Args:
        text: any text.
        keep: characters that stay, such as a line's end.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep or c == "\N{NO-BREAK SPACE}" else ascii(c)[1:-1] for c in text)


_FORMULA = tuple(
    "=+-@\t\r\n\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
)
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")


def cell(value: Any) -> Any:
    """A cell of an export that no spreadsheet takes for a formula: texts that begin like one get an apostrophe.

    Numbers stay, as text too; so does every cell that is no text.
    """
    if (
        isinstance(value, str)
        and value.lstrip(" \N{NO-BREAK SPACE}").startswith(_FORMULA)
        and not _NUMBER.fullmatch(value)
    ):
        return f"'{value}"
    return value


def printable(name: str, limit: int = 200) -> str:
    """A name from outside as it may stand in a line: with control characters it is quoted, a long one is cut."""
    name = name if name.isprintable() else repr(name)
    return name if len(name) <= limit else f"{name[: limit - 3]}..."
