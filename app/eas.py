"""The endpoint of phones: who asks, what for, who answers, and how that travels back."""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

import falcon

from adapters.eas.query import CONTENT, Line, read_line
from adapters.eas.reply import MULTIPART, Answer, Empty, Failure, Multipart, Reply, joined
from adapters.eas.request import WBXML, Request, read_request
from adapters.eas.status import Refusal, by_status, failure, http_status
from adapters.eas.version import Version
from adapters.ids import server_id
from adapters.wbxml import Element, encode
from app import chance, errors, journal
from app.auth import Principal
from app.context import Command, Context
from app.devices.admission import AboveCeiling, ceiling_for
from app.groupware import Groupware
from app.http import Http, client_address, read_body, words
from app.journal import Fields
from app.limits import Pace
from app.log.recording import TAPE, Recorder
from app.metrics import measures
from app.push.stay import Parked, Stay
from app.push.wake import Vanished, WakeHub
from app.rehearsal import rehearsal
from app.settings import Settings
from app.still import Stillness, small_body
from domain.partnership import Partnership
from projections.accounts import AccountRow
from projections.devices import PartnershipRow

PATH: Final = re.compile(r"/+microsoft-server-activesync/*$", re.IGNORECASE)
METHODS: Final = "OPTIONS,POST"
ALWAYS: Final = {"Cache-Control": "private", "MS-Server-ActiveSync": max(Version).text}
ACCESS_DENIED, UNKNOWN_COMMAND, OTHER_VERSION = 130, 137, 138
TRIED: Final = {"FolderSync", "Provision", "Settings"}
"""What a phone asks that only tries an account out; none of it waits for anything."""

WORTHWHILE: Final = 1024
"""Smaller documents hardly shrink; an empty one must never be compressed at all."""

STAY: Final = "taccuino.stay"
"""Where in its environment the stay of a request is."""

AGAIN: Final = ("command", "account", "device", "version", "in")

Authenticate = Callable[[str | None, str, str, str], Principal]
"""By the Authorization header, the address, and what the phone calls itself: id and agent."""

Admit = Callable[[Groupware, AccountRow, Request, datetime, Settings, str], PartnershipRow | None]


