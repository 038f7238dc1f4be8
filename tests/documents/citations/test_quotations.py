"""Quotations made from pages: true ones, in every way that careful writers shorten and mend them, are verified; false
ones never are, and those that are cut where a word turns their sense are told so, with that word.
"""

from __future__ import annotations

import random
import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.conversations.conversation import Citation, CitationState
from app.core.documents.document import Page
from app.documents.citations.checker import CitedBook, check, locate
from app.documents.citations.page_marks import find_marks, find_quotations
from app.language.sentences import SentenceKind, sentences

VERIFIED, CUT = CitationState.VERIFIED, CitationState.CUT


def cite(pages: str | tuple[str, ...], quotation: str, page: int = 1) -> Citation:
    """Return what is found out about a quotation with a mark that names a page."""
    texts = (pages,) if isinstance(pages, str) else pages
    book = CitedBook("b", "Book", tuple(Page(number, str(number), text) for number, text in enumerate(texts, 1)))
    opening, closing = "“”" if "「" in quotation else "「」"
    first, *_ = check(f"It says {opening}{quotation}{closing} [p. {page}].", [book])
    return first


def state(pages: str | tuple[str, ...], quotation: str, page: int = 1) -> CitationState:
    return cite(pages, quotation, page).state


# ---- signs that stand for several --------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["a force of 10² newton", "a force of 10^2 newton", "a force of 10^{2} newton"])
@pytest.mark.parametrize("written", ["10²", "10^2", "10^{2}", "10<sup>2</sup>"])
def test_a_power_is_the_same_however_it_is_written(page: str, written: str) -> None:
    assert state(page, f"a force of {written} newton") is VERIFIED


@pytest.mark.parametrize(
    ("page", "true", "false"),
    [
        ("a force of 10² newton here", "a force of 10² newton", "a force of 102 newton"),
        ("they fired 2⁵ rounds then", "they fired 2^5 rounds", "they fired 25 rounds"),
        ("so much per m⁻¹ of rope", "so much per m^-1 of rope", "so much per m1 of rope"),
        ("it is 101₂ in all", "it is 101_2 in all", "it is 1012 in all"),
        ("there is H₂O in it", "there is H2O in it", "there is HO in it"),
        ("add ½ cup of oil", "add 1/2 cup of oil", "add 12 cup of oil"),
        ("add 1½ cups of oil", "add 1 1/2 cups of oil", "add 11/2 cups of oil"),
        ("add 1½ cups of oil", "add 1½ cups of oil", "½ cups of oil"),
        ("it has 20 ㎡ of floor", "it has 20 m^2 of floor", "it has 20 m2 of floor"),
        ("it weighs 20㎏ in all", "it weighs 20kg in all", "it weighs 20g in all"),
        ("see the note 5① below", "see the note 5(1) below", "see the note 51 below"),
        ("see the part ⒈5 below", "see the part 1. 5 below", "see the part 1.5 below"),
        ("the clause Ⅳ of it", "the clause IV of it", "the clause V of it"),
        ("a voltage of 10^6 volts", "a voltage of 10⁶ volts", "a voltage of 10 volts"),
        ("a voltage of 10^6 volts", "a voltage of 10^6 volts", "a voltage of 106 volts"),
        ("for x^{n+1} it is so", "for x^{n+1} it is so", "for x it is so"),
        ("where 5 ≤ x it is so", "where 5 ≤ x it is so", "where 5 ≥ x it is so"),
        ("where 5 ± 2 is meant", "where 5 ± 2 is meant", "where 5 - 2 is meant"),
        ("the price was 24.91[2] in all", "the price was 24.91 in all", "the price was 24.912 in all"),
        ("it lies on 4–7 of them", "it lies on 4-7 of them", "it lies on 47 of them"),
    ],
)
def test_no_number_runs_into_another(page: str, true: str, false: str) -> None:
    assert state(page, true) is VERIFIED
    assert state(page, false) is not VERIFIED
    assert locate(page, false) is None


