"""The head of an HTML page that loads nothing and sends nothing: it may use its own style and script only, by their hashes."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

from densecli.render.languages.xml import Xml


def head(title: Xml, style: Xml, script: Xml | None = None) -> Xml:
    """What stands between `<head>` and `</head>`."""
    scripts = Xml.put("") if script is None else Xml.put(" script-src '{}';", _hash(script))
    return Xml.put(
        """<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '{}';{} base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>{}</title>
<style>{}</style>""",
        _hash(style), scripts, title, style,
    )  # fmt: skip


def _hash(text: Xml) -> Xml:
    return Xml.quoted(f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}")
