import { text } from "../text.en.js";

/** A span of time for people: 12 ms, 1.9 s, 5 min, 3 h. */
export function span(millis) {
  const { ms, s, min, h, d } = text.units;
  if (millis < 1_000) {
    return ms(Math.round(millis));
  }
  if (millis < 60_000) {
    return s((millis / 1_000).toFixed(1));
  }
  if (millis < 3_600_000) {
    return min(Math.round(millis / 60_000));
  }
  return millis < 172_800_000 ? h(Math.round(millis / 3_600_000)) : d(Math.round(millis / 86_400_000));
}

const WHOLE = new Intl.NumberFormat("en");
const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const SHARE = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0 });

const MOMENT = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" });

/** A moment for people, in their own time zone: Nov 25, 2026, 8:07:42 AM. */
export const moment = (instant) => MOMENT.format(new Date(instant));

/** A number for people: 1,234. */
export const number = (value) => WHOLE.format(value);

/** A large number in few characters: 1.2K. */
export const short = (value) => SHORT.format(value);

/** A share of 1 in percent. */
export const share = (value) => SHARE.format(value);

/** Bytes for people: 12 B, 3.4 KiB. */
export function bytes(value) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  let rest = value;
  while (rest >= 1024 && unit < units.length - 1) {
    rest /= 1024;
    unit++;
  }
  return `${unit === 0 ? rest : rest.toFixed(1)} ${units[unit]}`;
}
