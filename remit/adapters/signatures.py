"""Signatures of seals, checked without a service."""

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from remit.domain.seal import PublicKey


class SealKey:
    """The public half of the sealing key (ECDSA on P-256 over SHA-256). Raises ValueError at construction if it is none."""

    def __init__(self, key: PublicKey) -> None:
        der = base64.b64decode(key.public_key, validate=True)
        loaded = serialization.load_der_public_key(der)
        if not isinstance(loaded, ec.EllipticCurvePublicKey):
            raise ValueError(f"it is a {type(loaded).__name__}, and seals are signed with ECDSA")  # noqa: TRY004 (a wrong value)
        self._key = loaded
        self.fingerprint = key.fingerprint

    def verifies(self, statement: bytes, signature: str) -> bool:
        try:
            self._key.verify(base64.b64decode(signature, validate=True), statement, ec.ECDSA(hashes.SHA256()))
        except (InvalidSignature, binascii.Error):
            return False
        return True
