"""Amazon Verified Permissions on this machine: the whole API of botocore's model, decided by Cedar itself.

`VerifiedPermissions` is the service without a transport, `handler` puts it behind HTTP, `server` runs it alone on a loopback
port, and `ministack.register` adds it, under IAM and CloudFormation, to a MiniStack that starts in this process.

Where AWS documents no behaviour the docstrings say what was chosen. Known to differ: writes show at once, no call is throttled,
and no KMS key is used.
"""

from remit.local.verifiedpermissions.errors import ServiceError
from remit.local.verifiedpermissions.keys import HttpKeys, KeySource, NoKeys
from remit.local.verifiedpermissions.service import VerifiedPermissions
from remit.local.verifiedpermissions.transport import handler

__all__ = ["HttpKeys", "KeySource", "NoKeys", "ServiceError", "VerifiedPermissions", "handler"]
