"""The kinds of change that .ci/mutants.py describes its mutants by.

A change has a place, which is a type and a member ('GroupVersion.EndWrite'; all overloads), in whatever file they are,
and patterns: pieces of code that must stand in the place once. Comments and layout do not count, and … in a pattern
stands for any code with balanced brackets. So a mutant survives moves of types and files, new comments and new line
breaks. It does not survive a change of the code that it is about; .ci/mutation-check --verify then says what is
missing.
"""
import difflib
import os
import re

import csharp


class Misfit(Exception):
    """A change does not fit the sources."""


def _like(name, names):
    """Names like one that is missing, to be told to the reader of a message."""
    like = difflib.get_close_matches(name, names - {'(unnamed)'}, n=3)
    return f'; names like it are {", ".join(like)}' if like else ''


class Sources:
    """The C# files below a folder; changed copies share what is unchanged."""

    def __init__(self, folder, texts=None):
        self.folder = folder
        self.texts = texts if texts is not None else self._read()
        self._parsed = {}

    def _read(self):
        texts = {}
        for folder, _, names in os.walk(self.folder):
            if not re.search('/(bin|obj)(/|$)', folder):
                for name in names:
                    if name.endswith('.cs'):
                        path = os.path.join(folder, name)
                        with open(path, encoding='utf-8', newline='') as file:
                            texts[path] = file.read()
        return texts

    def parsed(self, path):
        """The tokens of a file, and its types with their members."""
        if path not in self._parsed:
            code = csharp.tokens(self.texts[path])
            self._parsed[path] = code, list(csharp.types(code))
        return self._parsed[path]

    def with_text(self, path, text):
        changed = Sources(self.folder, self.texts | {path: text})
        changed._parsed = {other: parsed for other, parsed in self._parsed.items() if other != path}
        return changed

    def places(self, place):
        """Where a place is: each a path, and the indexes of its first and last token."""
        type_name, _, member = place.partition('.')
        found, others, types = [], set(), set()
        for path in sorted(self.texts):
            for name, members in self.parsed(path)[1]:
                types.add(name)
                if name == type_name:
                    found += [(path, m.first, m.last) for m in members if m.name == member]
                    others |= {m.name or '(unnamed)' for m in members}
        if type_name not in types:
            raise Misfit(f'there is no type {type_name}{_like(type_name, types)}')
        if not found:
            raise Misfit(f'{type_name} has no member {member}{_like(member, others)}')
        return found

    def find(self, place, pattern):
        """Each match of a pattern: a path, and the indexes of its first and last token."""
        wanted = [token.text for token in csharp.tokens(pattern)]
        try:
            places = self.places(place)
        except Misfit as misfit:
            raise Misfit(f'{misfit}{self._elsewhere(wanted)}') from None
        found = [(path, *match) for path, first, last in places
                 for match in csharp.find(self.parsed(path)[0], wanted, first, last)]
        if not found:
            raise Misfit(f'{place} does not have\n    {pattern}\n  '
                         + self._nearest(places, wanted) + self._elsewhere(wanted))
        return found

    def find_one(self, place, pattern):
        found = self.find(place, pattern)
        if len(found) > 1:
            lines = ', '.join(self._line(path, first) for path, first, _ in found)
            raise Misfit(f'{place} has this more than once ({lines}):\n    {pattern}')
        return found[0]

    def _nearest(self, places, wanted):
        nearest = [(path, *csharp.nearest(self.parsed(path)[0], wanted, first, last)) for path, first, last in places]
        path, start, count = max(nearest, key=lambda place: place[2])
        if count == 0:
            return 'and nothing that begins like it; the place is ' + self._line(path, places[0][1])
        there = self.parsed(path)[0][start:start + len(wanted) + 4]
        gaps = [' ' if before.end < after.start else '' for before, after in zip(there, there[1:])]
        same = ' '.join(wanted[:count][-4:])
        return (f'the nearest, which differs after "{same}", is {self._line(path, start)}:\n    '
                + ''.join(token.text + gap for token, gap in zip(there, gaps + [' …'])))

    def _elsewhere(self, wanted):
        """Where a pattern stands that is not in its place; nothing if that is in many places, or in none."""
        lines = [self._line(path, first) for path in sorted(self.texts)
                 for first, _ in csharp.find(self.parsed(path)[0], wanted)]
        return f'\n  the same code is in {", ".join(lines)}' if 0 < len(lines) < 4 else ''

    def _line(self, path, index):
        line = self.texts[path].count('\n', 0, self.parsed(path)[0][index].start) + 1
        return f'{os.path.relpath(path, self.folder)}({line})'

    def text_of(self, path, first, last):
        code = self.parsed(path)[0]
        return self.texts[path][code[first].start:code[last].end] if first <= last else ''

    def put(self, path, first, last, text):
        """The sources with a text instead of some tokens; before the first one if there is no last."""
        code, old = self.parsed(path)[0], self.texts[path]
        end = code[last].end if last >= first else code[first].start
        return self.with_text(path, old[:code[first].start] + text + old[end:])


