// «Бот MAX»: copying an address and printing the sheet. Both need a script, so their buttons are shown by one.
"use strict";

(() => {
  const show = () => {
    for (const button of document.querySelectorAll("[data-copies], [data-prints]")) button.hidden = false;
  };
  const copy = async (field) => {
    try {
      await navigator.clipboard.writeText(field.value);
    } catch { // plain http on another machine has no clipboard API
      field.select();
      document.execCommand("copy");
    }
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copies]");
    if (button) {
      await copy(document.getElementById(button.dataset.copies));
      button.textContent = "Скопировано";
    }
    if (event.target.closest("[data-prints]")) print();
  });
  document.addEventListener("htmx:afterSwap", show);
  show();
})();
