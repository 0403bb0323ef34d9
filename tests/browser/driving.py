"""Debian's Chromium, driven over its own pipe: it shows pages, presses keys and clicks as somebody would."""

import asyncio
import base64
import contextlib
import itertools
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.browser.test_pages import CHROMIUM, FLAGS

#: the browser reads what it is asked at 3 and answers at 4
_AT_3_AND_4 = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); os.execv(sys.argv[3], sys.argv[3:])"
)
_END = b"\0"
_MOST = 2**26
_WITHIN = 60
_ENTER = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
_SPACE = {"key": " ", "code": "Space", "windowsVirtualKeyCode": 32, "text": " "}
_TAB = {"key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}
_DOWN = {"key": "ArrowDown", "code": "ArrowDown", "windowsVirtualKeyCode": 40}
KEYS = {"Enter": _ENTER, "Space": _SPACE, "Tab": _TAB, "ArrowDown": _DOWN}
MOST_TABS = 150


@dataclass
class Browser:
    """One browser, and who waits for what it says."""

    writing: int
    waiting: dict[int, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    loading: list[asyncio.Future[None]] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def call(self, method: str, session: str | None = None, **facts: Any) -> dict[str, Any]:
        """Ask the browser to do something; answers what came of it."""
        number = next(self.numbers)
        self.waiting[number] = asyncio.get_running_loop().create_future()
        message: dict[str, Any] = {"id": number, "method": method, "params": facts}
        if session is not None:
            message["sessionId"] = session
        os.write(self.writing, json.dumps(message).encode() + _END)
        return await asyncio.wait_for(self.waiting[number], _WITHIN)

    async def listen(self, reader: asyncio.StreamReader) -> None:
        """Hear what it says until it is gone."""
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                self._hear(json.loads((await reader.readuntil(_END))[:-1]))

    def _hear(self, said: dict[str, Any]) -> None:
        asked = self.waiting.pop(said.get("id", 0), None)
        if asked is not None:
            if "error" in said:
                asked.set_exception(AssertionError(said["error"]["message"]))
            else:
                asked.set_result(said["result"])
        elif said.get("method") == "Page.loadEventFired":
            for one in self.loading:
                one.set_result(None)
            self.loading.clear()


@dataclass
class Tab:
    """One page in it, as large as a telephone, on which no script runs."""

    browser: Browser
    session: str

    async def call(self, method: str, **facts: Any) -> dict[str, Any]:
        """Ask something of this page."""
        return await self.browser.call(method, self.session, **facts)

    @asynccontextmanager
    async def loaded(self) -> AsyncIterator[None]:
        """What is done here leads to another page; afterwards it is there."""
        there: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.browser.loading.append(there)
        yield
        await asyncio.wait_for(there, _WITHIN)

    async def go(self, address: str) -> None:
        """Follow a link."""
        async with self.loaded():
            await self.call("Page.navigate", url=address)

    async def find(self, selector: str) -> int:
        """Something on the page; it must be there."""
        root = (await self.call("DOM.getDocument", depth=0))["root"]["nodeId"]
        found = (await self.call("DOM.querySelector", nodeId=root, selector=selector))["nodeId"]
        assert found, f"{selector} is not on the page: {await self.html()}"
        return int(found)

    async def click(self, selector: str) -> None:
        """Touch something where it is."""
        node = await self.find(selector)
        await self.call("DOM.scrollIntoViewIfNeeded", nodeId=node)
        x, y = _middle((await self.call("DOM.getContentQuads", nodeId=node))["quads"][0])
        for kind in ("mousePressed", "mouseReleased"):
            await self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def type(self, selector: str, text: str) -> None:
        """Type into a field."""
        await self.call("DOM.focus", nodeId=await self.find(selector))
        await self.call("Input.insertText", text=text)

    async def focus(self, selector: str) -> None:
        """Go to something with the keyboard."""
        await self.call("DOM.focus", nodeId=await self.find(selector))

    async def tab_to(self, selector: str) -> None:
        """Go to something with the Tab key, from where the keyboard is; it must be on the way."""
        for _ in range(MOST_TABS):
            await self.press("Tab")
            root = (await self.call("DOM.getDocument", depth=0))["root"]["nodeId"]
            if (await self.call("DOM.querySelector", nodeId=root, selector=f"{selector}:focus"))["nodeId"]:
                return
        raise AssertionError(f"the Tab key does not lead to {selector}: {await self.html()}")

    async def press(self, key: str) -> None:
        """Press a key where the keyboard is."""
        await self.call("Input.dispatchKeyEvent", type="keyDown", **KEYS[key])
        await self.call("Input.dispatchKeyEvent", type="keyUp", **{k: v for k, v in KEYS[key].items() if k != "text"})

    async def html(self) -> str:
        """What is on the page."""
        root = (await self.call("DOM.getDocument", depth=0))["root"]["nodeId"]
        return str((await self.call("DOM.getOuterHTML", nodeId=root))["outerHTML"])

    async def run(self, script: str) -> Any:
        """What a script of ours makes of the page."""
        answer = await self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def size(self) -> tuple[int, int]:
        """How wide the page is, and how wide the screen."""
        found = await self.call("Page.getLayoutMetrics")
        return int(found["cssContentSize"]["width"]), int(found["cssLayoutViewport"]["clientWidth"])

    async def picture(self, file: Path) -> None:
        """A picture of the whole page."""
        shot = await self.call("Page.captureScreenshot", captureBeyondViewport=True)
        file.write_bytes(base64.b64decode(shot["data"]))


def _middle(quad: list[float]) -> tuple[float, float]:
    return sum(quad[0::2]) / 4, sum(quad[1::2]) / 4


@asynccontextmanager
async def telephone(profile: Path, *, width: int = 360, height: int = 740, scripts: bool = False) -> AsyncIterator[Tab]:
    """A browser with one page of this size, on which scripts run only when asked."""
    to_read, to_write, from_read, from_write = *os.pipe(), *os.pipe()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _AT_3_AND_4, str(to_read), str(from_write), CHROMIUM, *FLAGS,
        "--accept-lang=nl-NL,nl", "--remote-debugging-pipe", f"--user-data-dir={profile}", "about:blank",
        pass_fds=(to_read, from_write), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    os.close(to_read)
    os.close(from_write)
    reader, browser = asyncio.StreamReader(limit=_MOST), Browser(to_write)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(from_read, "rb")
    )
    listening = asyncio.create_task(browser.listen(reader))
    try:
        yield await _page(browser, width, height, scripts=scripts)
    finally:
        os.close(to_write)  # the browser ends with its pipe
        await asyncio.wait_for(process.wait(), _WITHIN)
        await listening
        transport.close()


async def _page(browser: Browser, width: int, height: int, *, scripts: bool) -> Tab:
    target = (await browser.call("Target.createTarget", url="about:blank"))["targetId"]
    attached = await browser.call("Target.attachToTarget", targetId=target, flatten=True)
    tab = Tab(browser, attached["sessionId"])
    await tab.call("Page.enable")
    await tab.call("DOM.enable")
    await tab.call("Emulation.setScriptExecutionDisabled", value=not scripts)
    await tab.call(
        "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2, mobile=True
    )  # fmt: skip
    return tab
