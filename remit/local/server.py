"""The cloud's process: MiniStack, corrected, and with Verified Permissions and X-Ray added."""

from ministack import app

from remit.local import corrections
from remit.local.verifiedpermissions import ministack as verifiedpermissions
from remit.local.xray import ministack as xray


def main() -> None:
    """Serve until stopped."""
    corrections.apply()
    verifiedpermissions.register()
    xray.register()
    app.main()


if __name__ == "__main__":
    main()
