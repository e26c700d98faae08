import { html, render } from "lit";
import { text } from "../text.en.js";

const { keys } = text;

/**
 * Asks for how long a key that is replaced is to be good yet.
 *
 * @param {string} question
 * @returns {Promise<?string>} a time as ISO 8601 has it; null = it is not to be replaced
 */
export function askOverlap(question) {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "asked-overlap");
  render(
    html`
      <form method="dialog">
        <p id="asked-overlap">${question}</p>
        <div data-field>
          <label for="overlap">${keys.overlap}</label>
          <select id="overlap">
            ${Object.entries(keys.overlaps).map(
              ([time, name]) => html`<option value=${time} ?selected=${time === "PT1H"}>${name}</option>`,
            )}
          </select>
        </div>
        <div data-row>
          <button data-quiet value="">${text.page.cancel}</button>
          <button value="yes">${keys.rotate}</button>
        </div>
      </form>
    `,
    dialog,
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const overlap = dialog.querySelector("select").value;
      dialog.remove();
      resolve(dialog.returnValue === "yes" ? overlap : null);
    });
  });
}
