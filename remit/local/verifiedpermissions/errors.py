"""The errors of the service, named and shaped as its model names and shapes them.

ServiceError
├── the caller must change the request: ValidationException, ResourceNotFoundException, ConflictException,
│   InvalidStateException, TooManyTagsException
├── the account must get more: ServiceQuotaExceededException, AccessDeniedException
└── this package must be mended: InternalServerException
"""

from collections.abc import Mapping, Sequence


class ServiceError(Exception):
    """An error the caller sees, with the members its shape has beside `message`."""

    status = 400

    def __init__(self, message: str, **members: object) -> None:
        super().__init__(message)
        self.message = message
        self.members = members

    @property
    def code(self) -> str:
        return type(self).__name__


class ValidationException(ServiceError):
    """The request breaks a constraint; `fields` says which."""

    def __init__(self, message: str, fields: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(message, **({"fieldList": list(fields)} if fields else {}))


def invalid(path: str, message: str) -> ValidationException:
    """A ValidationException about one member."""
    return ValidationException(message, [{"path": path, "message": message}])


class ResourceNotFoundException(ServiceError):
    def __init__(self, resource_type: str, resource_id: str) -> None:
        super().__init__(f"{resource_type} {resource_id} does not exist", resourceId=resource_id, resourceType=resource_type)


class ConflictException(ServiceError):
    def __init__(self, message: str, resource_type: str, resource_id: str) -> None:
        super().__init__(message, resources=[{"resourceId": resource_id, "resourceType": resource_type}])


class ServiceQuotaExceededException(ServiceError):
    def __init__(self, message: str, resource_type: str, resource_id: str | None = None) -> None:
        identified = {"resourceId": resource_id} if resource_id else {}
        super().__init__(message, resourceType=resource_type, serviceCode="verifiedpermissions", **identified)


class InvalidStateException(ServiceError):
    """The resource is protected from what was asked."""


class TooManyTagsException(ServiceError):
    def __init__(self, resource_name: str) -> None:
        super().__init__(f"{resource_name} would have more than 50 tags", resourceName=resource_name)


class AccessDeniedException(ServiceError):
    """The caller's IAM permissions do not cover the operation."""


class InternalServerException(ServiceError):
    status = 500