@dataclass(frozen=True)
class ActiveSync:
    """Serves what is in `commands` and says so; the rest does not exist."""

    groupware: Groupware
    hub: WakeHub
    settings: Settings
    authenticate: Authenticate
    admit: Admit
    commands: Mapping[str, Command]
    pace: Pace = field(default_factory=Pace)
    still: Stillness | None = None
    recorder: Recorder | None = None

    def __call__(self, req: falcon.Request, resp: falcon.Response) -> None:
        stay: Stay = req.env[STAY]
        began = time.perf_counter()
        with journal.entry(stay.line, unless=Parked) as fields:
            answer = self.answer(req, fields)
            if self.recorder is not None and not (stay.gone or stay.superseded):
                self.recorder.keep(req, str(fields.get("command")), str(fields["request"]), answer)
            fields.update(status=answer.status, out=len(answer.body))
            headers = {**ALWAYS, **errors.named(fields), **answer.headers}
            replace(answer, headers=headers).put(resp)
        _count(stay, fields, answer.status, time.perf_counter() - began)

    def answer(self, req: falcon.Request, fields: Fields) -> Http:
        """What a request is told; `fields` are for its line. Parked if it has to wait."""
        try:
            stay: Stay = req.env[STAY]
            if stay.gone:
                raise Vanished
            if stay.over and stay.nothing is not None:
                return _rendered(stay.nothing)
            req.env.pop(TAPE, None)  # of a look at which there was nothing
            return self._remembered(req, fields) or self._looked_for(req, fields)
        except Parked:
            raise
        except Exception as error:  # the border of one request: whatever happens stays in it
            told = errors.answer(error, fields)
            if not isinstance(told, Failure):
                return told
            failed = _failed(told, _line(req), fields)
            if isinstance(error, AboveCeiling):
                return replace(failed, headers=self._start_over(error.ceiling))
            return failed

    def _remembered(self, req: falcon.Request, fields: Fields) -> Http | None:
        """Nothing again, to who asked the same before; None if the request is of another kind."""
        if self.still is None or req.method != "POST" or not small_body(req):
            return None
        if req.env[STAY].waiter is not None:
            return None
        data = read_body(req, self.settings.max_body)
        digest = self.still.digest(req.env, data)
        known = self.still.answered(digest)
        if known is not None:
            fields.update(known)
            return Http(200)
        moment = self.still.now()
        answer = self._looked_for(req, fields, data)
        until = fields.pop("until", None)
        if isinstance(until, frozenset) and TAPE not in req.env:
            now = self.groupware.clock()
            self.still.note(digest, until, _told_again(fields), moment, now)
        return answer

    def _looked_for(self, req: falcon.Request, fields: Fields, data: bytes | None = None) -> Http:
        """The answer as it has to be found out; `data` is the body if it was read already."""
        line = _line(req)
        fields["command"] = line.command or req.method
        if req.method == "OPTIONS":
            return self._options(req, line, fields)
        if req.method != "POST":
            return words(501, "Phones speak to this address; there is nothing to see here.")
        return self._command(req, line, fields, data)

    def _options(self, req: falcon.Request, line: Line, fields: Fields) -> Http:
        account = self._principal(req, line, fields).account
        highest = self._ceiling(account, line.device_id, req.get_header("User-Agent") or "")
        headers = {**self._offer(highest), "Allow": METHODS, "Public": METHODS}
        return Http(200, headers=headers)

    def _principal(self, req: falcon.Request, line: Line, fields: Fields) -> Principal:
        address = client_address(req, self.settings)
        header, agent = map(req.get_header, ("Authorization", "User-Agent"))
        principal = self.authenticate(header, address, line.device_id, agent or "")
        fields["account"] = str(principal.account.id)[:8]
        return principal

    def _command(self, req: falcon.Request, line: Line, fields: Fields, data: bytes | None) -> Http:
        principal = self._principal(req, line, fields)
        command, version = self._find(line)
        id = Partnership.id_of(principal.account.id, line.device_id)
        fields.update(device=server_id(id), version=version.text)
        stay: Stay = req.env[STAY]
        stay.came = stay.came or self.groupware.clock()
        stay.doing = stay.doing or (principal.account.id, line.device_id, line.command)
        phone = (principal.account.id, line.device_id.upper())
        with self.pace.one_of(phone, again=stay.waiter is not None):
            data = read_body(req, self.settings.max_body) if data is None else data
            with self._recorded(req, phone):
                request = self._request(req, line, version, fields, data)
                if request.body is None and command.body == "required":
                    raise Refusal(CONTENT, "the command needs a body")
                reply = self._handled(req, command, request, principal.account, fields)
        if isinstance(reply, Failure):
            return _failed(reply, line, fields)
        if isinstance(reply, Empty) and reply.until:
            fields["until"] = reply.until
        if isinstance(reply, Answer) and (status := _status(reply.root)) != "1":
            fields["eas"] = int(status)
        answer = _rendered(reply)
        if _introduces(request, reply):
            highest = self._ceiling(principal.account, request.device_id, request.user_agent)
            answer = replace(answer, headers=self._offer(highest))
        return _compressed(answer, req.get_header("Accept-Encoding") or "")

    def _find(self, line: Line) -> tuple[Command, Version]:
        if line.fault or line.version is None:
            raise Refusal(line.fault, line.reason)
        command = self.commands.get(line.command)
        if command is None:
            raise Refusal(UNKNOWN_COMMAND, "no such command here")
        if not command.speaks(line.version):
            raise Refusal(OTHER_VERSION, "not a command of this version")
        return command, line.version

    def _request(
        self,
        req: falcon.Request,
        line: Line,
        version: Version,
        fields: Fields,
        data: bytes,
    ) -> Request:
        fields["in"] = len(data)
        address = client_address(req, self.settings)
        most = self.settings.max_body
        return read_request(line, version, req.get_header, data, address, most)

    def _recorded(
        self, req: falcon.Request, phone: tuple[UUID, str]
    ) -> AbstractContextManager[None]:
        if self.recorder is None:
            return nullcontext()
        came, address = req.env[STAY].came, client_address(req, self.settings)
        return self.recorder.listening(req, *phone, came, address)

    def _handled(
        self,
        req: falcon.Request,
        command: Command,
        request: Request,
        account: AccountRow,
        fields: Fields,
    ) -> Reply:
        def handled(request: Request) -> Reply | None:
            stay: Stay = req.env[STAY]
            now, id = self.groupware.clock(), str(fields["request"])
            came = stay.came or now
            phone = self.admit(self.groupware, account, request, came, self.settings, id)
            if phone is None:
                return None
            context = Context(
                groupware=self.groupware,
                hub=self.hub,
                settings=self.settings,
                account=account,
                partnership=phone,
                now=now,
                locale=request.locale,
                journal=fields,
                request_id=id,
                stay=stay,
            )
            return command.handle(context, request)

        return handled(request) or self._tried(handled, request)

    def _tried(self, handled: Callable[[Request], Reply | None], request: Request) -> Reply:
        """A phone under no name of its own tries the account: once, as if it had one."""
        if request.command not in TRIED:
            raise Refusal(ACCESS_DENIED, "only for trying an account out")
        somebody = replace(request, device_id=chance.name("phone"))
        with rehearsal(self.groupware):
            return handled(somebody) or Failure(ACCESS_DENIED)

    def _ceiling(self, account: AccountRow, device: str, agent: str) -> Version:
        return ceiling_for(self.groupware, account, device, agent)

    def _offer(self, highest: Version) -> dict[str, str]:
        """What is served here; Android takes the last version it knows and trims nothing."""
        return {
            "MS-ASProtocolVersions": _up_to(highest),
            "MS-ASProtocolCommands": ",".join(self.commands),
        }

    def _start_over(self, highest: Version) -> dict[str, str]:
        """What makes a phone that speaks too new a version choose anew and begin from nothing
        (MS-ASHTTP 2.2.2.1.2.9); without it, it would learn of other versions only by OPTIONS."""
        return {**self._offer(highest), "X-MS-RP": _up_to(highest)}


