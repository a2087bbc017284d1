"""How many references to a person are found on generated pages, how many are found wrongly, and how fast.

    python bench/names.py [--people 60] [--pages 4000]

Every page is made here of ordinary words and of people's names; nothing is read or fetched. Each person is one of the
names below, put together by chance; the pages of false mentions speak of other people, some of whose names sound alike.
"""

import argparse
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator

from recheck import console, machine, show, table

from matchers.names import Kind, Name, Watch, is_common

# Spellings that people use, the first as it is given to Pehra, and the word in Urdu.
GIVEN = """
Zarmina Zarmeena Zarminah زرمینہ|Palwasha Palwesha Pelwasha پلوشہ|Gulalai Gulalay Gulalae گلالئی|Mahrukh Mehrukh Mahrookh ماہ‌رخ
Shandana Shandanah Shaandana شاندانہ|Parwana Parvana Parwanah پروانہ|Zarghuna Zarghoona Zargoona زرغونہ|Malalai Malalay Malaleh ملالئی
Dureshahwar Durreshahwar Dureshehwar درشہوار|Anoosha Anusha Anooshah انوشہ|Mehrunnisa Mehrunisa Mahrunnisa مہرالنسا|Sheherbano Shaherbano Sheharbano شہربانو
Nosheen Nausheen Noshin نوشین|Ghazala Ghazaala Gazala غزالہ|Mehrbano Mahrbano Meharbano مہربانو|Zulekha Zuleikha Zulaikha زلیخا
Benazir Benazeer Benezir بینظیر|Tabinda Tabindah Tabindha تابندہ|Rakhshanda Rakshanda Rukhshanda رخشندہ|Khushbakht Khushbukht Khushbaqt خوشبخت
Farkhanda Farkhandah Farkhunda فرخندہ|Wajiha Wajeeha Wajihah وجیہہ|Mukarram Mukaram Mokarram مکرم|Zartasha Zartashah Zertasha زرتاشہ
Hooriya Huriya Hooria حوریہ|Ayesha Aisha Aysha عائشہ|Fatima Fathima Faatima فاطمہ|Maryam Mariam Mariyam مریم|Sadia Sadiya Saadia سعدیہ
Zainab Zaynab Zeinab زینب|Khadija Khadeeja Khadijah خدیجہ|Nadia Nadiya Naadia نادیہ
"""
FAMILY = """
Gul Gull Ghul گل|Khan Khaan Khan خان|Afridi Afreedi Aafridi آفریدی|Yousafzai Yousufzai Yusafzai یوسفزئی|Khattak Khatak Khatak خٹک
Bangash Bungash Bangesh بنگش|Orakzai Orakzay Orekzai اورکزئی|Marwat Merwat Marwut مروت|Talpur Talpoor Taalpur تالپور|Mazari Mazaari Mazary مزاری
Qaisrani Qaisraani Kaisrani قیصرانی|Jamaldini Jamaldeeni Jamaaldini جمالدینی|Hussain Hussein Husain حسین|Ahmed Ahmad Ahmud احمد|Malik Malek Mallik ملک
Tareen Tarin Tarren ترین|Durrani Durani Duraani درانی|Wattoo Watoo Vatto وٹو|Bhayo Bhayyo Bhaio بھایو|Rajpar Raajpar Rajpur راجپر
"""
CITIES = ["Quetta", "Multan", "Peshawar", "Sukkur", "Mardan", "Gujrat", "Hyderabad", "Larkana"]
_WORDS = """
the of and a to in is you that it he was for on are as with his they at be this have from or one had by word but not what all
were we when your can said there use an each which she do how their if will up other about out many then them these so some
her would make like him into time has look two more write go see number no way could people my than first water been call who
oil its now find long down day did get come made may part mera tera kya hai nahi kar raha tha ho gaya acha yaar dekho sab log
video pics album download link forum reply thread posted member joined gallery upload set new best hot page next previous
پر میں کے کی ہے اور یہ وہ کا سے نے کو تھا ہیں بھی ایک ہو گیا کر دیا تصویر ویڈیو نیا صفحہ دیکھیں
"""
WORDS = _WORDS.split()
SHOWN = 30
ALIKE = dict(zip("aeopcyx", "аеорсух", strict=True))


def lists(text: str) -> list[list[str]]:
    return [one.split() for one in text.replace("\n", "|").split("|") if one.strip()]


GIVENS, FAMILIES = lists(GIVEN), lists(FAMILY)


def words(dice: random.Random, count: int) -> str:
    return " ".join(dice.choice(WORDS) + dice.choice(["", "", "", ",", ".", "\n"]) for _ in range(count))


def slip(dice: random.Random, text: str) -> str:
    at = dice.randrange(1, len(text) - 2)
    left_out, twice = text[:at] + text[at + 1 :], text[:at] + text[at] + text[at:]
    swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return dice.choice([left_out, swapped, twice])


