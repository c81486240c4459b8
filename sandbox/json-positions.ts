/** Where a piece of JSON text stands; lines and columns count from 1, as Meta counts them in flows. */
export interface TextSpan {
  line_start: number;
  line_end: number;
  column_start: number;
  column_end: number;
}

/** The spans of every value and of every name, by path: `screens[0].layout.children[1].type`. */
export interface JsonPositions {
  values: ReadonlyMap<string, TextSpan>;
  names: ReadonlyMap<string, TextSpan>;
}

/** Reads positions out of text that `JSON.parse` takes. */
export function positionsOf(text: string): JsonPositions {
  return new PositionReader(text).read();
}

/** The span of one place, as of where `JSON.parse` gave up. */
export function spanAt(text: string, offset: number): TextSpan {
  const { line, column } = placeOf(text, offset);
  return { line_start: line, line_end: line, column_start: column, column_end: column + 1 };
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - before.lastIndexOf('\n') };
}

class PositionReader {
  private readonly values = new Map<string, TextSpan>();
  private readonly names = new Map<string, TextSpan>();
  private at = 0;

  constructor(private readonly text: string) {}

  read(): JsonPositions {
    this.readValue('');
    return { values: this.values, names: this.names };
  }

  private readValue(path: string): void {
    const first = this.next();
    const start = this.at;
    if (first === '{') this.readObject(path);
    else if (first === '[') this.readList(path);
    else if (first === '"') this.readText();
    else while (this.at < this.text.length && !/[\s,\]}]/.test(this.text[this.at] ?? ' ')) this.at++;
    this.values.set(path, this.span(start, this.at));
  }

  private readObject(path: string): void {
    this.at++;
    while (this.next() !== '}') {
      const start = this.at;
      const name = this.readText();
      const inner = path === '' ? name : `${path}.${name}`;
      this.names.set(inner, this.span(start, this.at));
      this.next();
      this.at++; // the colon
      this.readValue(inner);
      if (this.next() === ',') this.at++;
    }
    this.at++;
  }

  private readList(path: string): void {
    this.at++;
    let index = 0;
    while (this.next() !== ']') {
      this.readValue(`${path}[${index++}]`);
      if (this.next() === ',') this.at++;
    }
    this.at++;
  }

  private readText(): string {
    const start = this.at++;
    while (this.text[this.at] !== '"') this.at += this.text[this.at] === '\\' ? 2 : 1;
    this.at++;
    return JSON.parse(this.text.slice(start, this.at)) as string;
  }

  /** Skips blanks, and gives what stands after them. */
  private next(): string | undefined {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
    return this.text[this.at];
  }

  private span(start: number, end: number): TextSpan {
    const from = placeOf(this.text, start);
    const to = placeOf(this.text, end);
    return { line_start: from.line, line_end: to.line, column_start: from.column, column_end: to.column };
  }
}
