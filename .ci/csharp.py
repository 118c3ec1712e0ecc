"""As much of C#'s syntax as changes.py needs: tokens, types and their members. Comments and layout do not count."""
import re
from collections import namedtuple

Token = namedtuple('Token', 'text start end')
Member = namedtuple('Member', 'name first last')  # indexes of its tokens, both inclusive

# Interpolated strings count as plain ones: quotes inside their holes split them, always in the same way.
_TOKEN = re.compile(r'''
    (?P<skip> \s+ | //[^\n]* | /\*.*?\*/ )
  | ^[ \t]*\#[^\n]*                                     # a preprocessor line
  | \$*"""+ .*? """+ | (?:\$@|@\$|@)"(?:[^"]|"")*" | \$?"(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)+'
  | [A-Za-z_]\w* | \d[\w.]*
  | => | -> | == | != | <= | >= | && | \|\| | \+\+ | -- | \+= | -= | << | …
  | .''', re.X | re.S | re.M)
_OPENING, _CLOSING = '([{', ')]}'
# Those that can precede a bracket that is not the one of the member's own parameters.
_KEYWORDS = {'new', 'default', 'where', 'public', 'private', 'internal', 'protected', 'static', 'readonly', 'unsafe',
             'ref', 'const', 'override'}


def tokens(text):
    return [Token(match[0], match.start(), match.end()) for match in _TOKEN.finditer(text) if not match['skip']]


def closing(code, opening):
    """The index of the bracket that closes the one at an index."""
    depth = 0
    for index in range(opening, len(code)):
        depth += (code[index].text in _OPENING) - (code[index].text in _CLOSING)
        if depth == 0:
            return index
    raise ValueError(f'no bracket closes the one at {code[opening].start}')


def types(code):
    """Each type declared in a file: its name, and its members."""
    for index, token in enumerate(code[:-1]):
        if token.text in ('class', 'struct', 'interface', 'record') and code[index - 1].text not in ('(', ':', ','):
            name = code[index + 1].text
            if re.match(r'[A-Z]\w*$', name):
                start = index + 2
                while start < len(code) and code[start].text not in '{;':
                    start += 1
                if start < len(code) and code[start].text == '{':
                    yield name, list(members(code, start + 1, closing(code, start)))


def members(code, start, end):
    first, index, name, is_body = start, start, None, True
    while index < end:
        text = code[index].text
        if text in ('=', '=>', '(', '{') and name is None:
            name = _name_before(code, index)
        if text in ('=', '=>'):
            is_body = False  # ends with a semicolon, whatever braces come first
        if text in _OPENING:
            is_attribute = text == '[' and index == first
            index = closing(code, index)
            if is_attribute:
                first = index + 1
            elif text == '{' and is_body and code[index + 1].text != '=':
                yield Member(name, first, index)
                first, name = index + 1, None
        elif text == ';':
            yield Member(name or _name_before(code, index), first, index)
            first, name, is_body = index + 1, None, True
        index += 1


def _name_before(code, index):
    """The name whose parameters, body or value begin at an index; none for the brackets of a tuple type."""
    index -= 1
    if code[index].text == '>':
        while code[index].text != '<':
            index -= 1
        index -= 1
    text = code[index].text
    return text if re.match(r'[A-Za-z_]', text) and text not in _KEYWORDS else None


def find(code, pattern, first=0, last=None):
    """Where a pattern's tokens stand: pairs of first and last index. … stands for any tokens with balanced brackets."""
    last = len(code) - 1 if last is None else last
    for start in range(first, last + 1):
        end, _ = _match(code, start, last, pattern)
        if end is not None:
            yield start, end - 1


def _match(code, index, last, pattern):
    """The end of the shortest match of a pattern that begins at an index, or none; and how many of its tokens fit."""
    for done, wanted in enumerate(pattern):
        if wanted == '…':
            best = done
            while index <= last:
                end, more = _match(code, index, last, pattern[done + 1:])
                best = max(best, done + 1 + more)
                if end is not None:
                    return end, best
                if code[index].text in _CLOSING:
                    return None, best
                index = closing(code, index) + 1 if code[index].text in _OPENING else index + 1
            return None, best
        if index > last or code[index].text != wanted:
            return None, done
        index += 1
    return index, len(pattern)


def nearest(code, pattern, first, last):
    """Where most of a pattern's tokens fit, from its first one on: an index, and their number."""
    fits = [(_match(code, start, last, pattern)[1], start) for start in range(first, last + 1)]
    count = max(count for count, _ in fits)
    return next(start for n, start in fits if n == count), count
