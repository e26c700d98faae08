import { html } from "lit";
import { askBy } from "../components/ask.js";
import { text } from "../text.en.js";

const { keys } = text;

/**
 * Asks for how long a key that is replaced is to be good yet.
 *
 * @param {string} question
 * @returns {Promise<?string>} a time as ISO 8601 has it; null = it is not to be replaced
 */
export async function askOverlap(question) {
  const form = await askBy(html`
    <p id="asked">${question}</p>
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
  `);
  return form && form.elements.overlap.value;
}
