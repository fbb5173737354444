/** A version as a number that can be compared: `5.6` is 506 and `5.10` is 510. NaN for what is no version. */
export function releaseNumber(version: string | undefined): number {
  const found = /^(?<major>\d+)(?:\.(?<minor>\d+))?$/u.exec(version ?? '')?.groups;
  return found === undefined ? Number.NaN : Number(found['major']) * 100 + Number(found['minor'] ?? 0);
}
