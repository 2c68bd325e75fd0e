"""Hostile texts: what somebody might call a file, a class, a run or a dataset to have another person's browser act."""

from itertools import product

HOST = "pwned.example"
"""No request may ever go there."""

_ACT = "window.__pwned=1"
_ELEMENTS = (
    f"<script>{_ACT}</script>",
    f"<img src=x onerror={_ACT}>",
    f"<svg onload={_ACT}>",
    f"<svg><script>{_ACT}</script></svg>",
    f"<iframe srcdoc='<script>parent.{_ACT}</script>'></iframe>",
    f"<body onload={_ACT}>",
    f"<details open ontoggle={_ACT}>",
    f"<input autofocus onfocus={_ACT}>",
    f"<video><source onerror={_ACT}></video>",
    f"<a href='javascript:{_ACT}'>x</a>",
    f"<math><mtext><img src=x onerror={_ACT}></mtext></math>",
    f"<style>@import url(https://{HOST}/a.css)</style>",
    f"<link rel=stylesheet href=https://{HOST}/a.css>",
    f"<img src=https://{HOST}/p.png>",
    f"<object data=https://{HOST}/o></object>",
    f"<form action=https://{HOST}><button>go</button></form>",
    f"<meta http-equiv=refresh content='0;url=https://{HOST}'>",
    f"<base href=https://{HOST}/>",
)
_BREAKERS = ("", '">', "'>", "</title>", "</script>", "-->", "`", "]]>")
_MARKDOWN = (
    f"![x](https://{HOST}/p.png)",
    f"[Log in](https://{HOST})",
    f"[x](javascript:{_ACT})",
    f"![x][r]\n\n[r]: https://{HOST}/p.png",
    f"<https://{HOST}>",
    f"https://{HOST}/x",
    f"www.{HOST}",
    f"a@{HOST}",
    "# heading",
    "- list",
    "1. one",
    "> quote",
    "| a | b |\n|---|---|\n| c | d |",
    "```\ncode\n```",
    "`code`",
    "**bold** _it_ ~~gone~~",
    "$x^2$ $$\\frac{1}{2}$$",
    f"$\\href{{javascript:{_ACT}}}{{x}}$",
    f"$\\includegraphics{{https://{HOST}/p.png}}$",
    ":material/home: :smile: :streamlit:",
    ":red[red] :blue-background[x] :small[x] :orange-badge[x]",
    "a -> b <- c -- d >= e <= f ~= g",
    "&lt;b&gt; &#60;script&#62;",
    "\\*\\_ \\",
    "---",
    "[x]: y",
    "[^1]",
    "==mark==",
)
_OTHER = (
    "{{7*7}} ${7*7} <%= 7*7 %> #{7*7} {0.__class__}",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\x1b[31mred\x1b]0;title\x07",
    "\u202egpj.exe",
    "\u2066\u2067\u202a\u202c",
    "zero\u200bwidth\ufeff",
    "nul\x00byte",
    "line\r\nbreak\u2028and\u2029more",
    "x" * 10_000,
    "a\u0300" * 500,
    "../../etc/passwd",
    "C:\\Windows\\x",
    "\\\\host\\share",
    "NUL",
    "'; DROP TABLE runs; --",
    "%s%n%x",
    "\ud800",
    " ",
    "العربية עברית",
    "👩‍👧‍👦",
    f"data:text/html,<script>{_ACT}</script>",
    f"javascript:{_ACT}//",
    f"vbscript:{_ACT}",
    f'{{"a": "<script>{_ACT}</script>"}}',
    f'"+{_ACT}+"',
    f"';{_ACT};'",
    f"${{{_ACT}}}",
)

PAYLOADS = (*(b + e for e, b in product(_ELEMENTS, _BREAKERS)), *_MARKDOWN, *_OTHER)
"""All of them, more than two hundred."""
