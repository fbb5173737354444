import { isWellKnownSecret } from '../../domain/well-known-secret.ts';

const SHORTEST = 10;
/** Long enough for every passphrase; beyond it hashing would only cost time. */
const LONGEST = 256;
const FEWEST_DIFFERENT = 5;
/** What has to be left of a password when the user's name is taken out. */
const BESIDE_THE_NAME = 6;

/** What weak passwords are made of, once digits and signs around them are taken away. */
const WEAK_WORDS = new Set(
  (
    'admin administrator adminadmin root rootroot toor user username guest test testtest testing demo default example placeholder sample temp temporary ' +
    'password passwordpassword passwort passwd pass passphrase mypassword adminpassword rootpassword youradminpassword yourpassword userpassword dbpassword ' +
    'secret secretkey mysecret topsecret yoursecretkey yourjwtsecret jwtsecret yourglobalproxykey youradminkey youradmintoken yourapikey yourkeyhere apikey token ' +
    'changeme changethis changeit changemenow pleasechangeme changemeplease replaceme letmein letmeinnow welcome welcomehome openup opensesame ' +
    'iloveyou sunshine princess dragon monkey football baseball superman batman master mustang shadow michael jordan starwars whatever trustno trustnoone ' +
    'summer winter spring autumn monday company login loginlogin access qwerty qwertyuiop qwertyqwerty azerty azertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm ' +
    'headgate gateway llmgateway llmproxy llmapikeylb apikeyrotator litellm oneapi newapi grafana postgres mysql redis openai anthropic chatgpt'
  ).split(' '),
);

const LETTERS_FOR_SIGNS: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
};
/** Rows of keyboards, the alphabet and the digits, on which a finger or a thought slides along. */
const ROWS = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiopasdfghjklzxcvbnm', 'qwertzuiopasdfghjklyxcvbnm', '1qaz2wsx3edc4rfv5tgb6yhn'];

/** Why a password must not be taken, as the end of a sentence that begins with its field; null when it may. */
export function weaknessOfPassword(password: string, userName: string): string | null {
  const text = password.normalize('NFKC').toLowerCase();
  const length = Array.from(text).length;
  if (length < SHORTEST) return `is shorter than ${SHORTEST} characters; a few words in a row are long and easy to remember`;
  if (length > LONGEST) return `is longer than ${LONGEST} characters`;
  if (new Set(text).size < FEWEST_DIFFERENT) return 'repeats the same few characters; choose another one';
  if (isMostlyName(text, userName.normalize('NFKC').toLowerCase())) return 'is made of the user name; choose another one';
  if (isWellKnownSecret(text) || isWeakWord(text) || isRow(text)) return 'is among the first that anybody would try; choose another one';
  return null;
}

function isMostlyName(text: string, name: string): boolean {
  if (name.length < 3 || !text.includes(name)) return false;
  return Array.from(text.replaceAll(name, '')).length < BESIDE_THE_NAME;
}

function isWeakWord(text: string): boolean {
  const readings = [text, Array.from(text, (character) => LETTERS_FOR_SIGNS[character] ?? character).join('')];
  // `P@ssw0rd2026!` read as letters ends in `oei`; the digits at its end are taken off before.
  const cut = text.replace(/[^\p{L}]+$/u, '').replace(/^[^\p{L}]+/u, '');
  readings.push(cut, Array.from(cut, (character) => LETTERS_FOR_SIGNS[character] ?? character).join(''));
  return readings.some((reading) => isListed(reading.replaceAll(/[^\p{L}]/gu, '')));
}

/** A weak word, or the same one twice. */
function isListed(letters: string): boolean {
  if (WEAK_WORDS.has(letters)) return true;
  const half = letters.slice(0, letters.length / 2);
  return WEAK_WORDS.has(half) && half + half === letters;
}

/** True when the password walks along a row, forwards or backwards, in at most three pieces of some length. */
function isRow(text: string): boolean {
  const rows = ROWS.flatMap((row) => [row, Array.from(row).toReversed().join('')]);
  let at = 0;
  for (let pieces = 0; pieces < 3 && at < text.length; pieces += 1) {
    let end = at + 1;
    while (end < text.length && rows.some((row) => row.includes(text.slice(at, end + 1)))) end += 1;
    if (end - at < 3) return false;
    at = end;
  }
  return at >= text.length;
}
