"""E-mail: who wrote what, which part is read, what is passed on and attached, and hostile messages."""

from __future__ import annotations

import base64
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from app.core.documents.document import Document, Flag, Member
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content
from app.documents.formats.members import take_member
from app.documents.mail import eml, letters
from app.documents.web import mime
from app.documents.worker import parse

_JAPANESE = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。"


def _parse(mail: EmailMessage | bytes, name: str = "letter.eml") -> Document:
    data = mail.as_bytes(policy=SMTP) if isinstance(mail, EmailMessage) else mail
    return parse(Content(name, data, ""), lambda done, total: None)


def _text(mail: EmailMessage | bytes) -> str:
    return "\n\n".join(each.text for each in _parse(mail).pages)


def _body(mail: EmailMessage | bytes) -> str:
    """Without the block of header lines."""
    return _text(mail).partition("\n\n")[2]


def _refusal(mail: EmailMessage | bytes) -> AppError:
    with pytest.raises(AppError) as raised:
        _parse(mail)
    assert raised.value.params["path"] == "letter.eml"
    return raised.value


def _mail(text: str = "Words.", subject: str = "Greetings") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Jörg Öhm <a@example.org>", subject
    mail.set_content(text)
    return mail


def _raw(body: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join([b"Subject: Raw", *headers, b"", body])


# ---- headers --------------------------------------------------------------------------------------------------


def test_the_first_block_says_who_wrote_to_whom() -> None:
    mail = _mail("Dear all,\n\nthe lamp is lit.\n", "The lämp")
    mail["To"], mail["Cc"] = "b@example.org, Çelik <c@example.org>", "d@example.org"
    mail["Date"] = "Thu, 12 Mar 2026 10:00:00 +0100"
    mail["Bcc"] = "secret@example.org"
    document = _parse(mail)
    assert document.title == "The lämp"
    assert document.pages[0].text == (
        "From: Jörg Öhm <a@example.org>\nTo: b@example.org, Çelik <c@example.org>\nCc: d@example.org\n"
        "Date: Thu, 12 Mar 2026 10:00:00 +0100\nSubject: The lämp\n\nDear all,\n\nthe lamp is lit."
    )


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        (b"=?utf-8?B?w6Q=?= =?utf-8?Q?=C3=B6?=", "äö"),
        (b"=?iso-8859-1?Q?f=FCr?=", "für"),
        (b"=?ISO-2022-JP?B?%s?=" % base64.b64encode("猫です".encode("iso2022_jp")), "猫です"),
        (b"folded\r\n =?utf-8?q?=0D=0AFrom:_liar?=", "folded From: liar"),
        (b"=?x-unheard-of?q?Gr=FC=DFe_aus_der_sch=F6nen_K=FCche?=", "Grüße aus der schönen Küche"),
        (b"=?idna?q?xn--a?=", "xn--a"),
        (b"=?utf-8?b?w6Q=?= and =?utf-8?b?A?=", "ä and =?utf-8?b?A?="),
        ("ungeschützt".encode(), "ungeschützt"),
        ("für die Öfen der Großmutter".encode("cp1252"), "für die Öfen der Großmutter"),
    ],
)
def test_subjects_are_decoded(subject: bytes, shown: str) -> None:
    text = _text(b"Subject: " + subject + b"\r\n\r\nBody")
    assert text.partition("\n\n")[0] == f"Subject: {shown}"


def test_control_and_bidi_characters_leave_the_headers() -> None:
    document = _parse(b"Subject: =?utf-8?q?a=E2=80=AEb=07=1B[2Jc=E2=80=8B?=\r\n\r\nBody")
    assert document.title == "ab[2Jc"
    assert document.pages[0].text == "Subject: ab[2Jc\n\nBody"
    assert document.pages[0].flags == (Flag.INVISIBLE_CHARACTERS,)


def test_a_mail_of_a_mailbox_may_begin_with_its_line() -> None:
    assert _text(b"From a@b Thu Mar 12 10:00:00 2026\nSubject: x\n\nBody") == "Subject: x\n\nBody"


# ---- the text -------------------------------------------------------------------------------------------------


def test_plain_text_goes_before_its_page() -> None:
    mail = _mail("Plain")
    mail.add_alternative("<p>Page", "html")
    assert _body(mail) == "Plain"


def test_without_plain_text_the_page_is_read() -> None:
    mail = _mail(" \n")
    mail.add_alternative("<title>No</title><h1>One</h1><p>Page<p hidden>Secret", "html")
    document = _parse(mail)
    assert document.pages[0].text.endswith("One\n\nPage")
    assert document.pages[0].flags == (Flag.HIDDEN_TEXT,)
    assert [(each.title, each.level) for each in document.outline] == [("One", 1)]
    assert document.title == "Greetings"


def test_the_footer_of_a_mailing_list_does_not_replace_the_page() -> None:
    mail = EmailMessage()
    mail["Subject"] = "x"
    mail.set_content("<p>Page", "html")
    mail.make_mixed()
    mail.attach(_mail("Footer"))
    assert _body(mail) == "Page\n\nFooter"


