import { html, render } from "lit";
import { text } from "../text.en.js";

/**
 * Asks back before something is done that cannot be undone.
 *
 * @param {string} question
 * @param {string} action what the button says that does it
 * @returns {Promise<boolean>} whether it is wanted
 */
export async function ask(question, action) {
  const answered = await askBy(html`
    <p id="asked">${question}</p>
    <div data-row>
      <button data-quiet value="" autofocus>${text.page.cancel}</button>
      <button data-danger value="yes">${action}</button>
    </div>
  `);
  return answered !== null;
}

/**
 * Asks by a form over the page.
 *
 * @param {import("lit").TemplateResult} fields with what has the id `asked`, which names it, and a button of the value `yes`
 * @returns {Promise<?HTMLFormElement>} the form as it was filled in; null = it was left by another way than that button
 */
export function askBy(fields) {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "asked");
  render(html`<form method="dialog">${fields}</form>`, dialog);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes" ? dialog.querySelector("form") : null);
    });
  });
}