@settings(max_examples=200, deadline=None, database=None)
@given(st.integers(1, 999), st.sampled_from("⁰²³⁴⁵⁶⁷⁸⁹½⅓¾①⑨⒈㏠₀₂₉"), st.integers(0, 99))
def test_digits_beside_a_sign_are_never_read_as_one_number(number: int, sign: str, further: int) -> None:
    page = f"they counted {number}{sign} of them in May and {sign}{further} in June"
    for run in re.findall(r"\d+", page):
        assert locate(page, f"they counted {number}{run} of them") is None
    digit = re.sub(r"\D", "", unicodedata.normalize("NFKC", sign))
    assert locate(page, f"they counted {number}{digit} of them") is None
    assert locate(page, f"in May and {digit}{further} in June") is None
    assert locate(page, page) == (0, len(page))


# ---- thousands ----------------------------------------------------------------------------------------------------

_ENGLISH = "The rent of {} is due to the owner of the berth on the first of May."
_GERMAN = "Die Miete von {} ist für das Jahr an den Vermieter zu zahlen und wird nicht erlassen."


@pytest.mark.parametrize(
    ("page", "on_page", "written", "true"),
    [
        (_ENGLISH, "1,250", "1 250", True),
        (_ENGLISH, "1,250", "1\u202f250", True),
        (_ENGLISH, "1,250", "1'250", True),
        (_ENGLISH, "1\u00a0250", "1,250", True),
        (_ENGLISH, "1’250", "1 250", True),
        (_ENGLISH, "1,250,000", "1 250 000", True),
        (_ENGLISH, "1,250.50", "1 250.50", True),
        (_ENGLISH, "1.250", "1,250", False),
        (_ENGLISH, "1,250", "1.250", False),
        (_ENGLISH, "1.250", "1 250", False),
        (_ENGLISH, "1 250", "250", False),
        (_ENGLISH, "1,250", "250", False),
        (_ENGLISH, "2,1 250", "1 250", False),
        (_GERMAN, "1.250", "1 250", True),
        (_GERMAN, "1,250", "1 250", False),
        (_GERMAN, "1,250", "1.250", False),
        (_GERMAN, "1.250.000", "1 250 000", True),
    ],
)
def test_thousands_are_told_apart_in_many_ways_and_never_from_a_fraction(
    page: str, on_page: str, written: str, true: bool
) -> None:
    text = page.format(on_page)
    quotation = text.replace(on_page, written)
    if written == "250":
        quotation = quotation[quotation.index("250") :]
    assert (state(text, quotation) is VERIFIED) is true


# ---- what a quotation may leave out and change ---------------------------------------------------------------------

_LEASE = (
    "The Tenant gives notice in writing, by registered post, twelve months before the end of the term.[2] The dock’s "
    "gates, pumps and cranes are kept in good repair. Their main-\ntenance is paid by the Landlord, who has the tele-\n"
    "phone number. See https://example.org/harbour/ rules/2019.html for more, or /usr/share/\ndoc/harbour."
)
_MIETE = (
    "Der Mieter zahlt die Miete von 1.250 Euro am ersten Werktag jedes Monats an den Vermieter. Die Tore, Pumpen und"
    " Kräne des Docks hält er auf eigene Kosten instand."
)
_KISOKU = "第二条　借主は、契約期間の満了の十二か月前までに、書留郵便によって、港湾事務所に通知しなければならない。"


