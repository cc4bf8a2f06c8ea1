"""Makes certificates for the tests.

    certs.py ca DIR               a certificate authority: DIR/ca.pem, DIR/ca.key
    certs.py leaf DIR FILE NAME.. a server certificate for the names, signed by
                                  it: DIR/FILE.pem, DIR/FILE.key

They are made when the tests run, so that none of them ever expires in the tree.
"""

import datetime
import ipaddress
import json
import pathlib
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def builder(subject, issuer, key):
    now = datetime.datetime.now(datetime.timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=7))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    )


def write(stem, certificate, key):
    stem.with_suffix(".key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    stem.with_suffix(".pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def authority(directory):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = name("cloudlunacy tests")
    usage = dict.fromkeys(
        (
            "digital_signature content_commitment key_encipherment data_encipherment "
            "key_agreement encipher_only decipher_only"
        ).split(),
        False,
    )
    certificate = (
        builder(subject, subject, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        # Strict verifiers want the usage spelled out.
        .add_extension(x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), True)
        .sign(key, hashes.SHA256())
    )
    write(directory / "ca", certificate, key)


def alternative(text):
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def leaf(directory, file, names):
    ca = x509.load_pem_x509_certificate((directory / "ca.pem").read_bytes())
    ca_key = serialization.load_pem_private_key((directory / "ca.key").read_bytes(), None)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        builder(name(names[0][:64]), ca.subject, key)
        .add_extension(x509.SubjectAlternativeName([alternative(n) for n in names]), False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.public_key()), False
        )
        .sign(ca_key, hashes.SHA256())
    )
    write(directory / file, certificate, key)


if __name__ == "__main__":
    command, directory, *rest = sys.argv[1:]
    if command == "ca":
        authority(pathlib.Path(directory))
    else:
        leaf(pathlib.Path(directory), rest[0], rest[1:])
    print(json.dumps({}))
