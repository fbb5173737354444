import type { AdminAccess, OidcConfig } from './admin-access.ts';
import type { EnvironmentReader, Setting } from './environment-reader.ts';
import { weaknessOfSecret } from './weak-secret.ts';

const USER_NAME = /^[A-Za-z0-9._-]{3,32}$/u;
const ROLES = ['viewer', 'operator', 'admin'] as const;

/** Reads how people get into the administration. Strength of the JWT secret and the form of the master key are judged where they are used. */
export function readAdminAccess(reader: EnvironmentReader): { readonly [Name in keyof AdminAccess]: Setting<AdminAccess[Name]> } {
  return {
    adminAccount: readAdminAccount(reader),
    jwtSecret: reader.read<string | null>(['JWT_SECRET'], null, (text) => text),
    masterKey: reader.read<string | null>(['HEADGATE_MASTER_KEY'], null, (text) => text),
    publicUrl: readPublicUrl(reader),
    allowRegistration: reader.flag(['ALLOW_REGISTRATION'], false),
    oidc: readOidc(reader),
  };
}

function readAdminAccount(reader: EnvironmentReader): Setting<AdminAccess['adminAccount']> {
  const name = reader.read<string | null>(['ADMIN_USERNAME'], null, (text, report) => {
    if (USER_NAME.test(text)) return text;
    report('must be 3 to 32 letters, digits, dots, hyphens and underscores');
    return undefined;
  });
  const password = reader.read<string | null>(['ADMIN_PASSWORD'], null, (text, report) => {
    const weakness = weaknessOfSecret(text);
    if (weakness !== null) report(weakness);
    return text;
  });
  if (name.value !== null && password.value === null) reader.report('ADMIN_USERNAME', 'needs ADMIN_PASSWORD beside it');
  if (name.value === null && password.value !== null) reader.report('ADMIN_PASSWORD', 'needs ADMIN_USERNAME beside it');
  if (name.value === null || password.value === null) return { value: null, origin: 'default' };
  return { value: { username: name.value, password: password.value }, origin: name.origin };
}

function readPublicUrl(reader: EnvironmentReader): Setting<string | null> {
  return reader.read<string | null>(['PUBLIC_URL', 'PROXY_PUBLIC_BASE_URL'], null, (text, report) => {
    if (/^https?:\/\/[^/?#@]+(?:\/[^?#]*)?$/u.test(text) && URL.canParse(text)) return text.replace(/\/+$/u, '');
    report('must be the URL under which clients reach the gateway, as https://llm.example.com');
    return undefined;
  });
}

function readOidc(reader: EnvironmentReader): Setting<OidcConfig | null> {
  const issuer = reader.read<string | null>(['OIDC_ISSUER'], null, (text, report) => {
    if (URL.canParse(text) && /^https?:$/u.test(new URL(text).protocol)) return text;
    report('must be the URL of the identity provider, as https://login.example.com/realms/main');
    return undefined;
  });
  const clientId = reader.read<string | null>(['OIDC_CLIENT_ID'], null, (text) => text);
  const clientSecret = reader.read<string | null>(['OIDC_CLIENT_SECRET'], null, (text) => text);
  const scopes = reader.text(['OIDC_SCOPES'], 'openid profile email');
  const roleClaim = reader.text(['OIDC_ROLE_CLAIM'], 'roles');
  const roleMap = readRoleMap(reader);
  const defaultRole = reader.read<OidcConfig['defaultRole']>(['OIDC_DEFAULT_ROLE'], null, (text, report) => {
    const role = ROLES.find((known) => known === text.toLowerCase());
    if (role === undefined) report(`must be ${ROLES.join(', ')}, or not set: then who has no role is not let in`);
    return role;
  });
  const label = reader.text(['OIDC_LABEL'], 'Single sign-on');
  if (issuer.value === null) return { value: null, origin: 'default' };
  if (clientId.value === null) reader.report('OIDC_CLIENT_ID', 'is needed beside OIDC_ISSUER');
  return {
    value: {
      issuer: issuer.value,
      clientId: clientId.value ?? '',
      clientSecret: clientSecret.value,
      scopes: scopes.value,
      roleClaim: roleClaim.value,
      roleMap: roleMap.value,
      defaultRole: defaultRole.value,
      label: label.value,
    },
    origin: issuer.origin,
  };
}

/** `admins=admin, developers=operator`. */
function readRoleMap(reader: EnvironmentReader): Setting<OidcConfig['roleMap']> {
  return reader.read<OidcConfig['roleMap']>(['OIDC_ROLE_MAP'], {}, (text, report) => {
    const pairs = text.split(',').map((entry) => entry.split('=').map((part) => part.trim()));
    const known = pairs.flatMap(([from = '', to]) => {
      const role = ROLES.find((name) => name === to);
      return from === '' || role === undefined ? [] : [[from, role] as const];
    });
    if (known.length === pairs.length) return Object.fromEntries(known);
    report('must be a list of pairs, as admins=admin, developers=operator, everybody=viewer');
    return undefined;
  });
}
