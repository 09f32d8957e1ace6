"""`python -m remit.local.verifiedpermissions --port N`: the service alone, for a boto3 client's `endpoint_url`."""

import argparse

from remit.local.verifiedpermissions.keys import HttpKeys
from remit.local.verifiedpermissions.server import HOST, make_server
from remit.local.verifiedpermissions.service import VerifiedPermissions


def main() -> None:
    parser = argparse.ArgumentParser(description="Amazon Verified Permissions on a loopback port, without IAM.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--cognito-endpoint", default="http://127.0.0.1:4566", help="the local cloud whose user pools sign tokens")
    given = parser.parse_args()
    with make_server(VerifiedPermissions(keys=HttpKeys(given.cognito_endpoint)), given.port) as server:
        print(f"http://{HOST}:{server.server_port}", flush=True)  # noqa: T201 - the endpoint is this command's output
        server.serve_forever()


if __name__ == "__main__":
    main()
