"""Spirit, a forum in Django."""

import os
from pathlib import Path

from frame import GONE_WORDS, TEXT, Place, run, serving

NAME = "Spirit"
WHEELS = ["django-spirit", "setuptools<80"]
NAMES = ("kept", "removed", "moved", "renamed", "hidden", "closed", "replaced", "talked")
SETTINGS_OF_SITE = """
from .dev import *
DEBUG = False
TEMPLATES[0]['OPTIONS']['debug'] = False
ALLOWED_HOSTS = ['*']
ST_PRIVATE_FORUM = __import__('os').path.exists(__import__('os').path.join(BASE_DIR, 'members-only'))
MIDDLEWARE = [*MIDDLEWARE, *([] if 'spirit.core.middleware.PrivateForumMiddleware' in MIDDLEWARE else ['spirit.core.middleware.PrivateForumMiddleware'])]
"""
SHELL = """
import django; django.setup()
from spirit.topic.models import Topic
from spirit.comment.models import Comment
from spirit.category.models import Category
from django.contrib.auth import get_user_model
User = get_user_model()
T = lambda name: Topic.objects.get(title__startswith='About ' + name)
"""
POSTS = f"""
user = User.objects.create_user('anna', 'anna@example.org', 'long-words')
one = Category.objects.create(title='Gardens'); other = Category.objects.create(title='Sheds')
for name in {list(NAMES)}:
    topic = Topic.objects.create(user=user, category=one, title='About ' + name)
    for n in range(3):
        words = '<p>' + '{TEXT} ' + name + ' ' + str(n) + '</p>'
        Comment.objects.create(user=user, topic=topic, comment=words, comment_html=words * 3)
    for words in {list(GONE_WORDS)} if name == 'talked' else []:
        Comment.objects.create(user=user, topic=topic, comment=words, comment_html='<p>' + words + '</p>')
    print(name, topic.get_absolute_url())
"""
CHANGE = """
Topic.objects.filter(pk=T('removed').pk).update(is_removed=True)
Topic.objects.filter(pk=T('moved').pk).update(category=Category.objects.get(title='Sheds'))
Topic.objects.filter(pk=T('renamed').pk).update(title='About renamed things', slug='about-renamed-things')
Topic.objects.filter(pk=T('closed').pk).update(is_closed=True)
hidden = Category.objects.create(title='Cellar', is_removed=True)
Topic.objects.filter(pk=T('hidden').pk).update(category=hidden)
Topic.objects.filter(pk=T('replaced').pk).update(title='The canal', slug='the-canal')
words = '<p>' + 'Boats lie still under the bridge, and nobody walks. ' * 9 + '</p>'
Comment.objects.filter(topic__title='The canal').update(comment=words, comment_html=words)
"""
BACK = "Topic.objects.filter(pk=T('removed').pk).update(is_removed=False)"


def play(place: Place) -> None:
    see, folder = place.judge.see, place.folder
    programs = Path(place.python).parent
    path = f"{programs}:{os.environ.get('PATH', '')}"
    run(str(programs / "spirit"), "startproject", "board", cwd=folder, PATH=path)
    site = folder / "board"
    (site / "board" / "settings" / "real.py").write_text(SETTINGS_OF_SITE)
    with_settings = {"DJANGO_SETTINGS_MODULE": "board.settings.real"}
    run(place.python, "manage.py", "spiritinstall", cwd=site, **with_settings)

    def shell(code: str) -> str:
        return run(place.python, "-c", SHELL + code, cwd=site, **with_settings)

    urls = dict(line.split() for line in shell(POSTS).splitlines() if " /" in line)
    words = (place.python, "manage.py", "runserver", "--noreload", "--insecure", f"127.0.0.1:{place.port}")
    with serving(place, *words, cwd=site, **with_settings):
        place.judge.watch({name: place.url + urls[name] for name in NAMES})
        see("published", **dict.fromkeys(NAMES, "live"))
        shell(CHANGE)
        see("still there", kept="live", talked="live", closed="live")
        see("removed by a moderator", removed="removed")
        see("moved to another board", moved="live")
        see("given another name, which it leads to", renamed="live")
        see("in a board that is closed to all", hidden="removed or restricted or unclear")
        see("another's words under the same number", replaced="unclear")
        shell(BACK)
        see("put back", removed="live")
    (site / "members-only").touch()
    with serving(place, *words, cwd=site, **with_settings):
        see("whole forum for members only", kept="restricted", removed="restricted", talked="restricted")
    see("forum down", kept="unreachable")
