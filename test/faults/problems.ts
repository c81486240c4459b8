const MOST_EXAMPLES = 8;

/** What a comparison finds, by kind, with some examples of each: thousands of lines would hide the pattern. */
export class Problems {
  private readonly byKind = new Map<string, string[]>();

  add(kind: string, example: string): void {
    const examples = this.byKind.get(kind) ?? [];
    this.byKind.set(kind, examples);
    examples.push(example);
  }

  list(): string[] {
    return [...this.byKind].map(([kind, examples]) => {
      const rest = examples.length - MOST_EXAMPLES;
      const lines = examples.slice(0, MOST_EXAMPLES).map((example) => `    ${example}`);
      return [`  ${examples.length} ${kind}`, ...lines, ...(rest > 0 ? [`    … and ${rest} more`] : [])].join(
        '\n',
      );
    });
  }
}
