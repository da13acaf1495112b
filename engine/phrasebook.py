"""Set phrases by which people say that they do not know, or talk of something else, as data.

All is in lower case, without punctuation and apostrophes. English in its usual ways, and the commonest of Spanish,
French, German and Hindi (in both scripts). Words in angle brackets stand for the alternatives of _ALTERNATIVES.
"""

from __future__ import annotations

import re

from engine.wordlists import listed

_ALTERNATIVES = {
    "<dont>": "(?:dont|do not|didnt|did not|doesnt|wouldnt|would not)",
    "<cant>": "(?:cant|cannot|can not|couldnt|could not|dont|didnt)",
    "<ly>": r"(?:\w+ly |even )*",
    "<a>": "(?:a |an |the |some |any |another |your )?",
    "<right>": "(?:right |correct |full |model |real |actual |perfect )?",
    "<this>": "(?:this|that|it|this one|that one|this question|that question|the question)",
    "<ask>": "(?:please |can you |could you |i want to |i want you to |i would like to |go |just )*",
    "<me>": "(?:me |us )?",
    "<...>": "(?: .*)?",
}


def _any_of(lines: str) -> re.Pattern[str]:
    for name, alternatives in _ALTERNATIVES.items():
        lines = lines.replace(name, alternatives)
    phrases = sorted((line.strip() for line in lines.strip().splitlines()), key=len, reverse=True)
    return re.compile(rf"(?<!\S)(?:{'|'.join(phrases)})(?!\S)")


UNKNOWN = _any_of(
    r"""
    <dont> <ly>(?:know|remember|recall|understand|get it|get the question)
    <cant> <ly>(?:think of|come up with|remember|recall|answer|say|explain|help|help you)
    <dont> <ly>have (?:a|an|any|the|a good|the slightest|the faintest) (?:answer|idea|clue|example)s?
    <dont> <ly>have (?:any|the|enough) (?:knowledge|experience)
    havent (?:got )?(?:a|any|the faintest|the foggiest|the slightest) (?:clue|idea)
    not (?:a|the faintest|the foggiest|the slightest) (?:clue|idea)
    (?:have )?no (?:clue|idea|ideas|answer|comment|knowledge|experience)
    not <ly>(?:sure|certain|familiar)
    dunno
    idk
    idek
    clueless
    unsure
    beats me
    search me
    who knows
    hard to say
    never (?:heard|learned|learnt|studied) (?:of |about )?(?:<this>|any of (?:this|it))
    (?:i|ive|i have) never (?:seen|used|done|come across|came across) (?:this|that|it|one|any)
    forgot
    forgotten
    blanked
    mind (?:is |went |has gone |goes )?(?:a )?(?:complete |completely |totally )?blank
    drawing a blank
    (?:skip|pass|pass on) <this>
    (?:skip|pass) (?:please|for now)
    (?:i|ill|id|lets|we|can i|can we|let me|let us|please|want to|like to|would) (?:skip|pass|move on)
    (?:go|move|on) to the next (?:one|question)
    next (?:one|question)(?: please)?
    ^next(?: please)?$
    give up
    (?:give|get|have|need|want) <me><a>(?:hint|clue|tip|help)
    (?:tell|give|show|send) (?:me|us) (?:\w+ )?<a><right>(?:answers?|solution|hint)
    what(?:s| is| would be| are) the <right>(?:answers?|solution)
    answer (?:it|this|that) (?:for me|yourself)
    you (?:tell me|answer it)
    (?:can|could|would|will) you (?:please )?(?:repeat|rephrase|clarify|reword|simplify|explain)(?: <this>)?
    (?:repeat|rephrase|clarify|reword|simplify) (?:the|this|that|your) question
    please (?:repeat|rephrase|clarify|explain)(?: that| it| this)?
    (?:say|ask) (?:that|it) (?:again|differently|once more)
    what do you mean
    what does (?:this|that|it) mean
    no (?:lo )?s[eé]
    ni idea
    no tengo (?:\w+ )*idea
    no (?:me acuerdo|recuerdo|entiendo)
    siguiente pregunta
    (?:ne )?sais (?:vraiment )?pas
    (?:aucune|pas d|pas la moindre|nai aucune) id[eé]e
    ne (?:me souviens|comprends) pas
    question suivante
    je passe
    wei(?:ß|ss) (?:\w+ ){0,4}nicht
    keine ahnung
    keinen plan
    keine idee
    n[aä]chste frage
    (?:nahi|nahin|nhi|nai) (?:pata|malum|maloom|aata)
    (?:pata|malum|maloom) (?:nahi|nahin|nhi)
    (?:नहीं|नही) (?:पता|मालूम|आता)
    (?:पता|मालूम) (?:नहीं|नही)
    """
)
"""One way or another to say: I do not know, give me a hint, ask me again."""