@pytest.mark.parametrize(
    ("page", "quotation"),
    [
        (_LEASE, "The Tenant gives notice … twelve months before the end of the term"),
        (_LEASE, "The Tenant gives notice […] twelve months before the end of the term"),
        (_LEASE, "The Tenant gives notice [...] twelve months before the end"),
        (_LEASE, "The Tenant gives notice [ … ] twelve months before the end"),
        (_LEASE, "The Tenant gives notice (...) twelve months before the end"),
        (_LEASE, "The Tenant gives notice . . . twelve months before the end"),
        (_LEASE, "The Tenant gives notice ... before the end of the term. … The dock’s gates ... are kept"),
        (_LEASE, "… gives notice in writing, by registered post …"),
        (_LEASE, "[t]he Tenant gives notice in writing"),
        (_LEASE, "[T]welve months before the end of the term"),
        (_LEASE, "Twelve months before the end of the term"),
        (_LEASE, "the Tenant gives notice in writing"),
        (_LEASE, "The Tenant gives notice [sic] in writing"),
        (_LEASE, "The Tenant gives notice in writing, by registered post [emphasis added]"),
        (_LEASE, "The Tenant gives notice in writing (emphasis in the original)"),
        (_LEASE, "before the end of the term. The dock’s gates, pumps"),
        (_LEASE, "before the end of the term.[2] The dock’s gates, pumps"),
        (_LEASE, "Their main-\ntenance is paid by the Landlord"),
        (_LEASE, "Their main- tenance is paid by the Land-\nlord"),
        (_LEASE, "who has the tele- phone number"),
        (_LEASE, "See https://example.org/harbour/rules/2019.html for more"),
        (_LEASE, "for more, or /usr/share/doc/harbour"),
        (_MIETE, "Der Mieter zahlt die Miete […] am ersten Werktag jedes Monats"),
        (_MIETE, "[d]er Mieter zahlt die Miete von 1 250 Euro"),
        (_MIETE, "Die Tore … hält er auf eigene Kosten instand"),
        (_MIETE, "Der Mieter zahlt die Miete von 1.250 Euro [Hervorhebung im Original]"),
        (_KISOKU, "借主は、……港湾事務所に通知しなければならない"),
        (_KISOKU, "借主は、（中略）書留郵便によって、港湾事務所に通知しなければならない"),
        (_KISOKU, "借主は、契約期間の満了の［…］港湾事務所に通知しなければならない［傍点は引用者］"),
        (_KISOKU, " ".join("契約期間の満了の十二か月前までに")),
        (_KISOKU, "契約期間の満了の\n十二か月前までに"),
        ("for [struck: four] five years of it", "for five years of it"),
        ("for [struck: four] five years of it", "for [struck: four] five years of it"),
        ("for [inserted: five] years of it", "for five years of it"),
        ("It has [field Rent: 1,475.00] a month", "Rent: 1,475.00 a month"),
        ("Kiel | 12 | 2019\nBremen | 3 | 2018", "Kiel 12 2019"),
        ("Kiel | 12 | 2019\nBremen | 3 | 2018", "Bremen | 3 | 2018"),
        ("In Kiel |  | 2019\nBremen | 3 | 2018", "In Kiel |  | 2019"),
        ("The tenant³ pays the rent", "The tenant pays the rent"),
        ("The tenant[3] pays the rent [4] in May", "The tenant pays the rent in May"),
    ],
)
def test_what_careful_writers_leave_out_or_change(page: str, quotation: str) -> None:
    citation = cite(page, quotation)
    assert citation.state is VERIFIED
    assert locate(page, citation.shown) is not None, "it can be lit"


@pytest.mark.parametrize(
    ("page", "quotation"),
    [
        (_LEASE, "twelve months before the end … The Tenant gives notice"),  # another order
        (_LEASE, "The Tenant gives notice … twenty months before the end"),
        (_LEASE, "[He] gives notice in writing, by registered post"),
        (_LEASE, "[The Landlord] gives notice in writing, by registered post"),
        (_LEASE, "The Tenant gives [no] notice in writing"),
        (_LEASE, "The Tenant gives notice [never] in writing"),
        (_LEASE, "The tenant gives notice in writing"),
        (_LEASE, "The … of"),
        ("for [struck: four] years of it", "for four years of it"),
        ("for [struck: four] five years of it", "for four five years of it"),
        ("Kiel |  | 2019\nBremen | 3 | 2018", "In Kiel 2019"),
        ("In Kiel |  | 2019\nBremen | 3 | 2018", "In Kiel 2019"),
        ("use a | b | c here", "use a b c here"),  # no table
        ("it was 24.91[2] in all of it", "it was 24.91[3] in all of it"),
        ("the value a[2] of it all", "the value a of it all"),
        (_KISOKU, "借主は、……港湾事務所に通知してはならない"),
        (_MIETE, "Der Mieter zahlt die Miete … am letzten Werktag jedes Monats"),
    ],
)
def test_what_was_changed_in_another_way_is_not_verified(page: str, quotation: str) -> None:
    assert state(page, quotation) not in (VERIFIED, CitationState.REPAIRED)


