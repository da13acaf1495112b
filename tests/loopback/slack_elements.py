"""Block Kit's small parts: text objects, options and interactive elements, with Slack's limits."""

from collections.abc import Iterator
from typing import Any

from tests.loopback.slack_shapes import (
    Rule,
    Rules,
    anything,
    by_type,
    choice,
    flag,
    listing,
    number,
    shape,
    string,
    whole,
    wrong,
)

ACTION_ID = string(255)
URL = string(3000, pattern=r"https?://\S+")


def plain(most: int) -> Rule:
    return by_type({"plain_text": shape({"text": string(most)}, {"emoji": flag})})


def marked(most: int) -> Rule:
    """Plain text or mrkdwn."""
    return by_type(
        {
            "plain_text": shape({"text": string(most)}, {"emoji": flag}),
            "mrkdwn": shape({"text": string(most)}, {"verbatim": flag}),
        }
    )


STYLE = choice("primary", "danger")
CONFIRM = shape(
    {"title": plain(100), "text": marked(300), "confirm": plain(30), "deny": plain(30)},
    {"style": STYLE},
)
OPTION = shape({"text": plain(75), "value": string(150)}, {"description": plain(75), "url": URL})
MARKED_OPTION = shape({"text": marked(75), "value": string(150)}, {"description": marked(75)})
GROUP = shape({"label": plain(75), "options": listing(OPTION, 100)}, {})
COMMON: Rules = {"action_id": ACTION_ID, "confirm": CONFIRM, "focus_on_load": flag}
MENU: Rules = {**COMMON, "placeholder": plain(150)}

BUTTON = shape(
    {"text": plain(75)},
    {
        "action_id": ACTION_ID,
        "url": URL,
        "value": string(2000),
        "style": STYLE,
        "confirm": CONFIRM,
        "accessibility_label": string(75),
        "visible_to_user_ids": listing(string(30), 100),
    },
)
IMAGE = shape({"alt_text": string(2000)}, {"image_url": URL, "slack_file": anything})
CHOSEN = listing(OPTION, 100)


def _one_list(rule: Rule) -> Rule:
    """A menu has either options or option groups."""

    def both(value: Any, at: str) -> Iterator[str]:
        yield from rule(value, at)
        if ("options" in value) == ("option_groups" in value):
            yield wrong("needs either options or option_groups", at)

    return both


OPTIONS: Rules = {"options": listing(OPTION, 100), "option_groups": listing(GROUP, 100)}
BUTTONS: Rules = {
    "button": BUTTON,
    "overflow": shape({"options": listing(OPTION, 5)}, {"action_id": ACTION_ID, "confirm": CONFIRM}),
    "static_select": _one_list(shape({}, {**MENU, **OPTIONS, "initial_option": OPTION})),
    "multi_static_select": _one_list(
        shape({}, {**MENU, **OPTIONS, "initial_options": CHOSEN, "max_selected_items": whole(1, 100)})
    ),
    "radio_buttons": shape({"options": listing(MARKED_OPTION, 10)}, {**COMMON, "initial_option": MARKED_OPTION}),
    "checkboxes": shape(
        {"options": listing(MARKED_OPTION, 10)}, {**COMMON, "initial_options": listing(MARKED_OPTION, 10)}
    ),
    "users_select": shape({}, {**MENU, "initial_user": string(30)}),
}
ACCESSORIES: Rules = {**BUTTONS, "image": IMAGE}
INPUTS: Rules = {
    **{name: rule for name, rule in BUTTONS.items() if name not in ("button", "overflow")},
    "plain_text_input": shape(
        {},
        {
            **MENU,
            "initial_value": string(3000, least=0),
            "multiline": flag,
            "min_length": whole(0, 3000),
            "max_length": whole(1, 3000),
            "dispatch_action_config": anything,
        },
    ),
}
FEEDBACK = shape({"text": plain(75), "value": string(2000)}, {"accessibility_label": string(75)})
CONTEXT_ACTIONS: Rules = {
    "feedback_buttons": shape({"positive_button": FEEDBACK, "negative_button": FEEDBACK}, {"action_id": ACTION_ID}),
    "icon_button": shape(
        {"icon": choice("trash"), "text": plain(75)},
        {"action_id": ACTION_ID, "value": string(2000), "confirm": CONFIRM, "accessibility_label": string(75)},
    ),
}
CONTEXT: Rules = {
    "plain_text": shape({"text": string(3000)}, {"emoji": flag}),
    "mrkdwn": shape({"text": string(3000)}, {"verbatim": flag}),
    "image": IMAGE,
}

STYLED: Rules = {"style": shape({}, {"bold": flag, "italic": flag, "strike": flag, "code": flag, "underline": flag})}
INLINE = by_type(
    {
        "text": shape({"text": string(40_000)}, STYLED),
        "link": shape({"url": string(3000)}, {**STYLED, "text": string(40_000), "unsafe": flag}),
        "emoji": shape({"name": string(100)}, {**STYLED, "unicode": string(50), "skin_tone": whole(1, 6)}),
        "user": shape({"user_id": string(30)}, STYLED),
        "usergroup": shape({"usergroup_id": string(30)}, STYLED),
        "channel": shape({"channel_id": string(30)}, STYLED),
        "broadcast": shape({"range": choice("here", "channel", "everyone")}, STYLED),
        "date": shape({"timestamp": number, "format": string(200)}, {"url": URL, "fallback": string(200)}),
        "color": shape({"value": string(20)}, STYLED),
    }
)
SECTION = shape({"elements": listing(INLINE, 1000, least=0)}, {})
RICH: Rules = {
    "rich_text_section": SECTION,
    "rich_text_preformatted": shape(
        {"elements": listing(INLINE, 1000)}, {"border": whole(0, 1), "language": string(40)}
    ),
    "rich_text_quote": shape({"elements": listing(INLINE, 1000)}, {"border": whole(0, 1)}),
    "rich_text_list": shape(
        {"elements": listing(by_type({"rich_text_section": SECTION}), 1000), "style": choice("bullet", "ordered")},
        {"indent": whole(0, 8), "offset": whole(0, 10_000), "border": whole(0, 1)},
    ),
}
RICH_TEXT = shape({"elements": listing(by_type(RICH), 1000)}, {"block_id": string(255)})
