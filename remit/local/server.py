"""The cloud's process: MiniStack, corrected and with Verified Permissions added."""

from ministack import app

from remit.local import corrections
from remit.local.verifiedpermissions import ministack


def main() -> None:
    """Serve until stopped."""
    corrections.apply()
    ministack.register()
    app.main()


if __name__ == "__main__":
    main()