def test_a_page_with_pictures_within_a_choice() -> None:
    mail = _mail("Plain")
    mail.add_alternative("<p>Page", "html")
    page = mail.get_payload(1)
    assert isinstance(page, EmailMessage)
    page.add_related(b"\x89PNG", "image", "png", cid="<a>")
    assert _body(mail) == "Plain\n\nAttachments (not read): image/png (4 B)"


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ("cp1252", "cp1252"),
        ("utf-8", "cp1252"),
        ("x-unheard-of", "utf-8"),
        ("unicode_escape", "utf-8"),
        ("us-ascii", "utf-8"),
        ("a\0b", "utf-8"),
    ],
)
def test_the_text_is_decoded_whatever_its_charset_says(charset: str, encoding: str) -> None:
    text = "Der Bär fraß die Äpfel, während die Öfen glühten."
    header = f"Content-Type: text/plain; charset={charset}".encode()
    assert _body(_raw(text.encode(encoding), header)) == text


@pytest.mark.parametrize(
    ("charset", "codec"), [("Shift_JIS", "cp932"), ("utf-16", "utf-16"), ("iso-2022-jp", "iso2022_jp")]
)
def test_japanese_mail(charset: str, codec: str) -> None:
    header = f'Content-Type: text/plain; charset="{charset}"'.encode()
    packed = base64.encodebytes(_JAPANESE.encode(codec))
    assert _body(_raw(packed, header, b"Content-Transfer-Encoding: base64")) == _JAPANESE


@pytest.mark.parametrize(
    ("encoding", "written", "read"),
    [
        (b"quoted-printable", b"caf=C3=A9 =ZZ =\r\n" + b"=C3=A4" * 20 + b"=C3", "café =ZZ ä"),
        (
            b"base64",
            base64.b64encode(b"The lamp is lit") + b"\x80!!" + base64.b64encode(b", and") + b"A",
            "The lamp is lit",
        ),
        (b"base64", b"A", "A"),
        (b"x-unheard-of", b"As it is", "As it is"),
    ],
)
def test_what_is_broken_within_is_read_as_far_as_it_goes(encoding: bytes, written: bytes, read: str) -> None:
    assert read in _body(_raw(written, b"Content-Transfer-Encoding: " + encoding))


# ---- attachments and what is passed on ------------------------------------------------------------------------


def test_attachments_are_named_and_those_that_may_be_documents_are_members() -> None:
    mail = _mail()
    mail.add_attachment(b"%PDF-" + b"x" * 12_000, "application", "pdf", filename="Über uns.pdf")
    mail.add_attachment("Secret", filename="a\u202ef\x07.txt")
    mail.add_attachment(b"", "image", "heic", filename="../../etc/passwd")
    mail.add_attachment(b"PK", "application", "zip", filename="../../lease/all.zip")
    mail.add_attachment(b"%PDF-", "application", "pdf")
    document = _parse(mail)
    assert document.pages[0].text.partition("\n\n")[2] == (
        "Words.\n\nAttachments: Über uns.pdf (12 KB), af.txt (8 B), ../../lease/all.zip (2 B), attachment.pdf (5 B)\n"
        "Attachments (not read): ../../etc/passwd (0 B)"
    )
    assert document.members == (
        Member("0", "Über uns.pdf", 12_005),
        Member("1", "af.txt", 8),
        Member("2", ".._.._lease_all.zip", 2),
        Member("3", "attachment.pdf", 5),
    )


def test_pictures_in_the_text_are_no_documents() -> None:
    mail = _mail("Plain")
    mail.add_alternative("<p>Page <img src='cid:a'>", "html")
    page = mail.get_payload(1)
    assert isinstance(page, EmailMessage)
    page.add_related(b"\x89PNG", "image", "png", cid="<a>", filename="logo.png")
    mail.add_attachment(b"\x89PNG", "image", "png", cid="<b>", filename="photo.png", disposition="inline")
    document = _parse(mail)
    assert [member.name for member in document.members] == ["photo.png"]
    assert document.pages[0].text.endswith("Attachments: photo.png (4 B)\nAttachments (not read): logo.png (4 B)")


def test_what_forwarded_messages_hold_can_be_taken_out_too() -> None:
    inner, mail = _mail("Inner", "Second"), _mail("Outer", "First")
    inner.add_attachment(b"inner", "text", "csv", filename="inner.csv")
    mail.add_attachment(inner)
    mail.add_attachment(b"outer", "text", "csv", filename="outer.csv")
    content = Content("letter.eml", bytes(mail), "")
    names = [member.name for member in _parse(mail).members]
    assert names == ["outer.csv", "inner.csv"]
    taken = [take_member(eml.inner_files(content), number, content) for number in range(2)]
    assert [(member.name, data) for member, data in taken] == [("outer.csv", b"outer"), ("inner.csv", b"inner")]
    with pytest.raises(AppError, match=Code.PAGE_UNAVAILABLE):
        take_member(eml.inner_files(content), 2, content)


