"""Frames and capture files written by hand, byte by byte; checksums are zero, which no mirror's reader minds."""
import ipaddress
import struct

START = 1793610000  # 2026-11-02T09:00:00Z, the first second of a window


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def frame(source, destination, protocol, payload, source_mac=b"\2\0\0\0\0\2", hop_limit=64):
    """An Ethernet frame of IPv4 or IPv6, as the addresses say."""
    source, destination = ipaddress.ip_address(source), ipaddress.ip_address(destination)
    if source.version == 4:
        header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0x4000, hop_limit, protocol, 0)
    else:
        header = struct.pack("!IHBB", 6 << 28, len(payload), protocol, hop_limit)
    kind = b"\x08\x00" if source.version == 4 else b"\x86\xdd"
    return b"\2\0\0\0\0\1" + source_mac + kind + header + source.packed + destination.packed + payload


def tcp(source, source_port, destination, destination_port, payload=b"", sequence=1, flags=0x18, **options):
    segment = struct.pack("!HHIIBBHHH", source_port, destination_port, sequence, 1, 0x50, flags, 65535, 0, 0) + payload
    return frame(source, destination, 6, segment, **options)


def udp(source, source_port, destination, destination_port, payload, **options):
    datagram = struct.pack("!HHHH", source_port, destination_port, 8 + len(payload), 0) + payload
    return frame(source, destination, 17, datagram, **options)


def client_hello(name):
    name = name.encode()
    server_name = struct.pack("!HHHBH", 0, len(name) + 5, len(name) + 3, 0, len(name)) + name
    body = b"\x03\x03" + bytes(32) + b"\0" + b"\0\x02\x13\x01" + b"\x01\0" + struct.pack("!H", len(server_name)) + server_name
    handshake = b"\x01" + struct.pack("!I", len(body))[1:] + body
    return b"\x16\x03\x01" + struct.pack("!H", len(handshake)) + handshake


def dns_answer(name, address):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
    return (struct.pack("!6H", 7, 0x8180, 1, 1, 0, 0) + labels + b"\0\1\0\1" +
            b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 300, 4) + ipaddress.ip_address(address).packed)


def dhcp_ack(client_mac, address, name, server=None):
    """RFC 2131 section 2; a lease of a day, where the server says who it is."""
    options = b"\x35\1\5" + b"\x33\4" + struct.pack("!I", 86400) + b"\x0c" + bytes([len(name)]) + name.encode()
    if server:
        options += b"\x36\4" + ipaddress.ip_address(server).packed
    return (struct.pack("!BBBBIHH4s4s4s4s", 2, 1, 6, 0, 99, 0, 0, bytes(4), ipaddress.ip_address(address).packed, bytes(4),
                        bytes(4)) + client_mac + bytes(10) + bytes(192) + b"\x63\x82\x53\x63" + options + b"\xff")


def dhcpv6(kind, client_id, *options):
    """RFC 8415 section 8; `options` are (code, bytes)."""
    message = bytes([kind]) + b"\0\0\7"
    for code, data in ((1, client_id), *options):
        message += struct.pack("!HH", code, len(data)) + data
    return message


def dhcpv6_lease(address, seconds):
    """An identity association for one address (RFC 8415 sections 21.4 and 21.6)."""
    inner = struct.pack("!HH", 5, 24) + ipaddress.ip_address(address).packed + struct.pack("!II", seconds, seconds)
    return 3, struct.pack("!III", 1, 0, 0) + inner


def neighbour_solicitation(source, target, source_mac):
    """RFC 4861 section 4.3, with the sender's Ethernet address."""
    message = b"\x87\0\0\0" + bytes(4) + ipaddress.ip_address(target).packed + b"\1\1" + source_mac
    return frame(source, target, 58, message, source_mac=source_mac, hop_limit=255)


def write_pcap(path, frames):
    """`frames` are (seconds after START, frame), put into their order."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for number, (time, data) in enumerate(sorted(frames, key=lambda item: item[0])):
            file.write(struct.pack("<IIII", START + int(time), number, len(data), len(data)) + data)
