import { ConsoleCookie } from './console-cookie.ts';

/** The cookie of the console's sessions. */
export const SESSION_COOKIE = new ConsoleCookie({
  hostName: '__Host-headgate',
  plainName: 'headgate_session',
  sameSite: 'Strict',
  lifeSeconds: null,
});