Writing = Callable[[random.Random, list[str], list[str]], str]
WRITINGS: dict[str, Writing] = {
    "as it is given": lambda _, g, f: f"{g[0]} {f[0]}",
    "another spelling": lambda d, g, f: f"{d.choice(g[1:3])} {d.choice(f[:3])}",
    "in Urdu": lambda _, g, f: f"{g[3]} {f[3]}",
    "in capitals": lambda _, g, f: f"{g[0]} {f[0]}".upper(),
    "family name first": lambda _, g, f: f"{f[0]}, {g[0]}",
    "with a middle name": lambda d, g, f: f"{g[0]} {d.choice(['Bibi', 'Noor', 'Khan'])} {f[0]}",
    "as one word": lambda _, g, f: f"{g[0]}{f[0]}".lower(),
    "as a handle": lambda d, g, f: f"@{g[0]}{d.choice(['_', '.', ''])}{f[0]}{d.randrange(100)}".lower(),
    "as a file's label": lambda d, g, f: f"{g[0]}-{f[0]}_{d.randrange(20):02}.{d.choice(['jpg', 'mp4', 'zip'])}",
    "in an address": lambda _, g, f: f"https://x.example/v/{g[0]}%20{f[0]}?id=7",
    "with accents": lambda _, g, f: f"{g[0]} {f[0]}".replace("a", "á").replace("u", "ū"),
    "with hidden characters": lambda _, g, f: f"{g[0][:3]}\u200b{g[0][3:]} {f[0][:2]}\u200d{f[0][2:]}",
    "with look-alike letters": lambda _, g, f: "".join(ALIKE.get(one, one) for one in f"{g[0]} {f[0]}"),
    "with digits for letters": lambda _, g, f: f"{g[0].replace('a', '4', 1)} {f[0]}",
    "with a slip": lambda d, g, f: f"{slip(d, g[0])} {f[0]}",
}  # fmt: skip


def people(dice: random.Random, count: int) -> list[tuple[list[str], list[str], str]]:
    pairs = [(given, family) for given in GIVENS for family in FAMILIES]
    return [(*pair, dice.choice(CITIES)) for pair in dice.sample(pairs, count)]


def watch_of(given: list[str], family: list[str], city: str) -> Watch:
    return Watch([Name(1, Kind.NAME, f"{given[0]} {family[0]}"), Name(2, Kind.SIGN, city)])


def recall(dice: random.Random, count: int) -> tuple[dict[str, list[bool]], list[str]]:
    found: dict[str, list[bool]] = defaultdict(list)
    missed = []
    for given, family, city in people(dice, count):
        watch = watch_of(given, family, city)
        for kind, write in WRITINGS.items():
            said = write(dice, given, family)
            sign = f" {city} " if is_common(f"{given[0]} {family[0]}") else " "
            page = f"{words(dice, 80)} {said} {words(dice, 10)}{sign}{words(dice, 80)}"
            found[kind].append(any(one.key == 1 for one in watch.mentions(page)))
            missed += [] if found[kind][-1] else [f"{given[0]} {family[0]}: {said!r}"]
    return found, missed


def strangers(dice: random.Random, watched: tuple[list[str], list[str], str]) -> Iterator[str]:
    """Other people's names, some of whom share a word with her, in either script."""
    for _ in range(dice.randrange(3, 15)):
        given, family = dice.choice(GIVENS), dice.choice(FAMILIES)
        if dice.random() < 0.3:
            given, family = dice.choice([(watched[0], family), (given, watched[1])])
        if (given, family) != watched[:2]:
            latin = f"{dice.choice(given[:3])} {dice.choice(family[:3])}"
            yield f"{given[3]} {family[3]}" if dice.random() < 0.2 else latin


def false_mentions(dice: random.Random, pages: int) -> tuple[int, list[str]]:
    wrong = []
    watched = people(dice, 40)
    watches = [watch_of(*one) for one in watched]
    for number in range(pages):
        at = number % len(watched)
        cities = [f" {dice.choice(CITIES)} " for _ in range(3)]
        page = "".join(f"{one} {words(dice, 12)}{dice.choice(cities)}" for one in strangers(dice, watched[at]))
        name = f"{watched[at][0][0]} {watched[at][1][0]}"
        wrong += [f"{name}: {page[slice(*one.where)]!r}" for one in watches[at].mentions(page)[:1]]
    return len(wrong), wrong


def pace(dice: random.Random) -> float:
    names = [Name(number, Kind.NAME, f"{g[0]} {f[0]}") for number, (g, f, _) in enumerate(people(dice, 20))]
    watch = Watch([*names, Name(99, Kind.HANDLE, "zgul_99"), Name(100, Kind.LABEL, "zg set 3")])
    page = ""
    while len(page.encode()) < 1_000_000:
        strange = "".join(chr(dice.randrange(97, 123)) for _ in range(dice.randrange(3, 12)))
        page += f"{words(dice, 30)} {strange} {dice.choice(GIVENS)[0]} "
    began = time.process_time()
    watch.mentions(page)
    return time.process_time() - began


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--people", type=int, default=60)
    options.add_argument("--pages", type=int, default=4000)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    dice = random.Random(asked.seed)
    found, missed = recall(dice, asked.people)
    every = [one for kind in found.values() for one in kind]
    wrong, examples = false_mentions(dice, asked.pages)
    made = table("References to a person", "written", "found")
    for kind, one in found.items():
        made.add_row(kind, f"{sum(one) / len(one):.3f}")
    made.add_row("all of them", f"{sum(every) / len(every):.4f}")
    show(made)
    console.print(f"false mentions: {wrong} of {asked.pages} pages ({wrong / asked.pages:.2%})")
    for line in [*missed[:SHOWN], *examples[:SHOWN]]:
        console.print(f"  {line}")
    console.print(f"1 MB of text, 22 names: {pace(dice):.2f} s of CPU")
    machine()


if __name__ == "__main__":
    main()
