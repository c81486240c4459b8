import { PinoLogger } from 'nestjs-pino';
import { symbols } from 'pino';

export type LogLine = Record<string, unknown> & { msg?: string };

interface Sink {
  write: (line: string) => unknown;
}

/** The lines of the application started last, as they would go to standard output, where they do not go meanwhile. */
export class CapturedLog {
  readonly lines: LogLine[] = [];
  private readonly restorers: (() => void)[];

  constructor() {
    // One logger serves requests, another one all that is done without: both write to streams of their own.
    const loggers = [PinoLogger.root, new PinoLogger({}).logger];
    this.restorers = loggers.map((logger) => this.capture(Reflect.get(logger, symbols.streamSym) as Sink));
  }

  /** Those that carry this. */
  with(field: string, value: unknown): LogLine[] {
    return this.lines.filter((line) => {
      const found = line[field];
      return Array.isArray(found) ? found.includes(value) : found === value;
    });
  }

  stop(): void {
    for (const restore of this.restorers.reverse()) restore();
  }

  private capture(sink: Sink): () => void {
    const { write } = sink;
    sink.write = (line) => this.lines.push(JSON.parse(line) as LogLine) > 0;
    return () => {
      sink.write = write;
    };
  }
}
