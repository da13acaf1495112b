"""Word lists of general English, as data. The terms of a role are the business of its pack."""

from __future__ import annotations

from collections.abc import Mapping


def listed(text: str) -> tuple[str, ...]:
    """The words of a text: a list that can be read."""
    return tuple(text.split())


FUNCTION_WORDS = listed(
    """
    a about actually after again ago all also am an and another any anybody anyone are aren't as at basically be
    because been before being between both but by came can can't cannot certainly come could couldn't d did didn't
    do does doesn't doing don't done down during each either else especially etc even ever every exactly few for
    from generally get gets getting go goes going gone got had hadn't has hasn't have haven't having he he's hence
    her here hers herself him himself his how however i i'd i'll i'm i've if in into is isn't it it'd it'll it's its
    itself just kind let lets like ll m may maybe me might more most much must my myself neither no nobody none nor
    not nothing now obviously of off often ok okay on one ones only onto or other others otherwise our ours
    ourselves out over own per perhaps probably quite rather re really s same shall she should shouldn't simply
    since so some somehow something sometimes somewhere sort still such t than that that's the their theirs them
    themselves then there there's therefore these they they'd they'll they're they've this those though through thus
    to too toward towards uh um under until up upon us usually ve very via was wasn't we we'd we'll we're we've well
    were weren't what what's when where whether which while who whom whose why will with within without won't would
    wouldn't x yes yet you you'd you'll you're you've your yours yourself
    """
)
"""Words that carry no point of their own; a phrase is told by its other words."""

COMMON_WORDS = listed(
    """
    able act actual add allow already always another answer anything around ask away back bad bare become begin best
    better big bring build business call care case change check choose clear close come common company concrete
    consider could create customer data day deal decide depend describe difference different do easy employee end
    enough ensure everybody everyone everything example explain fact feel find first follow free full further
    general give good great group guess hand happen hard help high hold hour idea important include instead involve
    job keep kind know large last late lead learn least leave less line little live long look lose lot low main make
    manage manager many matter mean mention might mind minute model moment month move name need never new next nice
    number old open order part particular people percent person place plan play point possible practice present
    problem produce product project provide put question quick quite read ready real reason receive right run say
    second see seem send serious set several show side similar simple situation small somebody someone sound speak
    special specific spend stand start state step stop strong suppose sure take talk team tell thing think three
    time today together top total try turn two type understand use useful user usual value view wait want watch way
    week whole wish word work world worth write wrong year
    """
)
"""Words that are said about anything: they show little alone."""

