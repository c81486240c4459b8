import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { stringify } from 'csv-stringify';
import { MediaStorage } from '../../media/media-storage';
import { beThrifty } from './heap-thrift';
import { type LineReading, readPart } from './part-format';
import { parseRecord } from './record-parser';
import { type StoredBatch, partKey } from './stored-batch';

interface ResultRow {
  reading: LineReading;
  /** Of the file. */
  cells: string[];
}

/** What is added to the columns of the file. */
const OWN_COLUMNS = ['line', 'sentiment', 'confidence', 'language', 'score'];

/** Gives the result out as it is read from storage, part by part. */
@Injectable()
export class BatchResults {
  constructor(private readonly storage: MediaStorage) {}

  /**
   * The file's own columns, then ours. A column of the file that is called like one of ours stays; ours comes behind it.
   * @param isFormulaSafe also cells of the file are made plain text where a spreadsheet would take them for a formula
   */
  asCsv(batch: StoredBatch, isFormulaSafe: boolean): Readable {
    const own = isFormulaSafe ? plainText : (cell: string): string => cell;
    const lines = this.lines(batch);
    async function* rows(): AsyncGenerator<string[]> {
      yield [...batch.columns.map(own), ...OWN_COLUMNS];
      for await (const { cells, reading } of lines) {
        const { line, label, confidence, language, score } = reading;
        yield [
          ...batch.columns.map((_, index) => own(cells[index] ?? '')),
          String(line),
          label,
          String(confidence),
          // It may come from another service.
          plainText(language ?? ''),
          String(score),
        ];
      }
    }
    const source = Readable.from(rows());
    // The mark by which spreadsheets know that it is UTF-8.
    const table = source.pipe(
      stringify({
        bom: true,
        record_delimiter: 'windows',
        delimiter: batch.delimiter ?? ',',
        quoted_match: /[\r\n]/,
      }),
    );
    source.on('error', (error) => table.destroy(error));
    table.on('close', () => source.destroy());
    return table;
  }

  asJson(batch: StoredBatch): Readable {
    const objects = this.objects(batch);
    async function* text(): AsyncGenerator<string> {
      let before = '[\n';
      for await (const object of objects) {
        yield before + object;
        before = ',\n';
      }
      yield before === '[\n' ? '[]\n' : '\n]\n';
    }
    return Readable.from(text(), { objectMode: false });
  }

  asJsonLines(batch: StoredBatch): Readable {
    const objects = this.objects(batch);
    async function* text(): AsyncGenerator<string> {
      for await (const object of objects) yield `${object}\n`;
    }
    return Readable.from(text(), { objectMode: false });
  }

  private async *objects(batch: StoredBatch): AsyncGenerator<string> {
    const names = distinct(batch.columns);
    for await (const { cells, reading } of this.lines(batch)) {
      const { line, label, confidence, language, score } = reading;
      const columns = Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']));
      yield JSON.stringify({ line, columns, label, confidence, language, score });
    }
  }

  private async *lines({ id, parts, delimiter, size }: StoredBatch): AsyncGenerator<ResultRow> {
    const rules = { delimiter, isWanted: () => true };
    const spend = beThrifty(size);
    try {
      for (let part = 0; part < parts; part++) {
        const { stream } = await this.storage.open(partKey(id, part));
        for await (const { reading, raw } of readPart(stream as AsyncIterable<Buffer>)) {
          const parsed = parseRecord(raw, 0, true, rules);
          if (parsed.is !== 'record') throw new Error('A line of a result is not as it was read.');
          yield { reading, cells: parsed.cells };
        }
      }
    } finally {
      spend();
    }
  }
}

/** What a spreadsheet would take for a formula is shown as text; a number, also a negative one, is left alone. */
function plainText(cell: string): string {
  return /^[=+\-@\t\r]/.test(cell) && !/^[+-]?\d+(?:[.,]\d+)?$/.test(cell) ? `'${cell}` : cell;
}

/** An object has each name once: a second column of a name gets its number. */
function distinct(columns: readonly string[]): string[] {
  const seen = new Set<string>();
  return columns.map((column, index) => {
    const name = column === '' || seen.has(column) ? `${column || 'column'} (${index + 1})` : column;
    seen.add(name);
    return name;
  });
}
