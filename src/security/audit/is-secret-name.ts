/** Anywhere in a name. */
const SECRET_PARTS =
  /secret|passw|passphrase|passcode|credential|privatekey|authorization|cookie|keyvalue|recoverycode|serviceaccount|connectionstring|apikey/u;
/** At the end of a name. `tokens` are also what models are paid by: those are numbers, and numbers are not asked here. */
const SECRET_ENDS = /(?:token|tokens|key|keys|keyhash|tokenhash|jwt|otp|totp|pin|dsn|auth|signature|bearer)$/u;

/** Whether a field's name says that a text in it is secret, in whatever style the name is written. */
export function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replaceAll(/[^a-z]/gu, '');
  return SECRET_PARTS.test(plain) || SECRET_ENDS.test(plain);
}

/** Whether what stands in a field is secret whatever it is: a number can be a password, and never a key. */
export function isWhollySecretName(name: string): boolean {
  return SECRET_PARTS.test(name.toLowerCase().replaceAll(/[^a-z]/gu, ''));
}
