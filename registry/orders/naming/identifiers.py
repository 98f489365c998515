"""Identifiers as people and systems write them, brought to one checked form.

Every `parse_*` function takes the text as typed and returns the normal form, or raises `IdentifierError`. An error
never repeats the value: it ends up in answers and logs, and the value is personal data.
"""

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from operator import mul
from typing import Literal

import phonenumbers

DEFAULT_SKN_PATTERN = r"^\d{7,10}$"
DEFAULT_CASE_NUMBER_PATTERN = r"^\d{2}[/.\-]\d{6}[-.]\d{2}$"
ADULT_AT_YEARS = 18
EARLIEST_YEAR, LATEST_YEAR = 1850, 2200

_CASE_NUMBER = re.compile(r"(\d{2})[/.\-](\d{6})[-.](\d{2})", re.ASCII)
_ECLI = re.compile(r"ECLI:NL:[A-Z]{2,7}:\d{4}:[A-Z0-9.]{1,25}", re.ASCII)
_PLAIN_DUTCH_PHONE = re.compile(r"(?:0|\+31)[1-9]\d{8}", re.ASCII)
_POSTCODE = re.compile(r"[1-9]\d{3}(?!SA|SD|SS)[A-Z]{2}", re.ASCII)
_HOUSE_NUMBER = re.compile(r"(\d{1,5})(?!\d)(.*)", re.ASCII)
# Municipality, kind of object, and a number of it.
_BAG_ID = re.compile(r"(?!0000)\d{4}(?:01|02|03|10|20|30)(?!0{10})\d{10}", re.ASCII)
_FOREIGN_PLATE = re.compile(r"(?=.*\d)[A-Z0-9]{4,10}", re.ASCII)

_ELEVEN_TEST = (9, 8, 7, 6, 5, 4, 3, 2, -1)
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

# The fourteen series of Dutch number plates, X a letter and 9 a digit.
SIDECODES = (
    "XX-99-99", "99-99-XX", "99-XX-99", "XX-99-XX", "XX-XX-99", "99-XX-XX", "99-XXX-9",
    "9-XXX-99", "XX-999-X", "X-999-XX", "XXX-99-X", "X-99-XXX", "9-XX-999", "999-XX-9",
)  # fmt: skip
_SIDECODE_OF = {sidecode.replace("-", ""): sidecode for sidecode in SIDECODES}

