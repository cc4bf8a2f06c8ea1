"""A MongoDB server for the tests: real wire protocol, WiredTiger storage.

    mongo_server.py ID STORAGE [--cert FILE --key FILE]

Prints its port as a line of JSON when it is ready, and ends when its standard
input is closed, so that it never outlives the test that started it.

The collection test.server holds one document that names the server, by which a
client sees where a route has led it.
"""

import argparse
import json
import os
import sys

from pymongo import MongoClient
from secantus import SecantusDBServer


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("id")
    parser.add_argument("storage")
    parser.add_argument("--cert")
    parser.add_argument("--key")
    options = parser.parse_args()
    tls = {}
    security = {}
    if options.cert:
        security = {"tls_cert_file": options.cert, "tls_key_file": options.key}
        # The server's own visit comes by address, which no name covers.
        tls = {"tls": True, "tlsAllowInvalidCertificates": True}
    server = SecantusDBServer(
        storage_path=options.storage,
        replica_set_name=None,
        enable_test_commands=False,
        cache_size="64M",
        **security,
    )
    server.start()
    with MongoClient("127.0.0.1", server.port, directConnection=True, **tls) as client:
        client["test"]["server"].insert_one({"_id": options.id})
    print(json.dumps({"port": server.port}), flush=True)
    sys.stdin.read()
    # The storage is thrown away, so nothing needs a tidy end.
    os._exit(0)


if __name__ == "__main__":
    main()
