"""Text that came from somebody stays text, wherever a page shows it: looked at in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browsing import PATIENCE, rest, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TEXTS = (
    *(
        "www.example.org",
        "_www.example.org_",
        "see https://example.org/a?b=c&d",
        "HTTP://EXAMPLE.ORG",
        "ftp://example.org",
    ),
    *(
        "a@b.c",
        "a.b+c@d-e.example.org",
        "mailto:a@b.org",
        "<https://example.org>",
        "[a](https://example.org)",
        "[a]: /b",
    ),
    *(":streamlit:", ":smile:", ":+1: and :-1:", ":material/home:", ":material_home:", "x:material/home:y"),
    *(":red[loud]", ":blue-background[loud]", ":small[x]", ":orange-badge[x]", ":help[x]", ":shortcut[x]"),
    *(
        "$x^2$",
        "$$x$$",
        "\\(x\\)",
        "a $5 and $6",
        "**loud** __loud__ *a* _b_ ~~gone~~",
        "`code` ``a``",
        "# big",
        "> said",
    ),
    *(
        "- one",
        "1. one",
        "+ one",
        "| a | b |",
        "---",
        "===",
        "[^1] and [^1]: a",
        "![a](/b.png)",
        "<b>loud</b>",
        "<img src=x>",
    ),
    *(
        "a -> b <- c <-> d -- e >= f <= g ~= h",
        "&amp; &#58; &lt;",
        "10:30:15",
        "a\\b \\* \\",
        "::: x",
        "-> a",
        "<!-- a -->",
    ),
    *(
        "cross-border",
        "علی",
        "x<script>document.title='got in'</script>",
        "[x]{.a}",
        "{{ a }}",
        "a\u202eb",
        "==a==",
        "H~2~O^2^",
    ),
)
# Each text wherever a page may put one.
SHOWN = """
import pandas as pd
import streamlit as st
from dashboard.widgets.show import plain

TEXTS = {texts!r}
st.table(pd.DataFrame([[plain(one), plain(one)] for one in TEXTS], columns=["a", "b"]))
for number, one in enumerate(TEXTS):
    with st.container(key=f"one-{{number}}"):
        st.markdown(plain(one))
        st.markdown(f"**{{plain(one)}}**")
        st.markdown(f"- {{plain(one)}}")
        st.caption(plain(one))
        st.subheader(plain(one), anchor=False)
        st.info(plain(one))
        st.button(plain(one), key=f"button {{number}}")
        st.checkbox(plain(one), key=f"box {{number}}")
        st.radio(plain(one), [plain(one)], key=f"radio {{number}}")
        with st.expander(plain(one)):
            st.markdown("inside")
"""
FOREIGN = (
    "a, img, .katex, sup, code, del, em, h1, blockquote, hr, script, kbd, [style*=color], [data-testid=stIconMaterial]"
)


def test_no_text_becomes_a_link_a_picture_or_markup(browser: Browser, tmp_path: Path) -> None:
    """Otherwise a nickname leads a whole class to somebody's site, or a title draws what it likes."""
    script = tmp_path / "shown.py"
    script.write_text(SHOWN.format(texts=TEXTS), encoding="utf-8")
    with serving(
        tmp_path, command=("streamlit", "run", str(script), "--server.headless=true", "--server.port")
    ) as made:
        page = browser.new_context().new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(made.address)
        page.locator(f".st-key-one-{len(TEXTS) - 1} summary").wait_for()
        rest(page)
        seen = page.evaluate(
            """([texts, foreign]) => texts.map((_, number) => {
                const one = document.querySelector(`.st-key-one-${number}`);
                const markdown = [...one.querySelectorAll('[data-testid=stMarkdownContainer]')];
                return {
                    said: markdown.map(part => part.innerText.replaceAll('\\u2060', '').trim()),
                    foreign: markdown.flatMap(part => [...part.querySelectorAll(foreign)].map(it => it.outerHTML)),
                };
            })""",
            [list(TEXTS), FOREIGN],
        )
        links = page.locator("table a, table img, table .katex").count()
        title = page.title()
        page.context.close()
    assert links == 0
    assert title != "got in"
    for text, found in zip(TEXTS, seen, strict=True):
        words = " ".join(text.replace("\u202e", "").split())
        assert found["foreign"] == [], text
        assert {one for one in found["said"] if one not in ("", "inside")} == {words}, text
