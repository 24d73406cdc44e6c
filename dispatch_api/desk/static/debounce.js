// @ts-check

/**
 * Calls `run` once, `waitMs` after the last of a burst of calls.
 * @param {() => void} run
 * @param {number} waitMs
 */
export function debounce(run, waitMs) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(run, waitMs);
  };
}