ALONE = frozenset(listed("skip pass hint help clue tip pardon paso siguiente weiter passe suivant blank"))
"""Words that say so when they stand alone."""

ASIDES = frozenset(
    listed(
        """
        sorry hmm hm mm umm uhm erm ah oh aw ugh damn wow hey hi hello well lol haha man bro sir madam dear please pls
        thanks thank honest honestly truthfully unfortunately sadly frankly tbh afraid really simply completely
        absolutely totally exactly guess think believe say know knew remember recall understand mean wish could maybe
        check google look help tell give ask asking idea answer answers answering question questions word words thing
        things one anything something everything much lot enough time moment now today yet currently before here top
        head topic subject area stuff kind bit little right sure all going good proper able want need studied learned
        heard used seen drawing blank embarrassing embarrassed nervous difficult hard tough tricky complicated lets
        move lo la el es que de respuesta pregunta siento perdon nada yo eso esto pero je ne le les désolé désolée
        desole réponse reponse ca ça cela ich das es leider gerade wirklich tut mir leid die antwort auf habe da dazu
        darauf hab mujhe muje mereko hai iska iske bare mein ji nahi uttar jawab मुझे है इसका मैं जी माफ उत्तर
        """
    )
)
"""Words that add nothing to an "I don't know"."""

GREETINGS = frozenset(
    listed(
        """
        hi hello hey hiya howdy yo greetings good morning afternoon evening night day there everyone viva bot my
        friend dear sir madam how are you doing is it going whats up sup nice to meet thanks thank thx ty very much so
        please again ok okay kk k cool great lol haha hahaha hehe lmao bye goodbye cya see later im fine test testing
        ping hola buenos buenas dias días tardes noches que tal gracias adios adiós bonjour bonsoir salut coucou merci
        hallo guten tag morgen abend servus moin danke tschüss namaste namaskar salaam assalamualaikum ciao ola oi
        konnichiwa नमस्ते नमस्कार धन्यवाद
        """
    )
)
"""Words of which a message that only greets or thanks is made."""

OFF_TOPIC = _any_of(
    r"""
    (?:whats|what is|hows|how is) the (?:weather|temperature|time|date|score)<...>
    what time is it<...>
    <ask>(?:order|buy|get|bring|book) <me><a>(?:\w+ ){0,2}(?:pizza|burger|coffee|beer|food|sandwich|lunch|dinner)s?<...>
    <ask>(?:order|get|book|call) <me><a>(?:\w+ ){0,2}(?:taxi|cab|flight|table|hotel)<...>
    <ask>(?:tell|sing|write|make) <me><a>(?:\w+ )?(?:joke|song|poem|story|rap|haiku|limerick)<...>
    <ask>(?:play|put on) <me><a>(?:\w+ )?(?:music|song|game|video|movie)<...>
    (?:who|which team) (?:won|is winning|will win) .*
    (?:are you|you are|youre|r u) (?:a |an )?(?:\w+ )?(?:bot|robot|human|real|ai|chatgpt|gpt|machine|person|single)<...>
    (?:who|what) (?:are you|made you|built you|is your name)<...>
    (?:whats|what is) your (?:name|age|favou?rite .*|phone number|prompt|system prompt)
    how old are you
    where (?:are you|do you live)<...>
    (?:do you )?(?:i )?(?:love|like|hate) (?:you|me|pizza|cats|dogs|this bot)
    (?:will you )?marry me
    (?:i am|im|i feel) (?:so |very |really )?(?:hungry|bored|tired|sleepy|drunk|thirsty|cold)<...>
    (?:fuck|screw) (?:you|off|this)<...>
    (?:this is|youre|you are) (?:so )?(?:stupid|boring|shit|bullshit|dumb|lame|useless|crap)
    shut up
    """
)
"""Whole messages that obviously speak of something else."""
