/** Things of which it becomes known, pair by pair, that they are the same. The order in which it does makes no difference. */
export class DisjointSets {
  private readonly parents = new Map<string, string>();

  add(item: string): void {
    if (!this.parents.has(item)) this.parents.set(item, item);
  }

  unite(a: string, b: string): void {
    const [rootA, rootB] = [this.rootOf(a), this.rootOf(b)];
    // The smaller stands for both, so that the same sets have the same root whatever their history.
    if (rootA < rootB) this.parents.set(rootB, rootA);
    else if (rootB < rootA) this.parents.set(rootA, rootB);
  }

  /** The smallest member of the set that the item is in. */
  rootOf(item: string): string {
    this.add(item);
    let root = item;
    for (let parent = this.parents.get(root); parent !== undefined && parent !== root;) {
      root = parent;
      parent = this.parents.get(root);
    }
    // The next search takes one step.
    for (let step = item; step !== root;) {
      const next = this.parents.get(step) ?? root;
      this.parents.set(step, root);
      step = next;
    }
    return root;
  }

  /** By root; members in the order in which they were added. */
  sets(): Map<string, string[]> {
    const sets = new Map<string, string[]>();
    for (const item of this.parents.keys()) {
      const root = this.rootOf(item);
      const members = sets.get(root);
      if (members === undefined) sets.set(root, [item]);
      else members.push(item);
    }
    return sets;
  }
}
