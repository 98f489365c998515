"""How well and how quickly a typed name is found: the labelled questions over a register of a million people.

The weights were set on one half of the labelled questions; the figures are of the other, and of generated slips.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence

import numpy as np

from bench.names_asking import Answer, Quality, ask, calibration
from bench.names_questions import Asks, Labelled, labelled, mistyped, planted
from bench.names_register import LISTS, People, index_of, lists_are_there
from bench.names_trigrams import Trigrams

_SLIPS = 1_000
Pairs = Sequence[tuple[int, Labelled]]


def main() -> None:
    """Measure a register and print each figure as a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tuning", action="store_true", help="the half that the weights were set on")
    parser.add_argument("--no-trigrams", action="store_true", help="without the plain trigram search, which is slow")
    told = parser.parse_args()
    if not lists_are_there():
        sys.exit(f"There are no lists of names at {LISTS}: say BB_SHARED_DATA=folder.")
    questions = labelled()
    identities, about = planted(questions)
    people = People(told.people, told.seed, identities)
    half = [(people.drawn + about[each], each) for each in questions if each.is_tuning == told.tuning]
    sets = {
        "labelled": half,
        "slips by surname": list(mistyped(people, _SLIPS, told.seed, by_surname=True)),
        "slips by person": list(mistyped(people, _SLIPS, told.seed, by_surname=False)),
    }
    _measure_index(people, sets)
    if not told.no_trigrams:
        _measure_trigrams(people, sets)


def _measure_index(people: People, sets: dict[str, Pairs]) -> None:
    started_s = time.process_time()
    index = index_of(people)
    _figure("made_s", time.process_time() - started_s, "s", people=len(people), words=len(index.words))
    _figure("index_mib", index.nbytes / 2**20, "MiB", people=len(people))
    answers = {name: [ask(index, people, each, number) for number, each in pairs] for name, pairs in sets.items()}
    for name, given in answers.items():
        for asks in Asks:
            if any(each.question.asks is asks for each in given):
                _quality(f"{name}, {asks}", [each for each in given if each.question.asks is asks])
        _quality(f"{name}, all", given)
    every = [each for given in answers.values() for each in given]
    for name, given in (*answers.items(), ("all", every)):
        for band in calibration(given):
            rounded = {key: round(value, 3) for key, value in band.items()}
            print(json.dumps({"name": "calibration", "set": name, **rounded}), flush=True)
    _timing("search", [each.search_s for each in every])
    _timing("search and match", [each.search_s + each.open_s for each in every])


def _quality(name: str, answers: Sequence[Answer]) -> None:
    found = Quality.of(answers)
    if any(each.question.is_about_him for each in answers):
        _figure("recall_at_10", found.recall, "share", set=name, questions=found.questions)
    _figure("false_above_threshold", found.false, "a question", set=name, too_many=found.too_many)
    _figure("false_but_first_given_name", found.false_but_first_name, "a question", set=name)


def _timing(name: str, taken_s: Sequence[float]) -> None:
    for percent in (50, 99):
        _figure(f"p{percent}_ms", 1000 * float(np.percentile(taken_s, percent)), "ms of CPU", step=name)


def _measure_trigrams(people: People, sets: dict[str, Pairs]) -> None:
    search = Trigrams(people)
    for name, pairs in sets.items():
        found = [(each, search.ask(each, number)) for number, each in pairs]
        for asks in Asks:
            about = [outcome for each, outcome in found if each.asks is asks]
            if about and asks is not Asks.OTHER:
                share = sum(each.is_found for each in about) / len(about)
                _figure("trigram_recall_at_10", share, "share", set=f"{name}, {asks}", questions=len(about))
        false = float(np.mean([outcome.false for _, outcome in found]))
        _figure("trigram_false_above_threshold", false, "a question", set=f"{name}, all")


def _figure(name: str, value: float, unit: str, **varied: object) -> None:
    print(json.dumps({"name": name, "value": round(value, 4), "unit": unit, **varied}), flush=True)


if __name__ == "__main__":
    main()
