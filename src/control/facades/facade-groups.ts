import type { ConsoleAuth } from '../console-auth/console-auth.ts';
import type { ControlServices } from '../control-services.ts';
import type { RouteGroup } from '../http/control-server.ts';
import { apiKeyRotator } from './api-key-rotator/api-key-rotator.ts';
import { llmApikeyLb } from './llm-apikey-lb/llm-apikey-lb.ts';
import { llmProxy } from './llm-proxy/llm-proxy.ts';
import { NumberedThings } from './numbered-things.ts';

export interface FacadeParts {
  readonly services: ControlServices;
  readonly auth: Pick<ConsoleAuth, 'reader' | 'signIn'>;
  /** ADMIN_TOKEN or ADMIN_KEY; null: unset. */
  readonly adminToken: string | null;
  /** PUBLIC_URL; null: unset. */
  readonly publicUrl: string | null;
}

/** The admin paths of older programs, for clients that were written for those. */
export function facadeGroups({ services, auth, adminToken, publicUrl }: FacadeParts): readonly RouteGroup[] {
  const numbered = new NumberedThings(() => services.config);
  return [
    llmApikeyLb(services, numbered),
    llmProxy({ services, reader: auth.reader, hasAdminKey: adminToken !== null }),
    ...apiKeyRotator({ services, numbered, signIn: auth.signIn, publicUrl }),
  ];
}
