"""What the weather was in one word: the condition that a reported summary means.

Belongs here: the grammar of summaries.
Does not belong here: the vocabulary and its order (`vocabulary.py`), the dominant condition of a day (`aggregation`).
"""

from weather_etl.meteorology.vocabulary import CONDITIONS, MODIFIERS, PRECIPITATION_CONDITIONS, SKY_CONDITIONS


def condition_of(summary: str) -> str:
    """The condition of a summary such as `Windy and Mostly Cloudy`, whose parts are joined by "and".

    Precipitation goes before the sky, the sky before modifiers such as `windy`; of several parts of one kind the
    more severe counts. A text without any known part is `other`.
    """
    parts = {"_".join(part.split()) for part in " ".join(summary.lower().split()).split(" and ")}
    for kind in (PRECIPITATION_CONDITIONS, SKY_CONDITIONS, MODIFIERS):
        for condition in kind:
            if condition in parts:
                return condition
    return CONDITIONS[-1]
