import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { StoredCorrection } from '../../conversations/sentiment/message-corrections';

const COLUMNS = [
  'text',
  'label',
  'machine_label',
  'machine_confidence',
  'machine_model',
  'language',
  'message_id',
  'corrected_at',
];

/** For training: what was judged, how, and what the analyzer said. Those of which the text is gone are left out. */
export function correctionsAsCsv(corrections: AsyncIterable<StoredCorrection>): Readable {
  async function* lines(): AsyncGenerator<string[]> {
    yield COLUMNS;
    for await (const { text, label, machine, messageId, correctedAt } of corrections) {
      if (text === null) continue;
      yield [
        asText(text),
        label,
        machine?.label ?? '',
        machine === null ? '' : String(machine.confidence),
        machine?.model ?? '',
        machine?.language ?? '',
        messageId,
        correctedAt.toISOString(),
      ];
    }
  }
  const source = Readable.from(lines());
  // The mark by which spreadsheets know that it is UTF-8.
  const table = source.pipe(stringify({ bom: true, record_delimiter: 'windows' }));
  source.on('error', (error) => table.destroy(error));
  table.on('close', () => source.destroy());
  return table;
}

export function correctionsAsJsonLines(corrections: AsyncIterable<StoredCorrection>): Readable {
  async function* lines(): AsyncGenerator<string> {
    for await (const { text, label, machine, messageId, correctedAt } of corrections)
      if (text !== null) yield `${JSON.stringify({ text, label, machine, messageId, correctedAt })}\n`;
  }
  return Readable.from(lines(), { objectMode: false });
}

/** A cell that a spreadsheet would take for a formula is shown as text: what customers write must not run there. */
function asText(cell: string): string {
  return /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
}
