"""Words and signs that decide whether a sentence says a value of what is asked, in the languages that Octavo knows.

If a list is too long, fewer values are proved; if it is too short, a wrong one may be.
"""

from __future__ import annotations

import re

from app.language.languages import LANGUAGES


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ASKING = _words(
    "when which what who whom whose how much many high large big long far date dates day amount amounts sum number"
    " figure total please exactly exact"
    " wann wie was wer wen wem viel viele hoch groß lang datum tag betrag höhe summe zahl welchem welcher welches"
    " welche"
    " quand quel quelle quels quelles combien qui date jour montant somme élevé élevée"
    " cuándo cuál cuáles cuánto cuánta quién qué fecha día importe cantidad cuantía suma asciende"
    " quando qual quale quali quanto quanta chi data giorno importo somma ammonta elevato"
)
"""The words that say only that something is asked, and what kind of value."""

LINKING = _words(
    "amount amounts equals fixed set agreed hereby date sum"
    " beträgt betragen beläuft belaufen lautet festgesetzt vereinbart datum betrag höhe"
    " élève fixé fixée convenu montant date asciende fijado fijada importe fecha"
    " ammonta fissato fissata importo data"
)
"""The words between a label and its value that add nothing."""

PARTIES = _words(
    "tenant landlord lessee lessor buyer seller purchaser vendor borrower lender customer supplier licensee licensor"
    " mieter vermieter pächter verpächter käufer verkäufer locataire bailleur preneur acheteur vendeur"
    " arrendatario arrendador inquilino comprador vendedor conduttore locatore locatario acquirente venditore"
)
PAYING = _words("pay pays zahlt zahlen entrichtet paie payer paiera verse paga pagar pagará pagare pagherà versa")

BEFORE_VALUE = _words(
    "by from since until till to before after around about ab seit bis vor nach um gegen zirka spätestens"
    " dès depuis avant après vers desde hasta antes hacia sobre entro dal dall fino prima dopo verso"
)
"""The words before a date or an amount that say that it is not just this one."""

ROLES = _words(
    "by to from for against of with under on in at"
    " von an gegen für durch mit bei dem den des einem einen eines zum zur vom"
    " à au aux par pour contre avec du des sous de d para por contra con al del"
    " da dal dalla per contro allo alla dello della di"
)
"""The small words that say which part in a sentence the next word has."""

ARTICLES = _words(
    "the a an this that these those its his her their der die das dem den des ein eine einem einen einer eines"
    " diese dieser dieses le la les l un une ce cette el los las una este esta il lo gli i uno questo questa"
)
PRONOUNS = tuple(
    map(
        _words,
        (
            "he she it they him her them his its their such that those",
            "er sie es ihm ihn ihr ihnen sein seine ihre deren dessen",
            "elle ils elles lui leur leurs son sa ses",  # "il" is an article in Italian
            "él ella ellos ellas ello su sus ese esa esos esas",
            "lui lei loro egli esso essa essi esse suo sua suoi sue quello quella quelli quelle",
        ),
    )
)
"""The words of all the languages by which a clause is about what another sentence names."""
ASKS_WHO = _words("who which what wer welche welcher welches qui quel quelle quién quiénes cuál chi quale quali")
BY = _words("by von vom durch par por da dal dalla dallo")

