"""Words that a whole title or heading says when a page is no content: data, in the form `plain` gives them.

Only a whole title or heading counts. The same words inside a comment, a menu or a headline prove nothing.
"""

import re
import unicodedata
from functools import lru_cache

_NO_WORD = re.compile(r"[^\w\s]|_")
_APOSTROPHES = str.maketrans("", "", "'’‘`´ʼ")
_MOST_SIGNS = 10_000  # remembered: a hostile page must not have us remember all there are


class _Signs(dict[int, str]):
    """What is left of each sign; to ask once for each sign and not at each place took most of a worker's start."""

    def __missing__(self, code: int) -> str:
        """Leave letters, digits and marks, and a space for all else.

        Marks are kept apart from punctuation: Hindi vowel signs are marks, and words are not words without them.
        """
        sign = chr(code)
        kept = sign if unicodedata.category(sign)[0] == "M" else _NO_WORD.sub(" ", sign)
        if len(self) < _MOST_SIGNS:
            self[code] = kept
        return kept


_LEFT = _Signs()


def folded(text: str) -> str:
    """Fold case, width and punctuation away, so that one phrase has one spelling."""
    narrow = unicodedata.normalize("NFKC", text).casefold().translate(_APOSTROPHES)
    if "\0" in narrow or "\ufffd" in narrow:
        return narrow  # broken on its way: no phrase, whatever is left of it
    return " ".join(narrow.translate(_LEFT).split())


plain = lru_cache(maxsize=1024)(folded)  # a page is judged more than once, and asks of its title each time


def _plain(*phrases: str) -> frozenset[str]:
    return frozenset(map(folded, phrases))


_THINGS = (
    "page", "video", "image", "photo", "picture", "post", "file", "content", "clip", "album", "gallery", "link",
    "media", "item", "tweet", "thread", "topic", "profile", "account", "channel", "document", "folder", "article",
)  # fmt: skip
_ENDINGS = (
    "not found", "does not exist", "doesnt exist", "no longer exists", "no longer available", "is no longer available",
    "has been removed", "was removed", "has been deleted", "was deleted", "removed", "deleted",
    "is not available anymore",
    "isnt available anymore", "is gone", "cannot be found", "could not be found", "couldnt be found", "was not found",
    "has been taken down", "was taken down",
)  # fmt: skip
_STARTS = (
    "",
    "this ",
    "the ",
    "sorry this ",
    "oops this ",
    "error ",
    "404 ",
    "404 error ",
    "error 404 ",
    "the requested ",
)

REMOVED = frozenset(
    folded(f"{start}{thing} {end}") for start in _STARTS for thing in _THINGS for end in _ENDINGS
) | _plain(
    "404 not found",
    "not found 404",
    "error 404",
    "404 error",
    "http 404",
    "http error 404",
    "http status 404 not found",
    "error 404 not found",
    "error 404 not found 1",
    "the requested url was not found on this server",
    "404 error not found",
    "404 file or directory not found",
    "page not found 404",
    "page not found error 404",
    "page not found 404 error",
    "410 gone",
    "error 410",
    "page missing",
    "oops page not found",
    "oops that page cant be found",
    "oops that page can’t be found",
    "that page cant be found",
    "that page doesnt exist",
    "sorry that page doesnt exist",
    "sorry page not found",
    "sorry this page isnt available",
    "the page you are looking for doesnt exist",
    "the page you are looking for does not exist",
    "the page you requested was not found",
    "we cant find that page",
    "we couldnt find that page",
    "nothing found here",
    "file not found or deleted",
    "this content has been removed for violating our terms",
    "this video has been removed by the user",
    "this video was removed by the uploader",
    "this page has been removed",
    # Urdu
    "صفحہ نہیں ملا",
    "صفحہ موجود نہیں",
    "صفحہ موجود نہیں ہے",
    "یہ صفحہ موجود نہیں ہے",
    "یہ صفحہ موجود نہیں",
    "یہ صفحہ اب دستیاب نہیں ہے",
    "یہ صفحہ دستیاب نہیں ہے",
    "صفحہ دستیاب نہیں ہے",
    "404 صفحہ نہیں ملا",
    "یہ ویڈیو ہٹا دی گئی ہے",
    "ویڈیو ہٹا دی گئی ہے",
    "ویڈیو ہٹا دی گئی",
    "یہ ویڈیو اب دستیاب نہیں ہے",
    "یہ ویڈیو دستیاب نہیں ہے",
    "یہ تصویر ہٹا دی گئی ہے",
    "یہ پوسٹ ہٹا دی گئی ہے",
    "یہ پوسٹ حذف کر دی گئی ہے",
    "یہ مواد ہٹا دیا گیا ہے",
    "یہ مواد اب دستیاب نہیں ہے",
    "مواد ہٹا دیا گیا ہے",
    "فائل نہیں ملی",
    # Arabic
    "الصفحة غير موجودة",
    "لم يتم العثور على الصفحة",
    "هذه الصفحة غير موجودة",
    "هذه الصفحة لم تعد متاحة",
    "هذه الصفحة لم تعد متوفرة",
    "404 الصفحة غير موجودة",
    "تمت إزالة هذا الفيديو",
    "تم حذف هذا الفيديو",
    "تمت إزالة الفيديو",
    "تم حذف الفيديو",
    "هذا الفيديو لم يعد متاحا",
    "تمت إزالة هذا المحتوى",
    "تم حذف هذا المحتوى",
    "هذا المحتوى لم يعد متاحا",
    "تمت إزالة هذا المنشور",
    "تم حذف هذا المنشور",
    "تم حذف الملف",
    "الملف غير موجود",
    # Hindi
    "पृष्ठ नहीं मिला",
    "पेज नहीं मिला",
    "यह पेज मौजूद नहीं है",
    "यह पृष्ठ मौजूद नहीं है",
    "यह पेज अब उपलब्ध नहीं है",
    "यह पृष्ठ अब उपलब्ध नहीं है",
    "404 पेज नहीं मिला",
    "यह वीडियो हटा दिया गया है",
    "वीडियो हटा दिया गया है",
    "यह वीडियो अब उपलब्ध नहीं है",
    "यह सामग्री हटा दी गई है",
    "यह सामग्री अब उपलब्ध नहीं है",
    "यह पोस्ट हटा दी गई है",
    "फ़ाइल नहीं मिली",
)

