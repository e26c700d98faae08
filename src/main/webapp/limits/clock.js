import { text } from "../text.en.js";

const { units, limits } = text;

/** What is left of a time, as on a clock: 0:42, 1:02:03, 2 d. @param {number} seconds */
export function clock(seconds) {
  if (seconds >= 172_800) {
    return units.d(Math.round(seconds / 86_400));
  }
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, at) => (at === 0 ? `${part}` : `${part}`.padStart(2, "0"))).join(":");
}

/** The length of a policy's window: minute, 5 minutes, day. @param {number} seconds */
export function window(seconds) {
  for (const [unit, length] of [["day", 86_400], ["hour", 3_600], ["minute", 60]]) {
    if (seconds % length === 0) {
      return limits.windows[unit](seconds / length);
    }
  }
  return limits.windows.second(seconds);
}
