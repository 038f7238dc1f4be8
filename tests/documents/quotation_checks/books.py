"""Three books to quote from, in English, German and Japanese, written for this: every sentence is known."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.documents.document import Page
from app.documents.citations.checker import CitedBook


@dataclass(frozen=True)
class Cut:
    """A sentence, and words of it that say something else once what stands beside them is gone."""

    sentence: str
    words: str


@dataclass(frozen=True)
class Marked:
    """A sentence as the page has it, with powers, notes or thousands, and as a careful writer may quote it."""

    sentence: str
    written: tuple[str, ...]
    wrong: tuple[str, ...]


@dataclass(frozen=True)
class Book:
    """`swaps` change the sense of a sentence: a word, and what stands in its place."""

    language: str
    title: str
    plain: tuple[str, ...]
    cuts: tuple[Cut, ...]
    marked: tuple[Marked, ...]
    swaps: tuple[tuple[str, str], ...]
    invented: tuple[str, ...]
    space: str = " "

    @property
    def cited(self) -> CitedBook:
        """The sentences on pages of six; the last one of each page runs on to the next."""
        sentences = [*self.plain, *(cut.sentence for cut in self.cuts), *(each.sentence for each in self.marked)]
        spread = sentences[::3] + sentences[1::3] + sentences[2::3]
        groups = [spread[start : start + 6] for start in range(0, len(spread), 6)]
        texts: list[str] = []
        carried = ""
        for place, group in enumerate(groups):
            text = self.space.join(group)
            head, tail = _halves(group[-1], self.space)
            runs_on = place < len(groups) - 1 and group[-1] in self.plain
            if runs_on:
                text = text[: len(text) - len(group[-1])] + head
            texts.append(f"{carried}{self.space if carried else ''}{text}")
            carried = tail if runs_on else ""
        pages = tuple(Page(number, str(number), text) for number, text in enumerate(texts, 1))
        return CitedBook(self.language, self.title, pages)


def _halves(sentence: str, space: str) -> tuple[str, str]:
    """Cut between two words near the middle."""
    middle = len(sentence) // 2
    if not space:
        return sentence[:middle], sentence[middle:]
    end = sentence.index(" ", middle)
    return sentence[:end], sentence[end + 1 :]


ENGLISH = Book(
    "en",
    "Harbour Manual",
    plain=(
        "The harbour master opens the eastern gate at six o’clock on every working day of the year.",
        "Visiting yachts report to the office on the old quay before they take a berth.",
        "The keeper enters the name of the vessel, her length and her draught into the berth book.",
        "A vessel that carries dangerous goods moors at the outer mole and shows a red flag by day.",
        "Fresh water is drawn from the stand pipes along the wall, which are locked at sunset.",
        "The northern basin was dredged in 1987 and again in the spring of the following decade.",
        "Rent for a berth is due on the first working day of each quarter, in advance.",
        "The landlord keeps the fenders, the ladders and the mooring rings in good repair.",
        "The tenant insures the workshop against fire, storm and flood at his own expense.",
        "Notice to end the lease reaches the harbour office by registered post twelve months before its end.",
        "The crane on the western pier lifts up to eleven tonnes when the wind is light.",
        "Pilots board incoming ships two miles south of the fairway buoy at any state of the tide.",
        "The survey of the quay walls found four open joints between the second and the third ladder.",
        "Every complaint is written into the register and answered within fourteen days.",
        "The committee meets in the chart room on the last Friday of March, June, September and December.",
        "Ropes, nets and other gear are stored in the shed behind the ice house during the winter.",
        "A deposit of three months’ rent is held by the bank until the berth has been handed back.",
        "The lighthouse shows two white flashes every ten seconds, which are seen from eighteen miles away.",
        "Children under twelve wear a life jacket on the pontoons, whoever is with them.",
        "The old customs house was sold to the rowing club for a symbolic price after the war.",
        "Engines are stopped in the inner basin between ten in the evening and six in the morning.",
        "The harbour fund pays for the repair of the breakwater and for the salary of the night watch.",
        "Oil, paint and batteries are brought to the store next to the slipway, which is open on Saturdays.",
        "The tide gauge on the corner of the quay is read every morning and its figures are hung out at noon.",
    ),
    cuts=(
        Cut(
            "The tenant did not agree to extend the lease to the northern quay.",
            "agree to extend the lease to the northern quay",
        ),
        Cut(
            "The owner is not obliged to replace worn fenders during the term.",
            "obliged to replace worn fenders during the term",
        ),
        Cut(
            "No vessel may anchor in the fairway between the two piers after dark.",
            "vessel may anchor in the fairway between the two piers after dark",
        ),
        Cut(
            "The keeper never accepts payment in cash for the use of the slipway.",
            "accepts payment in cash for the use of the slipway",
        ),
        Cut(
            "Fishing from the breakwater is allowed unless the storm cone has been hoisted.",
            "Fishing from the breakwater is allowed",
        ),
        Cut(
            "The insurance covers all damage to the hull except damage caused by ice.",
            "The insurance covers all damage to the hull",
        ),
        Cut("Last year the fees for day visitors rose by 5 percent.", "the fees for day visitors rose by 5"),
        Cut(
            "The new pump house will cost the harbour about 3 million euros.",
            "The new pump house will cost the harbour about 3",
        ),
        Cut("The rebuilt crane carries a load of 11 tonnes at full reach.", "The rebuilt crane carries a load of 11"),
        Cut(
            "The yearly rent of the workshop amounts to 14 % of its value.",
            "The yearly rent of the workshop amounts to 14",
        ),
        Cut("The court held that the clause cannot be enforced against the heirs.", "be enforced against the heirs"),
        Cut("Dogs are admitted to the yard without a lead only by written leave.", "a lead only by written leave"),
    ),
    marked=(
        Marked(
            "The eastern wall bears a load of 10^6 newton per metre of its length.",
            ("The eastern wall bears a load of 10^6 newton", "a load of 10⁶ newton per metre of its length"),
            (
                "The eastern wall bears a load of 106 newton",
                "a load of 10 newton per metre of its length",
                "a load of 10^5 newton per metre of its length",
            ),
        ),
        Marked(
            "Under the crane the ground gives way by 4·10^-3 m at the most.",
            ("the ground gives way by 4·10^-3 m at the most", "the ground gives way by 4·10⁻³ m at the most"),
            ("the ground gives way by 4·10-3 m at the most", "the ground gives way by 4·10^3 m at the most"),
        ),
        Marked(
            "The inner basin covers an area of 24 km^2 at high water.",
            ("The inner basin covers an area of 24 km² at high water", "The inner basin covers an area of 24 km^2"),
            (
                "The inner basin covers an area of 24 km at high water",
                "The inner basin covers an area of 242 km at high water",
            ),
        ),
        Marked(
            "The harbour counted 24.91[2] ships a day in the summer months.",
            ("The harbour counted 24.91 ships a day in the summer months", "The harbour counted 24.91[2] ships a day"),
            ("The harbour counted 24.912 ships a day in the summer months",),
        ),
        Marked(
            "The fund[3] holds 1,250 shares of the ferry company.",
            ("The fund holds 1,250 shares of the ferry company", "The fund[3] holds 1 250 shares of the ferry company"),
            (
                "The fund holds 1,25 shares of the ferry company",
                "The fund holds 250 shares of the ferry company",
                "The fund3 holds 1,250 shares of the ferry company",
            ),
        ),
        Marked(
            "The plans of the dry dock are kept under /srv/harbour/plans/dry-dock/sheet-12.pdf in the archive.",
            (
                "The plans of the dry dock are kept under /srv/harbour/plans/ dry-dock/sheet-12.pdf",
                "The plans of the dry dock are kept under /srv/harbour/plans/dry-dock/sheet-12.pdf in the archive",
            ),
            ("The plans of the dry dock are kept under /srv/harbour/plans/dry-dock/sheet-21.pdf",),
        ),
        Marked(
            "The tenant pays [struck: four] [inserted: five] rents when the berth is handed over.",
            ("The tenant pays five rents when the berth is handed over",),
            (
                "The tenant pays four rents when the berth is handed over",
                "The tenant pays four five rents when the berth is handed over",
            ),
        ),
    ),
    swaps=(
        ("opens", "closes"),
        ("before", "after"),
        ("eastern", "western"),
        ("two", "seven"),
        ("1987", "1978"),
        ("twelve", "twenty"),
        ("four", "five"),
        ("landlord", "tenant"),
        ("first", "last"),
        ("up to", "more than"),
        ("three", "thirteen"),
        ("sold to", "bought by"),
        ("in advance", "in arrears"),
        ("northern", "southern"),
        ("eleven", "seven"),
        ("within", "after"),
        ("ten", "six"),
        ("noon", "night"),
        ("winter", "summer"),
        ("Visiting yachts", "Fishing boats"),
        ("red", "blue"),
        ("every", "no"),
        ("eighteen", "eighty"),
    ),
    invented=(
        "The harbour master may double the fees during the regatta week",
        "All berths are let by auction on the second Sunday in May",
        "The tenant may sublet the workshop to a member of his family",
        "A fine of ninety euros is charged for every day of delay",
    ),
)

GERMAN = Book(
    "de",
    "Hafenordnung",
    plain=(
        "Der Hafenmeister öffnet das östliche Tor an jedem Werktag um sechs Uhr morgens.",
        "Gastboote melden sich im Büro am alten Kai, bevor sie einen Liegeplatz einnehmen.",
        "Der Wächter trägt den Namen des Schiffes, seine Länge und seinen Tiefgang in das Liegebuch ein.",
        "Die Miete für einen Liegeplatz ist am ersten Werktag jedes Vierteljahres im Voraus fällig.",
        "Der Vermieter hält die Fender, die Leitern und die Ringe in gutem Zustand.",
        "Der Mieter versichert die Werkstatt auf eigene Kosten gegen Feuer, Sturm und Hochwasser.",
        "Die Kündigung geht dem Hafenamt zwölf Monate vor dem Ende der Laufzeit durch Einschreiben zu.",
        "Der Kran auf der westlichen Mole hebt bei leichtem Wind bis zu elf Tonnen.",
        "Die Untersuchung der Kaimauern ergab vier offene Fugen zwischen der zweiten und der dritten Leiter.",
        "Jede Beschwerde wird in das Verzeichnis geschrieben und innerhalb von vierzehn Tagen beantwortet.",
        "Das nördliche Becken wurde im Jahr 1987 ausgebaggert und danach noch einmal vertieft.",
        "Taue, Netze und anderes Gerät lagern im Winter in dem Schuppen hinter dem Eishaus.",
        "Die Bank verwahrt eine Kaution von drei Monatsmieten, bis der Liegeplatz zurückgegeben ist.",
        "Kinder unter zwölf Jahren tragen auf den Stegen eine Schwimmweste, wer auch immer sie begleitet.",
    ),
    cuts=(
        Cut(
            "Der Mieter hat nicht zugestimmt, den Vertrag auf den Nordkai zu erweitern.",
            "zugestimmt, den Vertrag auf den Nordkai zu erweitern",
        ),
        Cut(
            "Der Eigentümer ist nicht verpflichtet, abgenutzte Fender zu ersetzen.",
            "verpflichtet, abgenutzte Fender zu ersetzen",
        ),
        Cut(
            "Kein Schiff darf nach Einbruch der Dunkelheit in der Fahrrinne ankern.",
            "Schiff darf nach Einbruch der Dunkelheit in der Fahrrinne ankern",
        ),
        Cut(
            "Das Angeln von der Mole ist erlaubt, außer wenn der Sturmball gehisst ist.",
            "Das Angeln von der Mole ist erlaubt",
        ),
        Cut(
            "Die Gebühren für Tagesgäste stiegen im letzten Jahr um 5 Prozent.",
            "Die Gebühren für Tagesgäste stiegen im letzten Jahr um 5",
        ),
        Cut(
            "Das neue Pumpenhaus wird den Hafen rund 3 Millionen Euro kosten.",
            "Das neue Pumpenhaus wird den Hafen rund 3",
        ),
    ),
    marked=(
        Marked(
            "Die östliche Mauer trägt eine Last von 10^6 Newton je Meter.",
            ("Die östliche Mauer trägt eine Last von 10⁶ Newton je Meter", "eine Last von 10^6 Newton je Meter"),
            ("Die östliche Mauer trägt eine Last von 106 Newton je Meter", "eine Last von 10 Newton je Meter"),
        ),
        Marked(
            "Das innere Becken hat bei Hochwasser eine Fläche von 24 km^2 und drei Tore.",
            ("eine Fläche von 24 km² und drei Tore", "Das innere Becken hat bei Hochwasser eine Fläche von 24 km^2"),
            ("eine Fläche von 24 km und drei Tore",),
        ),
        Marked(
            "Der Fonds[3] hält 1 250 Anteile an der Fährgesellschaft.",
            (
                "Der Fonds hält 1 250 Anteile an der Fährgesellschaft",
                "Der Fonds[3] hält 1\u202f250 Anteile an der Fährgesellschaft",
            ),
            (
                "Der Fonds hält 250 Anteile an der Fährgesellschaft",
                "Der Fonds hält 1 205 Anteile an der Fährgesellschaft",
            ),
        ),
    ),
    swaps=(
        ("östliche", "westliche"),
        ("bevor", "nachdem"),
        ("zwölf", "zwanzig"),
        ("ersten", "letzten"),
        ("vier", "fünf"),
        ("Vermieter", "Mieter"),
        ("1987", "1978"),
        ("elf", "sieben"),
        ("drei", "dreizehn"),
        ("vor dem", "nach dem"),
        ("Winter", "Sommer"),
        ("vierzehn", "vierzig"),
        ("Sturm", "Diebstahl"),
        ("Tiefgang", "Preis"),
    ),
    invented=(
        "Der Hafenmeister darf die Gebühren während der Regatta verdoppeln",
        "Alle Liegeplätze werden am zweiten Sonntag im Mai versteigert",
    ),
)

JAPANESE = Book(
    "ja",
    "港湾規則",
    plain=(
        "港長は毎日午前六時に東の門を開き、日没とともにこれを閉じる。",
        "来訪する船は係留の前に旧埠頭の事務所へ届け出るものとする。",
        "監視員は船の名前、長さおよび喫水を係留簿に記入する。",
        "係留料は四半期ごとの最初の営業日に前払いで納める。",
        "貸主は防舷材、はしごおよび係船環を良好な状態に保つ。",
        "借主は火災、暴風および洪水に備え、自らの費用で作業場に保険をかける。",
        "解約の通知は契約満了の十二か月前までに書留郵便で港湾事務所に届くものとする。",
        "西桟橋の起重機は風の弱い日に十一トンまでの荷を吊り上げる。",
        "岸壁の調査では第二と第三のはしごの間に四か所の開いた目地が見つかった。",
        "苦情はすべて台帳に記入され、十四日以内に回答される。",
        "北の泊地は一九八七年に浚渫され、その後もう一度掘り下げられた。",
        "綱や網などの用具は冬の間、氷室の裏の小屋にしまわれる。",
        "三か月分の保証金は係留場所が返還されるまで銀行が預かる。",
        "灯台は十秒ごとに二回白く光り、十八海里の沖から見える。",
    ),
    cuts=(
        Cut("借主は契約を北埠頭にまで広げることに同意しなかった。", "借主は契約を北埠頭にまで広げることに同意し"),
        Cut("所有者は摩耗した防舷材を取り替える義務を負わない。", "所有者は摩耗した防舷材を取り替える義務を負"),
        Cut("日没後は航路内に錨を下ろしてはならない。", "日没後は航路内に錨を下ろして"),
        Cut("船体の損傷はすべて補償する。ただし、氷による損傷を除く。", "船体の損傷はすべて補償する"),
        Cut("日帰り客の料金は昨年と比べて5パーセント上がった。", "日帰り客の料金は昨年と比べて5"),
    ),
    marked=(
        Marked(
            "東の岸壁は一メートルあたり10^6ニュートンの荷重に耐える。",
            ("東の岸壁は一メートルあたり10⁶ニュートンの荷重に耐える", "一メートルあたり10^6ニュートンの荷重に耐える"),
            ("東の岸壁は一メートルあたり106ニュートンの荷重に耐える", "一メートルあたり10ニュートンの荷重に耐える"),
        ),
        Marked(
            "基金[3]は渡船会社の株式を1,250株保有している。",
            ("基金は渡船会社の株式を1,250株保有している", "基金[3]は渡船会社の株式を1,250株保有している"),
            ("基金は渡船会社の株式を1,205株保有している", "基金は渡船会社の株式を250株保有している"),
        ),
    ),
    swaps=(
        ("東", "西"),
        ("前", "後"),
        ("六", "七"),
        ("最初", "最後"),
        ("貸主", "借主"),
        ("十二", "二十"),
        ("十一", "七"),
        ("四か所", "五か所"),
        ("十四", "四十"),
        ("一九八七", "一九七八"),
        ("冬", "夏"),
        ("銀行", "港長"),
        ("二回", "五回"),
        ("火災", "盗難"),
    ),
    invented=("港長は競技会の週に料金を倍にすることができる", "係留場所はすべて五月の第二日曜日に競売にかけられる"),
    space="",
)

BOOKS = (ENGLISH, GERMAN, JAPANESE)