SYNONYMS: tuple[tuple[str, ...], ...] = tuple(
    listed(line)
    for line in """
    accident coincidence chance luck random randomly randomize arbitrary arbitrarily
    account explanation explain describe clarify clarification
    accurate precise exact
    achieve reach attain accomplish fulfil fulfill
    acquire obtain gain
    ad ads advert advertisement advertise advertising
    adapt adjust modify alter change tailor
    admit acknowledge
    advance beforehand upfront ahead early prior earlier
    advantage benefit upside pro strength gain
    agree agreement consensus
    agreement contract deal
    aim goal objective purpose intention
    alert alarm warning warn notify notification
    allow permit enable let
    alone private confidential confidentially privately secret
    alternative option choice
    amount quantity volume
    angry upset annoyed frustrated annoy frustrate frustration annoyance
    answer reply respond response react reaction
    applicant candidate
    approach method technique way
    argue argument dispute disagree disagreement conflict
    assess evaluate evaluation appraise appraisal assessment judge
    assume assumption suppose presume hypothesis hypothesize
    attempt try
    attract draw
    audience viewers readers listeners
    automatic automatically automated automate
    average mean
    avoid prevent avert
    bad poor negative
    bankrupt insolvent insolvency bankruptcy
    base baseline basis
    behavior behaviour conduct act habit
    begin start commence beginning
    belief opinion view
    best optimal ideal
    big large huge great enormous major massive
    biased bias prejudice prejudiced discriminate discrimination discriminatory unfair unfairness
    blame fault guilty guilt culpable
    boss manager supervisor superior director management
    break crash fail failure outage broken incident
    bug defect
    build create develop make produce construct
    business company firm enterprise organization corporation organisation
    buy purchase
    calculate compute
    call phone telephone
    careful caution cautious carefully
    catch detect discover identify spot find
    cause reason
    certain sure confident certainty confidence
    change revise update amend revision amendment
    channel medium
    cheap inexpensive affordable
    check verify inspect examine review test look
    choose select pick opt selection choice
    claim allege assert assertion allegation
    clear plain understandable obvious
    close near
    coach mentor train teach educate training
    collaborate cooperate collaboration cooperation together joint jointly
    colleague coworker teammate peer
    combine merge join unite
    come arrive
    common usual typical normal standard frequent
    compare comparison contrast
    compensation compensate reimburse indemnify
    competitor rival competition
    complain complaint complaints grievance grumble
    complex complicated complexity
    condition requirement prerequisite
    confidence trust credibility
    connect link tie relate associate connection relation relationship
    consequence result outcome
    consider weigh
    consistent uniform consistency
    constant stable steady stability unchanged
    continue proceed ongoing continuous continuously continually
    convince persuade influence
    cost expense costs expensive costly
    court tribunal judge
    crucial important essential vital critical key significant importance
    customer client user consumer buyer shopper
    damage harm hurt injury damages injure
    danger risk hazard dangerous risky
    database db
    date deadline
    decide decision determine choose choice
    decline reject refuse turn
    decrease lower reduce drop fall decline shrink cut diminish reduction lessen minimize sink
    defend defence defense
    delay postpone defer late
    delete remove discard eliminate drop drops erase
    deploy release launch ship publish rollout
    different differ distinct difference
    difficult hard tough challenging difficulty
    directly direct
    disadvantage drawback downside con weakness
    dismiss fire sack terminate dismissal termination
    display show present demonstrate
    divide split separate partition
    document record write note log
    duty obligation obliged
    earn income revenue earnings turnover
    easy simple straightforward simplicity
    effect impact influence
    effort work labor
    employee worker staff personnel workforce
    empty missing absent blank null absence
    end finish complete final finally
    engage motivate engagement motivation
    enjoy like love
    enough sufficient adequate
    error mistake wrong incorrect false
    estimate guess approximate
    ethical moral morally ethics
    evidence proof prove
    example instance
    exist available
    experiment trial test try
    explore investigate research investigation
    extra additional
    fair just equitable neutral impartial fairness
    fast quick rapid speed swift quickly
    favor prefer
    fee charge price
    feeling emotion
    field column
    figure number
    fill replace impute substitute
    fit suit suitable appropriate
    fix repair solve resolve mend remedy
    flexible flexibility
    forbid prohibit ban forbidden prohibited
    forecast predict prediction
    foresee foreseeable predictable anticipate expect
    fresh new recent latest
    friend friendly kind
    future later afterwards subsequently
    gather collect
    genuine true real actual
    gradual gradually stepwise slowly stages phases phased increment incremental incrementally
    grasp understand comprehend
    group segment cohort cluster category
    grow increase raise rise growth climb boost
    guideline policy rule
    hear listen
    help assist support aid
    hidden unobserved latent
    hide conceal
    high higher tall
    hire recruit recruitment
    historical past history previous old
    honest open transparent openly transparency frank candid truthful
    idea suggestion
    illegal unlawful
    improve enhance optimize better improvement
    independent independently individually
    individual single
    inform tell communicate announce communication share
    information data facts
    inspire inspiring
    interest interested
    invest investment
    irregular unusual rare uncommon seldom infrequent abnormal
    job role position task
    keep retain maintain remain stay
    knowledge know
    label tag
    law legislation statute legal
    lawyer counsel attorney solicitor
    leak expose leakage
    learn memorize
    leave quit resign departure
    lend loan
    liability liable responsible responsibility accountable accountability
    limit restrict constrain limitation restriction constraint
    listen attention attentive
    long lengthy
    look search seek
    loud vocal
    measure metric kpi indicator
    meet meeting
    misleading mislead deceive deceptive trick
    money cash euros dollars
    monitor track observe watch
    need require must
    new unseen unknown novel fresh
    noise noisy
    obstacle blocker hurdle
    offer propose suggest recommend proposal suggestion
    opposite reverse contrary inverse
    order sequence
    outlier extreme
    own ownership
    page website site webpage
    pain painful
    parallel simultaneous simultaneously
    part portion fraction share proportion percentage section piece
    pattern theme trend
    pay salary wage remuneration compensation
    payment transaction
    people person human
    perform performance
    piece chunk slice part
    possess possession
    problem issue trouble difficulty
    procedure process
    produce generate
    product goods
    profit margin
    promise commit guarantee commitment
    promote promotion
    protect safe secure safety protection security safeguard
    question ask inquire
    quiet silent
    ratio rate share percentage
    reasonable sensible reasonably
    refund return
    regular regularly periodic periodically
    regulation rule
    rely depend
    repeat repeatedly again
    report feedback
    resource resources
    respect respectful respectfully polite politely
    reward incentive bonus
    roll revert rollback back
    save store persist
    scale normalize standardize standardization
    prioritize priority prioritization
    summarize summary
    categorize category
    personalize personal
    minimize minimal minimum
    maximize maximal maximum
    specialize specialist
    schedule timetable plan
    script code program
    send transmit deliver
    separate isolate
    server backend
    severe serious severity
    shop store retailer
    sign signal symptom
    signup register registration enroll
    similar alike comparable resemble
    skill ability competence capability
    slow latency sluggish lag
    small tiny little minor minimal
    smart clever
    sound valid
    stage step phase
    stop halt cease
    struggle difficulty trouble
    success succeed successful
    surprise unexpected
    talk speak discuss conversation converse discussion dialogue
    target goal
    test exam
    think believe consider
    threshold cutoff limit
    time duration period
    tired fatigue exhausted
    translate localize translation localization
    true right correct
    typical representative
    unique distinctive
    unnecessary needless
    urgent urgency
    usable usability
    utilize use usage
    value worth
    various several many multiple numerous different
    visible see visibility
    visitor traffic
    whole entire full total all overall
    win gain
    yearly annual annually
    """.strip().splitlines()
)
"""Words that say about the same in an interview. A word may stand in several groups, one for each of its senses."""

