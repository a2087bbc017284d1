"""Mezzanine, a site of pages and a blog in Django."""

from frame import GONE_WORDS, TEXT, Place, run, serving

NAME = "Mezzanine"
WHEELS = ["Mezzanine", "setuptools<80"]
POSTS = ("kept", "deleted", "draft", "renamed", "expired", "replaced", "talked")
PAGES = ("house", "members", "gone")
SETTINGS_OF_SITE = """
from small.settings import *
DEBUG = False
ALLOWED_HOSTS = ['*']
SECRET_KEY = NEVERCACHE_KEY = 'a-key-of-our-own'
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'small.db'}}
CACHES = {'default': {'BACKEND': 'django.core.cache.backends.dummy.DummyCache'}}
"""
SHELL = """
import django; django.setup()
from datetime import timedelta
from django.contrib.auth import get_user_model
from django.utils.timezone import now
from django.contrib.contenttypes.models import ContentType
from mezzanine.blog.models import BlogPost
from mezzanine.generic.models import ThreadedComment
from mezzanine.pages.models import RichTextPage
P = lambda name: BlogPost.objects.get(title='About ' + name)
"""
PUBLISH = f"""
user = get_user_model().objects.create_user('anna', 'anna@example.org', 'long-words')
for name in {list(POSTS)}:
    post = BlogPost.objects.create(title='About ' + name, user=user, content='<p>{TEXT} ' + name + '</p>' * 6, status=2)
    for words in {list(GONE_WORDS)} if name == 'talked' else []:
        post.comments.add(ThreadedComment(user_name='Reader', comment=words, is_public=True, submit_date=now(), site_id=1), bulk=False)
    print(name, post.get_absolute_url())
for name in {list(PAGES)}:
    page = RichTextPage.objects.create(title='The ' + name, content='<p>{TEXT} ' + name + '</p>' * 6)
    print(name, page.get_absolute_url())
"""
CHANGE = """
P('deleted').delete()
BlogPost.objects.filter(title='About draft').update(status=1)
BlogPost.objects.filter(title='About renamed').update(slug='another-name')
BlogPost.objects.filter(title='About expired').update(expiry_date=now() - timedelta(days=1))
BlogPost.objects.filter(title='About replaced').update(title='The canal', content='<p>' + 'Boats lie still under the bridge, and nobody walks. ' * 9 + '</p>')
RichTextPage.objects.get(title='The gone').delete()
page = RichTextPage.objects.get(title='The members'); page.login_required = True; page.save()
"""
BACK = "BlogPost.objects.filter(title='About draft').update(status=2)"


def play(place: Place) -> None:
    see, folder = place.judge.see, place.folder
    run(place.python, "-m", "mezzanine.bin.mezzanine_project", "small", cwd=folder)
    site = folder / "small"
    (site / "real.py").write_text(SETTINGS_OF_SITE)
    with_settings = {"DJANGO_SETTINGS_MODULE": "real"}
    run(place.python, "manage.py", "createdb", "--noinput", "--nodata", cwd=site, **with_settings)

    def shell(code: str) -> str:
        return run(place.python, "-c", SHELL + code, cwd=site, **with_settings)

    urls = dict(line.split() for line in shell(PUBLISH).splitlines() if " /" in line)
    words = (place.python, "manage.py", "runserver", "--noreload", "--insecure", f"127.0.0.1:{place.port}")
    with serving(place, *words, cwd=site, **with_settings):
        place.judge.watch({name: place.url + urls[name] for name in (*POSTS, *PAGES)})
        see("published", **dict.fromkeys((*POSTS, *PAGES), "live"))
        shell(CHANGE)
        see("still there", kept="live", talked="live", house="live")
        see("deleted", deleted="removed", gone="removed")
        see("a draft again: answers 404", draft="removed or unclear")
        see("given another address, without a way there", renamed="removed or unclear")
        see("its time is over: answers 404", expired="removed or unclear")
        see("another's words at the same address", replaced="unclear")
        see("for members only", members="restricted")
        shell(BACK)
        see("published again", draft="live")
    see("site down", kept="unreachable")
