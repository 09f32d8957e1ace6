"""What a static check has to say: where, what, and what to do about it."""

from remit.domain.model import Model


class Finding(Model):
    """`rule` is the check that found it."""

    file: str
    line: int
    rule: str
    what: str
    todo: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: [{self.rule}] {self.what}. {self.todo}."
