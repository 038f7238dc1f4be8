"""Words by which an English sentence shows whether a question can be made of it."""

from __future__ import annotations

from app.features.suggestions.rules.forms import listed

DANGLING = listed(
    "this that these those it its he him his she her hers they them their theirs we us our ours i my me here there"
    " such same other others another above below following former latter first second third last next previous"
    " preceding section chapter figure table page example appendix paragraph also too however therefore thus then"
    " what which who whom whose where when why how if unless whether because although though while since not never"
    " one ones so either neither nor etc instead otherwise only even just still already now today sometimes often"
    " usually normally always both some many few several most more less else something anything nothing everything"
    " mentioned specified given respective corresponding said affected case cases thing things fact way ways reason"
    " reasons"
)
GENERIC = listed(
    "goal aim idea point problem result results answer question reason purpose default rest whole difference main"
    " best usual new old current resulting simplest easiest most least only exception exceptions note list line text"
    " file user users name names value values field fields option command output input number time"
)
"""The things of which every book has several; alone they name none."""

STARTS = listed(
    "in on at by for from to with without within after before during if when while as since until under over"
    " through because although and but or so yet nor also thus then there here not only once even though given"
    " using based depending according despite except unlike like instead please note see use make do be have well"
    " often sometimes usually normally generally typically however otherwise furthermore moreover additionally"
    " finally first second third next last alternatively similarly likewise unfortunately fortunately most many"
    " some several few more less none nobody everyone everybody someone anyone people nothing something everything"
    " anything yes no never always now today later earlier again still just maybe perhaps indeed"
)
"""The first words of sentences with which no subject begins."""

NO_ADVERBS = listed(
    "hourly daily weekly monthly quarterly yearly early only family supply assembly reply anomaly italy july friendly"
    " likely elderly"
)
INTENTIONS = listed("want wish need like prefer intend decide plan think feel possible necessary any needed desired")
STATES = listed("are have can could do were had must should may might know don't cannot aren't haven't use")
"""The verbs that say of a reader in a condition how things are, and name no event."""

NO_ACTS = listed("wish want need like find have prefer consider try help seem appear do get notice see know expect")
"""The verbs for which nobody asks when."""

VERBS = listed(
    "access add adjust answer apply archive ask assign avoid back up become boot browse build buy calculate call change"
    " check choose claim clean clear close collect combine compare compile complete compress configure connect contact"
    " contribute control convert cook copy create customize debug define delete deliver deploy describe design"
    " develop disable discover display divide download draw edit enable encrypt ensure enter estimate evaluate export"
    " extract file fill filter find fix format get give grant grow handle hire identify implement import improve"
    " inspect install integrate join keep launch learn leave limit link list load log maintain make manage mark"
    " measure merge migrate modify monitor mount move name obtain open operate order organize orphan package paint"
    " partition pay plan play port prepare prevent print process produce protect prove provide publish query read"
    " rebuild record recover reduce refer register reinstall reject release remove rename renew repair replace report"
    " request reset resize resolve restore retrieve return review run save search secure select sell send separate set"
    " settle share show sign solve sort specify split start stop store submit subscribe switch take terminate test"
    " track train transfer translate treat trigger tune turn understand uninstall update upgrade upload use validate"
    " verify view wash wrap write"
)
"""The base forms of what is done by instructions."""

_DOUBLED = listed("get set run cut plan stop log submit split")
_IRREGULAR = listed(
    "become buy choose draw find get give grow keep leave make pay read run sell send set split take understand write"
)
_HAPPENING = listed("fail refuse resign object appeal protest delay arrive depart differ")
_NOUN_LIKE = listed(
    "porting operating packaging building processing testing shipping printing reading writing mounting running"
    " working starting opening closing filing training planning signing booting filtering tracking launching saving"
    " selling buying recording sorting switching"
)

PERSONS = (
    "master|director|minister|president|author|engineer|captain|manager|judge|doctor|professor|developer|leader"
    "|officer|secretary|chairman|chairwoman|chair|king|queen|mayor|inspector|keeper|schoolmaster|architect|painter"
    "|writer|poet|lawyer|nurse|teacher|scientist|physicist|chemist|historian|merchant|owner|founder|editor|journalist"
    "|composer|soldier|general|colonel|lieutenant|sergeant|detective|farmer|sailor|governor|senator|bishop|priest"
    "|spokesman|spokeswoman|consultant"
)
PLURALS = (
    "practices|rules|requirements|steps|duties|responsibilities|rights|obligations|reasons|recommendations|conditions"
    "|exceptions|guidelines|limits|limitations|advantages|disadvantages|benefits|risks|costs|types|kinds|causes|effects"
    "|results|misconceptions|mistakes|principles|goals|options|methods|alternatives|differences|criteria|fares|fees"
    "|prerequisites|consequences|conclusions|findings|objectives|assumptions|exclusions"
)
SINGULARS = (
    "purpose|definition|scope|role|structure|cost|process|procedure|meaning|difference|history|origin|layout|importance"
    "|price|cause|function|status|lifecycle"
)
"""The nouns that headings are about, where more follows: of, for, between."""


def _gerund(verb: str) -> str:
    if verb.endswith("e") and not verb.endswith("ee"):
        return verb[:-1] + "ing"
    return verb + verb[-1] * (verb in _DOUBLED) + "ing"


def _past(verb: str) -> str:
    if verb.endswith("e"):
        return verb + "d"
    return verb[:-1] + "ied" if verb.endswith(("ly", "py", "fy", "ry")) else verb + verb[-1] * (verb in _DOUBLED) + "ed"


GERUNDS = {_gerund(verb): verb for verb in VERBS}
PASTS = {_past(verb): verb for verb in VERBS | _HAPPENING if verb not in _IRREGULAR}
LIKE_NOUNS = {verb for gerund, verb in GERUNDS.items() if gerund in _NOUN_LIKE}
"""The base forms of gerunds that may belong to the noun behind them: operating systems."""
