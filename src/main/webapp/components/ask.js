import { html, render } from "lit";
import { text } from "../text.en.js";

/**
 * Asks back before something is done that cannot be undone.
 *
 * @param {string} question
 * @param {string} action what the button says that does it
 * @returns {Promise<boolean>} whether it is wanted
 */
export function ask(question, action) {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "asked");
  render(
    html`
      <form method="dialog">
        <p id="asked">${question}</p>
        <div data-row>
          <button data-quiet value="" autofocus>${text.page.cancel}</button>
          <button data-danger value="yes">${action}</button>
        </div>
      </form>
    `,
    dialog,
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
