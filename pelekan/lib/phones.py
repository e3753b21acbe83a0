"""Phone numbers: one stored form (E.164, "+989123456789"), one readable form."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from pelekan.lib.text import clean_controls, latin_digits


def normal_phone(text: str, region: str = "IR") -> str:
    """The number in E.164, from any common way to write it: ۰۹۱۲…, 0098…, +98…, (021) 8765-4321.

    `region` (ISO 3166) says whose national numbers are meant. ValueError with advice when it is no number
    that can exist; whether anybody has it is not known.
    """
    return _normal(latin_digits(clean_controls(text)).strip()[:60], region.upper())


@lru_cache(maxsize=4096)
def _normal(text: str, region: str) -> str:
    # "00" before the country is not the international prefix everywhere, but is written everywhere.
    written = "+" + text[2:] if text.startswith("00") else text
    try:
        number = phonenumbers.parse(written, region)
    except NumberParseException as error:
        raise ValueError(f"{text!r} is no phone number; write it like +98 912 345 6789") from error
    if number.extension or not phonenumbers.is_valid_number(number):
        raise ValueError(f"{text!r} is no complete phone number; write it like +98 912 345 6789")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


@lru_cache(maxsize=4096)
def show_phone(phone: str, region: str = "") -> str:
    """A stored number for the eye: "+98 912 345 6789"; within its own `region` "0912 345 6789".

    What is no number comes back as it is. Show it inside <bdi dir="ltr">.
    """
    try:
        number = phonenumbers.parse(phone, None)
    except NumberParseException:
        return phone
    at_home = region and phonenumbers.region_code_for_number(number) == region.upper()
    return phonenumbers.format_number(
        number, PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    )


def takes_sms(phone: str) -> bool:
    """Whether a stored number may be a mobile one, as far as its digits tell."""
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(phone, None))
    except NumberParseException:
        return False
    return kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
