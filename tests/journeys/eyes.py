"""What a person with poor sight, or with a keyboard only, meets on a page."""

from axe_playwright_python.sync_playwright import Axe

_SERIOUS = {"serious", "critical"}


def barriers(page):
    """Serious and critical findings of axe-core, by rule and element."""
    result = Axe().run(page).response
    return [
        (finding["id"], [node["target"] for node in finding["nodes"]])
        for finding in result["violations"]
        if finding["impact"] in _SERIOUS
    ]


def is_wider_than_the_screen(page):
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def small_targets(page):
    """Buttons and fields lower than 44 CSS pixels: too small for a shaking finger."""
    return page.evaluate(
        """[...document.querySelectorAll("button, .button, summary, input:not([type=hidden]):not(.unseen)")]
           .filter(each => each.checkVisibility() && each.type !== "checkbox"
                           && each.getBoundingClientRect().height < 44)
           .map(each => each.outerHTML)"""
    )


_IS_FOCUSED = """name => {
    const at = document.activeElement;
    return (at.labels?.length ? at.labels[0].textContent : at.textContent).includes(name);
}"""
_IS_IN_SIGHT = """() => {
    const at = document.activeElement, box = at.getBoundingClientRect();
    return at.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
}"""


def tab_to(page, name):
    """Press Tab until the focus stands on what reads `name`, in sight and not covered by the bar."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(_IS_FOCUSED, name):
            page.wait_for_function(_IS_IN_SIGHT)  # the page may still be scrolling to it
            return
    raise AssertionError(f"Tab does not reach «{name}»")
