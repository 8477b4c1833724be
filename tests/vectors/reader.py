#!/usr/bin/env python3
"""Parses license texts into blocks and payloads as described in docs/language.md. Shares no code with keywright.

Run as a program, it reads a JSON list of texts from standard input. For each text it writes the payloads of its blocks, or null
if the text is rejected. It checks the syntax only, because signatures do not depend on the meaning of directives.
"""
import json
import re
import sys

SPACE = " \t\n\r\u00a0"
REPEATS = {"TOKEN_DEPENDENCY", "HOSTID", "TIER"}
CURLY = "“”„‟″«»"
WORD = re.compile("[!$-<>-z|~\u00a1-\U0010ffff]+")
BARE = re.compile("[!$-z|~\u00a1-\U0010ffff]+")


class Refused(Exception):
    pass


def fold(text):
    return " ".join(word for word in re.split("[ \t\r\n]+", text) if word)


def gap(text, at):
    """Returns the offset after whitespace and comments."""
    while at < len(text):
        if text[at] == "#":
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        elif text[at] in SPACE:
            at += 1
        else:
            break
    return at


def quoted(text, at):
    """Returns the text in the quotes that open at an offset, and the offset after them.

    Rejects a quote that was probably not closed: two of three signs are required. The text contains a line break, it ends in
    NAME=, or other text follows directly.
    """
    end = text.find('"', at + 1)
    if end < 0:
        raise Refused("unclosed quote")
    inner, after = text[at + 1 : end], text[end + 1 : end + 2]
    tail = inner.rstrip(" \t\u00a0")
    name = re.split("[ \t\r\n\u00a0]", tail[:-1].rstrip(" \t\u00a0"))[-1] if tail.endswith("=") else ""
    signs = ["\n" in inner, re.fullmatch("[A-Z_]+", name) is not None, after not in ("", "}", "#", *SPACE)]
    if sum(signs) >= 2:
        raise Refused("probably an unclosed quote")
    return inner, end + 1


def directive(text, at):
    word = WORD.match(text, at)
    if not word:
        raise Refused(f"no directive at {at}")
    at = word.end()
    while at < len(text) and text[at] in " \t\u00a0":
        at += 1
    if text[at : at + 1] != "=":
        raise Refused(f"no = at {at}")
    at += 1
    while at < len(text) and text[at] in " \t\u00a0":
        at += 1
    if text[at : at + 1] == '"':
        value, at = quoted(text, at)
        value = fold(value)
    else:
        bare = BARE.match(text, at)
        if not bare:
            raise Refused(f"no value at {at}")
        value, at = bare.group(), bare.end()
        if any(c in CURLY for c in value):
            raise Refused("typographic quotes")
    if text[at : at + 1] not in ("", "}", "#", *SPACE):
        raise Refused(f"text follows a value at {at}")
    return (word.group(), value), at


def blocks(text):
    """Returns the blocks of a text as a list of (name, directives). Rejects any text outside of blocks, except comments."""
    text = text.removeprefix("\ufeff")
    if re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]|\r(?!\n)", text):
        raise Refused("a control character")
    found, at = [], gap(text, 0)
    while at < len(text):
        if text[at : at + 7] != "FEATURE" or text[at + 7 : at + 8] not in ("#", *SPACE):
            raise Refused(f"no block at {at}")
        at = gap(text, at + 7)
        name = WORD.match(text, at)
        if not name:
            raise Refused(f"no name at {at}")
        at = gap(text, name.end())
        if text[at : at + 1] != "{":
            raise Refused(f"no brace at {at}")
        at, directives, seen = gap(text, at + 1), [], set()
        while text[at : at + 1] != "}":
            if at >= len(text):
                raise Refused("unclosed block")
            one, at = directive(text, at)
            if one[0] in seen and one[0] not in REPEATS:
                raise Refused(f"duplicate {one[0]}")
            seen.add(one[0])
            directives.append(one)
            at = gap(text, at)
        found.append((name.group(), directives))
        at = gap(text, at + 1)
    return found


def payload(name, directives):
    kept = sorted((d for d in directives if d[0] != "KEY"), key=lambda d: d[0].encode())
    records = [("FEATURE", name)] + [tuple(d) for d in kept]
    out = b"keywright-feature 1\n%d\n" % len(records)
    for key, value in records:
        data = value.encode()
        out += key.encode() + b" %d " % len(data) + data + b"\n"
    return out


def payloads(text):
    """What is signed of each block; None where the text is refused."""
    try:
        return [payload(*block).decode() for block in blocks(text)]
    except Refused:
        return None


if __name__ == "__main__":
    json.dump([payloads(text) for text in json.load(sys.stdin)], sys.stdout)
