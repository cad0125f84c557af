"""The encoding of a table that does not tell it: French first and always, other languages where their letters decide."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

from core.data.encodings import NAMES, guess_encoding
from core.data.mojibake import repair_bytes
from core.data.reading import read

TEXTS = {
    "ru": "Где моя посылка? Я заказал её десять дней назад. Телефон пришёл разбитым, это недопустимо.",
    "uk": "Де моя посилка? Я замовив її десять днів тому. Дякую всій команді, дуже швидко!",
    "el": "Πού είναι το δέμα μου; Το παρήγγειλα πριν από δέκα ημέρες. Το τηλέφωνο ήρθε σπασμένο.",
    "he": "איפה החבילה שלי? הזמנתי אותה לפני עשרה ימים והיא עדיין לא הגיעה.",
    "ar": "أين الطرد الخاص بي؟ لقد طلبته منذ عشرة أيام ولم يصل بعد إلى المنزل.",
    "pl": "Gdzie jest moja paczka? Zamówiłem ją dziesięć dni temu. Telefon przyszedł uszkodzony, źle. Dziękuję, świetna łąka.",
    "cs": "Kde je můj balík? Objednal jsem ho před deseti dny. Telefon přišel rozbitý, to je nepřípustné. Děkuji.",
    "hu": "A telefon törötten érkezett, hűtő őszintén. Köszönöm, erről később: elfogadhatatlan ügy, szörnyű idő.",
    "tr": "Paketim nerede? On gün önce sipariş ettim. Telefon kırık geldi, çok hızlı. Işık, ağaç.",
    "ja": "私の荷物はどこですか。十日前に注文しました。電話が壊れて届きました。",
    "zh": "我的包裹在哪里？我十天前订购了它。手机到货时已损坏，这是不可接受的。",
    "zh-tw": "我的包裹在哪裡？我十天前訂購了它。手機到貨時已損壞，這是不可接受的。",
    "ko": "제 소포는 어디에 있습니까? 열흘 전에 주문했습니다. 전화기가 파손되어 도착했습니다.",
}
KNOWN = [
    *(("ru", each) for each in ("cp1251", "koi8-r", "cp866", "iso8859-5")), ("uk", "cp1251"), ("uk", "koi8-u"),
    ("el", "cp1253"), ("el", "iso8859-7"), ("he", "cp1255"), ("ar", "cp1256"), ("pl", "cp1250"), ("pl", "iso8859-2"),
    ("cs", "cp1250"), ("cs", "iso8859-2"), ("hu", "cp1250"), ("hu", "iso8859-2"), ("tr", "cp1254"),
    ("ja", "shift-jis"), ("ja", "euc-jp"), ("zh", "gb18030"), ("zh-tw", "big5"), ("ko", "euc-kr"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "encoding"), KNOWN)
def test_a_text_in_its_own_encoding_is_read_as_written_and_the_guess_is_said(language: str, encoding: str) -> None:
    text = TEXTS[language]
    reading = read(f'text,label\n"{text}",a\n"{text}",b\n'.encode(encoding), "t.csv")
    assert reading.table["text"].tolist() == [text, text]
    assert reading.notes[0].code == "encoding_guessed"
    assert reading.notes[0].facts == {"encoding": NAMES[reading.dialect.encoding]}


@pytest.mark.parametrize("encoding", ["cp1252", "mac-roman"])
@pytest.mark.parametrize("rows", [1, 3, 30, pytest.param(300, marks=pytest.mark.long)])
def test_no_french_text_is_taken_for_another_language(shared_data: Path, encoding: str, rows: int) -> None:
    chance = random.Random(rows)
    for folder in sorted(shared_data.glob("*_fr")):
        path = folder / "train.csv"
        if not path.exists():
            continue
        with path.open(encoding="utf-8", newline="") as file:
            texts = [" ".join(row) for row, _ in zip(csv.reader(file), range(3000), strict=False)]
        texts = [text for text in texts if _fits(text, encoding) and not text.isascii()]
        for _ in range(20 if texts else 0):
            text = "\n".join(chance.choices(texts, k=rows))
            content = text.encode(encoding)
            guess = guess_encoding(content, path.name)
            assert content.decode(guess) == text, (guess, text[:200])


def _fits(text: str, encoding: str) -> bool:
    """Whether it can be written so, in letters of western Europe: that file holds words in others, too."""
    try:
        return text.encode(encoding).decode("latin-1") != "" and all(
            each < "\u0180" or each in "’‘“”–—…œŒ€" for each in text
        )
    except UnicodeEncodeError:
        return False


def test_the_oe_and_the_euro_of_latin_9_are_seen() -> None:
    text = "Le cœur a coûté 30 €, mes vœux. Une œuvre à 12 €"
    assert read(f"texte;prix\n{text};1\n".encode("iso8859-15"), "t.csv").table.iloc[0, 0] == text


def test_text_encoded_twice_is_put_right_byte_by_byte() -> None:
    for text in ("déjà reçu « œuvre » — 12 €", "Ðŝ“x”", "\x9d\x81é"):
        twice = "".join(
            bytes([byte]).decode("cp1252") if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(byte)
            for byte in text.encode()
        )
        assert repair_bytes(twice.encode()) == text.encode()
        assert repair_bytes(text.encode()) == text.encode()


def test_columns_divided_by_spaces_are_found_where_one_holds_numbers_and_prose_is_left_alone() -> None:
    reading = read(b'x y\n1 a\n2 "b c"\n3 d\n', "t.txt")
    assert reading.dialect.delimiter == " "
    assert reading.table.to_numpy().tolist() == [["1", "a"], ["2", "b c"], ["3", "d"]]
    for prose in (b"Bonjour merci\nTout va\nRien ici\n", b"deux mots\n12 euros et demi\n3 fois\n", b"a b\n1  c\n2 d\n"):
        assert len(read(prose, "t.txt", columns_needed=1).table.columns) == 1


def test_the_line_ends_are_told() -> None:
    for newline in ("\n", "\r\n", "\r"):
        assert read(newline.join(["a,b", "1,2", "3,4", ""]).encode(), "t.csv").dialect.newline == newline
