"""The ways in which Japanese asks."""

from __future__ import annotations

import re

from app.features.suggestions.rules.forms import Fits, Grammar, Groups, Kind, QuestionForm

_NOUN = r"(?P<np>[^、。はがをにで「」（）()\s]{2,20})"
_NUMBER = r"[\d０-９,，.．〇一二三四五六七八九十百千万]+"

_POINTING = re.compile(
    r"これ|それ|あれ|この|その|あの|ここ|そこ|こう|そう|次|以下|以上|上記|下記|上述|前述|後述|同じ|同様|他の|ほか|我々|私|彼|彼女|本(?:章|節|書|条|項|文書)"
    r"|前(?:項|条|号)|各号|もの|こと|ため|場合|例え|例えば|ただし|また|しかし|従って|したがって|もし|ティップ|注意|図|表|例\d|章|節|第[\d一二三四五六七八九十]+(?:条|項|号)"
)


def _clear(groups: Groups) -> bool:
    return not any(_POINTING.search(text) for name, text in groups.items() if name in ("np", "vp", "asked"))


def _clear_condition(groups: Groups) -> bool:
    np = re.sub(r"(?:場合|とき|時|際)$", "", groups["np"])
    return _clear({**groups, "np": np}) and len(np) > 5


def _ends(*endings: str) -> Fits:
    return lambda groups: _clear(groups) and groups["np"].endswith(endings)


def _form(kind: Kind, pattern: str, template: str, fits: Fits = _clear) -> QuestionForm:
    return QuestionForm(kind, re.compile(pattern), template, fits)


_IS = r"(?:とする|である|です|とします|を限度とする|を上限とする)。"
_SORTS = (
    "のこと|ツール|システム|仕組み|プログラム|コマンド|パッケージ|ファイル|方法|機能|規格|言語|形式"
    "|ライブラリー?|ソフトウェア|団体|組織|制度"
)
"""The words for the sort of thing that something is, by which a sentence says so."""

_SENTENCES = (
    _form(Kind.AMOUNT, rf"{_NOUN}は、?(?P<rest>.*?)(?:月額|日額|年額|時給)?{_NUMBER}円.*。", "{np}はいくらですか。"),
    _form(
        Kind.AMOUNT, rf"{_NOUN}は、?(?P<rest>.*?){_NUMBER}時(?:{_NUMBER}分)?{_IS}", "{np}は何時ですか。", _ends("時刻")
    ),
    _form(
        Kind.AMOUNT,
        rf"{_NOUN}は、?(?P<rest>.*?){_NUMBER}(?:秒|分|時間|日|週間?|か月|ヶ月|カ月|箇月|年)間?.*{_IS}",
        "{np}はどれくらいですか。",
        _ends("時間", "期間", "休暇", "年数", "日数", "期限", "保証"),
    ),
    _form(
        Kind.AMOUNT,
        rf"{_NOUN}は、?(?P<rest>.*?){_NUMBER}(?:パーセント|％|%|割){_IS}",
        "{np}はどれくらいですか。",
        _ends("率", "割合", "利息", "税"),
    ),
    _form(
        Kind.DEADLINE,
        r"(?P<np>[^、。]{2,24}?[者主人社員])は、.*までに(?P<vp>[^、。]{2,20})なければなら(?:ない|ません)。",
        "{np}は、いつまでに{vp}なければなりませんか。",
    ),
    _form(
        Kind.CONDITION,
        r"(?P<np>[^、。]{3,24}?者)は、(?P<rest>[^、。]+)の(?P<vp>許可|承認|同意|承諾)を得なければなら(?:ない|ません)。",
        "{np}は、誰の{vp}を得なければなりませんか。",
    ),
    _form(
        Kind.CONDITION,
        rf"{_NOUN}は、(?P<rest>.+?)(?:とき|場合)(?:は|に|には)?、(?P<vp>[^、。]{{2,24}})ことができ(?:る|ます)。",
        "{np}は、どのような場合に{vp}ことができますか。",
    ),
    _form(
        Kind.CONSEQUENCE,
        r"(?P<np>[^、。]{4,40}?た(?:場合|とき))(?:に|には)?は?、[^。]{8,}。",
        "{np}は、どうなりますか。",
        _clear_condition,
    ),
    _form(Kind.DEFINITION, r"(?P<np>[^、。はがをにで「」（）()]{2,20})とは、?[^。]{8,}。", "{np}とは何ですか。"),
    _form(
        Kind.DEFINITION,
        rf"(?P<np>[A-Za-z0-9ァ-ヶー一-龠 .+-]{{2,24}}?) ?は、?[^、。]{{4,}}(?:{_SORTS})(?:です|である)。",
        "{np} とは何ですか。",
    ),
)
_HEADINGS = (
    QuestionForm(Kind.ASKED, re.compile(r"(?P<asked>.{5,}の)か[?？。]?"), "{asked}ですか。"),
    QuestionForm(Kind.ASKED, re.compile(r"(?P<asked>.{6,}(?:[でま]すか|(?:は何|べき)か))[?？。]?"), "{asked}。"),
    QuestionForm(Kind.WAY, re.compile(r"(?P<np>.+)するには"), "{np}するにはどうすればよいですか。", _clear),
    QuestionForm(
        Kind.WAY,
        re.compile(r"(?P<asked>.{3,}(?:方法|手順|やり方|対処法|復活法|方))"),
        "{asked}を教えてください。",
        lambda g: _clear(g) and not g["asked"].endswith(("一方", "両方", "双方", "地方", "他方", "考え方")),
    ),
    QuestionForm(Kind.DEFINITION, re.compile(r"(?P<np>.{2,})とは"), "{np}とは何ですか。", _clear),
)

JAPANESE = Grammar(
    _SENTENCES,
    _HEADINGS,
    "「{np}」について、何が書かれていますか。",
    "「{title}」では、{question}",
    "「{first}」と「{second}」の違いは何ですか。",
    frozenset(),
    frozenset(),
)
