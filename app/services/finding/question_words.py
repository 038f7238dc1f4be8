"""Words by which a question says what it is about: the turn before, the whole book, a chapter, several books alike.

One table for English, German, French, Spanish and Japanese. The words are case-folded; those of Japanese are runs of
Chinese characters or katakana, as `conversation_search` cuts them. Beginnings of words stand for all that go on so.
"""

from __future__ import annotations

import re


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


IDLE = _set(
    "go continue continued more thanks thank please ok okay yes yeah sure really right exactly explain elaborate detail"
    " details detailed example examples tell say says said mean means meaning again shorter short longer simpler"
    " briefly"
    " rephrase reword answer reply translate english german french spanish japanese sentence sentences words own mind"
    " give let know want like understand repeat last previous great good deal deals discuss discusses covers covered"
    " weiter bitte danke mehr ja nein genau genauer erkläre erklär erkläre erklären beispiel beispiele sag sage nochmal"
    " kürzer länger einfacher antwort deutsch englisch satz sätzen worten gut warum wieso weshalb denn"
    " geht handelt worum wovon"
    " continue continuez merci plus oui non vraiment explique expliquez exemple exemples encore réponse anglais"
    " français"
    " phrase phrases suite svp plaît bien parle agit"
    " sigue continúa continua gracias más sí explica explícame ejemplo ejemplos otra vez respuesta inglés español frase"
    " frases favor bien trata"
    " 続 説明 詳 教 何 理由 意味 例 具体的 具体例 回答 答 短 長 簡単 一言 英語 日本語 分 了解 本当 今 言 知 願 下 頂 書"
    " 見"
)
"""Words without matter of their own: what goes on, is explained, or put in other words is the turn before."""

REFERRING = _set(
    "he him his she her hers they them their theirs it its this that these those there then former latter same"
    " such next"
    " else afterwards others"
    " er ihn ihm sie ihr ihnen es sein seine seinem seinen seiner deren dessen dies diese diesem diesen dieser dieses"
    " jener dort dann davon dafür dazu daran darauf damit dabei derselbe dasselbe danach sonst"
    " il elle lui ils elles leur leurs cela ça celui celle ceux y en ce cet cette ces là ensuite"
    " él ella ello ellos ellas le les su sus eso esto aquello ese esa aquel allí entonces mismo misma después"
    " 彼 彼女 彼等 同 前者 後者 両者 同氏 次 他 以外"
)
REFERRING_JAPANESE = re.compile("[そこあ](?:れ|の|こ|ちら|んな)|彼女?|同じ|さっき|先ほど")
"""Japanese words that refer to the turn before, where they are written without Chinese characters."""

RELATIONAL = _set(
    "exception exceptions condition conditions consequence consequences reason reasons limit limits purpose effect"
    " proof"
    " evidence source deadline cost costs"
    " ausnahme ausnahmen bedingung bedingungen folge folgen grund gründe grenze zweck beleg frist kosten"
    " exception exceptions condition conditions conséquence conséquences raison raisons limite but preuve délai coût"
    " excepción excepciones condición condiciones consecuencia consecuencias razón razones límite prueba plazo coste"
    " 例外 条件 結果 根拠 目的 期限 制限 費用"
)
"""Each is one of something; where nothing says of what, it is what was spoken of."""

EXPLETIVE = re.compile(r"\bthere (?:is|are|was|were)\b|\b(?:is|are|was|were) there\b|\b(?:gibt es|il y a)\b")

OF_THE_BOOK = re.compile(
    r"\b(?:this|the|that|whole|entire|these|die|das|dieses?|diesen?|ce|cet|cette|le|la|les|este|esta|el)\s+"
    r"(?:whole |entire |ganze[ns]? )?"
    r"(?:books?|documents?|texts?|contracts?|lease|paper|report|file|novel|buch|dokument|vertrag|livre|contrat|libro"
    r"|documento|contrato|texto)\b|この(?:本|文書|書類|契約書?|資料|論文|報告書?|小説|章)"
)
"""A demonstrative that points to what is on the desk, not to what was said."""

