"""What is known of names in the Kingdom and how people write them: tables for a linguist, each rule with an example.

Nothing here is code. `names.py` applies the tables; a test holds every example against its rule.
"""

from __future__ import annotations

from dataclasses import dataclass

# Words that stand before a surname and are not the name itself. The last line is Arabic and Berber.
PREFIXES = frozenset(
    [
        "van", "von", "vom", "der", "den", "de", "dem", "des", "het", "t", "s", "n", "d", "l", "te", "ter", "ten",
        "tot", "in", "op", "aan", "bij", "onder", "over", "uit", "uyt", "uijt", "voor", "af", "du", "la", "le", "les",
        "da", "das", "do", "dos", "del", "della", "di", "zu", "zum", "zur", "y",
        "vd", "vdr", "vh", "vt", "vande", "vander", "vanden", "vant",
        "el", "al", "ait", "ben", "bin", "ibn", "bou", "abou", "abu", "ou", "oulad", "ould",
    ]
)  # fmt: skip

# Of these, the ones that are also a name by themselves: 'Ben Jansen', 'Lê Văn Thanh', 'Do Amaral'.
ALSO_NAMES = frozenset(["ben", "le", "da", "do", "al", "abu", "abou", "bou", "bin"])

# What an abbreviated prefix may stand for, as one word: 'v.d. Berg' is 'van de', 'van den' or 'van der Berg'.
ABBREVIATED = {
    "vd": ("vande", "vanden", "vander"),
    "vdr": ("vander",),
    "vh": ("vanhet", "vant"),
    "vt": ("vant", "vanhet"),
}

# Ways of address and of marriage that a caller adds: 'mevr. Jansen e.v. De Vries', 'Bakker geb. Smit'.
NOISE = frozenset(
    [
        "dhr", "mevr", "mevrouw", "mw", "meneer", "mijnheer", "drs", "ing", "mr", "dr", "ir", "prof",
        "geb", "geboren", "ev", "wed", "weduwe", "echtgenote", "genaamd", "jr", "sr",
    ]
)  # fmt: skip

# A prefix written onto the name: 'vdberg', 'Vanderberg', 'vandijk'; a name of fewer than four letters is left whole.
# The second is for 'Elamrani' (El Amrani) and 'Benali' (Ben Ali).
GLUED = (
    r"(?:van(?:den|der|de|het|t)|vd|van(?=[^aeiouyn]))(?=[a-z]{4})",
    r"(?:ait|ben|bou|oulad|ould|abou|el|al)(?=[a-z]{3})",
)

# Two or three consonants in a row are initials without dots, 'JP Smit'; but 'Ng' is a name.
RUN_OF_INITIALS = r"(?!ng$)[b-df-hj-np-tv-xz]{2,3}"

# Letters that are commonly written as two when the mark cannot be typed: 'Müller' is also 'Mueller'.
TWO_LETTERS = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "đ": "dj", "ş": "sj", "č": "tsj", "ć": "tsj"}


@dataclass(frozen=True, slots=True)
class SoundRule:
    """Letters that the Dutch ear does not tell apart, with names that show it; capitals stand for sounds."""

    letters: str
    sound: str
    same: tuple[str, ...]


# In the order in which they are applied to a folded word.
SOUND_RULES = (
    SoundRule(r"^y(?=[aeou])", "j", ("Yusuf", "Jusuf")),
    SoundRule(r"(?<=[bcdfghklmnprstvwz])y$", "i", ("Mehary", "Mehari")),
    SoundRule(r"qu", "kw", ("Quist", "Kwist")),
    SoundRule(r"aau|au|ou(?=w)", "A", ("Blaauw", "Blauw", "Blouw")),
    SoundRule(r"oe|ou", "u", ("Boujemaa", "Boejemaa", "Bujemaa")),
    SoundRule(r"uij|uy|ui", "U", ("Kuijpers", "Kuypers", "Kuipers")),
    SoundRule(r"aaij|aai|aay|aij|ai|ay|aj|eij|ei|ey|ej|ij|y", "Y", ("Meijer", "Meyer", "Meier", "Mayer")),
    SoundRule(r"(?<=mi)ch(?=ae)", "k", ("Michael", "Mikael")),
    SoundRule(r"sch$|ssch", "s", ("Bosch", "Bos")),
    SoundRule(r"cz|tsj|tsch", "C", ("Kowalczyk", "Kowaltsjyk")),
    SoundRule(r"kh|ch|gh", "g", ("Khalid", "Chalid", "Ghalid")),
    SoundRule(r"sh|sj", "s", ("Shaima", "Sjaima", "Saima")),
    SoundRule(r"dj", "j", ("Djamal", "Jamal")),
    SoundRule(r"ph", "f", ("Joseph", "Josef")),
    SoundRule(r"th|dt|d(?=s?$)", "t", ("Brandt", "Brand", "Brant")),
    SoundRule(r"b$", "p", ("Jacob", "Jacop")),
    SoundRule(r"(?<=[rbd])h", "", ("Bhageloe", "Bageloe")),
    SoundRule(r"ckx|cks|cx|kx|x", "ks", ("Hendrickx", "Hendriks")),
    SoundRule(r"ck|q|c(?![eiY])", "k", ("Coenraad", "Koenraad")),
    SoundRule(r"[cz]", "s", ("Zanten", "Santen")),
    SoundRule(r"v", "f", ("Visser", "Fisser")),
    SoundRule(r"ae", "a", ("Claes", "Claas")),
    SoundRule(r"ie", "i", ("Siemons", "Simons")),
    SoundRule(r"(.)\1+", r"\1", ("Janssen", "Jansen")),
    SoundRule(r"(?<=..)h$", "", ("Fatimah", "Fatima")),
    SoundRule(r"(?<=..)en?$", "", ("Heijnen", "Heijne")),
)

