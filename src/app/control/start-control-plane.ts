import { setTimeout as pause } from 'node:timers/promises';
import { hasAdmin, problemOfOpenDoor } from '../../config/require-admin.ts';
import { weaknessOfPassword } from '../../security/passwords/password-rules.ts';
import { weaknessOfJwtSecret } from '../../security/sessions/jwt-secret.ts';
import type { OpenedConfiguration } from '../configuration/opened-configuration.ts';
import { untilBack } from '../configuration/until-back.ts';
import type { ControlPlane, ControlPlaneParts } from './create-control-plane.ts';

/** How long a start waits for the database to tell whether there are users. */
const LONGEST_LOOK_MS = 10_000;

/** The control plane from the start on, also while its database is away. */
export interface StartedControlPlane {
  readonly plane: Promise<ControlPlane>;
  /** Rejects with a sentence when the environment holds credentials that must not guard anything. */
  refuseWeakCredentials(): Promise<void>;
  /**
   * Rejects with a sentence when everybody could reach a gateway that nobody administers. Where only a user in the database could,
   * the database is opened by `openControl` and asked.
   */
  refuseOpenDoor(openControl: () => void): Promise<void>;
  /** Tells the operator how the first admin is made, when nobody could sign in. */
  saySetupLink(origin: string): Promise<void>;
  close(): Promise<void>;
}

export function startControlPlane(opened: OpenedConfiguration['control'], parts: Omit<ControlPlaneParts, 'store' | 'config'>): StartedControlPlane {
  const { bootstrap, log } = parts;
  let isClosed = false;
  const plane = opened.then(async (control) => {
    // Loaded late, as the database is: a start with a file waits for neither.
    const { createControlPlane } = await import('./create-control-plane.ts');
    return untilBack(() => createControlPlane({ ...parts, ...control }));
  });
  plane.catch((error: unknown) => {
    if (!isClosed) log.problem(`The control plane cannot be used: ${error instanceof Error ? error.message : String(error)}`);
  });
  return {
    plane,
    refuseWeakCredentials: async () => {
      const { adminAccount, jwtSecret } = bootstrap;
      const weak = [
        adminAccount === null ? null : sentence('ADMIN_PASSWORD', weaknessOfPassword(adminAccount.password, adminAccount.username)),
        jwtSecret === null ? null : sentence('JWT_SECRET', weaknessOfJwtSecret(jwtSecret)),
      ].filter((told) => told !== null);
      if (weak.length > 0) throw new Error(weak.join('\n'));
    },
    refuseOpenDoor: async (openControl) => {
      const problem = problemOfOpenDoor(bootstrap);
      if (problem === null) return;
      openControl();
      const asked = plane.then((ready) => ready.hasUsers());
      const hasUsers = await Promise.race([asked, pause(LONGEST_LOOK_MS, false, { ref: false })]).catch(() => false);
      if (!hasUsers) throw new Error(problem);
    },
    saySetupLink: async (origin) => {
      try {
        const { auth } = await plane;
        const { openSetupLink } = await import('./create-control-plane.ts');
        const link = await openSetupLink(auth, bootstrap, origin);
        if (link !== null) process.stdout.write(`Nobody administers this gateway yet. Make the first admin, once, at: ${link}\n`);
      } catch {
        // The log has it already.
        if (!hasAdmin(bootstrap) && !isClosed)
          log.warn('Nobody administers this gateway yet; a later start tells how, when its database can be used.');
      }
    },
    close: async () => {
      isClosed = true;
      await plane.then(
        (ready) => ready.close(),
        () => undefined,
      );
    },
  };
}

function sentence(variable: string, weakness: string | null): string | null {
  return weakness === null ? null : `${variable} ${weakness}.`;
}
