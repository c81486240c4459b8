import { invalidParameter } from './graph-error';

export interface SelectedField {
  name: string;
  /** The key in the answer: the name, or what `.as(key)` says. */
  as: string;
  args: Record<string, string>;
  children?: SelectedField[];
}

/** Reads `a,b{c,d},e.limit(5).summary(true){f}`: field expansion with nested braces and dotted arguments. */
export function parseFields(text: string): SelectedField[] {
  const reader = new Reader(text);
  const fields = readList(reader);
  if (!reader.isDone()) throw syntaxError(text);
  return fields;
}

/** The other way round, as page links repeat what was selected. */
export function formatFields(fields: readonly SelectedField[]): string {
  return fields
    .map(({ name, as, args, children }) => {
      const calls = Object.entries(as === name ? args : { ...args, as }).map(
        ([key, value]) => `.${key}(${value})`,
      );
      return name + calls.join('') + (children ? `{${formatFields(children)}}` : '');
    })
    .join(',');
}

function syntaxError(text: string): Error {
  return invalidParameter(
    `Syntax error "Expected end of string instead of "${text.slice(-1)}"." at character ${text.length}`,
    {
      type: 'OAuthException',
    },
  );
}

class Reader {
  private position = 0;
  constructor(readonly text: string) {}

  isDone(): boolean {
    return this.position >= this.text.length;
  }

  peek(): string {
    return this.text.charAt(this.position);
  }

  take(character: string): boolean {
    if (this.peek() !== character) return false;
    this.position++;
    return true;
  }

  name(): string {
    const found = /^[\s]*([A-Za-z0-9_]+)[\s]*/.exec(this.text.slice(this.position));
    if (!found?.[1]) throw syntaxError(this.text);
    this.position += found[0].length;
    return found[1];
  }

  /** The text up to the closing parenthesis that matches the one just taken. */
  parenthesised(): string {
    let depth = 1;
    const start = this.position;
    while (!this.isDone()) {
      const character = this.peek();
      this.position++;
      if (character === '(') depth++;
      if (character === ')' && --depth === 0) return this.text.slice(start, this.position - 1);
    }
    throw syntaxError(this.text);
  }

  skipBlanks(): void {
    while (/\s/.test(this.peek())) this.position++;
  }
}

function readList(reader: Reader): SelectedField[] {
  const fields: SelectedField[] = [];
  // A trailing comma is forgiven.
  while (!reader.isDone() && reader.peek() !== '}') {
    fields.push(readField(reader));
    if (!reader.take(',')) break;
  }
  return fields;
}

function readField(reader: Reader): SelectedField {
  const name = reader.name();
  const field: SelectedField = { name, as: name, args: {} };
  for (;;) {
    if (reader.take('.')) {
      const argument = reader.name();
      if (!reader.take('(')) throw syntaxError(reader.text);
      const value = reader.parenthesised();
      if (argument === 'as') field.as = value;
      else field.args[argument] = value;
    } else if (reader.take('{')) {
      field.children = readList(reader);
      if (!reader.take('}')) throw syntaxError(reader.text);
      reader.skipBlanks();
    } else return field;
  }
}
