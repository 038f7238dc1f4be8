"""How many names and numbers the rules find in texts whose names are known.

`python -m tests.tools.benchmarks.leaving_names` says it.

The texts are made up, in five languages, and have what rules find easily beside what they cannot find. A name is marked
⟦kind|text⟧; what is found and not marked is wrong.
"""

from __future__ import annotations

import re
from collections import Counter

from app.features.pseudonyms.data import NamedKind
from app.features.pseudonyms.finding import find
from app.features.pseudonyms.pseudonyms import made_for
from app.features.pseudonyms.stand_ins import PATTERN, Replacer

_MARKED = re.compile(r"⟦(\w+)\|([^⟧]+)⟧")

TEXTS = {
    "letter": """\
From: ⟦person|Charlotte Olsen⟧ <⟦email|c.olsen@marlow.example⟧>
To: ⟦organisation|Tern Fisheries⟧ <⟦email|office@tern.example⟧>
Subject: Berth 7

Dear Mr ⟦person|Ferris⟧,

on 3 May 2024 ⟦person|Mr Ferris⟧'s brother, ⟦person|Aloysius Ferris⟧, called from ⟦phone|+44 20 7946 0958⟧.
He lives at ⟦address|12 Harbour Road, Hull, HU1 2AB⟧ and was born on ⟦birth_date|4 March 1970⟧. His policy number is
⟦case_number|PL-2231-77⟧, his passport no. ⟦id_number|533380006⟧, NI number ⟦id_number|AB 12 34 56 C⟧. He paid EUR 4,200
from ⟦account|GB82 WEST 1234 5698 7654 32⟧ by card ⟦card|4111 1111 1111 1111⟧. The dog is called ⟦person|Biscuit⟧. See
⟦web_address|https://marlow.example/forms⟧, clause 12.3 and page 44.
⟦person|Ngozi Adebayo-Okafor⟧ agrees.

Yours, ⟦person|Charlotte Olsen⟧
Director, ⟦organisation|Marlow Rigging Ltd⟧
""",
    "judgment": """\
⟦case_number|HC-2024-000917⟧
⟦organisation|Alders and Sons Ltd⟧ v ⟦organisation|the Port of Wick⟧
Before Lord Justice ⟦person|Harlow⟧. ⟦person|Dr. Beatrice Alder⟧ gave evidence; ⟦person|Alder⟧ said that in 2019 the
⟦organisation|Bank of Ireland plc⟧ closed the account number ⟦account|12345678⟧, sort code ⟦account|12-34-56⟧.
The log names ⟦ip_address|192.168.1.20⟧. The witness ⟦person|Tomasz⟧ was not called. The Tenant paid nothing in May.
""",
    "arztbrief": """\
Herr ⟦person|Jürgen Weber⟧, geboren am ⟦birth_date|3. Mai 1952⟧, wohnhaft ⟦address|Lindenstraße 5a, 20095 Hamburg⟧,
wurde von ⟦person|Dr. Anneliese von Stein⟧ im ⟦organisation|Klinikum Nord GmbH⟧ behandelt. Tel.: ⟦phone|040
1234567⟧, Konto
⟦account|DE89 3704 0044 0532 0130 00⟧, Az.: ⟦case_number|12 O 345/19⟧. ⟦person|Weber⟧ nimmt 5 mg am Tag. Seine Frau
⟦person|Petra⟧ ist nicht erreichbar. ⟦organisation|Amtsgericht Hamburg⟧, den 4. Juni 2024.
""",
    "facture": """\
Madame ⟦person|Hélène Dubois⟧, née le ⟦birth_date|12 avril 1980⟧, ⟦address|12 rue de la Paix, 75002 Paris⟧,
n° de sécurité sociale ⟦id_number|1 84 12 76 451 089 46⟧, téléphone ⟦phone|01 42 68 53 00⟧, est cliente de
⟦organisation|Boulangerie Martin SARL⟧. Elle écrit à ⟦email|h.dubois@example.fr⟧. La facture est de 120,50 €.
""",
    "contrato": """\
Don ⟦person|Luis García Romero⟧, con DNI ⟦id_number|12345678Z⟧, vive en ⟦address|Calle Mayor 5, 28013 Madrid⟧.
Su teléfono es ⟦phone|+34 912 345 678⟧. ⟦organisation|Pescados del Norte S.L.⟧ le paga 900 euros el 4 de junio de 2024.
""",
    "契約書": """\
賃貸人 ⟦organisation|株式会社北海商事⟧（⟦address|東京都千代田区丸の内1丁目9番2号⟧、電話 ⟦phone|03-3212-1234⟧）と
⟦person|田中太郎⟧様（⟦birth_date|1980年4月2日⟧生まれ、個人番号⟦id_number|1234 5678 9018⟧）は、令和6年5月1日に契約した。
担当者：⟦person|佐藤 花子⟧
⟦case_number|令和5年(ワ)第1234号⟧の判決は⟦organisation|東京地方裁判所⟧による。鈴木という名は使わない。メールは⟦email|sato@example.jp⟧へ。
""",
}


def measure() -> tuple[Counter[str], Counter[str], list[str], list[str]]:
    """Marked and found by kind, what was missed, and what is wrong."""
    marked, found, missed, wrong = Counter[str](), Counter[str](), list[str](), list[str]()
    for name, text in TEXTS.items():
        bare = _MARKED.sub(lambda match: match[2], text)
        replacer = Replacer(made := made_for(find([bare]), (), [bare]))
        replaced, used = replacer.replaced(bare)
        names = [(match[1], match[2]) for match in _MARKED.finditer(text)]
        for kind, words in names:
            marked[kind] += 1
            gone = PATTERN.sub("", replacer.replaced(words)[0])
            left = re.sub(r"\b(?:Mr|Dr|the)\b|[\W\d_]", "", gone)
            found[kind] += not left
            missed += [f"{name}: {kind} {words}"] if left else []
        known = " ".join(words for _kind, words in names)
        wrong += [f"{name}: {each.kind} {each.text}" for each in made if each.number in used and each.text not in known]
        assert replaced
    return marked, found, missed, wrong


def main() -> None:
    marked, found, missed, wrong = measure()
    for kind in NamedKind:
        if marked[kind]:
            print(f"{kind:<14} {found[kind]} of {marked[kind]}")
    print(f"all            {found.total()} of {marked.total()}")
    print("missed:", *missed, sep="\n  ")
    print("wrong:", *(wrong or ["nothing"]), sep="\n  ")


if __name__ == "__main__":
    main()
