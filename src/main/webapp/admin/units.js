import { number, span } from "../components/units.js";
import { text } from "../text.en.js";

/** Milliseconds for people, also of what takes less than one: 0.4 ms. */
export const millis = (value) => (value < 10 ? text.units.ms(Number(value.toFixed(1))) : span(value));

/** A rate for people: 0.2, 12.5, 1,234. */
export const rate = (value) => (value < 100 ? Number(value.toFixed(1)).toString() : number(Math.round(value)));

/** Of what did not leave the cache out, the share that it answered; null = nothing was asked. */
export function ratio({ hits, stale, misses, collapsed }) {
  const asked = hits + stale + misses + collapsed;
  return asked === 0 ? null : (hits + stale) / asked;
}

const CLOCK = new Intl.DateTimeFormat("en", { timeStyle: "medium" });

/** A moment of today for people, in their own time zone: 8:07:42 AM. */
export const clock = (millis) => CLOCK.format(millis);
