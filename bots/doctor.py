"""`viva doctor`: looks at every configured part, side by side, and says of each that it is fine, or what to mend."""

from __future__ import annotations

import asyncio

from bots.checks import Check, Finding, Wrong, machine, models, slack, telegram
from bots.settings import Settings

SECONDS = 10.0


async def examine(settings: Settings, seconds: float = SECONDS) -> int:
    """Prints one line per part; a part that takes longer than `seconds` is wrong. The exit code: 0 when all is fine."""
    checks = [check for part in (machine, models, telegram, slack) for check in part.checks(settings)]
    looked = await asyncio.gather(*(_look(check, settings, seconds) for check in checks))
    findings = [finding for some in looked for finding in some]
    for finding in findings:
        print(finding)
    if not_set := _not_set(settings):
        print("not set: " + "; ".join(not_set))
    return 1 if any(isinstance(finding, Wrong) for finding in findings) else 0


async def _look(check: Check, settings: Settings, seconds: float) -> list[Finding]:
    try:
        async with asyncio.timeout(seconds):
            return await check.look(settings)
    except TimeoutError:
        return [
            Wrong(f"{check.part}: no answer within {seconds:.0f} s", "try again; look at the network if it stays so")
        ]


def _not_set(settings: Settings) -> list[str]:
    lacking = []
    if not settings.telegram:
        lacking.append("TELEGRAM_BOT_TOKEN")
    if not settings.slack:
        lacking.append("SLACK_BOT_TOKEN")
    if not settings.openai_api_key:
        lacking.append("OPENAI_API_KEY (the interviewer is offline)")
    if not (settings.whisper_model or settings.ears_key):
        ears = "set OPENAI_API_KEY, or VIVA_WHISPER_MODEL with the `local` extra"
        lacking.append(f"ears (learners will be asked to type: {ears})")
    return lacking