WEIGHED = re.compile(
    r"\b(?:(?:original|initial|former|previous|prior|propos|estimat|expect|approximat|maxim|minim|exceed|increas|decreas"
    r"|reduc|rais|rise|rising|thereafter|subsequent|afterward|exten[ds]|renew|amend|supersed|replac|draft|exampl|templat"
    r"|assum|hypothet|deem|alleg|suppos"
    r"|ursprünglich|anfänglich|früher|bisherig|vorherig|vorgeschlag|geschätzt|voraussichtlich|erwartet|ungefähr|höchst"
    r"|mindest|wenigst|zuzüglich|erhöh|steig|senk|spätest|frühest|erst|letzt|nächst|anschließend|verläng|geänder|ersetz"
    r"|gekündigt|entwurf|beispiel|angeblich"
    r"|ancien|précéden|proposé|estimé|prévu|augment|rédui|premi|derni|prochain|prolong|renouvel|modifi|remplac|exempl"
    r"|anterior|propuest|estimad|previst|aproximad|máxim|mínim|aument|primer|últim|próxim|prorrog|renov|modific|sustitu"
    r"|borrador|ejemplo|inizial|inicial|precedent|propost|stimat|massim|ridott|ultim|prossim|proroga|rinnov|sostitu|bozza"
    r"|esempio)\w*"
    r"|(?:about|around|circa|ca|roughly|nearly|almost|least|most|up to|to be|more|less|fewer|than|plus|later|latest"
    r"|earlier|earliest|soon|first|last|next|then|was|were|been|had|would|each|per|every|sample|specimen|also|too|further"
    r"|etwa|rund|zirka|mehr|weniger|später|dann|danach|war|waren|wurde|wurden|hatte|wäre|würde|je|pro|jeweils|muster|auch|ferner"
    r"|environ|presque|moins|ensuite|puis|projet|aussi|également|était|fut|serait|chaque"
    r"|unos|unas|casi|más|menos|luego|también|anche|era|fue|sería|cada|quasi|più|meno|prim[oa]|poi|quindi|fu|sarebbe|ogni))\b"
)
"""Matches the words that make a value one of several, one of the past, or one that is not sure."""
WEIGHED_JAPANESE = re.compile(
    r"約(?=[\d一二三四五六七八九十百千])|概ね|およそ|おおむね|予定|見込|推定|以上|以下|以内|程度|最大|最低|最高|上限|下限|当初|旧|従前"
    r"|変更|改定|改訂|増額|減額|延長|更新|案(?=[はがの。、]|$)|ひな形|例(?=[はがの。、]|$)|初回|初年|次回|毎|ごと|あたり|当たり|だった"
    r"|であった|超え|前後|頃|ころ|ごろ|でき|てもよい|ても構わ|得る|うる|かもしれ|だろう|でしょう|はず|と思|という|とされ"
)
PAST = re.compile(r"\b(?:was|were|did|had|has|have|wurde|wurden|war|waren|hat|haben|fue|era)\b")
FUTURE = re.compile(r"\b(?:will|shall|wird|werden|soll|sollen)\b")
"""Matches the words for what is to be done, which does not prove a thing that was done."""
CHANGES = re.compile(
    r"\b(?:exten[ds]|renew|amend|supersed|replac|var(?:y|ied|ies)|instead|verläng|geänder|änder|ersetz|prolong|renouvel"
    r"|modifi|remplac|prorrog|renov|sustitu|proroga|rinnov|sostitu)\w*"
    r"|延長|変更|更新|改定|改訂|差し替え|代えて"
)
"""Matches the words of a sentence that may change what another one says."""
CONSENT = re.compile(
    r"\b(?:consent|approv|permission|agree[ds]?\b|authori|zustimm|genehmig|erlaub|einwillig|accord|autoris|autoriz)\w*"
    r"|承諾|同意|許可|承認"
)

VALUE, OTHER = "\ue200", "\ue201"
"""The signs that stand in a clause in the place of a value of the kind that is asked for, and of any other date or
number."""