_BORDER = ("The first page says that the tenant pays", "the rent in May and the fee in June.", "It says no more.")


@pytest.mark.parametrize("page", [1, 2])
@pytest.mark.parametrize("quotation", ["that the tenant pays the rent in May", "the tenant pays … the fee in June"])
def test_either_page_of_a_border_may_be_named(page: int, quotation: str) -> None:
    citation = cite(_BORDER, quotation, page)
    assert (citation.page, citation.state) == (page, VERIFIED)
    elsewhere = cite(_BORDER, quotation, 3)
    assert (elsewhere.page, elsewhere.state) == (1, CitationState.REPAIRED)


# ---- cut ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "quotation", "lost"),
    [
        ("The landlord did not agree to extend the lease.", "agree to extend the lease", "did not"),
        ("The landlord did not ever agree to extend the lease.", "agree to extend the lease", "not ever"),
        ("The landlord can’t extend the lease of the berth.", "extend the lease of the berth", "can’t"),
        ("Neither the tenant nor the landlord pays.", "the tenant nor the landlord pays", "Neither"),
        ("It is not true that the tenant paid in May.", "the tenant paid in May", "not true"),
        ("The tenant may not, without consent, sublet it.", "without consent, sublet it", "not"),
        ("The berth is let unless the crane fails in winter.", "The berth is let", "unless"),
        ("The berth is let, except in winter.", "The berth is let", "except"),
        ("The berth is let only if the crane works.", "The berth is let", "only if"),
        ("The tenant pays the rent without delay.", "The tenant pays the rent", "without"),
        ("It ends only if the landlord agrees in writing.", "the landlord agrees in writing", "if"),
        ("In May the rent rose by 5 % in all.", "In May the rent rose by 5", "%"),
        ("In May the rent rose by 5 percent in all.", "In May the rent rose by 5", "percent"),
        ("In May the rent rose by 5 million euros.", "In May the rent rose by 5", "million"),
        ("In May the rent rose by five percent.", "In May the rent rose by five", "percent"),
        ("It is let for a term of 12 months to him.", "let for a term of 12", "months"),
        ("The price is € 500 a month in winter.", "500 a month in winter", "€"),
        ("It holds minus 5 degrees in winter.", "5 degrees in winter", "minus"),
        ("The voltage is 5 × 10^6 volts.", "The voltage is 5", "×"),
        ("It moves at a speed of 5 km/h in all.", "It moves at a speed of 5 km", "/h"),
        ("They let the Berths 4 to 7 to him.", "They let the Berths 4", "to 7"),
        ("They let the Berths 4–7 to him.", "They let the Berths 4", "–7"),
        ("[ ] I agree to the terms of sale", "I agree to the terms of sale", "[ ]"),
        ("The tenant may not, without consent, sublet the berth.", "The tenant may … sublet the berth", "not"),
        (
            "The tenant pays the rent and the landlord repairs the crane.",
            "The tenant […] repairs the crane",
            "landlord",
        ),
        (
            "The tenant pays the rent and the landlord might repair the crane.",
            "The tenant […] might repair the crane",
            "landlord",
        ),
        ("The tenant pays the rent. The landlord repairs the crane.", "The tenant […] repairs the crane", "landlord"),
        ("The rent rose by 5 % in May and fell in June.", "The rent rose by 5 … and fell in June", "%"),
        ("Der Vermieter stimmte der Verlängerung nicht zu.", "Der Vermieter stimmte der Verlängerung", "nicht"),
        ("Der Mieter darf den Platz nicht untervermieten.", "Der Mieter darf den Platz", "nicht"),
        ("Er darf keinen Kran benutzen und zahlt dafür.", "Kran benutzen und zahlt dafür", "keinen"),
        ("Der Mieter zahlt die Miete, es sei denn, der Kran fällt aus.", "Der Mieter zahlt die Miete", "es sei denn"),
        ("Der Mieter zahlt die Miete, außer im Winter.", "Der Mieter zahlt die Miete", "außer"),
        ("Der Mieter darf ohne Zustimmung nicht kündigen.", "Der Mieter darf […] kündigen", "nicht"),
        ("Die Miete stieg um 5 Prozent im Mai.", "Die Miete stieg um 5", "Prozent"),
        ("Le locataire ne doit pas payer le loyer en mai.", "payer le loyer en mai", "pas"),
        ("El inquilino no debe pagar la renta en mayo.", "debe pagar la renta en mayo", "no"),
        ("L’inquilino non deve pagare l’affitto a maggio.", "deve pagare l’affitto a maggio", "non"),
        ("借主は契約を中途で解除することができない。", "借主は契約を中途で解除することができ", "ない"),
        ("借主は契約を中途で解除することができない。", "借主は契約を中途で解除すること", "ない"),
        ("借主は毎月の使用料を納めません。", "借主は毎月の使用料を納め", "ません"),
        ("借主は毎月の使用料を納めず、港を出る。", "借主は毎月の使用料を納め", "ず"),
        ("港にある乾ドックの設備を除くすべてを使用できる。", "港にある乾ドックの設備", "を除く"),
        ("借主は、書面によらない限り、いつでも契約を解除できる。", "借主は、…いつでも契約を解除できる", "限り"),
        ("借主は港を使用できる。ただし、乾ドックを除く。", "借主は港を使用できる", "ただし、乾ドックを除く"),
    ],
)
def test_a_quotation_that_is_cut_where_its_sense_turns_is_told_so(page: str, quotation: str, lost: str) -> None:
    citation = cite(page, quotation)
    assert citation.state is CUT
    assert lost in citation.on_page
    assert locate(page, citation.on_page) is not None, "the page's fuller words can be lit"
    assert state(page, page) is VERIFIED


