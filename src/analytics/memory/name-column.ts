/** Names, and for each row the index of its own. */
export interface NameColumn<Name extends string = string> {
  names: readonly Name[];
  index: Uint16Array | Uint32Array;
}

const MOST_SHORT = 2 ** 16;
/** About what an id takes. */
const NAME_BYTES = 64;

export const columnFor = <Name extends string>(names: readonly Name[], rows: number): NameColumn<Name> => ({
  names,
  index: names.length <= MOST_SHORT ? new Uint16Array(rows) : new Uint32Array(rows),
});

export const bytesOfColumn = ({ names, index }: NameColumn): number =>
  names.length * NAME_BYTES + index.byteLength;

export function indexIn<Key>(known: Map<Key, number>, key: Key): number {
  const index = known.get(key) ?? known.size;
  if (index === known.size) known.set(key, index);
  return index;
}