def _count(stay: Stay, fields: Fields, status: int, seconds: float) -> None:
    """A request that waited took as long as nothing happened; what counts is how soon it hears."""
    if stay.waiter is None:
        measures.served(fields, status, seconds)
        return
    measures.served(fields, status, None)
    if stay.rung and stay.since and not stay.superseded:
        measures.WAKE.put(time.monotonic() - stay.since)


def _up_to(highest: Version) -> str:
    return ",".join(version.text for version in Version if version <= highest)


def _line(req: falcon.Request) -> Line:
    version, key = map(req.get_header, ("MS-ASProtocolVersion", "X-MS-PolicyKey"))
    return read_line(req.query_string, version, key)


def _told_again(fields: Fields) -> Fields:
    """What the line of the same request says the next time."""
    return {name: fields[name] for name in AGAIN if name in fields} | {"still": True}


def _failed(reply: Failure, line: Line, fields: Fields) -> Http:
    """A status in the command's root element, or what HTTP has for it (MS-ASHTTP 2.2.2.1.1)."""
    fields["eas"] = reply.status
    root = failure(line.command, reply.status) if by_status(line.version) else None
    if root is not None:
        return Http(200, encode(root), WBXML)
    status = http_status(reply.status, has_key=line.policy_key is not None)
    return errors.later(errors.CRASHED) if status == 503 else Http(status)


def _rendered(reply: Answer | Empty | Multipart) -> Http:
    if isinstance(reply, Multipart):
        return Http(200, joined(reply), MULTIPART)
    if isinstance(reply, Answer):
        return Http(200, encode(reply.root), WBXML)
    return Http(200)


def _status(root: Element) -> str:
    """What the reply says of the command as a whole; "1" where that is nothing."""
    return root.text_of(f"{root.name.partition(':')[0]}:Status", "1")


def _introduces(request: Request, reply: Reply) -> bool:
    """Whether the phone begins from nothing, or is told to: then it learns what is served here."""
    if request.command != "FolderSync" or not isinstance(reply, Answer):
        return False
    return _says(request.body, "SyncKey", "0") or _says(reply.root, "Status", "9")


def _says(root: Element | None, name: str, text: str) -> bool:
    return root is not None and root.text_of(f"folderhierarchy:{name}") == text


def _compressed(answer: Http, accepted: str) -> Http:
    if len(answer.body) < WORTHWHILE or not _takes_gzip(accepted):
        return answer
    body = gzip.compress(answer.body, compresslevel=5, mtime=0)
    return replace(answer, body=body, headers={**answer.headers, "Content-Encoding": "gzip"})


def _takes_gzip(accepted: str) -> bool:
    for each in accepted.lower().split(","):
        name, _, weight = each.partition(";")
        if name.strip() in ("gzip", "x-gzip"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
