"""Made-up sites for `verdicts.py`: what they look like, what they show where nothing is, and what may stand before them.

Written from how such sites look, before any rule was tried on them. Each site has a family, a language, a layout and a way
to answer for what is missing, all drawn by a seed. Class names are telling on some and scrambled on others, as on the web.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape
from random import Random
from zlib import crc32

from crawler.page import Hop, Page

FAMILIES = ("gallery", "forum", "file host", "blog", "film site", "profile", "single-page app")
MISSING = ("404", "410", "soft", "soft with a list", "home", "list above", "search", "first page at 200")
HTML = {"content-type": "text/html; charset=utf-8"}

WORDS = {
    "en": "morning river small garden window under light people walk green stone often letter winter market bridge boat "
    "quiet summer table paper street friend yellow hill story water evening train house mountain song bread glass",
    "ur": "صبح دریا چھوٹا باغ کھڑکی نیچے روشنی لوگ چلنا سبز پتھر اکثر خط سردی بازار پل کشتی خاموش گرمی میز کاغذ گلی دوست پیلا پہاڑی کہانی "
    "پانی شام ریل گھر پہاڑ گیت روٹی شیشہ آسمان بارش",
    "ar": "صباح نهر صغير حديقة نافذة تحت ضوء ناس يمشي أخضر حجر غالبا رسالة شتاء سوق جسر قارب هادئ صيف طاولة ورق شارع صديق أصفر تل قصة "
    "ماء مساء قطار بيت جبل أغنية خبز زجاج سماء مطر",
    "hi": "सुबह नदी छोटा बगीचा खिड़की नीचे रोशनी लोग चलना हरा पत्थर अक्सर चिट्ठी सर्दी बाज़ार पुल नाव शांत गर्मी मेज़ काग़ज़ गली दोस्त पीला पहाड़ी कहानी "
    "पानी शाम रेल घर पहाड़ गीत रोटी शीशा आसमान बारिश",
    "es": "mañana río pequeño jardín ventana bajo luz gente caminar verde piedra carta invierno mercado puente barco tranquilo "
    "verano mesa papel calle amigo amarillo colina historia agua tarde tren casa montaña canción pan vidrio cielo lluvia",
    "fr": "matin rivière petit jardin fenêtre sous lumière gens marcher vert pierre souvent lettre hiver marché pont bateau "
    "calme été table papier rue ami jaune colline histoire eau soir train maison montagne chanson pain verre ciel pluie",
    "de": "Morgen Fluss klein Garten Fenster unter Licht Leute gehen grün Stein oft Brief Winter Markt Brücke Boot ruhig Sommer "
    "Tisch Papier Straße Freund gelb Hügel Geschichte Wasser Abend Zug Haus Berg Lied Brot Glas Himmel Regen",
    "tr": "sabah nehir küçük bahçe pencere altında ışık insanlar yürümek yeşil taş sık mektup kış pazar köprü tekne sessiz yaz "
    "masa kağıt sokak arkadaş sarı tepe hikaye su akşam tren ev dağ şarkı ekmek cam gökyüzü yağmur",
    "ru": "утро река маленький сад окно под свет люди идти зелёный камень часто письмо зима рынок мост лодка тихий лето стол "
    "бумага улица друг жёлтый холм история вода вечер поезд дом гора песня хлеб стекло небо дождь",
    "zh": "早晨 河流 小 花园 窗户 下面 光线 人们 走路 绿色 石头 经常 信件 冬天 市场 桥梁 小船 安静 夏天 桌子 纸张 街道 朋友 黄色 山丘 故事 水 晚上 火车 "
    "房子 高山 歌曲 面包 玻璃 天空 下雨",
    "id": "pagi sungai kecil taman jendela bawah cahaya orang berjalan hijau batu sering surat musim pasar jembatan perahu sunyi "
    "panas meja kertas jalan teman kuning bukit cerita air malam kereta rumah gunung lagu roti kaca langit hujan",
    "bn": "সকাল নদী ছোট বাগান জানালা নিচে আলো মানুষ হাঁটা সবুজ পাথর প্রায়ই চিঠি শীত বাজার সেতু নৌকা শান্ত গ্রীষ্ম টেবিল কাগজ রাস্তা বন্ধু হলুদ পাহাড় গল্প "
    "জল সন্ধ্যা ট্রেন ঘর গান রুটি কাচ আকাশ বৃষ্টি",
}

# As webmasters write them: the customary sentence, and others that no list of phrases holds.
NOTHING = {
    "en": ("Page not found", "Well, this is awkward", "Nothing lives at this address any more, try the menu"),
    "ur": ("صفحہ نہیں ملا", "افسوس، ہم راستہ بھول گئے", "یہاں اب کچھ باقی نہیں رہا"),
    "ar": ("الصفحة غير موجودة", "يبدو أنك ضللت الطريق", "لا شيء هنا سوى الرمال"),
    "hi": ("पेज नहीं मिला", "लगता है आप रास्ता भटक गए", "यहाँ अब कुछ नहीं बचा"),
    "es": ("Página no encontrada", "Vaya, por aquí no hay nada", "Te has perdido por el camino"),
    "fr": ("Page introuvable", "Vous êtes perdu, semble-t-il", "Il n'y a plus rien à voir par ici"),
    "de": ("Seite nicht gefunden", "Hier ist leider nichts zu sehen", "Da haben Sie sich wohl verlaufen"),
    "tr": ("Sayfa bulunamadı", "Galiba yolunuzu kaybettiniz", "Burada artık bir şey yok"),
    "ru": ("Страница не найдена", "Кажется, вы заблудились", "Здесь больше ничего нет, увы"),
    "zh": ("页面不存在", "这里什么都没有了", "您好像迷路了"),
    "id": ("Halaman tidak ditemukan", "Sepertinya Anda tersesat", "Tidak ada apa-apa lagi di sini"),
    "bn": ("পৃষ্ঠা পাওয়া যায়নি", "মনে হচ্ছে আপনি পথ হারিয়েছেন", "এখানে আর কিছু নেই"),
}
BACK_SOON = {
    "en": "We are tidying up and will be back soon", "ur": "مرمت جاری ہے، ہم جلد واپس آئیں گے", "ar": "نقوم بأعمال الصيانة وسنعود قريبا",
    "hi": "मरम्मत चल रही है, हम जल्द लौटेंगे", "es": "Estamos de obras y volvemos pronto", "fr": "Nous faisons des travaux, à bientôt",
    "de": "Wir räumen gerade auf und sind bald zurück", "tr": "Bakımdayız, yakında döneceğiz", "ru": "Идут работы, скоро вернёмся",
    "zh": "网站维护中，请稍后再来", "id": "Kami sedang berbenah, segera kembali", "bn": "রক্ষণাবেক্ষণ চলছে, আমরা শীঘ্রই ফিরব",
}  # fmt: skip
# What those put there, at 200, who stand before the site, and what it says itself when it wants no visit.
NOT_NOW = (
    "502 Bad Gateway", "504 Gateway Time-out", "Web server is returning an unknown error", "Error establishing a database connection",
    "Connection timed out", "Request unsuccessful", "Service Unavailable", "Please enable cookies", "You are going too fast",
    "Slow down", "Loading", "One moment", "500 Internal Server Error", "This site is under maintenance",
)  # fmt: skip
MEMBERS = {
    "en": "Only members see this", "ur": "یہ صرف ارکان کے لیے ہے", "ar": "هذا للأعضاء فقط", "hi": "यह केवल सदस्यों के लिए है",
    "es": "Solo para socios", "fr": "Réservé aux membres", "de": "Nur für Mitglieder", "tr": "Yalnızca üyeler görebilir",
    "ru": "Только для участников", "zh": "仅限会员观看", "id": "Khusus anggota", "bn": "শুধু সদস্যদের জন্য",
}  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One thing that somebody put there; `turn` moves what is never the same twice: comments, counters, advertisements."""

    name: str
    seed: int
    turn: int = 0
    edited: float = 0.0
    retitled: bool = False
    without_picture: bool = False
    laid_out: int = 0
    menu_in: str | None = None


