#!/usr/bin/python3
"""page.py HTML: is it one well-formed page that needs nothing else? Prints what is wrong; else a line of counts as JSON."""
import base64
import json
import struct
import sys
from html.parser import HTMLParser

VOID = {"meta", "img", "br", "wbr", "hr", "link", "input"}
wrong = []
counts = {"images": 0, "drawings": 0, "tables": 0, "sections": 0, "missing": 0, "largest": 0}


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.ids, self.targets = [], set(), set()
        self.handle_startendtag = self.start_and_end

    def handle_starttag(self, tag, attrs):
        self.start(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def start_and_end(self, tag, attrs):
        self.start(tag, attrs)

    def start(self, tag, attrs):
        have = dict(attrs)
        for name, value in attrs:
            if name.startswith("on") or (value or "").startswith(("http", "//", "javascript")):
                wrong.append(f"<{tag} {name}={value[:40]}>")
        if tag in ("script", "iframe", "link", "object"):
            wrong.append(f"<{tag}>")
        if "id" in have:
            if have["id"] in self.ids:
                wrong.append(f'id {have["id"]} twice')
            self.ids.add(have["id"])
        if tag == "a":
            self.targets.add(have.get("href", ""))
        if tag == "img":
            picture(have)
        if tag == "th" and "scope" not in have:
            wrong.append("<th> without scope")
        if tag == "svg":
            counts["drawings"] += 1
            if have.get("role") != "img" or not have.get("aria-label"):
                wrong.append("<svg> without a text")
        counts["tables"] += tag == "table"
        counts["sections"] += tag == "section"
        counts["missing"] += have.get("class") == "missing"

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            wrong.append(f"</{tag}> at line {self.getpos()[0]} closes another")


def picture(have):
    counts["images"] += 1
    kind, _, data = have.get("src", "").partition(",")
    if kind != "data:image/png;base64" or not have.get("alt"):
        wrong.append(f"img {kind[:40]}, alt {have.get('alt')}")
        return
    png = base64.b64decode(data, validate=True)
    width, height = struct.unpack(">II", png[16:24])
    if png[:8] != b"\x89PNG\r\n\x1a\n" or not png.endswith(b"IEND\xaeB`\x82"):
        wrong.append("img is no PNG")
    counts["largest"] = max(counts["largest"], width, height)


with open(sys.argv[1], encoding="utf-8") as file:
    text = file.read()
page = Page()
page.feed(text)
page.close()
if page.open:
    wrong.append(f"never closed: {page.open}")
for target in page.targets:
    if not target.startswith("#") or target[1:] not in page.ids:
        wrong.append(f"a link to {target}")
for word in ("http://", "https://", "url(", "@import"):
    if word in text:
        wrong.append(word)
if wrong:
    sys.exit("\n".join(wrong))
print(json.dumps(counts))
