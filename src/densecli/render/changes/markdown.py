"""The changes as one page of Markdown for a comment on a pull request: the totals of all models, then the layers of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densecli.render.changes.lines import COMMIT, FIGURES, lines, verdict
from densecli.render.diff import markdown as one
from densecli.render.diff.rows import summary as summary_of
from densecli.render.languages.markdown import Markdown
from densecli.render.pages.markdown import cell, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from densecli.check.compare.changes import Changes, Model
    from densecli.render.changes.lines import Figure

MOST_CHARACTERS = 60_000  # GitHub takes comments of 65,536
MOST_LINES = 200


def render(changes: Changes) -> Markdown:
    names = Markdown.quoted(changes.revision), Markdown.quoted(changes.commit[:COMMIT])
    same = Markdown.put("; {:,} in changed files as before", changes.same) if changes.same else Markdown.put("")
    head = Markdown.put("### Models\n\n**{} since {}** ({}){}.", cell(verdict(changes)), *names, same)
    if not changes.models:
        return head
    return Markdown.joined("\n\n", _cut([head, *_totals(changes), *map(_section, _known(changes))]))


def _totals(changes: Changes) -> Iterator[Markdown]:
    listed = [*lines(changes)]
    heads = [("", "left"), ("Model", "left"), *((name, "right") for name in FIGURES.values())]
    rows = [
        (Markdown.quoted(line.mark), Markdown.quoted(line.name), *map(_figure, line.figures))
        for line in listed[:MOST_LINES]
    ]
    yield table(heads, rows)
    if len(listed) > MOST_LINES:
        yield Markdown.put("{:,} more models are not shown.", len(listed) - MOST_LINES)


def _figure(figure: Figure) -> Markdown:
    step = Markdown.put("<br>({})", cell(figure.step)) if figure.step else Markdown.put("")
    return (
        Markdown.put("{} → {}{}", cell(figure.before), cell(figure.after), step)
        if figure.after
        else cell(figure.before)
    )


def _known(changes: Changes) -> Iterator[Model]:
    return (model for model in changes.models if model.diff is not None or model.error is not None)


def _section(model: Model) -> Markdown:
    title = Markdown.quoted(model.name)
    if model.diff is None:
        return Markdown.put("#### {}\n\nCould not be compared. {}", title, Markdown.quoted(model.error or ""))
    return Markdown.put("#### {}\n\n{}{}", title, cell(summary_of(model.diff)), one.layers(model.diff))


def _cut(parts: Iterable[Markdown]) -> Iterator[Markdown]:
    """As many parts as fit a comment."""
    size = missing = 0
    for each in parts:
        size += len(each) + 2
        if size > MOST_CHARACTERS:
            missing += 1
        else:
            yield each
    if missing:
        yield Markdown.put("The layers of {:,} more models did not fit here.", missing)
