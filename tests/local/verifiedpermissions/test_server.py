"""The service as a command, beside another local cloud."""

import subprocess
import sys
from pathlib import Path

import boto3

ROOT = Path(__file__).parents[3]


def test_the_command_serves_boto3_on_a_loopback_port() -> None:
    command = [sys.executable, "-m", "remit.local.verifiedpermissions", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        endpoint = process.stdout.readline().strip()
        client = boto3.client(
            "verifiedpermissions", endpoint_url=endpoint, region_name="eu-west-1", aws_access_key_id="any", aws_secret_access_key="any"
        )
        store = client.create_policy_store(validationSettings={"mode": "OFF"})["policyStoreId"]
        stores = client.list_policy_stores()["policyStores"]
        process.terminate()

    assert endpoint.startswith("http://127.0.0.1:")
    assert [found["policyStoreId"] for found in stores] == [store]
