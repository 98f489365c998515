"""People who do not exist: test numbers for a BSN, and house numbers that no street has."""

from typing import Any

from registry.demo import examples

Identity = dict[str, Any]

_FROM_EXAMPLE: list[Identity] = examples.request("deliveriesCreateDelivery")["order"]["protected"]


def _address(postcode: str, number: int, street: str, city: str) -> list[dict[str, Any]]:
    return [{"postcode": postcode, "houseNumber": number, "suffix": None, "street": street, "city": city}]


SUBJECTS: dict[str, Identity] = {
    "yildiz": {
        "skn": "10000002", "bsn": "999990020", "surname": "Yıldız", "givenNames": "Mehmet", "initials": "M.",
        "birthDate": "1991-07-00", "sex": "M", "addresses": _address("3511ZZ", 9002, "Vredenburg", "Utrecht"),
        "phones": ["0600000002"],
    },
    "jansen": {
        "skn": "10000003", "bsn": "999990032", "surname": "Jansen", "givenNames": "Pieter", "initials": "P.",
        "birthDate": "1979-11-30", "sex": "M", "addresses": _address("3521ZZ", 9003, "Croeselaan", "Utrecht"),
    },
    "martina": {
        "skn": "10000004", "bsn": "999991115", "surname": "Martina", "givenNames": "Ricardo", "initials": "R.",
        "birthDate": "1988-01-05", "sex": "M", "addresses": _address("3011ZZ", 9004, "Coolsingel", "Rotterdam"),
        "plates": ["XX-999-X"],
    },
    "groot": {
        "skn": "10000005", "bsn": "999991127", "surname": "Groot", "prefix": "de", "givenNames": "Karel",
        "initials": "K.", "birthDate": "1995-05-19", "sex": "M",
        "addresses": _address("3012ZZ", 9005, "Schiedamsedijk", "Rotterdam"),
    },
    "amrani": {
        "skn": "10000006", "bsn": "999991139", "surname": "El Amrani", "givenNames": "Youssef", "initials": "Y.",
        "birthDate": "1983-09-02", "sex": "M", "addresses": _address("3013ZZ", 9006, "Hofplein", "Rotterdam"),
    },
    "vries": {
        "skn": "10000007", "bsn": "999991140", "surname": "Vries", "prefix": "de", "givenNames": "Thomas",
        "initials": "T.", "birthDate": "1998-02-14", "sex": "M",
        "addresses": _address("3512ZZ", 9007, "Neude", "Utrecht"), "phones": ["0600000007"], "plates": ["99-XXX-9"],
    },
    "dekker": {
        "skn": "10000008", "bsn": "999996666", "surname": "Dekker", "givenNames": "Willem", "initials": "W.",
        "birthDate": "1972-12-24", "sex": "M", "addresses": _address("3014ZZ", 9008, "Westersingel", "Rotterdam"),
    },
    "visser": {
        "bsn": "111222333", "surname": "Visser", "givenNames": "Anton", "initials": "A.", "birthDate": "1980-06-08",
        "sex": "M", "addresses": _address("3015ZZ", 9009, "Museumpark", "Rotterdam"), "phones": ["0600000009"],
    },
    "smit": {
        "surname": "Smit", "givenNames": "Erik", "initials": "E.", "birthDate": "1969-04-00", "sex": "M",
        "addresses": _address("3513ZZ", 9010, "Oudegracht", "Utrecht"),
    },
    "kaya": {
        "skn": "10000011", "surname": "Kaya", "givenNames": "Emre", "initials": "E.", "birthDate": "1990-10-10",
        "sex": "M", "addresses": _address("3514ZZ", 9011, "Biltstraat", "Utrecht"),
    },
    "brouwer": {
        "skn": "10000012", "surname": "Brouwer", "givenNames": "Sander", "initials": "S.", "birthDate": "1987-08-21",
        "sex": "M", "addresses": _address("3515ZZ", 9012, "Amsterdamsestraatweg", "Utrecht"),
    },
    "wit": {
        "skn": "10000013", "surname": "Wit", "prefix": "de", "givenNames": "Bart", "initials": "B.",
        "birthDate": "1976-03-03", "sex": "M", "addresses": _address("3016ZZ", 9013, "Willemsplein", "Rotterdam"),
    },
    "mulder": {
        "skn": "10000014", "surname": "Mulder", "givenNames": "Niels", "initials": "N.", "birthDate": "1993-01-29",
        "sex": "M", "addresses": _address("3516ZZ", 9014, "Ledig Erf", "Utrecht"),
    },
    "postma": {
        "skn": "10000015", "surname": "Postma", "givenNames": "Jelle", "initials": "J.", "birthDate": "1999-09-09",
        "sex": "M", "addresses": _address("3017ZZ", 9015, "Blaak", "Rotterdam"),
    },
}  # fmt: skip

PROTECTED: dict[str, Identity] = {
    "vos": _FROM_EXAMPLE[0],
    "bakker": {
        "kind": "person", "surname": "Bakker", "givenNames": "Fatima", "birthDate": "1992-02-02", "sex": "V",
        "addresses": _address("3572ZZ", 9102, "Bekkerstraat", "Utrecht"), "phones": ["0600000102"],
    },
    "child": {
        "kind": "person", "minor": True, "surname": "Yıldız", "givenNames": "Elif", "birthDate": "2016-05-05",
        "sex": "V",
        "addresses": _address("3572ZZ", 9102, "Bekkerstraat", "Utrecht"),
    },
    "school": _FROM_EXAMPLE[1],
    "hoek": {
        "kind": "person", "surname": "Hoek", "prefix": "van der", "givenNames": "Marieke", "birthDate": "1981-12-01",
        "sex": "V", "addresses": _address("3521ZZ", 9103, "Jaarbeursplein", "Utrecht"), "phones": ["0600000103"],
    },
    "santos": {
        "kind": "person", "surname": "Santos", "givenNames": "Ana", "birthDate": "1990-08-08", "sex": "V",
        "addresses": _address("3011ZZ", 9104, "Oude Haven", "Rotterdam"), "phones": ["0600000104"],
    },
    "peters": {
        "kind": "person", "surname": "Peters", "givenNames": "Linda", "birthDate": "1996-03-23", "sex": "V",
        "addresses": _address("3015ZZ", 9105, "Mathenesserlaan", "Rotterdam"), "phones": ["0600000105"],
    },
}  # fmt: skip