@pytest.mark.parametrize(
    ("page", "quotation"),
    [
        ("It was not only a right but a duty of his.", "a right but a duty of his"),
        ("The tenant gives notice not less than twelve months before.", "The tenant gives notice"),
        ("Where a storm closes the harbour, the rent is due.", "the rent is due"),
        ("He does not pay. The tenant pays the rent.", "The tenant pays the rent"),
        ("The tenant pays the rent. Not a word was said.", "The tenant pays the rent"),
        ("# No dogs\n\nThe tenant pays the rent.", "The tenant pays the rent"),
        ("The tenant pays the rent, not the fee.", "The tenant pays the rent"),
        ("It is said in section 5 that he pays it.", "It is said in section 5"),
        ("In the winter — 5 boats were lost there.", "5 boats were lost there"),
        ("It was in May 2019 that he paid it.", "It was in May 2019"),
        ("Der Mieter zahlt die Miete. Nicht alle tun das.", "Der Mieter zahlt die Miete"),
        ("借主は港湾事務所に通知しなければならない。", "借主は港湾事務所に通知しなければならない"),
    ],
)
def test_what_reads_the_same_without_its_neighbours_is_not_cut(page: str, quotation: str) -> None:
    assert state(page, quotation) is VERIFIED


def test_a_quotation_that_stands_uncut_elsewhere_is_cut_where_it_was_named() -> None:
    pages = ("He did not agree to extend the lease.", "They agree to extend the lease.")
    assert [cite(pages, "agree to extend the lease", page).state for page in (1, 2)] == [CUT, VERIFIED]
    found = cite(("He did not agree to extend the lease.", "No more."), "agree to extend the lease", 2)
    assert (found.page, found.named, found.state) == (1, "2", CUT)