@pytest.mark.parametrize(
    ("parameter", "name"),
    [
        (b"filename*=utf-8''%e2%82%ac.txt", "€.txt"),
        (b"filename*=idna''%e2%82%ac.txt", "€.txt"),
        (b'filename="=?utf-8?q?=E2=82=AC.txt?="', "€.txt"),
        (b"filename*0=a; filename*1=b.txt", "ab.txt"),
        (b'filename="unclosed', '"unclosed.txt'),
        (b"filename*=%", "%.txt"),
        (b"", "attachment.txt"),
    ],
)
def test_names_of_attachments_are_decoded(parameter: bytes, name: str) -> None:
    body = _body(_raw(b"", b"Content-Disposition: attachment; " + parameter))
    assert body == f"Attachments: {name} (0 B)"


def test_messages_that_are_passed_on_are_sections() -> None:
    inner = _mail("Innermost", "Third")
    middle = _mail("Middle", "Second")
    middle.add_attachment(inner)
    mail = _mail("Outer", "First")
    mail.add_attachment(middle)
    mail.add_attachment(_mail("Last", ""))
    mail.add_attachment(b"x", "image", "png", filename="a.png")
    document = _parse(mail)
    assert [(each.title, each.level) for each in document.outline] == [
        ("Second", 1),
        ("Third", 2),
        ("Forwarded message", 1),
    ]
    words = ["First", "Outer", "Attachments: a.png", "Second", "Middle", "Third", "Innermost", "Last"]
    places = [_text(mail).index(word) for word in words]
    assert places == sorted(places)


def test_a_long_list_of_attachments_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "MAX_ATTACHMENTS_LISTED", 2)
    mail = _mail()
    for number in range(5):
        mail.add_attachment(b"x", "image", "png", filename=f"{number}.png")
    assert _body(mail).endswith("Attachments: 0.png (1 B), 1.png (1 B), 3 more")


# ---- hostile messages -----------------------------------------------------------------------------------------


def test_thousands_of_parts_are_refused() -> None:
    part = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n"
    refusal = _refusal(_raw(part * 10_000 + b"--b--", b"Content-Type: multipart/mixed; boundary=b"))
    assert (refusal.code, refusal.params["limit"]) == (Code.DOCUMENT_LIMIT, "mail_parts")
    assert refusal.params["value"] == mime.MAX_PARTS


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n", b"\r"])
def test_parts_within_parts_are_refused(line_end: bytes) -> None:
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level) for level in range(10_000)
    )
    refusal = _refusal((b"Subject: x\r\n" + nested + b"\r\nx").replace(b"\r\n", line_end))
    assert (refusal.code, refusal.params["limit"]) == (Code.DOCUMENT_LIMIT, "mail_containers")


def test_messages_within_messages_are_refused_or_read() -> None:
    refusal = _refusal(b"Content-Type: message/rfc822\r\n\r\n" * 10_000 + b"Subject: x\r\n\r\nx")
    assert refusal.params["limit"] == "mail_containers"
    document = _parse(b"Content-Type: message/rfc822\r\n\r\n" * 190 + b"Subject: x\r\n\r\nInnermost")
    assert document.pages[-1].text.endswith("Innermost")
    digests = b"".join(b"Content-Type: multipart/digest; boundary=%d\r\n\r\n--%d\r\n\r\n" % (n, n) for n in range(150))
    assert _parse(b"Subject: x\r\n" + digests + b"Subject: y\r\n\r\nInnermost").pages


@pytest.mark.parametrize("name", ["From", "Content-Type", "Content-Disposition", "Subject", "Date", "To"])
@pytest.mark.parametrize(
    "value", [b"(" * 100_000, b"a@b," * 50_000, b"=?utf-8?q?" * 20_000, b'"' * 9_999, b";a*0*=" * 9_999]
)
def test_long_and_broken_headers_cost_little(name: str, value: bytes) -> None:
    assert "Body" in _text(b"Subject: x\r\n" + name.encode() + b": " + value + b"\r\n\r\nBody")


def test_encrypted_parts_and_unknown_ones_are_attachments() -> None:
    encrypted = _body(_raw(b"x", b"Content-Type: application/pkcs7-mime; name=smime.p7m"))
    assert encrypted == "Attachments (not read): smime.p7m (1 B)"
    assert _body(_raw(b"x", b"Content-Type: multipart/mixed")) in ("x", "Attachments (not read): multipart/mixed (1 B)")


def test_a_mail_without_anything_is_told() -> None:
    assert _refusal(b"MIME-Version: 1.0\r\n\r\n \r\n").code is Code.DOCUMENT_NO_TEXT


def test_too_much_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "MAX_CHARACTERS", 1_000)
    assert _refusal(_mail("x " * 600)).params == {"path": "letter.eml", "limit": "characters", "value": 1_000}
