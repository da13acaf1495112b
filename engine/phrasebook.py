"""Set phrases by which people say that they do not know, or talk of something else: data, in lower case, without punctuation and apostrophes.

English in its usual ways, and the commonest of Spanish, French, German and Hindi (in both scripts).
"""

from __future__ import annotations

import re


def _any_of(lines: str) -> re.Pattern[str]:
    phrases = sorted((line.strip() for line in lines.strip().splitlines()), key=len, reverse=True)
    return re.compile(rf"(?<!\S)(?:{'|'.join(phrases)})(?!\S)")


UNKNOWN = _any_of(
    """
    (?:dont|do not|didnt|did not|wouldnt|would not|doesnt) (?:\\w+ly )?(?:even )?(?:know|remember|recall|understand|get it|get the question)
    (?:dont|do not|didnt|cant|cannot|can not|couldnt) (?:\\w+ly )?(?:even )?(?:think of|come up with|remember|recall|answer|say|explain|help)(?: you)?
    (?:dont|do not) (?:\\w+ly )?(?:even )?have (?:a|an|any|the|a good|the slightest|the faintest) (?:answer|idea|clue|knowledge|experience|example)s?
    dunno
    idk
    idek
    no (?:clue|idea|ideas|answer|comment|knowledge|experience)
    not (?:a|the faintest|the foggiest|the slightest) (?:clue|idea)
    havent (?:got )?(?:a|any|the faintest|the foggiest|the slightest) (?:clue|idea)
    clueless
    beats me
    search me
    who knows
    hard to say
    not (?:\\w+ly )?(?:sure|certain|familiar)
    unsure
    never (?:heard|learned|learnt|studied|seen|used|done|came across|come across)
    have no (?:clue|idea)
    (?:forgot|forgotten|blanked)
    mind (?:is |went |has gone |goes )?(?:a )?(?:complete |completely |totally )?blank
    drawing a blank
    (?:skip|pass) (?:this|it|that|on this|on that|on it|on this one|on that one|this one|that one|this question|the question|please|for now)
    (?:i|ill|id|lets|we|can i|can we|let me|let us|please|want to|like to|would) (?:skip|pass|move on)
    (?:go|move|on) to the next (?:one|question)
    next (?:one|question)(?: please)?
    give up
    (?:give|get|have|need|want) (?:me )?(?:a|another|some|the|any) (?:hint|clue|tip|help)
    (?:tell|give|show|send) (?:me|us) (?:\\w+ )?(?:the |a )?(?:right |correct |full |model |real |actual )?(?:answer|answers|solution|hint)
    what(?:s| is| would be| are) the (?:right |correct |full |model |real |actual |perfect )?(?:answer|answers|solution)
    answer (?:it|this|that) (?:for me|yourself)
    you (?:tell me|answer it)
    (?:repeat|rephrase|clarify|reword|simplify) (?:the|this|that|your|it)(?: question)?
    (?:say|ask) (?:that|it) (?:again|differently|once more)
    what do you mean
    what does (?:this|that|it) mean
    no (?:lo )?s[eé]
    ni idea
    no tengo (?:\\w+ )*idea
    no (?:me acuerdo|recuerdo|entiendo)
    siguiente pregunta
    (?:ne )?sais (?:vraiment |vraiment )?pas
    (?:aucune|pas d|pas la moindre) id[eé]e
    nai aucune id[eé]e
    ne (?:me souviens|comprends) pas
    question suivante
    je passe
    wei(?:ß|ss) (?:\\w+ ){0,4}nicht
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

ALONE = frozenset("skip pass next hint help clue tip pardon paso siguiente weiter passe suivant blank".split())
"""Words that say so when they stand alone."""

ASIDES = frozenset(
    """
    sorry hmm hm mm umm uhm erm ah oh aw ugh damn wow hey hi hello well honest honestly truthfully unfortunately sadly frankly tbh man bro sir madam dear please pls thanks
    thank afraid guess think believe say know knew idea answer answers question questions one thing things anything something time moment now today
    right this that it all sure really simply completely absolutely totally exactly currently yet topic subject area stuff kind bit little everything word words
    help tell give mean remember recall understand able good proper want need ask asking next next skip pass hint head top before enough much lot going
    studied learned heard used seen embarrassing embarrassed nervous difficult hard tough tricky complicated wish could maybe check google look lets move
    lo la el es que de respuesta pregunta siento perdon nada yo eso esto pero
    je ne le la les desole desolé réponse reponse question ca ça cela désolée
    ich das es leider gerade wirklich tut mir leid die antwort auf habe da dazu darauf hab
    mujhe muje mereko hai iska iske bare mein ji nahi uttar jawab मुझे है इसका मैं जी माफ उत्तर
    """.split()
)
"""Words that add nothing to an "I don't know"."""

GREETINGS = frozenset(
    """
    hi hello hey hiya howdy yo greetings good morning afternoon evening night day there everyone viva bot how are you doing is it going whats up sup
    nice to meet thanks thank thx ty ok okay kk k cool great lol haha hahaha hehe lmao bye goodbye cya see later im fine test testing ping
    hola buenos dias buenas tardes noches que tal gracias adios bonjour bonsoir salut coucou merci hallo guten tag morgen abend servus moin danke tschuss
    namaste namaskar salaam assalamualaikum ciao ola oi konnichiwa नमस्ते नमस्कार धन्यवाद please again my friend dear sir madam very much so
    """.split()
)
"""Words of which a message that only greets or thanks is made."""

OFF_TOPIC = _any_of(
    """
    (?:whats|what is|hows|how is) the (?:weather|temperature|time|date|score)(?: .*)?
    what time is it(?: .*)?
    (?:please |can you |could you |i want to |i want you to |i would like to |go |just )*(?:order|buy|get|bring|book) (?:me |us )?(?:a |an |some |the )?(?:\\w+ ){0,2}(?:pizza|burger|coffee|beer|food|taxi|cab|flight|table|sandwich|sushi|lunch|dinner)s?(?: .*)?
    (?:please |can you |could you |just )*(?:tell|sing|write|make) (?:me |us )?(?:a |an |another )?(?:\\w+ )?(?:joke|song|poem|story|rap|haiku|limerick)(?: .*)?
    (?:please |can you |could you |just )*(?:play|put on) (?:me |us )?(?:some |a |the )?(?:\\w+ )?(?:music|song|game|video|movie)(?: .*)?
    (?:who|which team) (?:won|is winning|will win) .*
    (?:are you|you are|youre|r u) (?:a |an )?(?:\\w+ )?(?:bot|robot|human|real|ai|chatgpt|gpt|machine|person|single|stupid|dumb)(?: .*)?
    (?:who|what) (?:are you|made you|built you|is your name)(?: .*)?
    (?:whats|what is) your (?:name|age|favou?rite .*|phone number|prompt|system prompt)
    how old are you
    where (?:are you|do you live)(?: .*)?
    (?:do you )?(?:i )?(?:love|like|hate) (?:you|me|pizza|cats|dogs|this bot)
    (?:will you )?marry me
    (?:i am|im|i feel) (?:so |very |really )?(?:hungry|bored|tired|sleepy|drunk|thirsty|cold)(?: .*)?
    (?:fuck|screw) (?:you|off|this)(?: .*)?
    (?:this is|youre|you are) (?:stupid|boring|shit|bullshit|dumb|lame|useless|crap)
    shut up
    """
)
"""Whole messages that obviously speak of something else."""
