/** An AWS access key as its secret is written: `ACCESS_KEY_ID:SECRET_ACCESS_KEY`, with `:SESSION_TOKEN` for temporary ones. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
}

/** Ids are letters and digits, the rest is base64: none of them holds a colon. */
const WRITTEN = /^(?<id>[A-Za-z0-9]{4,128}):(?<secret>[A-Za-z0-9+/=_-]{8,256})(?::(?<token>[A-Za-z0-9+/=_-]*))?$/u;

/** The parts of a secret; null when it has another form. */
export function parseAwsCredentials(secret: string): AwsCredentials | null {
  const found = WRITTEN.exec(secret)?.groups;
  if (found === undefined) return null;
  return { accessKeyId: found['id'] ?? '', secretAccessKey: found['secret'] ?? '', sessionToken: found['token'] || null };
}

/** What is wrong with such a secret as the end of a sentence; null when it can be used. Never repeats it. */
export function problemOfAwsCredentials(secret: string): string | null {
  return parseAwsCredentials(secret) === null
    ? 'must be ACCESS_KEY_ID:SECRET_ACCESS_KEY, with :SESSION_TOKEN behind it for temporary credentials'
    : null;
}

/** `bedrock-runtime.us-east-1.amazonaws.com`, its private endpoints and the partitions of other countries. */
const REGION_IN_HOST = /\.(?<region>[a-z]{2,}(?:-[a-z]+)+-\d{1,2})\.(?:vpce\.)?(?:amazonaws\.com(?:\.cn)?|api\.aws)$/u;

/** The region that an address of AWS names; null for any other address. */
export function regionOfAddress(origin: string): string | null {
  return URL.canParse(origin) ? (REGION_IN_HOST.exec(new URL(origin).hostname)?.groups?.['region'] ?? null) : null;
}
