const DURATION = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/;
/** Plain numbers from here on are no seconds from now but a time: epoch seconds, or epoch milliseconds. */
const EPOCH_SECONDS = 1e9;
const EPOCH_MS = 1e12;

/** Reads the end of a window, `12ms`, `6m0s`, `34.4s`, plain seconds, an epoch time or a date, as epoch ms; -1 when it is none of these. */
export function readReset(value: string | undefined, nowMs: number): number {
  if (value === undefined || value === '' || value.length > 40) return -1;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) {
    if (seconds < 0) return -1;
    if (seconds >= EPOCH_MS) return seconds;
    return seconds >= EPOCH_SECONDS ? seconds * 1000 : nowMs + seconds * 1000;
  }
  const parts = DURATION.exec(value);
  if (parts !== null) {
    const [, hours = '0', minutes = '0', whole = '0', millis = '0'] = parts;
    return nowMs + Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(whole) * 1000 + Number(millis);
  }
  const date = Date.parse(value);
  return Number.isNaN(date) ? -1 : date;
}
