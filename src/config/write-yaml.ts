import { stringify } from 'yaml';

/** Plain data as YAML 1.2, one value a line however long it is. */
export function writeYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
