"""Bytes that are text: whether they are UTF-8, and line ends made alike.

Belongs here: what every reader of text asks of its bytes.
Does not belong here: compression and other encodings (`landing/`), cells (`cutting.py`).
"""

import numpy as np


def plain_newlines(text: bytes) -> bytes:
    """LF or CRLF throughout; lone and mixed CR become LF."""
    if b"\r" not in text:
        return text
    buffer = np.frombuffer(text, dtype=np.uint8)
    following = np.flatnonzero(buffer == 13) + 1
    if following[-1] < len(buffer) and bool((buffer[following] == 10).all()):
        return text
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def is_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8 throughout."""
    if data.isascii():  # the usual file, without a second copy of it
        return True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