# Also names of songs, cars and people's pictures: these count alone, or before what is plainly the site's name.
REMOVED_IF_SITE_FOLLOWS = _plain("404", "410", "not found")

LOGIN = _plain(
    "log in", "login", "log on", "logon", "sign in", "signin", "please log in", "please sign in", "member login",
    "user login", "account login", "login required", "log in required", "sign in required", "log in or sign up",
    "log in to continue", "login to continue", "sign in to continue", "log in to your account",
    "sign in to your account",
    "login to your account", "sign in or sign up", "log in or register", "you must log in to continue",
    "you must be logged in", "please log in to continue", "please sign in to continue", "welcome back",
    "لاگ ان", "لاگ ان کریں", "سائن ان", "سائن ان کریں", "تسجيل الدخول", "سجل الدخول", "تسجيل دخول",
    "लॉग इन", "लॉग इन करें", "लॉगिन", "लॉगिन करें", "साइन इन", "साइन इन करें", "войти", "вход",
)  # fmt: skip

AGE = _plain(
    "age verification", "age verification required", "age restricted", "age restricted content", "age check",
    "age gate",
    "verify your age", "confirm your age", "please verify your age", "please confirm your age", "are you 18",
    "are you over 18", "are you 18 or older", "are you 18 years or older", "are you over 18 years old",
    "are you at least 18", "are you at least 18 years old", "you must be 18", "you must be 18 or older",
    "you must be over 18", "you must be 18 or older to enter", "you must be 18 or older to view this content",
    "this website contains adult content", "this site contains adult content", "adult content warning", "adult content",
    "adults only", "adults only website", "this is an adult website", "18 only", "content warning adults only",
    "عمر کی تصدیق", "اپنی عمر کی تصدیق کریں", "التحقق من العمر", "تأكيد العمر", "आयु सत्यापन", "अपनी आयु की पुष्टि करें",
)  # fmt: skip

CHALLENGE = _plain(
    "just a moment", "attention required", "attention required! | cloudflare", "please wait | cloudflare",
    "checking your browser", "checking your browser before accessing", "ddos-guard", "verify you are human",
    "are you a robot", "are you human", "human verification", "security check", "robot check", "captcha",
    "pardon our interruption", "access to this page has been denied", "access denied", "you have been blocked",
    "sorry you have been blocked", "too many requests", "rate limited", "rate limit exceeded", "unusual traffic",
    "one moment please", "please wait", "bot verification",
)  # fmt: skip

# Pages an internet provider or a government puts in the site's place: they tell of our line, not of the content.
CENSORED = _plain(
    "доступ ограничен", "доступ к ресурсу ограничен", "доступ к запрашиваемому ресурсу ограничен",
    "доступ заблокирован",
    "ресурс заблокирован", "surf safely", "surf safely!", "internet positif", "internet baik", "trustpositif",
    "this site is blocked", "this website is blocked", "this site has been blocked", "this website has been blocked",
    "site blocked", "website blocked", "web page blocked", "web site blocked", "page blocked", "url blocked",
    "blocked page", "access blocked", "web filter violation", "web filter block override", "blocked by your isp",
    "the url has been blocked as per the instructions of the department of telecommunications", "erişim engellendi",
    "bu siteye erişim engellenmiştir", "دسترسی مسدود", "موقع محجوب", "هذا الموقع محجوب", "الموقع محجوب",
    "یہ ویب سائٹ بلاک ہے", "یہ ویب سائٹ بلاک کر دی گئی ہے", "यह वेबसाइट ब्लॉक कर दी गई है",
)  # fmt: skip

LOGIN_PATHS = frozenset(
    {"login", "log-in", "log_in", "signin", "sign-in", "sign_in", "logon", "sso", "wp-login", "authwall", "user_login"}
    | {"accountlogin", "servicelogin", "loginform", "interstitial-login"}
)
LOGIN_HOSTS = ("login.", "signin.", "sso.", "accounts.", "auth.")
AGE_PATHS = frozenset(
    {"age-gate", "agegate", "age_gate", "age-verification", "age_verification", "verify-age", "verify_age"}
)
