/** Between two announcements, in milliseconds: time to listen to one. */
const PAUSE = 3_000;

/** Reads an answer out as it comes, in whole sentences, for those who do not see it. */
export class Announcer {
  #told = 0;
  #last = 0;
  #before = null;

  /**
   * @param {?string} text what has come of the answer; null = none is coming
   * @param {HTMLElement} place a live region
   */
  tell(text, place) {
    if (text === null) {
      if (this.#before !== null) {
        this.#say(this.#before.slice(this.#told), place);
      }
      this.#told = 0;
    } else if (performance.now() - this.#last > PAUSE) {
      const end = Math.max(...[". ", "? ", "! ", "\n"].map((mark) => text.lastIndexOf(mark)));
      if (end > this.#told) {
        this.#say(text.slice(this.#told, end + 1), place);
        this.#told = end + 1;
      }
    }
    this.#before = text;
  }

  #say(text, place) {
    if (text.trim() !== "") {
      place.textContent = text;
      this.#last = performance.now();
    }
  }
}
