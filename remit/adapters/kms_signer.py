"""The sealing key in KMS: its private half never leaves the service."""

import base64
import hashlib
from typing import TYPE_CHECKING

from remit.adapters.aws import calling
from remit.domain.seal import PublicKey
from remit.evidence_ports import Signer

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


class KmsSigner(Signer):
    """An asymmetric key of the kind ECC_NIST_P256."""

    def __init__(self, client: "KMSClient", key: str) -> None:
        self._client, self._key = client, key

    def sign(self, statement: bytes) -> bytes:
        # A message may have 4096 bytes, its digest any content.
        digest = hashlib.sha256(statement).digest()
        with calling("KMS"):
            answer = self._client.sign(KeyId=self._key, Message=digest, MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_256")
        return answer["Signature"]

    def key(self) -> PublicKey:
        with calling("KMS"):
            answer = self._client.get_public_key(KeyId=self._key)
        return PublicKey(public_key=base64.b64encode(answer["PublicKey"]).decode())
