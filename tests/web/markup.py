"""What every page must be: labelled, with ids of its own, without anything that the policy forbids."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "link", "input", "br", "img", "use"}
_FIELDS = {"input", "select", "textarea"}
_SILENT = {"hidden", "submit"}


@dataclass
class _Element:
    tag: str
    attrs: dict[str, str]
    within: tuple[str, ...]


@dataclass
class Markup(HTMLParser):
    """The elements of a page, each with the tags around it."""

    html: str
    elements: list[_Element] = field(default_factory=list)
    stack: list[str] = field(default_factory=list)
    unclosed: list[str] = field(default_factory=list)

    def __post_init__(self):
        super().__init__()
        self.feed(self.html)

    def handle_starttag(self, tag, attrs):
        self.elements.append(_Element(tag, {k: v or "" for k, v in attrs}, tuple(self.stack)))
        if tag not in _VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append(_Element(tag, {k: v or "" for k, v in attrs}, tuple(self.stack)))

    def handle_endtag(self, tag):
        if not self.stack or self.stack.pop() != tag:
            self.unclosed.append(tag)

    def all(self, tag):
        """The attributes of every element of a kind."""
        return [e.attrs for e in self.elements if e.tag == tag]


def faults(html: str) -> list[str]:
    """Everything wrong with a page."""
    page = Markup(html)
    return [*_structure(page), *_forbidden(page), *_unlabelled(page), *_dangling(page)]


def _structure(page: Markup):
    yield from (f"</{tag}> closes something else" for tag in page.unclosed)
    ids = Counter(e.attrs["id"] for e in page.elements if "id" in e.attrs)
    yield from (f"id {name} is there {n} times" for name, n in ids.items() if n > 1)
    if page.all("html"):
        if page.all("html")[0].get("lang") != "zh-CN":
            yield "no language"
        titles = [e for e in page.elements if e.tag == "title" and "svg" not in e.within]
        if len(titles) != 1 or len(page.all("h1")) != 1:
            yield "needs one title and one h1"
        if "main" not in {e.tag for e in page.elements}:
            yield "no main"


def _forbidden(page: Markup):
    for e in page.elements:
        if "style" in e.attrs or e.tag == "style":
            yield f"inline style at <{e.tag}>"
        if any(name.startswith("on") for name in e.attrs):
            yield f"inline handler at <{e.tag}>"
        if e.tag == "script" and "src" not in e.attrs and e.attrs.get("type") != "application/json":
            yield "inline script"
        for name in ("src", "href", "action", "hx-get", "hx-post"):
            if re.match(r"(?:https?:)?//", e.attrs.get(name, "")):
                yield f"{name} to another host: {e.attrs[name]}"


def _unlabelled(page: Markup):
    labelled = {a.get("for") for a in page.all("label")}
    for e in page.elements:
        if e.tag in _FIELDS and e.attrs.get("type") not in _SILENT:
            named = e.attrs.get("id") in labelled or "label" in e.within or "aria-label" in e.attrs
            if not named:
                yield f"no label: {e.tag} {e.attrs.get('name')}"
        if e.tag == "img" and "alt" not in e.attrs:
            yield f"no alt: {e.attrs.get('src')}"
        if e.tag == "th" and "scope" not in e.attrs:
            yield "th without scope"


def _dangling(page: Markup):
    """References within the page that lead nowhere; what is to come by htmx is named by the page itself."""
    ids = {e.attrs.get("id") for e in page.elements}
    for e in page.elements:
        for name in ("aria-labelledby", "aria-describedby", "list"):
            for reference in e.attrs.get(name, "").split():
                if reference not in ids:
                    yield f"{name}={reference} leads nowhere"
        target = e.attrs.get("hx-target", "")
        if page.all("html") and target.startswith("#") and target[1:] not in ids:
            yield f"hx-target {target} leads nowhere"
