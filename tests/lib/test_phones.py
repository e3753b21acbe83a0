import pytest

from pelekan.lib.phones import normal_phone, show_phone, takes_sms


@pytest.mark.parametrize(
    "text",
    [
        "09123456789", "۰۹۱۲۳۴۵۶۷۸۹", "٠٩١٢٣٤٥٦٧٨٩", "00989123456789", "+989123456789", "0098 912 345 6789",
        "9123456789", "0912-345-67-89", "\u202a+98 (912) 345 6789\u202c", " +98 0912 345 6789",
        "\uff0b\uff19\uff189123456789", "\u2067۰۹۱۲ ۳۴۵ ۶۷۸۹\u2069",
    ],
)  # fmt: skip
def test_every_way_to_write_a_mobile_number(text):
    assert normal_phone(text) == "+989123456789"


def test_national_numbers_belong_to_a_region():
    assert normal_phone("0501234567", "SA") == "+966501234567"
    assert normal_phone("٠٥٠١٢٣٤٥٦٧", "ae") == "+971501234567"
    assert normal_phone("02188776655") == "+982188776655"
    assert normal_phone("0044 20 7946 0958", "US") == "+442079460958"


@pytest.mark.parametrize(
    "text", ["", "hello", "123", "0912345678", "+98912345678999", "+999123", "٫", "0" * 5000]
)
def test_what_is_no_number_says_how_to_write_one(text):
    with pytest.raises(ValueError, match="like \\+98 912"):
        normal_phone(text)


def test_numbers_for_the_eye():
    assert show_phone("+989123456789") == "+98 912 345 6789"
    assert show_phone("+989123456789", "ir") == "0912 345 6789"
    assert show_phone("+966501234567", "IR") == "+966 50 123 4567"
    assert show_phone("not one") == "not one"


def test_only_mobile_numbers_take_sms():
    assert takes_sms("+989123456789")
    assert not takes_sms("+982188776655")
    assert not takes_sms("x")
