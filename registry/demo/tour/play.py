"""Playing the whole tour."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from registry.demo.caller import Caller, Unreachable, callers
from registry.demo.parties import BY_CODE, Credentials
from registry.demo.receiver import receiving
from registry.demo.tour import attacker, cjib, device, dispatcher, entry, officer, partner, probation, prosecutor
from registry.demo.tour.narrator import Narrator, Unexpected
from registry.demo.tour.stage import Stage

JOURNEYS: Mapping[str, Callable[[Stage], None]] = {
    "1. CJIB: bevelen aanleveren": cjib.play,
    "2. Meldkamer: is er een bevel?": dispatcher.play,
    "3. Enkelband: posities": device.play,
    "4. Reclassering: het alarm": probation.play,
    "5. Partner: de melding van een slachtoffer": partner.play,
    "6. Officier van justitie: van overtreding tot zitting": prosecutor.play,
    "7. Officier van justitie: een bevel op de dag zelf": entry.play,
    "8. Iemand die er niets te zoeken heeft": attacker.play,
    "9. Privacyfunctionaris: wie vroeg wat, en waarom?": officer.play,
}


def play_all(url: str, credentials: Credentials, narrator: Narrator) -> bool:
    """Play every journey; say whether all went as expected. One that fails does not keep the next from being played."""
    with receiving() as receiver:
        by = callers(url, credentials, BY_CODE)
        run = str(time.time_ns() // 10_000_000)[-10:]
        stage = Stage(narrator, url, by, Caller(url, None, None), receiver, run)
        for title_nl, play in JOURNEYS.items():
            narrator.chapter(title_nl)
            try:
                play(stage)
            except (Unexpected, Unreachable) as error:
                narrator.fail(f"{title_nl}: {error}")
            except (KeyError, IndexError, TypeError) as error:
                narrator.fail(f"{title_nl}: het antwoord mist {error}")
    return not narrator.failures
