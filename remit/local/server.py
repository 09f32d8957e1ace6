"""The cloud's process: MiniStack, corrected and with Verified Permissions added."""

from ministack import app

from remit.local import corrections


def main() -> None:
    """Serve until stopped."""
    corrections.apply()
    try:
        from remit.local.verifiedpermissions import ministack
    except ImportError:
        pass
    else:
        ministack.register()
    app.main()


if __name__ == "__main__":
    main()
