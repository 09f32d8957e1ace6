"""People in the local cloud's user pool. They are made up: whoever runs the cloud signs in as any of them."""

import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from remit.local.state import LocalCloudError

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient


@dataclass(frozen=True, slots=True)
class People:
    """One pool, and the application that signs people in to it."""

    client: "CognitoIdentityProviderClient"
    pool: str
    application: str

    def add(self, name: str, tenant: str | None = None, *groups: str) -> None:
        """Somebody who is there already stays, and gets the groups too."""
        with suppress(self.client.exceptions.UsernameExistsException):
            self.client.admin_create_user(
                UserPoolId=self.pool,
                Username=name,
                MessageAction="SUPPRESS",
                TemporaryPassword=_password(),
                UserAttributes=[{"Name": "custom:tenant", "Value": tenant}] if tenant else [],
            )
        for group in groups:
            self.client.admin_add_user_to_group(UserPoolId=self.pool, Username=name, GroupName=group)

    def password(self, name: str) -> str:
        """A new one, in place of the one before. Raises LocalCloudError for somebody unknown."""
        password = _password()
        try:
            self.client.admin_set_user_password(UserPoolId=self.pool, Username=name, Password=password, Permanent=True)
        except self.client.exceptions.UserNotFoundException as error:
            raise LocalCloudError(f"The local cloud knows nobody named '{name}': 'remit demo' brings carol, dave and erin.") from error
        return password

    def sign_in(self, name: str) -> str:
        """A fresh ID token. The password is made for this once, and forgotten. Raises LocalCloudError for somebody unknown."""
        password = self.password(name)
        signed_in = self.client.admin_initiate_auth(
            UserPoolId=self.pool,
            ClientId=self.application,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": password},
        )
        return signed_in["AuthenticationResult"]["IdToken"]


def _password() -> str:
    """With a character of every kind that a pool may ask for."""
    return f"{secrets.token_urlsafe(24)}aA1!"
