"""The story as a page for a browser: one file, no script, nothing loaded from anywhere, no address to click on."""

from html import escape

from reporters.bundle.lettering import escaped
from reporters.bundle.story import Block, Facts, Heading, Listing, Story, Typed, Words

HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 15px/1.5 sans-serif; color: #111; background: #fff; max-width: 62rem; margin: 2rem auto;
  padding: 0 1rem }}
h1 {{ font-size: 1.7rem; border-bottom: 2px solid #111; padding-bottom: .3rem; margin-top: 3rem }}
h1:first-of-type {{ margin-top: 0 }}
h3 {{ margin: 1.6rem 0 .3rem }}
dl {{ display: grid; grid-template-columns: 9rem 1fr; gap: .15rem 1rem; margin: 0 }}
dt {{ font-weight: 600; overflow-wrap: anywhere }}
dd {{ margin: 0; overflow-wrap: anywhere }}
dd, td, p {{ unicode-bidi: plaintext; text-align: left }}
table {{ border-collapse: collapse; width: 100%; table-layout: fixed }}
th, td {{ text-align: start; vertical-align: top; padding: .25rem .6rem .25rem 0; overflow-wrap: anywhere }}
th {{ border-bottom: 1px solid #111 }}
td {{ border-bottom: 1px solid #ddd }}
pre {{ background: #f3f3f3; padding: .6rem .8rem; white-space: pre-wrap; overflow-wrap: anywhere }}
footer {{ margin-top: 3rem; border-top: 1px solid #111; padding-top: .5rem }}
</style>
</head>
<body>
"""


def write(story: Story) -> bytes:
    """Write the page."""
    blocks = "".join(_block(one) for one in story.blocks)
    foot = f"<footer>{_text(story.foot)}</footer>\n</body>\n</html>\n"
    return f"{HEAD.format(title=_text(story.title))}{blocks}{foot}".encode()


def _text(words: str) -> str:
    return escape(escaped(words))


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{_text(block.words)}</h{block.level}>\n"
    if isinstance(block, Words):
        return f"<p>{_text(block.words)}</p>\n"
    if isinstance(block, Facts):
        rows = "".join(f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>\n" for name, value in block.rows)
        return f"<dl>\n{rows}</dl>\n"
    if isinstance(block, Typed):
        return "<pre>" + "\n".join(_text(one) for one in block.lines) + "</pre>\n"
    return _table(block)


def _table(block: Listing) -> str:
    wide = "".join(f'<col style="width:{one}%">' for one in block.widths)
    head = "".join(f"<th>{_text(one)}</th>" for one in block.columns)
    rows = "".join("<tr>" + "".join(f"<td>{_text(one)}</td>" for one in row) + "</tr>\n" for row in block.rows)
    return f"<table><colgroup>{wide}</colgroup>\n<tr>{head}</tr>\n{rows}</table>\n"