class Site:
    """One site and everything it can answer."""

    def __init__(self, seed: int) -> None:
        chance = Random(seed)
        self.seed = seed
        self.family = FAMILIES[seed % len(FAMILIES)]
        self.language = list(WORDS)[seed // len(FAMILIES) % len(WORDS)]
        self.missing = chance.choice(MISSING)
        self.telling = chance.random() < 0.5
        self.metas = chance.random() < 0.6
        self.one_title = chance.random() < 0.2
        self.headed = chance.random() < 0.8
        self.main = chance.random() < 0.5
        self.menu = chance.randint(4, 30)
        self.depth = chance.randint(0, 5)
        self.nothing = chance.choice(NOTHING[self.language])
        self.name = self.words(chance, 1).capitalize()
        self.host = f"site{seed}.example"
        self.folder = chance.choice(["p", "view", "media/item", "t", "album"])
        self.naming = Random(seed).choice(["{number}", "{hex}", "my-{number}-pictures"])
        self._chance = chance

    def name_of(self, chance: Random) -> str:
        """A name as this site gives them."""
        number, digest = chance.randrange(10**4, 10**7), f"{chance.getrandbits(40):010x}"
        return self.naming.format(number=number, hex=digest)

    def words(self, chance: Random, count: int, language: str | None = None) -> str:
        words = WORDS[language or self.language].split()
        return ("" if self.language == "zh" else " ").join(chance.choice(words) for _ in range(count))

    def kind(self, name: str) -> str:
        return name if self.telling else f"x{Random(f'{self.seed}{name}').randrange(10**6):06x}"

    @property
    def rendered(self) -> bool:
        return self.family == "single-page app"

    def url(self, name: str) -> str:
        return f"https://{self.host}/{self.folder}/{name}"

    # --- pages ------------------------------------------------------------------------------------------------------

    def _whole(
        self, title: str, body: str, turn: int, head: str = "", laid_out: int = 0, menu_in: str | None = None
    ) -> bytes:
        fixed, fresh = Random(self.seed + 1), Random(f"{self.seed} {turn}")
        menu = "".join(f'<li><a href="/m/{n}">{self.words(fixed, 2, menu_in)}</a></li>' for n in range(self.menu))
        advert = f'<div class="{self.kind("ad")}"><a href="/go/{turn}">{self.words(fresh, 8)}</a></div>'
        inner = f"{advert}{body}"
        for n in range(self.depth + laid_out):
            tag, kind = ("section", f"box{n}") if laid_out else ("div", f"wrap{n}")
            inner = f'<{tag} class="{self.kind(kind)}">{inner}</{tag}>'
        if self.main:
            inner = f"<main>{inner}</main>"
        nav = (
            f"<nav><ul>{menu}</ul></nav>" if self.telling else f'<div class="{self.kind("nav")}"><ul>{menu}</ul></div>'
        )
        foot = self.words(fixed, 25, menu_in)
        script = '<script src="/app.js"></script>' if self.rendered else ""
        return (
            f'<!doctype html><html lang="{self.language}"><head><meta charset="utf-8"><title>{escape(title)}</title>{head}'
            f"</head><body><header>{self.name}{nav}</header>{inner}<footer>{foot} 2026</footer>{script}</body></html>"
        ).encode()

    def _title(self, text: str) -> str:
        return self.name if self.one_title else f"{text} | {self.name}"

    def _related(self, turn: int) -> str:
        fresh = Random(f"{self.seed} related {turn}")
        cards = "".join(
            f'<a href="/{self.folder}/{name}"><img src="/thumb/{fresh.randrange(9999)}.jpg">{self.words(fresh, 3)}</a>'
            for name in self.listed(turn)
        )
        return f'<div class="{self.kind("related")}">{cards}</div>'

    def listed(self, turn: int) -> list[str]:
        """Names of what the site leads to on a day: these are there."""
        fresh = Random(f"{self.seed} listed {turn}")
        return [self.name_of(fresh) for _ in range(6)]

    def _comments(self, item: Item) -> str:
        said = Random(f"{self.seed} {item.name} comments")
        many = said.randint(0, 8) + item.turn * said.randint(0, 3)
        rows = "".join(
            f'<div class="{self.kind("comment")}"><b>{self.words(said, 1)}</b> <span>{n} h</span><p>'
            f"{self.words(said, said.randint(4, 20))}</p></div>"
            for n in range(many)
        )
        return f'<div class="{self.kind("comments")}">{many} {rows}</div>'

    def _text(self, item: Item, count: int) -> str:
        own, other = Random(item.seed), Random(item.seed + 7)
        sentences = [self.words(own, own.randint(6, 14)) for _ in range(count)]
        for n in range(round(len(sentences) * item.edited)):
            sentences[n] = self.words(other, 9)
        return "".join(f"<p>{one}.</p>" for one in sentences)

    def item(self, item: Item) -> bytes:
        own, views = Random(item.seed), 100 + item.turn * 37
        title = self.words(own, own.randint(2, 5))
        if item.retitled:
            title = f"{title} {self.words(Random(item.seed + 5), 1)}"
        picture = (
            "/static/placeholder.png" if item.without_picture else f"/files/{item.seed}/{own.randrange(10**6)}.jpg"
        )
        shown = f'<img class="{self.kind("picture")}" src="{picture}?w=640" alt="">'
        heading = f"<h1>{title}</h1>" if self.headed else f'<div class="{self.kind("title")}">{title}</div>'
        count = f'<span class="{self.kind("views")}">{views} views</span>'
        bodies = {
            "gallery": f"{heading}{shown}<p>{self.words(own, 8)}</p>{count}{self._comments(item)}{self._related(item.turn)}",
            "forum": heading
            + "".join(
                f'<div class="{self.kind("message")}"><b>{self.words(own, 1)}</b>{self._text(replace(item, seed=item.seed + n), 3)}'
                "</div>"
                for n in range(own.randint(2, 6) + item.turn)
            ),
            "file host": f"{heading}<table><tr><td>{own.randrange(900)} MB</td><td>{views}</td></tr></table>"
            f'<a class="{self.kind("button")}" href="/get/{item.name}">{self.words(own, 2)}</a>',
            "blog": f"{heading}{shown}<article>{self._text(item, own.randint(8, 40))}</article>{self._comments(item)}",
            "film site": f'{heading}<video src="/v/{item.seed}.mp4" poster="{picture}"></video>{count}<p>{self.words(own, 12)}'
            f"</p>{self._related(item.turn)}{self._comments(item)}",
            "profile": f"{heading}{shown}<p>{self.words(own, 15)}</p>{count}"
            + "".join(f'<img src="/files/{item.seed}/{n}.jpg">' for n in range(5)),
            "single-page app": f"<div id=root>{heading}{shown}{self._text(item, 4)}{self._comments(item)}</div>",
        }
        head = ""
        if self.metas:
            head = f'<meta property="og:title" content="{title}"><meta property="og:image" content="{picture}">'
        return self._whole(self._title(title), bodies[self.family], item.turn, head, item.laid_out, item.menu_in)

    def notice(self, said: str, turn: int, more: str = "") -> bytes:
        """Anything the site says in its own dress."""
        heading = f"<h1>{said}</h1>" if self.headed else f'<div class="{self.kind("title")}"><b>{said}</b></div>'
        words = self.words(Random(f"{self.seed} {said}"), 12)
        return self._whole(self._title(said), f"{heading}<p>{words}</p>{more}", turn)

    def first_page(self, turn: int) -> bytes:
        words = self.words(Random(self.seed + 3), 20)
        return self._whole(self.name, f"<h1>{self.name}</h1><p>{words}</p>{self._related(turn)}", turn)

    def listing(self, turn: int) -> bytes:
        return self._whole(self._title(self.words(Random(self.seed + 4), 2)), self._related(turn) * 2, turn)

    # --- answers ----------------------------------------------------------------------------------------------------

    def answer(self, name: str, body: bytes, status: int = 200, final: str | None = None) -> Page:
        url = self.url(name)
        hops = (Hop(url, 302, final),) if final else ()
        return Page(url, final or url, status, HTML, body, hops, rendered=self.rendered and status == 200)

    def shown(self, item: Item) -> Page:
        return self.answer(item.name, self.item(item))

    def at(self, url: str, turn: int) -> Page:
        """What the site answers on an ordinary day at any of its addresses."""
        name = url.rpartition("/")[2]
        if not name:
            return Page(url, url, 200, HTML, self.first_page(turn), rendered=self.rendered)
        listed = any(name in self.listed(day) for day in range(turn + 2))
        return self.shown(Item(name, crc32(name.encode()), turn)) if listed else self.nothing_at(name, turn)

    def nothing_at(self, name: str, turn: int) -> Page:
        """What the site answers where nothing is."""
        home = f"https://{self.host}/"
        answers: dict[str, Callable[[], Page]] = {
            "404": lambda: self.answer(name, self.notice(self.nothing, turn), 404),
            "410": lambda: self.answer(name, self.notice(self.nothing, turn), 410),
            "soft": lambda: self.answer(name, self.notice(self.nothing, turn)),
            "soft with a list": lambda: self.answer(
                name, self.notice(f"{self.nothing}", turn, self._related(turn) + escape(name))
            ),
            "home": lambda: self.answer(name, self.first_page(turn), final=home),
            "list above": lambda: self.answer(name, self.listing(turn), final=f"{home}{self.folder}/"),
            "search": lambda: self.answer(name, self.listing(turn), final=f"{home}search?q={name}"),
            "first page at 200": lambda: self.answer(name, self.first_page(turn)),
        }
        return answers[self.missing]()