IRREGULAR: Mapping[str, str] = {
    form: base
    for line in """
    be: am is are was were been being
    become: became
    begin: began begun beginning
    bias: biases biased
    break: broke broken breaks breaking
    bring: brought
    build: built
    buy: bought
    catch: caught
    child: children
    choose: chose chosen
    criterion: criteria
    cut: cutting
    deal: dealt
    do: did done does doing
    draw: drew drawn
    drive: drove driven
    fall: fell fallen
    feel: felt
    find: found
    forbid: forbade forbidden
    forget: forgot forgotten
    get: got gotten
    give: gave given
    go: went gone
    grow: grew grown
    hear: heard
    hide: hid hidden
    hold: held
    hypothesis: hypotheses
    keep: kept
    know: knew known
    lead: led
    leave: left
    lend: lent
    lose: lost
    make: made
    man: men
    meet: met
    mistake: mistook mistaken
    pay: paid
    person: persons
    prove: proven
    rise: rose risen
    see: saw seen
    sell: sold
    send: sent
    speak: spoke spoken
    spend: spent
    stick: stuck
    take: took taken
    teach: taught
    tell: told
    think: thought
    understand: understood
    win: won
    woman: women
    write: wrote written
    analyze: analysis analyses analyse analysed analyzed analyzing analysing analyst
    choice: choices
    behavior: behaves behave behaved
    big: bigger biggest
    cheap: cheaper cheapest
    early: earlier earliest
    easy: easier easiest
    fast: faster fastest
    few: fewer fewest
    good: better best
    great: greater greatest
    hard: harder hardest
    high: higher highest
    large: larger largest
    late: later latest
    long: longer longest
    low: lower lowest
    new: newer newest
    old: older oldest
    quick: quicker quickest
    safe: safer safest
    short: shorter shortest
    simple: simpler simplest
    slow: slower slowest
    small: smaller smallest
    strong: stronger strongest
    weak: weaker weakest
    worse: worst
    """.strip().splitlines()
    for base, forms in [line.strip().split(": ")]
    for form in listed(forms)
}
"""Irregular forms and comparatives to the word they belong to."""

_UP_TO_NINETEEN = listed(
    """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen
    """
)
_TENS = listed("twenty thirty forty fifty sixty seventy eighty ninety hundred")

NUMBERS: Mapping[str, str] = {
    **{name: str(number) for number, name in enumerate(_UP_TO_NINETEEN)},
    **{name: str(10 * number) for number, name in enumerate(_TENS, 2)},
}
"""Number words in figures."""
