"""Just enough PNG to make an image and to look at the pixels of one."""

import struct
import zlib


def encode(rows):
    """An RGB image from rows of (red, green, blue)."""
    raw = b"".join(b"\0" + bytes(value for pixel in row for value in pixel) for row in rows)
    head = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(raw)) + _chunk(b"IEND", b"")


def _chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def decode(data):
    """Rows of (red, green, blue) of an 8-bit RGB or RGBA image."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise AssertionError(f"no PNG: {data[:16]!r}")
    at, pieces, head = 8, b"", None
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        content = data[at + 8 : at + 8 + length]
        if name == b"IHDR":
            head = struct.unpack(">IIBBBBB", content)
        elif name == b"IDAT":
            pieces += content
        at += 12 + length
    width, height, depth, colour = head[:4]
    if depth != 8 or colour not in (2, 6) or head[6]:
        raise AssertionError(f"a PNG of another kind: {head}")
    size = 3 if colour == 2 else 4
    raw, before, rows = zlib.decompress(pieces), bytearray(width * size), []
    for y in range(height):
        start = y * (width * size + 1)
        line = _unfilter(raw[start], bytearray(raw[start + 1 : start + 1 + width * size]), before, size)
        rows.append([tuple(line[x * size : x * size + 3]) for x in range(width)])
        before = line
    return rows


def _unfilter(kind, line, above, size):
    for at, value in enumerate(line):
        left = line[at - size] if at >= size else 0
        corner = above[at - size] if at >= size else 0
        line[at] = (value + _predict(kind, left, above[at], corner)) & 255
    return line


def _predict(kind, left, up, corner):
    if kind == 4:
        guess = left + up - corner
        return min((left, up, corner), key=lambda one: abs(guess - one))
    return [0, left, up, (left + up) // 2][kind]


def size(data):
    """Width and height."""
    return struct.unpack(">II", data[16:24])
