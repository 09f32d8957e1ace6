"""An approver's browser, form by form: they sign in at the user pool's own page, and answer as who they are."""

from html.parser import HTMLParser
from urllib.parse import urljoin

import requests

from remit.cli.errors import CliError
from remit.local.people import People

_VISIT = "__Host-remit-visit"
_SECONDS = 60.0


class Desk:
    """`url` is the API's. The visit goes as a header, because this machine's address has no TLS."""

    def __init__(self, url: str, people: People) -> None:
        self._url, self._people, self._visit = url, people, ""

    def answer(self, name: str, approval: str, verdict: str, comment: str) -> requests.Response:
        """What the person says to the question once they have signed in. Raises CliError if they never are."""
        page = self._signed_in(name, f"{self._url}/inbox/{approval}")
        said = {**_Page(page).hidden, "verdict": verdict, "comment": comment}
        return requests.post(f"{self._url}/inbox", data=said, headers=self._kept(), timeout=_SECONDS)

    def _signed_in(self, name: str, address: str) -> requests.Response:
        self._people.add(name)
        form = requests.get(_Page(self._get(address)).link, timeout=_SECONDS)
        said = {**_Page(form).hidden, "username": name, "password": self._people.password(name)}
        back = requests.post(urljoin(form.url, "/login"), data=said, timeout=_SECONDS, allow_redirects=False)
        if "Location" not in back.headers:
            raise CliError(f"The user pool's page did not sign '{name}' in: HTTP {back.status_code}.")
        there = self._get(back.headers["Location"])
        return self._get(urljoin(there.url, there.headers.get("Location", "")))

    def _get(self, address: str) -> requests.Response:
        answer = requests.get(address, headers=self._kept(), timeout=_SECONDS, allow_redirects=False)
        self._visit = answer.cookies.get(_VISIT) or self._visit
        return answer

    def _kept(self) -> dict[str, str]:
        return {"Cookie": f"{_VISIT}={self._visit}"}


class _Page(HTMLParser):
    """A page's link, and the hidden fields of its forms."""

    def __init__(self, page: requests.Response) -> None:
        super().__init__()
        self.link, self.hidden = page.url, dict[str, str]()
        self.feed(page.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.link = urljoin(self.link, said.get("href", ""))
        if tag == "input" and said.get("type") == "hidden":
            self.hidden[said["name"]] = said.get("value", "")
