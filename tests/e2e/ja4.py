"""JA4 of the ClientHellos over TCP of a capture file (pcap, Ethernet), computed without our programs.

By github.com/FoxIO-LLC/ja4, technical_details/JA4.md.
"""
import hashlib
import struct


class Cursor:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, length):
        self.at += length
        assert self.at <= len(self.data)
        return self.data[self.at - length:self.at]

    def number(self, width):
        return int.from_bytes(self.take(width), "big")

    def sized(self, width):
        return Cursor(self.take(self.number(width)))

    def left(self):
        return len(self.data) - self.at

    def numbers(self):
        """All that is left, two bytes each, without GREASE."""
        values = []
        while self.left():
            value = self.number(2)
            if value & 0x0f0f != 0x0a0a or value >> 8 != value & 0xff:
                values.append(value)
        return values


def streams(capture):
    """{(client address, client port): bytes}, of each TCP direction from its SYN on."""
    data, at, segments = capture.read_bytes(), 24, {}
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    while at < len(data):
        length = struct.unpack_from(order + "I", data, at + 8)[0]
        frame, at = data[at + 16:at + 16 + length], at + 16 + length
        if frame[12:14] == b"\x08\x00" and frame[23] == 6:
            end, tcp, source = 14 + int.from_bytes(frame[16:18], "big"), 14 + frame[14] % 16 * 4, frame[26:30]
        elif frame[12:14] == b"\x86\xdd" and frame[20] == 6:
            end, tcp, source = 54 + int.from_bytes(frame[18:20], "big"), 54, frame[22:38]
        else:
            continue
        port, sequence, offset, flags = struct.unpack_from("!H2xI4xBB", frame, tcp)
        payload = frame[tcp + (offset >> 4) * 4:end]
        if flags & 2:
            segments[source, port] = (sequence + 1, {})
        elif payload and (source, port) in segments:
            first, parts = segments[source, port]
            parts.setdefault((sequence - first) % 2**32, payload)
    found = {}
    for key, (_, parts) in segments.items():
        stream = b""
        for offset in sorted(parts):
            if offset > len(stream):
                break
            stream += parts[offset][len(stream) - offset:]
        found[key] = stream
    return found


def handshake(stream):
    """The first handshake message in TLS records; nothing where there is none."""
    message, records = b"", Cursor(stream)
    while records.left() >= 5 and records.data[records.at] == 22:
        records.take(3)
        message += records.take(min(records.number(2), records.left()))
        if len(message) >= 4 and len(message) >= 4 + int.from_bytes(message[1:4], "big"):
            return message
    return None


def ja4(message):
    hello = Cursor(message)
    hello.take(1)
    hello = hello.sized(3)
    version = hello.number(2)
    hello.take(32)
    hello.sized(1)
    suites = hello.sized(2).numbers()
    hello.sized(1)
    types, algorithms, alpn = [], [], "00"
    extensions = hello.sized(2)
    while extensions.left():
        kind = extensions.take(2)
        data = extensions.sized(2)
        if not Cursor(kind).numbers():
            continue
        types.append(int.from_bytes(kind, "big"))
        if types[-1] == 13:
            algorithms = data.sized(2).numbers()
        elif types[-1] == 43:
            version = max(data.sized(1).numbers())
        elif types[-1] == 16:
            name = data.sized(2).sized(1).data
            ends = name.decode("latin-1") if chr(name[0]).isalnum() and chr(name[-1]).isalnum() else name.hex()
            alpn = ends[0] + ends[-1]

    def digest(text):
        return hashlib.sha256(text.encode()).hexdigest()[:12] if text else "0" * 12

    def listed(values):
        return ",".join(f"{value:04x}" for value in values)

    offers = listed(sorted(set(types) - {0, 16}))
    offers += "_" + listed(algorithms) if algorithms else ""
    shown = {0x0304: "13", 0x0303: "12", 0x0302: "11", 0x0301: "10"}[version]
    return (f"t{shown}{'d' if 0 in types else 'i'}{len(suites):02}{len(types):02}{alpn}_"
            f"{digest(listed(sorted(suites)))}_{digest(offers)}")


def fingerprints(capture):
    """{client port: JA4}."""
    hellos = {port: handshake(stream) for (_, port), stream in streams(capture).items()}
    return {port: ja4(message) for port, message in hellos.items() if message and message[0] == 1}