# ---- made from whole texts -----------------------------------------------------------------------------------------

_BOOK = """The Landlord lets twelve berths to the Tenant for a term of twenty-one years from 1 May 2019. The
Tenant pays a rent of 48,500 euros a year, in four equal parts, on the first working day of each
quarter. Rent that is late bears interest at 6.5 per cent a year. No vessel may lie in the basin
without a lamp. The Tenant shall not sublet a berth unless the Landlord agrees in writing. The water
in the dock exerts a force of 10^4 newton on each gate. The gates, the pumps and the cranes are
inspected every two years, and the reports are kept in the office."""
_BUCH = """Der Vermieter überlässt dem Mieter zwölf Liegeplätze für eine Dauer von einundzwanzig Jahren. Der
Mieter zahlt eine Miete von 48.500 Euro im Jahr, in vier gleichen Teilen, am ersten Werktag jedes
Quartals. Verspätete Miete trägt Zinsen von 6,5 Prozent im Jahr. Kein Schiff darf ohne Lampe im
Becken liegen. Der Mieter darf einen Liegeplatz nicht untervermieten, es sei denn, der Vermieter
stimmt schriftlich zu. Die Tore, die Pumpen und die Kräne werden alle zwei Jahre geprüft."""
_HON = """第一条　貸主は、借主に十二の係留施設を二十一年の期間で貸し渡す。第二条　借主は、毎年四万八千五百
ユーロの使用料を、四回に分けて納める。第三条　遅れた使用料には、年六・五パーセントの利息を付する
。第四条　船舶は、灯火なしに停泊してはならない。第五条　借主は、貸主の書面による承諾がない限り、
係留施設を転貸することができない。"""
_NEGATED = [
    (" may ", " may not "), (" shall not ", " shall "), (" darf ", " darf nicht "), (" nicht ", " "), ("No ", "A "),
    ("Kein ", "Ein "), ("ならない", "よい"), ("できない", "できる"), ("unless", "if"), ("6.5", "5.6"), ("6,5", "5,6"),
    ("48,500", "45,800"), ("48.500", "45.800"), ("10^4", "104"), ("10^4", "10^5"), ("10^4", "10"), ("twelve", "ten"),
    ("zwölf", "zehn"), ("十二", "十一"), ("per cent", "parts"), ("Landlord", "Tenant"), ("Vermieter", "Mieter"),
    ("貸主", "借主"), ("euros", "dollars"), ("Euro", "Dollar"), ("every", "no"), ("without", "with"), ("ohne", "mit"),
]  # fmt: skip


@pytest.mark.parametrize("text", [_BOOK, _BUCH, _HON], ids=["en", "de", "ja"])
@settings(max_examples=120, deadline=None, database=None)
@given(seed=st.integers(0, 10_000))
def test_sentences_of_a_text_are_verified_and_altered_ones_are_not(text: str, seed: int) -> None:
    chance = random.Random(seed)
    wholes = [each.text for each in sentences(text) if each.kind is SentenceKind.SENTENCE]
    sentence = chance.choice(wholes)
    line = " ".join(sentence.split())
    assert state(text, line) is VERIFIED
    assert state(text, line[0].swapcase() + line[1:]) is VERIFIED
    words = line.split()
    if len(words) > 5:
        at = chance.randrange(1, len(words))
        assert state(text, " ".join([*words[:at], "[sic]", *words[at:]])) is VERIFIED
        other = chance.randrange(1, len(words))
        wrong = [*words[:at], *words[at + 1 :]] if other == at else [*words[:at], words[other], *words[at:]]
        assert state(text, " ".join(wrong)) not in (VERIFIED, CUT) or " ".join(wrong) in " ".join(text.split())
    for before, after in _NEGATED:
        if before in line:
            assert state(text, line.replace(before, after)) not in (VERIFIED, CUT), (line, before, after)


