export const VIEW_SORTS = ['place', 'id', '-id', 'name', '-name', 'created', '-created', 'updated', '-updated'] as const;
export type ViewSort = (typeof VIEW_SORTS)[number];

interface Sortable {
  readonly id: string;
  readonly name: string;
  readonly createdAtMs: number | null;
  readonly updatedAtMs: number | null;
}

/** Things in the order that somebody asks for; `-`: the other way round. Things that are equal keep their places. */
export function sortViews<View extends Sortable>(views: readonly View[], sort: ViewSort): readonly View[] {
  if (sort === 'place') return views;
  const sign = sort.startsWith('-') ? -1 : 1;
  const valueOf = valueOfSort(sort);
  return views.toSorted((a, b) => {
    const [left, right] = [valueOf(a), valueOf(b)];
    return left === right ? 0 : sign * (left < right ? -1 : 1);
  });
}

function valueOfSort(sort: ViewSort): (view: Sortable) => string | number {
  switch (sort.replace('-', '')) {
    case 'name':
      return ({ name }) => name;
    case 'created':
      return ({ createdAtMs }) => createdAtMs ?? 0;
    case 'updated':
      return ({ updatedAtMs }) => updatedAtMs ?? 0;
    default:
      return ({ id }) => id;
  }
}
