"""When a closed door opens again, in the words of widget and portal."""

from pelekan.sla.opening import closed_words, holiday_words, opening_words

__all__ = ["closed_words", "holiday_words", "opening_words"]
