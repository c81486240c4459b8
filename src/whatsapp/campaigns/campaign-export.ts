import { Readable } from 'node:stream';
import { csvStream, formulaSafe } from '../../http/csv-answer';
import type { CampaignRecipientEntity } from '../entities/campaign-recipient.entity';
import { recipientDto, shownRecipient } from '../dto/campaign-recipient.dto';

const COLUMNS = ['to', 'state', 'code', 'reason', 'messageId', 'attempt', 'updatedAt', 'line'];

/**
 * A table that can be opened in a spreadsheet, one line for each recipient: what people wrote into a list cannot become a
 * formula, and the file can be handed in again as a list.
 * @param columns of the recipients' values, each with a column of its own
 */
export function recipientsAsCsv(
  recipients: AsyncIterable<CampaignRecipientEntity>,
  columns: readonly string[],
): Readable {
  async function* lines(): AsyncGenerator<string[]> {
    yield [...COLUMNS, ...columns].map(formulaSafe);
    for await (const recipient of recipients) {
      yield [
        shownRecipient(recipient.recipient),
        recipient.state,
        recipient.reasonCode ?? '',
        recipient.reason ?? '',
        recipient.messageId ?? '',
        String(recipient.attempt),
        recipient.updatedAt.toISOString(),
        String(recipient.line),
        ...columns.map((column) => recipient.parameters[column] ?? ''),
      ].map(formulaSafe);
    }
  }
  return csvStream(lines());
}

/** One JSON object on each line, as the API shows recipients. */
export function recipientsAsJsonLines(recipients: AsyncIterable<CampaignRecipientEntity>): Readable {
  async function* lines(): AsyncGenerator<string> {
    for await (const recipient of recipients) yield `${JSON.stringify(recipientDto(recipient))}\n`;
  }
  return Readable.from(lines(), { objectMode: false });
}
