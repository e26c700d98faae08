import { html } from "lit";
import { text } from "../text.en.js";

/**
 * What went wrong, for people.
 *
 * @param {Error} error
 * @returns {string}
 */
export function explain(error) {
  if (error.status === 0) {
    return text.page.noAnswer;
  }
  return error.message || text.page.status(error.status);
}

/** A place for what went wrong; it is there all the time, so that it is read out when it fills. */
export function complaint(problem) {
  return html`<p data-error role="alert" ?hidden=${!problem}>${problem}</p>`;
}