_MONTHS = ("jan", "feb", "maa", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_MONTH_OF = {name: number for number, name in enumerate(_MONTHS, start=1)} | {"mrt": 3, "mar": 3, "may": 5, "oct": 10}


class IdentifierError(ValueError):
    """An identifier that cannot be used; `detail_nl` says in Dutch what is wrong, without the value."""

    def __init__(self, code: str, detail_nl: str) -> None:
        super().__init__(detail_nl)
        self.code = code
        self.detail_nl = detail_nl


def _compact(text: str) -> str:
    """Letters and digits only, upper case: ' 12-abc-3 ' becomes '12ABC3'."""
    if text.isascii() and text.isalnum():
        return text.upper()
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(char for char in plain if char.isascii() and char.isalnum())


def _digits_only(text: str) -> str | None:
    """The digits, or None when the text holds anything but digits and the usual separators."""
    if text.isascii() and text.isdigit():
        return text
    bare = re.sub(r"[\s./\-]", "", unicodedata.normalize("NFKC", text))
    return bare if bare.isascii() and bare.isdigit() else None


def parse_bsn(text: str) -> str:
    """Burgerservicenummer: nine digits that pass the 11-test; a lost leading zero is put back."""
    digits = _digits_only(text)
    if digits is None or len(digits) not in (8, 9):
        raise IdentifierError("bsn_form", "Een BSN bestaat uit 9 cijfers.")
    digits = digits.zfill(9)
    if sum(map(mul, _ELEVEN_TEST, map(int, digits))) % 11 or not int(digits):
        raise IdentifierError("bsn_check", "Dit BSN klopt niet (11-proef): controleer de cijfers.")
    return digits


def parse_skn(text: str, pattern: str = DEFAULT_SKN_PATTERN) -> str:
    """Strafrechtsketennummer: its layout is not public, so the pattern comes from the configuration."""
    bare = _compact(text)
    if not re.fullmatch(pattern, bare, re.ASCII):
        raise IdentifierError("skn_form", "Dit is geen strafrechtsketennummer: controleer het aantal cijfers.")
    return bare


def parse_phone(text: str, region: str = "NL") -> str:
    """Telephone number in E.164, from any notation: '06-12 34 56 78' becomes '+31612345678'."""
    plain = unicodedata.normalize("NFKC", text).strip().lower().removeprefix("tel:")
    # As most are written; the phone library agrees, and takes a hundred times as long.
    if region == "NL" and _PLAIN_DUTCH_PHONE.fullmatch(plain):
        return f"+31{plain[-9:]}"
    error = IdentifierError("phone_form", "Geen telefoonnummer: gebruik cijfers, buiten Nederland met landcode.")
    # The phone library reads letters as a keypad would; here a letter is a slip.
    if any(char.isalpha() for char in plain) or len(plain) > 40:
        raise error
    try:
        number = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException:
        raise error from None
    if number.country_code == 31:
        usable = len(str(number.national_number)) == 9 or phonenumbers.is_valid_number(number)
    else:
        usable = phonenumbers.is_possible_number(number)
    if not usable:
        raise IdentifierError("phone_length", "Dit telefoonnummer heeft te veel of te weinig cijfers.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _plate_shape(plate: str) -> str:
    return "".join("9" if char.isdigit() else "X" for char in plate)


def parse_plate(text: str) -> str:
    """Dutch number plate (kenteken) without punctuation, in one of the fourteen series."""
    plate = _compact(text)
    if _plate_shape(plate) not in _SIDECODE_OF:
        raise IdentifierError("plate_form", "Dit is geen Nederlands kenteken: verwacht bijvoorbeeld 12-ABC-3.")
    return plate


def parse_foreign_plate(text: str) -> str:
    """A plate of another country, of which only the characters can be checked."""
    plate = _compact(text)
    if not _FOREIGN_PLATE.fullmatch(plate):
        raise IdentifierError("plate_form", "Dit is geen kenteken: verwacht 4 tot 10 letters en cijfers.")
    return plate


def format_plate(plate: str) -> str:
    """The plate with its dashes, for people: '12ABC3' becomes '12-ABC-3'."""
    sidecode = _SIDECODE_OF.get(_plate_shape(plate))
    if sidecode is None:
        return plate
    chars = iter(plate)
    return "".join("-" if mark == "-" else next(chars) for mark in sidecode)


def parse_case_number(text: str, pattern: str = DEFAULT_CASE_NUMBER_PATTERN) -> str:
    """Parketnummer, written as NN/NNNNNN-YY; which other forms are taken comes from the configuration."""
    plain = text.strip()
    if not re.fullmatch(pattern, plain, re.ASCII):
        raise IdentifierError("case_number_form", "Dit is geen parketnummer: verwacht bijvoorbeeld 16/123456-26.")
    found = _CASE_NUMBER.fullmatch(plain)
    return f"{found[1]}/{found[2]}-{found[3]}" if found else plain


def parse_of_form(text: str, pattern: str, called_nl: str) -> str:
    """A number whose form comes from the configuration, in capitals and without spaces."""
    plain = "".join(text.split()).upper()
    if not re.fullmatch(pattern, plain, re.ASCII):
        raise IdentifierError("number_form", f"Dit heeft niet de vorm van een {called_nl}.")
    return plain


def parse_bag_id(text: str) -> str:
    """Identification of an address or building in the Basisregistratie Adressen en Gebouwen: sixteen digits."""
    digits = _digits_only(text)
    if digits is None or not _BAG_ID.fullmatch(digits):
        raise IdentifierError("bag_id_form", "Dit is geen BAG-identificatie: verwacht 16 cijfers met een soortcode.")
    return digits


def parse_ecli(text: str) -> str:
    """European Case Law Identifier of a Dutch judgment."""
    ecli = text.strip().upper()
    if not _ECLI.fullmatch(ecli):
        raise IdentifierError("ecli_form", "Dit is geen ECLI: verwacht bijvoorbeeld ECLI:NL:RBMNE:2026:1234.")
    return ecli


def parse_postcode(text: str) -> str:
    """Dutch postcode without a space: '3511 ab' becomes '3511AB'."""
    postcode = _compact(text)
    if not _POSTCODE.fullmatch(postcode):
        raise IdentifierError("postcode_form", "Dit is geen postcode: verwacht vier cijfers en twee letters.")
    return postcode


@dataclass(frozen=True, slots=True, repr=False)
class HouseNumber:
    """Huisnummer with its letter and addition as one suffix: '546 K 1' is 546 and 'K1'."""

    number: int
    suffix: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """Postcode and house number, enough to find any Dutch address."""

    postcode: str
    number: int
    suffix: str = ""

    @property
    def key(self) -> str:
        """What is searched on: the suffix is left out, because it is the part most often wrong or missing."""
        return f"{self.postcode}-{self.number}"


def parse_house_number(text: str, suffix: str = "") -> HouseNumber:
    """House number with everything behind it: '12-a', '12A' and '12 a' are the same."""
    found = _HOUSE_NUMBER.fullmatch(" ".join(unicodedata.normalize("NFKC", f"{text} {suffix}").split()))
    if not found or not int(found[1]):
        raise IdentifierError("house_number_form", "Dit is geen huisnummer: het begint met een getal van 1 tot 99999.")
    return HouseNumber(int(found[1]), _compact(found[2]))


def parse_address(postcode: str, house_number: str, suffix: str = "") -> Address:
    """A Dutch address from its typed parts."""
    number = parse_house_number(house_number, suffix)
    return Address(parse_postcode(postcode), number.number, number.suffix)


def _impossible_date() -> IdentifierError:
    return IdentifierError("date_impossible", "Deze datum bestaat niet: controleer dag, maand en jaar.")


@dataclass(frozen=True, slots=True, repr=False)
class PartialDate:
    """A date of which the month and day, or the day, may be unknown (onvolledige datum)."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if not EARLIEST_YEAR <= self.year <= LATEST_YEAR or (self.day is not None and self.month is None):
            raise _impossible_date()
        if self.month is not None and not 1 <= self.month <= 12:
            raise _impossible_date()
        last_day = calendar.monthrange(self.year, self.month)[1] if self.month else 31
        if self.day is not None and not 1 <= self.day <= last_day:
            raise _impossible_date()

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month or 0:02d}-{self.day or 0:02d}"

    @property
    def precision(self) -> Literal["day", "month", "year"]:
        """The smallest part that is known."""
        if self.day is not None:
            return "day"
        return "year" if self.month is None else "month"

    def is_minor_on(self, day: date) -> bool | None:
        """Whether who was born then is under age that day; None when the unknown parts of the date decide it."""
        earliest = (self.year + ADULT_AT_YEARS, self.month or 1, self.day or 1)
        latest = (self.year + ADULT_AT_YEARS, self.month or 12, self.day or 31)
        today = (day.year, day.month, day.day)
        if today < earliest:
            return True
        return None if today < latest else False

    def swapped(self) -> "PartialDate | None":
        """The date with day and month exchanged, if that is another possible date."""
        if self.day is None or self.month is None or self.day > 12 or self.day == self.month:
            return None
        return PartialDate(self.year, self.day, self.month)


def _date_parts(text: str) -> tuple[int, int, int] | None:
    """Year, month and day as typed, 0 where unknown; None when the text has none of the known forms."""
    words = re.findall(r"\d+|[a-z]+", text)
    numbers = [str(_MONTH_OF.get(word[:3], word)) if word.isalpha() else word for word in words]
    if not numbers or not all(number.isdigit() for number in numbers):
        return None
    if [len(number) for number in numbers] == [8]:
        numbers = [numbers[0][:4], numbers[0][4:6], numbers[0][6:]]
    if len(numbers[-1]) == 4:
        numbers.reverse()
    if len(numbers) > 3 or len(numbers[0]) != 4 or any(len(number) > 2 for number in numbers[1:]):
        return None
    year, month, day = (int(number) for number in [*numbers, "0", "0"][:3])
    return year, month, day


def parse_birth_date(text: str) -> PartialDate:
    """Birth date, whole or in part: '1985-00-00', '1985', '1985-03', '19850312', '12-03-1985', '12 maart 1985'."""
    if _ISO_DATE.fullmatch(text) and text[:4] != "0000":
        return PartialDate(int(text[:4]), int(text[5:7]) or None, int(text[8:]) or None)
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    well_formed = plain.isascii() and re.fullmatch(r"[0-9a-z ./\-]{4,30}", plain)
    parts = _date_parts(plain) if well_formed else None
    if parts is None:
        raise IdentifierError("date_form", "Dit is geen datum: verwacht dag-maand-jaar, het jaar in vier cijfers.")
    year, month, day = parts
    if year == 0:
        raise IdentifierError("date_unknown", "Van deze datum is niets bekend: geef ten minste het jaar.")
    return PartialDate(year, month or None, day or None)
