import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

const DAY_MS = 86_400_000;
const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_ID = 0x06;
const UTF8_STRING = 0x0c;
const GENERALIZED_TIME = 0x18;
const CONTEXT_0 = 0xa0;
const CONTEXT_3 = 0xa3;
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

const COMMON_NAME = Buffer.from([0x55, 0x04, 0x03]);
const BASIC_CONSTRAINTS = Buffer.from([0x55, 0x1d, 0x13]);
const SUBJECT_ALT_NAME = Buffer.from([0x55, 0x1d, 0x11]);
const ECDSA_WITH_SHA256 = Buffer.from([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]);
const TRUE = Buffer.from([0x01, 0x01, 0xff]);

export interface Certificate {
  readonly name: string;
  readonly key: KeyObject;
  readonly keyPem: string;
  readonly pem: string;
}

export interface CertificatePlan {
  readonly name: string;
  /** Who signs it; itself when absent. */
  readonly issuer?: Certificate;
  /** It may sign others. */
  readonly isAuthority?: boolean;
  readonly hosts?: readonly string[];
  /** IPv4. */
  readonly addresses?: readonly string[];
  /** From a day before now when absent; negative days are over. */
  readonly validDays?: number;
}

/** An X.509 certificate (RFC 5280) with a new P-256 key, for tests of TLS. */
export function makeCertificate(plan: CertificatePlan): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { name, issuer, validDays = 1 } = plan;
  const algorithm = der(SEQUENCE, der(OBJECT_ID, ECDSA_WITH_SHA256));
  const now = Date.now();
  const content = der(
    SEQUENCE,
    der(CONTEXT_0, der(INTEGER, Buffer.from([2]))),
    der(INTEGER, Buffer.concat([Buffer.from([0x01]), randomBytes(8)])),
    algorithm,
    nameOf(issuer?.name ?? name),
    der(SEQUENCE, timeOf(now + Math.min(0, validDays - 1) * DAY_MS - DAY_MS), timeOf(now + validDays * DAY_MS)),
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(CONTEXT_3, der(SEQUENCE, ...extensionsOf(plan))),
  );
  const signature = sign('sha256', content, issuer?.key ?? privateKey);
  const whole = der(SEQUENCE, content, algorithm, der(BIT_STRING, Buffer.from([0]), signature));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    name,
    key: privateKey,
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    pem: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  };
}

function extensionsOf({ isAuthority = false, hosts = [], addresses = [] }: CertificatePlan): readonly Buffer[] {
  if (isAuthority) return [der(SEQUENCE, der(OBJECT_ID, BASIC_CONSTRAINTS), TRUE, der(OCTET_STRING, der(SEQUENCE, TRUE)))];
  const names = [
    ...hosts.map((host) => der(DNS_NAME, Buffer.from(host))),
    ...addresses.map((address) => der(IP_ADDRESS, Buffer.from(address.split('.').map(Number)))),
  ];
  return [der(SEQUENCE, der(OBJECT_ID, SUBJECT_ALT_NAME), der(OCTET_STRING, der(SEQUENCE, ...names)))];
}

function nameOf(text: string): Buffer {
  return der(SEQUENCE, der(SET, der(SEQUENCE, der(OBJECT_ID, COMMON_NAME), der(UTF8_STRING, Buffer.from(text)))));
}

function timeOf(ms: number): Buffer {
  return der(GENERALIZED_TIME, Buffer.from(`${new Date(ms).toISOString().slice(0, 19).replaceAll(/\D/g, '')}Z`));
}

/** One value of the distinguished encoding: its tag, its length, its content. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const size = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