class Change:
    """A function from sources to changed sources, and its place."""

    def __init__(self, place, apply):
        self.place = place
        self.apply = apply


def replace(place, old, new):
    """Other code, for changes that are none of the kinds below."""
    return Change(place, lambda sources: sources.put(*sources.find_one(place, old), new))


def drop(place, *patterns):
    """Statements, or parts of expressions, are left out."""
    def apply(sources):
        for pattern in patterns:
            sources = sources.put(*sources.find_one(place, pattern), '')
        return sources
    return Change(place, apply)


def drop_in_file_of(place, pattern):
    """All statements of a kind are left out, in the file that holds the place."""
    def apply(sources):
        paths = {path for path, _, _ in sources.places(place)}
        if len(paths) != 1:
            raise Misfit(f'{place} is in {len(paths)} files')
        path, = paths
        wanted = [token.text for token in csharp.tokens(pattern)]
        found = list(csharp.find(sources.parsed(path)[0], wanted))
        if not found:
            raise Misfit(f'{os.path.relpath(path, sources.folder)} does not have\n    {pattern}')
        for first, last in reversed(found):
            sources = sources.put(path, first, last, '')
        return sources
    return Change(place, apply)


def never(place, condition):
    """if (condition) becomes if (false)."""
    return replace(place, f'if ({condition})', 'if (false)')


def always(place, condition):
    """if (condition) becomes if (true)."""
    return replace(place, f'if ({condition})', 'if (true)')


def weaken_write(place, target):
    """A release store becomes a plain one."""
    begin = f'Volatile.Write(ref {target},'

    def apply(sources):
        path, first, last = sources.find_one(place, begin + '…);')
        value = sources.text_of(path, first + len(csharp.tokens(begin)), last - 2)
        return sources.put(path, first, last, f'{target} = {value};')
    return Change(place, apply)


def weaken_read(place, target):
    """An acquire load becomes a plain one. The step before it tells the scheduler so, under the same name: tests that
    compare steps must not notice the mutant by another name."""
    step = 'SchedulePoint.Before('

    def apply(sources):
        sources = sources.put(*sources.find_one(place, f'Volatile.Read(ref {target})'), target)
        path, first, last = sources.find_one(place, step + '…);')
        name = sources.text_of(path, first + len(csharp.tokens(step)), last - 2)
        return sources.put(path, first, last, f'SchedulePoint.BeforeRead(&{target}, 8, {name});')
    return Change(place, apply)


def insert(place, text, before=None, after=None):
    """Statements are added before or after others."""
    def apply(sources):
        path, first, last = sources.find_one(place, before or after)
        index = first if before else last + 1
        return sources.put(path, index, index - 1, text + '\n        ')
    return Change(place, apply)


def move(place, pattern, before=None, after=None):
    """Statements are moved before or after others."""
    def apply(sources):
        found = sources.find_one(place, pattern)
        text = sources.text_of(*found)
        return insert(place, text, before, after).apply(sources.put(*found, ''))
    return Change(place, apply)
