/** Values from documentation and default settings that people forget to change. */
const WELL_KNOWN = new Set([
  'your-global-proxy-key',
  'your-admin-key',
  'your-admin-token',
  'your-admin-password',
  'your_admin_password',
  'your_admin_key',
  'your_admin_token',
  'your-secret-key',
  'your-secret-key-change-this-in-production',
  'your-api-key',
  'your-key-here',
  'your-token',
  'change-me',
  'changeme',
  'change-this',
  'change-me-please',
  'changeit',
  'replace-me',
  'replaceme',
  'example',
  'placeholder',
  'todo',
  'admin',
  'admin123',
  'admin1234',
  'administrator',
  'admin-key',
  'admin-token',
  'adminadmin',
  'root',
  'root123',
  'toor',
  'default',
  'guest',
  'password',
  'password1',
  'password123',
  'passw0rd',
  'p@ssw0rd',
  'secret',
  'secret123',
  'secretkey',
  'secret-key',
  'letmein',
  'welcome',
  'qwerty',
  'qwerty123',
  'test',
  'testtest',
  'test1234',
  '123456',
  '1234567',
  '12345678',
  '123456789',
  '1234567890',
  'abc123',
  'abcd1234',
  'abcdefgh',
  '11111111',
  '00000000',
]);

const SHORTEST = 8;

/** Whether a secret stands in somebody's documentation. */
export function isWellKnownSecret(secret: string): boolean {
  return WELL_KNOWN.has(secret.trim().toLowerCase());
}

/** Why a secret must not guard the administration, as the end of a sentence; null when it may. */
export function weaknessOfSecret(secret: string): string | null {
  if (isWellKnownSecret(secret)) return 'is a well-known example value; choose a secret of your own';
  if (secret.length < SHORTEST) return `is shorter than ${SHORTEST} characters; choose a longer one`;
  if (new Set(secret).size < 4) return 'repeats the same few characters; choose a random one';
  return null;
}
