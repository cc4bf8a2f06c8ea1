"""TLS for the tests: a client that chooses its server name, and a server.

    tls.py client PORT [--name N] [--ca F] [--alpn P] [--postgres] [--send TEXT]
    tls.py server CERT KEY ID [--postgres]

The client prints what it got as one line of JSON. The server prints its port,
answers every line with `ID LINE`, and ends when its standard input is closed,
so that it never outlives the test that started it.

--postgres is how PostgreSQL begins TLS: the client sends an SSLRequest in
plain bytes, the server answers S, and only then the handshake follows.
"""

import argparse
import json
import os
import socket
import ssl
import struct
import sys
import threading

SSL_REQUEST = struct.pack("!ii", 8, 80877103)


def client(options):
    context = ssl.create_default_context(cafile=options.ca)
    # Without a name there is nothing to compare, without a CA nothing to trust.
    context.check_hostname = bool(options.ca and options.name)
    if not options.ca:
        context.verify_mode = ssl.CERT_NONE
    if options.alpn:
        context.set_alpn_protocols(options.alpn)
    with socket.create_connection(("127.0.0.1", options.port), timeout=10) as raw:
        if options.postgres:
            raw.sendall(SSL_REQUEST)
            answer = raw.recv(1)
            if answer != b"S":
                raise OSError(f"{answer!r} instead of S to the SSLRequest")
        with context.wrap_socket(raw, server_hostname=options.name) as stream:
            certificate = stream.getpeercert() or {}
            names = [value for _, value in certificate.get("subjectAltName", ())]
            text = ""
            if options.send is not None:
                stream.sendall(options.send.encode())
                text = read(stream, options.until_close)
            return {"names": names, "alpn": stream.selected_alpn_protocol(), "text": text}


def read(stream, until_close):
    """A line, or everything."""
    data = b""
    while until_close or not data.endswith(b"\n"):
        more = stream.recv(65536)
        if not more:
            break
        data += more
    if not data:
        raise OSError("closed without an answer")
    return data.decode(errors="replace")


def serve(options, context, raw):
    try:
        raw.settimeout(30)
        if options.postgres:
            if raw.recv(8, socket.MSG_WAITALL) != SSL_REQUEST:
                return
            raw.sendall(b"S")
        with context.wrap_socket(raw, server_side=True) as stream:
            for line in stream.makefile("rb"):
                stream.sendall(options.id.encode() + b" " + line)
    except OSError as error:
        print(error, file=sys.stderr)
    finally:
        raw.close()


def server(options):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.cert, options.key)
    listener = socket.create_server(("127.0.0.1", 0))
    print(json.dumps({"port": listener.getsockname()[1]}), flush=True)

    def accept():
        while True:
            raw, _ = listener.accept()
            threading.Thread(target=serve, args=(options, context, raw), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    sys.stdin.read()
    os._exit(0)


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("client")
    one.add_argument("port", type=int)
    one.add_argument("--name")
    one.add_argument("--ca")
    one.add_argument("--alpn", action="append")
    one.add_argument("--postgres", action="store_true")
    one.add_argument("--send")
    one.add_argument("--until-close", action="store_true")
    two = commands.add_parser("server")
    two.add_argument("cert")
    two.add_argument("key")
    two.add_argument("id")
    two.add_argument("--postgres", action="store_true")
    options = parser.parse_args()
    if options.command == "server":
        server(options)
    try:
        print(json.dumps(client(options)))
    except OSError as error:  # ssl.SSLError is one too
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}))


if __name__ == "__main__":
    main()
