"""What answers at the far end: AI services of the test's own, a resolver, a mail server, and proxies.

Run with a certificate (PEM, with its key); says `ready` when everything listens."""
import http.server
import select
import socket
import socketserver
import ssl
import struct
import sys
import threading

# Addresses for documentation (RFC 5737) stand for the services; the far end answers for all of them.
NETWORK = "203.0.113.0/24"
ZONE = {
    "chatgpt.com": "203.0.113.11",
    "claude.ai": "203.0.113.12",
    "www.perplexity.ai": "203.0.113.13",
    "api.mistral.ai": "203.0.113.14",
    "api.openai.com": "203.0.113.15",
    "poe.com": "203.0.113.16",
}
ELSEWHERE = "203.0.113.99"  # where every other name is
ECH_NAME = "poe.com"  # of which DNS says that hellos to it may be encrypted,
ECH_PUBLIC_NAME = "outer.example"  # and what they then say outside
PAGE, DOWNLOAD = "<title>an AI service of the test</title>", bytes(100000)


def address_of(name):
    return ZONE.get(name, ELSEWHERE)


def read_exactly(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def read_until(connection, end):
    """Byte by byte: what follows belongs to somebody else."""
    data = b""
    while not data.endswith(end):
        data += read_exactly(connection, 1)
    return data


class Web(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(PAGE.encode())

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(DOWNLOAD)

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class Mail(socketserver.BaseRequestHandler):
    """As much of SMTP as STARTTLS takes (RFC 3207)."""

    def handle(self):
        self.request.sendall(b"220 mail.test ESMTP\r\n")
        while not (line := read_until(self.request, b"\r\n").upper()).startswith(b"STARTTLS"):
            self.request.sendall(b"250-mail.test\r\n250 STARTTLS\r\n" if line.startswith(b"EHLO") else b"250 OK\r\n")
        self.request.sendall(b"220 go ahead\r\n")
        with self.server.tls.wrap_socket(self.request, server_side=True) as connection:
            while connection.recv(4096):
                pass


def ech_config(public_name):
    """ECHConfigList (RFC 9849 section 4) of a key that nobody has: X25519, HKDF-SHA256, AES-128-GCM."""
    key = struct.pack("!BHH", 1, 0x20, 32) + bytes(range(1, 33)) + struct.pack("!HHH", 4, 1, 1)
    contents = key + struct.pack("!BB", 0, len(public_name)) + public_name.encode() + b"\0\0"
    config = struct.pack("!HH", 0xfe0d, len(contents)) + contents
    return struct.pack("!H", len(config)) + config


class Resolver(socketserver.BaseRequestHandler):
    """A for every name, HTTPS for the one with ECH (RFC 9460), no record of any other type."""

    ech_told = threading.Event()

    def handle(self):
        query, reply_to = self.request
        labels, at = [], 12
        while length := query[at]:
            labels.append(query[at + 1:at + 1 + length].decode())
            at += 1 + length
        question, name = query[12:at + 5], ".".join(labels).lower()
        record_type = struct.unpack("!H", question[-4:-2])[0]
        data = b""
        if record_type == 1:
            if name == ECH_NAME:
                self.ech_told.wait()  # a browser that has an address does not wait long for more
            data = socket.inet_aton(address_of(name))
        elif record_type == 65 and name == ECH_NAME:
            config = ech_config(ECH_PUBLIC_NAME)
            data = struct.pack("!HBHH", 1, 0, 5, len(config)) + config  # priority, the same name, key `ech`
        record = b"\xc0\x0c" + struct.pack("!HHIH", record_type, 1, 300, len(data)) + data
        head = query[:2] + struct.pack("!HHHHH", 0x8180, 1, bool(data), 0, 0)
        reply_to.sendto(head + question + (record if data else b""), self.client_address)
        if record_type == 65 and data:
            self.ech_told.set()


class Proxy(socketserver.BaseRequestHandler):
    """Reads whom to call and in `accept` answers the client; then carries bytes both ways."""

    def handle(self):
        with self.accept() as upstream:
            peer = {self.request: upstream, upstream: self.request}
            while True:
                for end in select.select(list(peer), [], [])[0]:
                    if not (data := end.recv(65536)):
                        return
                    peer[end].sendall(data)


class HttpProxy(Proxy):
    def accept(self):
        head = read_until(self.request, b"\r\n\r\n")
        method, target, _ = head.split(b"\r\n")[0].decode().split()
        if method == "CONNECT":
            host, port = target.split(":")
            upstream = socket.create_connection((address_of(host), int(port)))
            self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:  # the origin server takes the absolute form too (RFC 9112 section 3.2.2)
            upstream = socket.create_connection((address_of(target.split("/")[2]), 80))
            upstream.sendall(head)
        return upstream


class SocksProxy(Proxy):
    """SOCKS 4, 4A and 5 (RFC 1928), to an address or a name, without authentication."""

    def accept(self):
        version = read_exactly(self.request, 1)[0]
        host, port = self.version_4() if version == 4 else self.version_5()
        upstream = socket.create_connection((host, port))
        self.request.sendall(b"\0\x5a" + bytes(6) if version == 4 else b"\5\0\0\1" + bytes(6))
        return upstream

    def version_4(self):
        port, address = struct.unpack("!xH4s", read_exactly(self.request, 7))
        read_until(self.request, b"\0")
        if address[:3] == b"\0\0\0":
            return address_of(read_until(self.request, b"\0")[:-1].decode()), port
        return socket.inet_ntoa(address), port

    def version_5(self):
        read_exactly(self.request, read_exactly(self.request, 1)[0])
        self.request.sendall(b"\5\0")
        kind = read_exactly(self.request, 4)[3]
        if kind == 3:
            host = address_of(read_exactly(self.request, read_exactly(self.request, 1)[0]).decode())
        else:
            host = socket.inet_ntoa(read_exactly(self.request, 4))
        return host, struct.unpack("!H", read_exactly(self.request, 2))[0]


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass  # clients come and go as the tests end them


def main():
    """Listens at every address of the namespace."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(sys.argv[1])
    handlers = {25: Mail, 80: Web, 443: Web, 1080: SocksProxy, 3128: HttpProxy}
    servers = {port: Server(("", port), handler) for port, handler in handlers.items()}
    servers[25].tls = tls
    # The handshake is the handler's: a client that is silent holds nobody up.
    servers[443].socket = tls.wrap_socket(servers[443].socket, server_side=True, do_handshake_on_connect=False)
    servers[53] = socketserver.ThreadingUDPServer(("", 53), Resolver)
    for server in servers.values():
        threading.Thread(target=server.serve_forever).start()
    # Nobody speaks QUIC, but its port is open.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as quic:
        quic.bind(("", 443))
        print("ready", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
