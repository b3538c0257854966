// Passkeys are offered where the browser has them; a refusal is told on the page, not in the console.
"use strict";

if (window.PublicKeyCredential) document.querySelectorAll(".needs-passkeys").forEach((form) => { form.hidden = false; });
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const told = document.getElementById("passkey_failed");
  if (told) told.hidden = false;
});