JOINER = re.compile(
    r"[,;]?\s+(?P<word>and|but|or|und|aber|oder|et|mais|ou|y|pero|o|e|ma)\s+"
    r"|\s*(?P<sign>[;:；：。！？!?()（）\[\]\u2013\u2014\"“”„«»「」]|[.,](?=\s)|、)\s*"
)
AND = _words("; ； and und et y e 、")
NUMBERING = re.compile(
    r"^[^\w]*(?:(?:§+|clause|section|article|art\.?|artikel|artículo|articolo|ziffer|nr\.?|no\.?)\s*)?"
    r"(?:[(（]?(?:\d+(?:\.\d+)*[a-z]?|[a-z]|[ivx]{1,5})[)）.:]|\d+(?:\.\d+)+|(?:§|clause|section|article|artikel)\s*\d+[a-z]?"
    r"|第\s*\d+\s*[条項号](?:の\d+)?(?:\s*[（(][^（()）]{1,30}[)）])?)\s*(?=[^\W\d_]|\ue200|\ue201)"
)
PAID = re.compile(
    r",?\s+(?:(?:payables?|paid|zahlbar|pagader[oa]|pagabile)\s+)?(?:in advance|in arrears?|im voraus|nachträglich"
    r"|d['’]avance|à terme échu|por adelantado|por anticipado|in anticipo|in via anticipata"
    r"|(?:by|in) (?:equal )?(?:monthly|quarterly|half-yearly|yearly|annual) instal?lments(?: in advance| in arrears?)?"
    r"|in (?:gleichen )?(?:monatlichen|vierteljährlichen|jährlichen) raten)\b"
)
"""Matches how an amount is paid, which changes nothing of it."""
ITSELF = re.compile(
    r"\s(?:(?:of|under) this (?:lease|agreement|contract|deed|policy|licence|license)"
    r"|dieses (?:miet|pacht|kauf)?vertrage?s|du présent (?:contrat|bail)|(?:del presente|de este) contrato"
    r"|(?:del presente|di questo) contratto)\b"
)
"""Matches a document that speaks of itself."""
DEFINED = re.compile(
    r"\s*\((?:(?:hereinafter|herein|im folgenden|nachfolgend|ci-après|en adelante|di seguito)[ ,:]*)?"
    r"(?:(?:the|der|die|das|le|la|el|il|lo)\s+)?[\"“„«][^\"”“»()]{1,30}[\"”“»]\)"
)
"""Matches the name that a document gives to what it has just named."""
IN_BRACKETS = re.compile(r"\s*\(([^()]{3,80})\)")
RAISED = re.compile("[\u00b2\u00b3\u00b9\u2070\u2074-\u2079]+")
TOKEN = re.compile(r"[\ue200\ue201]|[^\W_]+|%")
INFINITIVE = re.compile(r"\b(?:has|have|had) to\b")
ANY_PART = re.compile(r"\b(?:or any part (?:of it|of them|thereof)|to (?:anyone|anybody|any person)(?: else)?)\b")
KANJI_RUN = re.compile(r"[\u3400-\u9fff々\u30a1-\u30ff]+|[a-z0-9\ue200\ue201]+")
JAPANESE_ASKING = re.compile(
    r"何年何月何日|何月何日|何日|何年|何円|いつ|いくら|どのくらい|どれくらい|だれ|誰|どちら|年月日|日付|金額|何"
)
JAPANESE_TOPIC = re.compile(r"(?<=[はも])、")
JAPANESE_ROLE = re.compile(r"から|より|[にへをで]")
PARTICLES = r"(?:から|まで|より|として|について|における|に関する|をもって|[はがのをにへでとも])"
JAPANESE_ENDINGS = (
    r"(?:ますか|ます|ません|ました|まして|です|である|であり|とする|とします|ものとする|こととする|することとする|と定める|する|した|して|します"
    r"|される|されます|られる|れる|ない|なければならない|てもよい|てはならない|ことができる|ことができます|できる|できます|できない|こと|もの"
    r"|[るいうくすつぬむたてりしかね])"
)
JAPANESE_GRAMMAR = re.compile(
    rf"(?:{PARTICLES}*|(?![はがのをにへでとも])[\u3041-\u3096]{{0,3}}?{JAPANESE_ENDINGS}*{PARTICLES}*)"
    rf"(?:{JAPANESE_ENDINGS})*"
)
"""Matches what may stand behind a run of characters; a verb in hiragana that is matter, such as はじまる, may not."""
JAPANESE_BOUND = re.compile(f"{VALUE}\\s*(?:から|より|まで|ほど|くらい|ぐらい|の)")
"""Matches what says that something begins or ends with a value, which is then not just that value."""
LONGEST_ENDING = 16
"""The length of the longest grammar; the pattern above would take long for long runs of hiragana."""
HIRAGANA = re.compile(r"[\u3041-\u3096]+")
JAPANESE_LINKING = frozenset(("金", "円", "日", "当該"))
INFLECTED = frozenset(
    frozenset(pair)
    for pair in (
        ("", "s"),
        ("", "es"),
        ("y", "ies"),
        ("", "n"),
        ("", "en"),
        ("t", "en"),
        ("t", "n"),
        ("", "x"),
        ("", "ly"),
    )
)
LEAST_STEM = 3
MAYBE = frozenset[str]().union(*(each.permissions | each.advice for each in LANGUAGES))
NEGATIONS = frozenset[str]().union(*(each.negations for each in LANGUAGES))
JAPANESE_NEGATION = re.compile(r"ない|ません|なかっ|なく|ず(?=[、。に])")