# ---- quotation marks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "texts"),
    [
        ("Es heißt »der Mieter zahlt die Miete« [p. 1].", ["der Mieter zahlt die Miete"]),
        ("Det står ”hyresgästen betalar hyran” [p. 1].", ["hyresgästen betalar hyran"]),
        ("Det står »hyresgästen betalar hyran» [p. 1].", ["hyresgästen betalar hyran"]),
        ("It says ‘the tenants’ rent is due’ [p. 1].", ["the tenants’ rent is due"]),
        ("Es heißt ‚der Mieter zahlt die Miete‘ [p. 1].", ["der Mieter zahlt die Miete"]),
        ("Es heißt ›der Mieter zahlt‹ [p. 1].", ["der Mieter zahlt"]),
        ("„Der Mieter zahlt“ und “the tenant pays”.", ["Der Mieter zahlt", "the tenant pays"]),
        ("«le locataire paie» et « le bailleur »", ["le locataire paie", " le bailleur "]),
        ("‹le locataire paie le loyer›", ["le locataire paie le loyer"]),
        ("『借主は通知する』と《借主は通知する》", ["借主は通知する", "借主は通知する"]),
        ("»Er sagte ›geh sofort‹ und ging«", ["Er sagte ›geh sofort‹ und ging"]),
        ("“He said ‘leave at once’ and left”", ["He said ‘leave at once’ and left"]),
        ("> The tenant pays\n> the rent in May. [p. 1]\n\nSo he does.", ["The tenant pays\nthe rent in May."]),
        ("So:\n\n> The tenant pays\n> the rent — [p. 1]\n\nMore.", ["The tenant pays\nthe rent"]),
        ("> It says “the tenant pays the rent” [p. 1]", ["the tenant pays the rent"]),
        ('A 5\' 6" man, 5″ and a 6" nail say "the tenant pays".', ["the tenant pays"]),
        ("It’s the tenants’ own, and a > b and 5' > 6\".", []),
    ],
)
def test_quotation_marks_of_many_languages(answer: str, texts: list[str]) -> None:
    assert [found.text for found in find_quotations(answer, find_marks(answer, frozenset()))] == texts


@pytest.mark.parametrize("pair", ["»«", "””", "»»", "‘’", "‚‘", "›‹", "„“", "『』", "《》", "〝〟"])
def test_what_is_invented_in_any_marks_is_not_found(pair: str) -> None:
    book = CitedBook("b", "Book", (Page(1, "1", "The tenant pays the rent in May."),))
    (true,) = check(f"It says {pair[0]}the tenant pays the rent{pair[1]} [p. 1].", [book])
    (false,) = check(f"It says {pair[0]}a dog may paint the cranes green{pair[1]} [p. 1].", [book])
    assert (true.state, false.state) == (VERIFIED, CitationState.NOT_FOUND)


def test_a_block_quotation_is_checked() -> None:
    book = CitedBook("b", "Book", (Page(1, "1", "The tenant pays the rent in May."),))
    (true,) = check("It says:\n\n> The tenant pays\n> the rent in May. [p. 1]", [book])
    (after,) = check("It says:\n\n> The tenant pays\n> the rent in May.\n\n[p. 1]", [book])
    (false,) = check("It says:\n\n> A dog may paint\n> the cranes green. [p. 1]", [book])
    assert (true.state, false.state) == (VERIFIED, CitationState.NOT_FOUND)
    assert after.state is not CitationState.NOT_FOUND


def test_every_line_of_a_block_quotation_may_have_its_own_mark() -> None:
    page = Page(1, "1", "The quay was built in 1931. Ships came from afar. The crane is new.")
    answer = "> The quay was built in 1931. [p. 1]\n> The crane is new. [p. 1]\n"
    assert [cited.state for cited in check(answer, [CitedBook("b", "Lease", (page,))])] == [CitationState.VERIFIED] * 2
