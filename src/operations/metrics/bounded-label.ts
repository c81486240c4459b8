/** What stands for all values beyond the bound. */
export const OTHER = 'other';

/** Lets only so many different values become values of a label: the first that come. */
export class BoundedLabel {
  private readonly known = new Set<string>();

  constructor(private readonly most: number) {}

  of(value: string): string {
    if (this.known.has(value)) return value;
    if (this.known.size >= this.most) return OTHER;
    this.known.add(value);
    return value;
  }
}
