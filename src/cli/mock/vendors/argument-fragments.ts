/** The arguments of a call as a model streams them: JSON in three pieces that break anywhere. */
export function argumentFragments(args: object): readonly string[] {
  const json = JSON.stringify(args);
  const size = Math.max(1, Math.ceil(json.length / 3));
  return Array.from({ length: Math.ceil(json.length / size) }, (_, index) => json.slice(index * size, (index + 1) * size));
}
