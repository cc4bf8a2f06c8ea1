"""The official MongoDB driver as a client of the tests.

    mongo_client.py HOST PORT [--tls] [--ca FILE] [--patience MILLISECONDS]

Connects to mongodb://HOST:PORT, where every HOST is this machine: no name has
to exist, while the driver sends it as the TLS server name and compares it with
the certificate. For each line on standard input it writes a document, reads it
back and prints one line of JSON: the server's id, the document's text, and how
many connections the driver has opened for its commands so far.
"""

import argparse
import json
import socket
import sys

from bson import ObjectId
from pymongo import MongoClient, monitoring
from pymongo.errors import PyMongoError

resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **more: resolve("127.0.0.1", *rest, **more)


class Connections(monitoring.ConnectionPoolListener):
    """Counts the connections that carry commands, not the driver's heartbeat."""

    def __init__(self):
        self.created = 0

    def connection_created(self, event):
        self.created += 1

    def ignore(self, event):
        pass

    pool_created = pool_ready = pool_cleared = pool_closed = ignore
    connection_ready = connection_closed = ignore
    connection_check_out_started = connection_check_out_failed = ignore
    connection_checked_out = connection_checked_in = ignore


def round_trip(database, text):
    key = ObjectId()
    database["documents"].insert_one({"_id": key, "text": text})
    document = database["documents"].find_one({"_id": key})
    return {"server": database["server"].find_one()["_id"], "text": document["text"]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--ca")
    parser.add_argument("--patience", type=int, default=10000)
    options = parser.parse_args()
    settings = {}
    if options.tls:
        settings["tls"] = True
        if options.ca:
            settings["tlsCAFile"] = options.ca
        else:
            settings["tlsAllowInvalidCertificates"] = True
    connections = Connections()
    client = MongoClient(
        f"mongodb://{options.host}:{options.port}/",
        directConnection=True,
        # One connection and no second try: what breaks must be seen to break.
        maxPoolSize=1,
        retryWrites=False,
        retryReads=False,
        serverSelectionTimeoutMS=options.patience,
        connectTimeoutMS=options.patience,
        socketTimeoutMS=options.patience,
        event_listeners=[connections],
        **settings,
    )
    print(json.dumps({}), flush=True)
    for line in sys.stdin:
        try:
            result = round_trip(client["test"], line.rstrip("\n"))
        except PyMongoError as error:
            result = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(result | {"connections": connections.created}), flush=True)


if __name__ == "__main__":
    main()
