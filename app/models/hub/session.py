"""The way to the network: the only module that speaks HTTP. It belongs to the process of the hub.

huggingface_hub gives addresses, headers and what a repository has. Files are read by ranges over its session: its own
download (2.4) throws away what has arrived when it gives up, believes any bytes of the right number, follows to
addresses without encryption, and refuses files above 50 GB.
"""

from __future__ import annotations

import contextlib
import re
import ssl
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import huggingface_hub
import msgspec
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]  # documented, not re-exported

from app.core.errors import AppError, Code
from app.models.hub.protocol import Begin, Listed, check_endpoint, may_speak
from app.models.offers import RemoteFile

MAX_REDIRECTS = 5
"""The hub sends a request for a file on once, to the network that delivers it."""

MAX_WAIT_S = 120.0
"""The longest that a hub may have itself waited for (Retry-After)."""

_AGENT = "octavo"  # in place of the versions of all that is installed

_CONTENT_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19})", re.ASCII)
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})


class RetryLater(Exception):
    """To be tried again, after `wait_s` at least."""

    def __init__(self, wait_s: float = 0.0) -> None:
        super().__init__(wait_s)
        self.wait_s = wait_s


class HubSession:
    """May be used by several threads."""

    def __init__(self, begin: Begin) -> None:
        """Take what the process was begun with. Raises AppError HUB_ADDRESS_INSECURE."""
        self.host = check_endpoint(begin.endpoint)
        self._endpoint = begin.endpoint.rstrip("/")
        self._origin = httpx2.URL(begin.endpoint)
        self._token = begin.token.secret if begin.token else None
        self._patience = begin.patience
        self._timeout = httpx2.Timeout(begin.patience.stall_s, connect=begin.patience.connect_s)
        huggingface_hub.set_client_factory(self._client)

    def listing(self, repository: str, revision: str) -> Listed:
        """Return what a repository has. Raises AppError HUB_NOT_FOUND, HUB_GATED, HUB_TOKEN_REFUSED, HUB_UNREACHABLE,
        HUB_ANSWER_STRANGE."""
        api = huggingface_hub.HfApi(endpoint=self._endpoint, token=self._token or False)
        try:
            info = api.model_info(
                repository, revision=revision or None, files_metadata=True, timeout=self._patience.stall_s
            )
            return _listed(info)
        except AppError:
            raise
        except HfHubHTTPError as error:
            problem = self._refusal(error.response.status_code, error.response.headers, repository, "")
            raise self._final(problem) from error
        except httpx2.TransportError as error:
            raise self._final(self._broken(error)) from error
        except Exception as error:  # whatever such a library makes of an answer that is no hub's
            raise self._strange() from error

    @contextlib.contextmanager
    def ranged(self, file: RemoteFile, start: int, end: int) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Request the bytes of a file from `start` to `end`; give the host that they come from, and the bytes as they
        arrive.

        Raises RetryLater, and AppError as `listing` does and HUB_FILE_MISSING; so does the iterator.
        """
        url = huggingface_hub.hf_hub_url(
            file.repository, file.path, revision=file.revision or None, endpoint=self._endpoint
        )
        headers = build_hf_headers(token=self._token or False)
        headers |= {"Range": f"bytes={start}-{end - 1}", "Accept-Encoding": "identity"}
        client = huggingface_hub.get_session()
        with self._translated(), contextlib.ExitStack() as stack:
            request = client.build_request("GET", url, headers=headers, timeout=self._timeout)
            for _ in range(1 + MAX_REDIRECTS):
                response = client.send(request, stream=True, follow_redirects=False)
                stack.callback(response.close)
                if response.next_request is None:
                    break
                response.close()  # what else such an answer says is of no interest
                request = response.next_request
            else:
                raise self._strange()
            self._check(response, file, start, end)
            yield response.url.netloc.decode("ascii"), self._content(response, end - start)

    def _content(self, response: httpx2.Response, size: int) -> Iterator[bytes]:
        """Iterate over the bytes of an answer, and give up a connection that brings next to nothing."""
        left, since, lately = size, time.monotonic(), 0
        with self._translated():
            for content in response.iter_raw():
                left -= len(content)
                lately += len(content)
                if left < 0:
                    raise self._strange()
                yield content
                if not left:
                    return
                if time.monotonic() - since > self._patience.stall_s:
                    if lately < self._patience.slowest_bytes:
                        raise RetryLater
                    since, lately = time.monotonic(), 0
        raise RetryLater

    def _check(self, response: httpx2.Response, file: RemoteFile, start: int, end: int) -> None:
        """Check that the answer is the range that was asked for, of a file of the size that was announced."""
        if response.status_code not in (200, 206):
            raise self._refusal(response.status_code, response.headers, file.repository, file.path)
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise self._strange()
        if response.status_code == 200:  # from one that knows no ranges, which is no loss if all was asked for
            length = response.headers.get("Content-Length", "")
            sound = start == 0 and end == file.size_bytes and length == str(file.size_bytes)
        else:
            found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
            sound = found is not None and tuple(map(int, found.groups())) == (start, end - 1, file.size_bytes)
        if not sound:
            raise self._strange()

    def _client(self) -> httpx2.Client:
        return httpx2.Client(
            event_hooks={"request": [self._look_over]},
            follow_redirects=True,
            max_redirects=MAX_REDIRECTS,
            timeout=self._timeout,
        )

    def _look_over(self, request: httpx2.Request) -> None:
        """Look over every request, redirected ones too: it goes nowhere unencrypted, and the token to the hub alone."""
        if not may_speak(request.url.scheme, request.url.host, endpoint_host=self._origin.host):
            raise self._strange()
        request.headers["User-Agent"] = _AGENT
        if request.url.origin != self._origin.origin:
            request.headers.pop("Authorization", None)

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (httpx2.TransportError, httpx2.StreamError) as error:
            raise self._broken(error) from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise self._strange() from error

    def _broken(self, error: BaseException) -> AppError | RetryLater:
        """Return what to raise for a broken connection. A certificate that does not fit will not fit the next time
        either; neither will another protocol."""
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return self._strange()
            cause = cause.__cause__ or cause.__context__
        if isinstance(error, httpx2.UnsupportedProtocol | httpx2.LocalProtocolError):
            return self._strange()
        return RetryLater()

    def _refusal(self, status: int, headers: Any, repository: str, path: str) -> AppError | RetryLater:
        """Return the error that a status stands for, or when to try again. Source of the header's values:
        hf_raise_for_status of huggingface_hub."""
        reason = headers.get("X-Error-Code", "")
        if status in _BUSY:
            wait = headers.get("Retry-After", "").strip()
            return RetryLater(min(float(wait), MAX_WAIT_S) if wait.isdecimal() else 0.0)
        if reason == "GatedRepo":
            return AppError(Code.HUB_GATED, repository=repository)
        if path and (reason == "EntryNotFound" or (status == 404 and not reason)):
            return AppError(Code.HUB_FILE_MISSING, repository=repository, file=path)
        if reason in ("RepoNotFound", "RevisionNotFound") or status == 404:
            return AppError(Code.HUB_NOT_FOUND, repository=repository)
        if status == 401:
            if self._token:
                return AppError(Code.HUB_TOKEN_REFUSED, host=self.host)
            return AppError(Code.HUB_NOT_FOUND, repository=repository)  # or private: a hub does not say which
        if status == 403:
            return AppError(Code.HUB_GATED, repository=repository)
        return self._strange()

    def _final(self, problem: AppError | RetryLater) -> AppError:
        return AppError(Code.HUB_UNREACHABLE, host=self.host) if isinstance(problem, RetryLater) else problem

    def _strange(self) -> AppError:
        return AppError(Code.HUB_ANSWER_STRANGE, host=self.host)


def persistently(
    read: Callable[[HubSession], bytes],
    session: HubSession,
    waits_s: tuple[float, ...],
    wait: Callable[[float], object],
) -> bytes:
    """Try again after each of `waits_s`. Raises AppError, also HUB_INTERRUPTED."""
    for wait_s in (*waits_s, None):
        try:
            return read(session)
        except RetryLater as cut:
            if wait_s is None:
                break
            wait(max(wait_s, cut.wait_s))
    raise AppError(Code.HUB_INTERRUPTED, host=session.host)


def _listed(info: Any) -> Listed:
    """Return the listing in an answer, whose attributes may be anything: any exception may come of them."""
    card = info.card_data or {}
    licence = card.get("license") or ""
    if licence == "other":
        licence = card.get("license_name") or licence
    files = [
        {"path": file.rfilename, "size_bytes": file.size or 0, "sha256": file.lfs.sha256 if file.lfs else ""}
        for file in info.siblings or ()
    ]
    found = {"revision": info.sha, "licence": licence, "gated": bool(info.gated), "files": files}
    return msgspec.convert({"type": Listed.__name__, **found}, Listed)
