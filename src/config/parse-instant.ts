const INSTANT = /^(?<date>\d{4}-\d{2}-\d{2})(?:[Tt ](?<time>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(?<zone>[Zz]|[+-]\d{2}:\d{2}))?$/u;

/** Epoch ms of an ISO date (its beginning in UTC) or date and time with zone; null when it is none, as 2027-02-30. */
export function parseInstant(written: string): number | null {
  const { date, time, zone } = INSTANT.exec(written.trim())?.groups ?? {};
  if (date === undefined) return null;
  const midnight = Date.parse(`${date}T00:00:00Z`);
  // The engine takes 30 February for 2 March; a date that changes on its way through is none.
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== date) return null;
  if (time === undefined) return midnight;
  const instant = Date.parse(`${date}T${time}${(zone ?? 'Z').toUpperCase()}`);
  return Number.isNaN(instant) ? null : instant;
}
