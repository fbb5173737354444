import type { GroupMember, ReportGroup } from '../../store/reports/report-columns.ts';
import type { ConfigView } from '../config/config-view.ts';
import { ANONYMOUS } from './exchange-query.ts';

export const MEMBER_GROUPS = ['model', 'provider', 'key', 'caller'] as const satisfies readonly ReportGroup[];
export type MemberGroup = (typeof MEMBER_GROUPS)[number];

/** A member in a word; of provider keys `provider/key`. Null: exchanges that have none. */
export function memberId({ name, keyId }: GroupMember): string | null {
  if (name === null) return keyId;
  return keyId === null ? name : `${name}/${keyId}`;
}

/** The member that a word means; `-`: exchanges that have none. */
export function memberOf(group: ReportGroup, id: string): GroupMember {
  if (id === ANONYMOUS) return { name: null, keyId: null };
  const slash = id.indexOf('/');
  if (group !== 'key' || slash === -1) return { name: id, keyId: null };
  return { name: id.slice(0, slash), keyId: id.slice(slash + 1) };
}

const KINDS = { provider: 'provider', key: 'provider-key', caller: 'virtual-key' } as const;

/** What people call a member; null where it is not configured, or no longer, or has no other name than its id. */
export function memberLabel(view: ConfigView, group: ReportGroup, member: GroupMember): string | null {
  const id = memberId(member);
  if (id === null || group === 'none' || group === 'model') return null;
  const name = view.find(KINDS[group], id)?.body['name'];
  return typeof name === 'string' ? name : null;
}
