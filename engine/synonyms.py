"""Words that say about the same in an interview, as data. A word may stand in several groups, one for each of its
senses.

General English only: the terms of a role are the business of its pack.
"""

from __future__ import annotations

from collections.abc import Mapping

GROUPS: tuple[tuple[str, ...], ...] = tuple(
    tuple(line.split())
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
demand
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
opportunity
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
population
possess possession
principle
problem issue trouble difficulty
procedure process
produce generate
product goods
profit margin
project
promise commit guarantee commitment
promote promotion
protect safe secure safety protection security safeguard
question ask inquire
quality
quiet silent
ratio rate share percentage
reasonable sensible reasonably
refund return
regular regularly periodic periodically
regulation rule
rely depend
repeat repeatedly again
report feedback
request
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
strategy
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
tree
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

IRREGULAR: Mapping[str, str] = {
    form: base
    for base, forms in {
        "be": "am is are was were been being",
        "become": "became",
        "begin": "began begun beginning",
        "bias": "biases biased",
        "break": "broke broken breaks breaking",
        "bring": "brought",
        "build": "built",
        "buy": "bought",
        "catch": "caught",
        "child": "children",
        "choose": "chose chosen",
        "criterion": "criteria",
        "cut": "cutting",
        "deal": "dealt",
        "do": "did done does doing",
        "draw": "drew drawn",
        "drive": "drove driven",
        "fall": "fell fallen",
        "feel": "felt",
        "find": "found",
        "forbid": "forbade forbidden",
        "forget": "forgot forgotten",
        "get": "got gotten",
        "give": "gave given",
        "go": "went gone",
        "grow": "grew grown",
        "hear": "heard",
        "hide": "hid hidden",
        "hold": "held",
        "hypothesis": "hypotheses",
        "keep": "kept",
        "know": "knew known",
        "lead": "led",
        "leave": "left",
        "lend": "lent",
        "lose": "lost",
        "make": "made",
        "man": "men",
        "meet": "met",
        "mistake": "mistook mistaken",
        "pay": "paid",
        "person": "persons",
        "prove": "proven",
        "rise": "rose risen",
        "see": "saw seen",
        "sell": "sold",
        "send": "sent",
        "speak": "spoke spoken",
        "spend": "spent",
        "stick": "stuck",
        "take": "took taken",
        "teach": "taught",
        "tell": "told",
        "think": "thought",
        "understand": "understood",
        "win": "won",
        "woman": "women",
        "write": "wrote written",
        "analyze": "analysis analyses analyse analyses analysed analyzed analyzing analysing analyst",
        "choice": "choices",
        "behavior": "behaves behave behaved",
        "big": "bigger biggest",
        "cheap": "cheaper cheapest",
        "early": "earlier earliest",
        "easy": "easier easiest",
        "fast": "faster fastest",
        "few": "fewer fewest",
        "good": "better best",
        "great": "greater greatest",
        "hard": "harder hardest",
        "high": "higher highest",
        "large": "larger largest",
        "late": "later latest",
        "long": "longer longest",
        "low": "lower lowest",
        "new": "newer newest",
        "old": "older oldest",
        "quick": "quicker quickest",
        "safe": "safer safest",
        "short": "shorter shortest",
        "simple": "simpler simplest",
        "slow": "slower slowest",
        "small": "smaller smallest",
        "strong": "stronger strongest",
        "weak": "weaker weakest",
        "worse": "worst",
    }.items()
    for form in forms.split()
}
"""Irregular forms and comparatives to the word they belong to."""

NUMBERS: Mapping[str, str] = {
    name: str(number)
    for number, name in [
        *enumerate(
            [
                "zero",
                "one",
                "two",
                "three",
                "four",
                "five",
                "six",
                "seven",
                "eight",
                "nine",
                "ten",
                "eleven",
                "twelve",
                "thirteen",
                "fourteen",
                "fifteen",
                "sixteen",
                "seventeen",
                "eighteen",
                "nineteen",
            ]
        ),
        *(
            (10 * n, name)
            for n, name in enumerate(
                ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred"], 2
            )
        ),
    ]
}
