/** Browsers as they call themselves, each before those that it pretends to be. */
const BROWSERS = { "Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari" };

const SYSTEMS = { Android: "Android", iPhone: "iPhone", iPad: "iPad", Windows: "Windows", "Mac OS X": "macOS", Linux: "Linux" };

/**
 * A browser as people call it, such as Firefox on Linux.
 *
 * @param {string} agent as it calls itself
 * @param {(browser: string, system: string) => string} together
 * @returns {string} what it calls itself, if it is none that is known
 */
export function agentName(agent, together) {
  const browser = known(BROWSERS, agent);
  const system = known(SYSTEMS, agent);
  return browser === undefined || system === undefined ? agent : together(browser, system);
}

function known(names, agent) {
  const mark = Object.keys(names).find((one) => agent.includes(one));
  return mark === undefined ? undefined : names[mark];
}
