"""The sentences in which a status and its reasoning are told, in Dutch, by code."""

from __future__ import annotations

REASONS = {
    "by_end": "Het bevel is geëindigd op {at} (bericht {version}).",
    "by_withdrawal": "Het bevel is ingetrokken op {at} (bericht {version}).",
    "by_annulment": "Het bevel is vernietigd op {at} (bericht {version}).",
    "replaced": "Het bevel was voorlopig ingevoerd en is op {at} vervangen door bevel {number} van het CJIB.",
    "provisional": "Voorlopig ingevoerd door {by} op {on}, nog niet bevestigd door het CJIB.",
    "provisional_on_instruction": (
        "Voorlopig ingevoerd door {by} in opdracht van {instructed_by} op {on}, nog niet bevestigd door het CJIB."
    ),
    "provisional_expired": (
        "Het bevel is op {on} voorlopig ingevoerd en tot {until} niet bevestigd door het CJIB."
        " Ga bij {instructed_by} na of het geldt."
    ),
    "entry_stands": "Het bevel is voorlopig ingevoerd en wacht tot {until} op het CJIB.",
    "by_suspension": "Het bevel is geschorst sinds {at} (bericht {version}).",
    "not_yet_starts_on": "Het bevel gaat in op {on}.",
    "not_yet_start_from_decision": "De ingangsdatum ontbreekt; de beslissing is van {on} en is nog niet ingegaan.",
    "not_yet_start_from_finality": "De beslissing is niet dadelijk uitvoerbaar en wordt onherroepelijk op {on}.",
    "not_yet_start_arguable": (
        "Of de beslissing dadelijk uitvoerbaar is, is niet bekend; zij wordt onherroepelijk op {on}."
        " Gerekend is met die latere datum. Ga bij de bron na of het bevel al geldt."
    ),
    "not_yet_start_awaits_finality": (
        "De beslissing is niet dadelijk uitvoerbaar en kan niet vóór {on} onherroepelijk zijn."
    ),
    "not_yet_start_awaits_enforceability": (
        "Of de beslissing dadelijk uitvoerbaar is, is niet bekend; onherroepelijk kan zij niet vóór {on} zijn."
        " Gerekend is met die datum. Ga bij de bron na of het bevel al geldt."
    ),
    "not_yet_start_after_service": (
        "De strafbeschikking is na betekening pas uitvoerbaar vanaf {on}, tenzij van verzet is afgezien."
    ),
    "not_yet_start_after_service_unknown": (
        "De betekening van de strafbeschikking is niet bekend; uitvoerbaar is zij niet vóór {on}, tenzij van verzet is"
        " afgezien."
    ),
    "not_yet_start_from_receipt": "De ingangsdatum ontbreekt; het bevel is ontvangen op {on}.",
    "start_from_decision": "De ingangsdatum ontbreekt; gerekend is vanaf de beslissing op {on}.",
    "start_from_finality": "De beslissing is niet dadelijk uitvoerbaar en werd onherroepelijk op {on}.",
    "start_arguable": (
        "Of de beslissing dadelijk uitvoerbaar is, is niet bekend; gerekend is vanaf {on}, toen zij onherroepelijk"
        " werd."
    ),
    "start_awaits_finality": (
        "De beslissing is niet dadelijk uitvoerbaar; gerekend is vanaf {on}, toen zij het vroegst onherroepelijk kon"
        " zijn."
    ),
    "start_awaits_enforceability": (
        "Of de beslissing dadelijk uitvoerbaar is, is niet bekend; gerekend is vanaf {on}, toen zij het vroegst"
        " onherroepelijk kon zijn."
    ),
    "start_after_service": "De strafbeschikking is na betekening uitvoerbaar vanaf {on}.",
    "start_after_service_unknown": (
        "De betekening van de strafbeschikking is niet bekend; gerekend is vanaf {on}, toen zij het vroegst uitvoerbaar"
        " kon zijn."
    ),
    "start_from_receipt": "De ingangsdatum ontbreekt; gerekend is vanaf de ontvangst op {on}.",
    "past_end": "De laatste dag was {last_on}, zonder bericht van beëindiging. Ga bij de bron na of het nog geldt.",
    "past_limit": (
        "Er is geen einddatum; zonder verdere verlenging kan dit bevel wettelijk niet na {last_on} hebben geduurd."
        " Ga bij de bron na of het nog geldt."
    ),
    "longer_than_law": (
        "De duur is langer dan de wet toelaat met de verlengingen die bekend zijn (tot en met {last_on})."
        " Ga bij de bron na wat er geldt."
    ),
    "hour_unknown": (
        "Dit is de laatste dag ({on}); het bevel duurt etmalen, en het uur waarop het inging, is niet bekend."
        " Het kan vandaag al zijn afgelopen. Ga dat bij de bron na."
    ),
    "end_unreadable": "De einddatum in het bericht is niet leesbaar. Ga bij de bron na tot wanneer het bevel geldt.",
    "decided_in_future": "De beslissing draagt een datum in de toekomst ({on}). Ga bij de bron na of zij is genomen.",
    "will_end": "Volgens bericht {version} eindigt het bevel op {at}.",
    "will_be_suspended": "Volgens bericht {version} wordt het bevel geschorst op {at}.",
    "finality_unknown": (
        "De beslissing is niet dadelijk uitvoerbaar en de datum waarop zij onherroepelijk werd, ontbreekt."
        " Ga bij de bron na of het bevel al geldt."
    ),
    "enforceability_unknown": (
        "Niet bekend is of de beslissing dadelijk uitvoerbaar is, of wanneer zij onherroepelijk werd. Ga bij de bron na"
        " of het bevel al geldt."
    ),
    "service_day_unknown": (
        "De strafbeschikking is pas veertien dagen na betekening of toezending uitvoerbaar, en die dag is niet bekend."
        " Ga bij de bron na of het bevel al geldt."
    ),
    "not_served": "De beslissing is bij afwezigheid gegeven en dadelijk uitvoerbaar; betekening is niet bekend.",
    "not_served_presence_unknown": (
        "De beslissing is dadelijk uitvoerbaar; aanwezigheid bij de uitspraak en betekening zijn niet bekend."
    ),
    "not_served_immediacy_unknown": (
        "De beslissing is bij afwezigheid gegeven; of zij dadelijk uitvoerbaar of betekend is, is niet bekend."
    ),
    "not_served_until": "De beslissing is betekend met ingang van {on}.",
    "detained": "De betrokkene zit sinds {at} vast; de termijn staat stil.",
    "unlawfully_absent": "De betrokkene is sinds {at} ongeoorloofd afwezig; de termijn staat stil.",
    "unconfirmed": "Er is geen einddatum en sinds {at} geen bevestiging. Ga bij de bron na of het bevel nog geldt.",
    "content_unknown": "De inhoud van het bevel is niet ontvangen. Ga bij de bron na wat er geldt.",
    "in_force": "Het bevel is ingegaan en heeft geen einddatum.",
    "in_force_end_unread": "Het bevel is ingegaan.",
    "in_force_until_at": "Het bevel is ingegaan en geldt tot {at}.",
    "in_force_until": "Het bevel is ingegaan en geldt tot en met {last_on}.",
    "ending_not_processed": (
        "Een bericht van {at} dat dit bevel beëindigt of schorst, kon niet worden verwerkt. Ga bij de bron na of het"
        " bevel nog geldt."
    ),
    "message_not_processed": (
        "Een bericht van {at} over dit bevel kon niet worden verwerkt. Ga bij de bron na wat er geldt."
    ),
    "version_missing": "Van dit bevel ontbreekt een eerder bericht (nummer {versions}), sinds {since}.",
    "versions_missing": "Van dit bevel ontbreken {count} eerdere berichten (nummers {versions}), sinds {since}.",
    "later_messages_ignored": "Na de beëindiging kwamen berichten ({versions}); zij maken het bevel niet weer geldig.",
    "ending_lifted": "Een eerdere beëindiging is ongedaan gemaakt door bericht {version}.",
    "end_unknown_while_detained": "Zolang de betrokkene vastzit, staat de einddatum niet vast.",
    "paused_binds": "Zolang de termijn stilstaat, blijft het verbod gelden (te bevestigen door een jurist).",
    "paused_lifts": "Zolang de termijn stilstaat, geldt het verbod niet (te bevestigen door een jurist).",
    "paused_binding_unknown": "Of het verbod geldt zolang de termijn stilstaat, is niet bekend (vraag een jurist).",
    "message_known": "Het register kent één bericht van dit bevel, nummer {version}, met de inhoud ervan.",
    "message_without_content": "Het register kent één bericht van dit bevel, nummer {version}, zonder de inhoud ervan.",
    "messages_known": (
        "Het register kent {count} berichten van dit bevel; het hoogste nummer is {version}, de inhoud komt uit"
        " bericht {facts_version}."
    ),
    "messages_without_content": "Het register kent {count} berichten van dit bevel, alle zonder de inhoud ervan.",
    "basis_known": "De grondslag is: {name}.",
    "basis_unknown": "De grondslag die het bericht noemt, staat niet in de tabel.",
    "no_ending": "Er is geen bericht van einde, intrekking of vernietiging dat op dit moment werkt.",
    "no_suspension": "Er is geen bericht van schorsing dat op dit moment werkt.",
    "begun": "Het bevel is ingegaan op {on}.",
    "enforceable_by_law": "Een beslissing op deze grondslag is dadelijk uitvoerbaar.",
    "ends_after": "De laatste dag is {last_on}.",
    "end_moved": "Het bericht noemt {told_on}; de dagen waarop de termijn stilstond, zijn erbij geteld.",
    "no_end_date": "Het bericht noemt geen einddatum.",
    "at_most_until": "Met de verlengingen die bekend zijn, kan het bevel wettelijk duren tot en met {last_on}.",
    "served": "De beslissing is betekend op {on}.",
    "service_not_needed": "Voor aanhouding is hier geen betekening nodig, of de betrokkene was bij de uitspraak.",
    "clock_never_stops": "De tabel noemt voor deze grondslag niets dat de termijn laat stilstaan.",
    "clock_runs": "De termijn loopt: van detentie of ongeoorloofde afwezigheid op dit moment is niets bekend.",
    "confirmed": "De afzender heeft het bevel voor het laatst bevestigd op {at}.",
    "confirmed_until": "Zonder nieuwe bevestiging geldt dat tot {at}.",
    "therefore_in_force": "Het bevel is op {at} geldig.",
    "therefore_not_yet": "Het bevel is op {at} nog niet ingegaan.",
    "therefore_not_served": "Het bevel is op {at} nog niet betekend.",
    "therefore_suspended": "Het bevel is op {at} geschorst.",
    "therefore_paused": "De termijn van het bevel staat op {at} stil.",
    "therefore_unconfirmed": "Het bevel is op {at} niet recent bevestigd.",
    "therefore_expired_verify": "Het bevel is op {at} verlopen; ga dit na bij de bron.",
    "therefore_ended": "Het bevel is op {at} geëindigd.",
}

QUESTIONS = {
    "messages": "Welke berichten zijn er?",
    "basis": "Op welke grondslag rust het bevel?",
    "ending": "Is het bevel beëindigd, ingetrokken of vernietigd?",
    "suspension": "Is het bevel geschorst?",
    "start": "Is het bevel ingegaan?",
    "end": "Is de laatste dag voorbij?",
    "service": "Is betekening nodig, en is zij bekend?",
    "entry": "Is de voorlopige invoer nog binnen haar termijn?",
    "clock": "Staat de termijn stil?",
    "confirmation": "Is het bevel recent genoeg bevestigd?",
    "conclusion": "Wat volgt daaruit?",
}

BASES = {
    "start_of_message": "ingangsdatum in het bericht",
    "start_of_decision": "datum van de beslissing",
    "start_of_finality": "datum waarop de beslissing onherroepelijk wordt",
    "start_by_law": "vroegste dag waarop de beslissing kan werken als zij niet dadelijk uitvoerbaar is",
    "end_of_message": "einddatum in het bericht",
    "end_whole_days": "met de hele dagen waarop de termijn stilstond",
    "end_touched_days": "met elke dag waarop de termijn een deel van de dag stilstond",
}