CONNECTING = re.compile(
    r"^\W*(?:and|but|so|or|also|what about|how about|what if|und|aber|oder|auch|was ist mit|wie ist es mit|et|mais"
    r"|ou|donc"
    r"|qu'en est-il|y|e|pero|o|qué hay de)\b|^\s*(?:では|じゃあ?|それ(?:で|から|なら)|また|あと|で、|なら|ちなみに)"
)
"""Beginnings of a question that goes on from the one before."""

SUMMARIES = re.compile(
    r"summar|overview|outline|gist|synopsis|abstract|recap|tl;?dr|condens|zusammenfass|überblick|übersicht|inhalts|\bfass\w*\b.*\bzusammen\b"
    r"|résum|resum|aperçu|synthèse|synthesi|sinopsis|sintes|síntes|要約|概要|概略|要旨|要点|総括|大意|全体像"
)
SUMMARIES_JAPANESE = re.compile("まとめ|あらすじ|あらまし")
WHOLE = _set(
    "book books document documents text texts contract contracts lease leases paper papers report file novel"
    " story work handbook manual guide letter essay agreement thesis policy article whole entire everything"
    " contents content chapter chapters section sections part parts title titles topic topics subject theme themes"
    " list enumerate main key points point idea ideas message argument table each every short brief quick cover"
    " handbuch bericht aufsatz buch bücher dokument dokumente vertrag verträge ganze ganzen ganzes alles inhalt"
    " kapitel abschnitte thema themen liste auflisten nenne wichtigsten punkte kurz kurze fass fasse fassen"
    " zusammen manuel rapport livre livres contrat contrats tout toute entier contenu chapitre chapitres sujet"
    " thème thèmes lister énumère principaux informe libro libros documento documentos contrato contratos todo"
    " toda entero contenido capítulo capítulos capitulos secciones tema temas lista enumera principales puntos 本"
    " 書 文書 書類 契約書 契約 資料 論文 報告書 小説 手引 規程 規則 全体 全部 全 内容 章 目次 一覧 主題 題名 主"
    " 各章 列挙 話 テーマ タイトル リスト ポイント ドキュメント テキスト 構成 要素"
)
"""Words for the whole of a book, where a question has no other matter. One of them makes no summary: see `ABOUT`,
`LISTS`."""

ABOUT = re.compile(
    r"^\W*what(?:'s|’s| is| are)\b.*\babout\W*$|\bwhat (?:does|do) .*\b(?:deal with|cover|discuss|contain)\b"
    r"|\bworum (?:geht|handelt)|\bwovon handelt|\bde quoi (?:parle|traite|s.agit)|\bde qué (?:trata|habla)"
    r"|何について|何が書|何の(?:本|話|文書|契約)|どんな(?:本|話|内容|文書)|どういう(?:本|話|内容|文書)"
)
LISTS = re.compile(
    r"\b(?:chapters|contents|table of contents|sections|kapitel|inhaltsverzeichnis|chapitres|table des matières"
    r"|sommaire"
    r"|capítulos|índice)\b|目次|章の一覧|どんな章|各章|すべての章|全ての章|全章"
)

COMPARING = re.compile(
    r"\b(?:compar|differ|contrast|vergleich|unterschied|unterscheid|différ|diferenci)|\bversus\b|\bvs\b|比較|比べ|違い|相違|異な"
)
ALIKE = re.compile(
    r"\b(?:both|each|respectively|either|beiden?|jeweils|les deux|chacune?|ambos|ambas|cada un[oa]|the two|these two"
    r"|los dos|las dos|in all)\b|それぞれ|両方|双方|どちらも|各(?:書|本|契約)|二つの"
)
COMPARISON_WORDS = _set(
    "compare comparison comparing difference differences different differ differs contrast versus vs both each two"
    " three"
    " respectively either similar similarities common"
    " vergleiche vergleich vergleichen unterschied unterschiede unterscheiden beide beiden jeweils zwei gemeinsam"
    " comparer compare comparez différence différences deux chacun chacune commun"
    " comparar compara diferencia diferencias ambos ambas dos común 比較 比 違 相違 異 相違点 両方 双方 二"
)