# The names by which people are called, before the colon as they are registered: Kees is registered as Cornelis.
# Names of other peoples that are registered in several spellings stand together too: Mohammed, Muhammet.
_CALLED = """
Adrianus: Ad Aad Adri Arie Adriaan Janus Rinus
Abraham: Bram Ab Abram Braam
Albertus: Bert Ab Albert Bertus Appie
Alexander: Alex Lex Sander Xander Sandro Aleksander
Alida: Alie Lida Ali
Antonius: Ton Toon Anton Antoon Tonnie Teun Theun Tonny Antoine
Anthonie: Ton Toon Anton Anthony Teun Toni
Antonia: Toos Tonnie Toni Tonia
Anna: Ans An Annie Anneke Anja Anke Annemie Hanna
Arnoldus: Arnold Nol Arno Noud Aart
Bartholomeus: Bart Mees Bartel
Benjamin: Ben Benny Benno
Bernardus: Ben Bernard Bennie Berend Nard Bert
Catharina: Rina Ina Trien Tineke Toos Carina Karin Katrien Kaat Cato Katja Tiny Trijntje Carin
Charlotte: Lotte Lot Charley
Christiaan: Chris Christian Kris
Christina: Tineke Stien Stina Christien Tina Kristel Stientje
Christoffel: Chris Stoffel Kris Christophe
Cornelis: Kees Cees Cor Corne Nelis Cornelius Ko Krelis Kornelis
Cornelia: Corrie Cor Nel Nelleke Cora Neeltje Corina Lia Corry Nelly
Daniel: Daan Dan Danny
Dirk: Dick Dik Derk Diederik Dirkjan
Dominicus: Dominique Dom Minne
Eduard: Ed Edward Eddy Eddie Edwin
Elisabeth: Els Elly Lies Liesbeth Betty Bets Elise Bep Lisa Ellis Elsbeth Bettie Liesje Betsie Ilse Lisette
Engelbertus: Bert Engel Engelbert
Everardus: Evert Ed Everhard Everard
Frederik: Fred Frits Freek Rik Freddy Frederick
Franciscus: Frans Frank Cis Frenk Francis Sus
Francisca: Sisca Ciska Fransien Cisca Franca Fransje
Gerardus: Gerard Ger Gerrit Geert Gert Geerten Sjra
Gerardina: Gerda Dina Gerrie Diny
Gerarda: Gerda Gerrie Geertje
Gerrit: Gert Ger Gerard Gerrie
Geertruida: Truus Geertje Trudy Trui Geert Truida Truusje
Gijsbertus: Gijs Gijsbert Bert
Godefridus: Fried Frits Guus Godfried
Gregorius: Gregor Greg Joris
Hendrik: Henk Rik Hein Henrik Driek Henri Hendrikus Hendricus Hennie
Hendrikus: Henk Rik Hein Harrie Driek Hendrik Henri Henny Harry
Hendrika: Riek Rika Hennie Henny Henrike Drika Hetty Ria
Henricus: Henk Harry Harrie Rick Henri Hein
Hermanus: Herman Harm Manus Herm Hermen
Helena: Leny Lena Leen Helen Heleen Lenie Ellen Eleen
Hubertus: Huub Bert Hub Huib Hubert
Ignatius: Ignace Naas
Isabella: Bella Isa Belle
Jacobus: Jaap Koos Jacob Sjaak Co Ko Jacco Jack Coos James Jakob
Jacob: Jaap Koos Job Jakob Co
Jacoba: Coby Cobie Co Koosje Ko Jacqueline Bea
Johan: Jan Joop John Hans
Johanna: Jo Joke Hanneke Annie Hanna Jannie Johanne Anneke Jans Hannie Janna Sjaan Janneke Annet Jopie
Johannes: Jan Hans Johan Joop Jo Joh John Hannes Sjon Han Jannes Johnny Jean Joannes
Josephus: Jos Sjef Jef Joseph Joep Jozef Joost
Josephina: Fien Josje Josefien Fientje Jose
Joachim: Jochem Jochen
Judocus: Joost
Karel: Carel Charles
Carolus: Karel Carel Charles Caro
Klaas: Nico Nicolaas Claas
Lambertus: Bert Lambert Bertus Lammert Lamber
Laurentius: Laurens Rens Lau Louwrens Lourens
Leendert: Leen Leo Lennart Len
Leonardus: Leo Leon Leonard Nardus Leendert Lennard
Ludovicus: Louis Lodewijk Ludo Loek
Lodewijk: Louis Lo Loek Wiek
Louise: Wies Loes Lous
Magdalena: Magda Leen Lena Lenie Madeleine Leni
Marcellus: Marcel Cel
Margaretha: Greet Gre Griet Margriet Greetje Marga Margreet Gretha Gerda Margot Grietje
Maria: Marie Ria Mia Mieke Marijke Riet Marieke Marja Mies Miep Rie Marjan Maaike Marietje Mirjam Mariska Miek Rietje
Marinus: Rinus Rien Marien Ries
Martinus: Martin Tinus Maarten Mart Tiny Marten Martijn
Mattheus: Mathijs Thijs Matthijs Teeuwis Theo Mattie
Mathias: Thijs Mat Mathijs Matthias Tjeu
Matthijs: Thijs Tijs Mathijs Matthias
Michael: Mike Michiel Michel Giel Maikel
Michiel: Giel Michel Chiel
Nicolaas: Nico Klaas Nick Niek Claas Nicky Nicolas Niels
Oswaldus: Oswald Os
Paulus: Paul Pauw Pol
Petronella: Nel Petra Nelleke Pietje Nelly Elly Ella Pietronella
Petrus: Piet Peter Pieter Pierre Peet Pim
Pieter: Piet Peter Piotr Pim
Philippus: Flip Philip Filip Flippie
Quirinus: Krijn Quirijn Rinus
Robertus: Rob Robert Robbie Bert Bob Robbert
Robert: Rob Robbie Bob Robbert
Roelof: Roel Roelf
Rudolf: Ruud Rudi Rolf Rudy Roef Dolf
Sebastiaan: Bas Sebas Bastiaan Sebastian
Simon: Siem Siemen
Stephanus: Stefan Steven Fanus Stef Stefaan Stephan
Theodorus: Theo Dorus Ted Teun Door Dirk Theodoor
Theodora: Dora Thea Doortje Door
Thomas: Tom Tommy Maas
Timotheus: Tim Timo
Tobias: Tobi Bas Tobie
Victor: Vic Fik
Vincentius: Vincent Cent Vin
Walterus: Wouter Walter Wout
Wilhelmina: Willy Mien Wil Willie Wilma Mientje Minnie Willemijn Miny Helma
Wilhelmus: Wim Willem Helmus Wil Wiel Willy Bill Pim Mus
Willem: Wim Wil Willy Pim Wullem Billy
Wouter: Wout Walter
Hicham: Hisham Hichem
Aicha: Aisha Aysha Ayse Aischa
Abdelkader: Kader Abdel Abdelkadir
Abderrahman: Abdou Abdel Abdurrahman
Mohammed: Mo Moh Muhammet Mohamed Muhammad Mehmet Mohammad Muhammed Moha Momo Simo
Mustafa: Mus Mustapha Moestafa Musti Mostafa
Fatima: Fatma Fatiha Fatou Fati
Khadija: Hatice Dija Khadisja Gadija
Ibrahim: Ibo Brahim Ebrahim Ibra
Ismail: Smail Isma Ishmael
Rachid: Rashid Rasjid Resit
Suleyman: Sulo Suleiman Soulaiman Slimane Suleman
Hasan: Hassan Has
Katarzyna: Kasia Katja Katrina
Malgorzata: Gosia Margaret
Agnieszka: Aga Agnes
Aleksandra: Ola Sandra Alexandra
Krzysztof: Krzysiek Kris Christof
Tomasz: Tomek Tom Thomas
Grzegorz: Grzesiek Gregor
Piotr: Piotrek Peter
Zbigniew: Zbyszek
Pawel: Paul
Wojciech: Wojtek
Jakub: Kuba
Jerzy: Jurek
"""


def _called() -> dict[str, frozenset[str]]:
    pairs = [line.split(":") for line in _CALLED.lower().strip().splitlines()]
    both = [(name.strip(), other) for name, others in pairs for other in others.split()]
    found: dict[str, set[str]] = {}
    for one, other in both:
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {name: frozenset(others) for name, others in found.items()}


# Each given name with the names it goes with, either way: 'kees' has 'cornelis' and 'cornelis' has 'kees'.
CALLED = _called()
