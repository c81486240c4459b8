import { setImmediate } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { AppError, ConflictError, type FieldProblem, ValidationFailedError } from '../../errors/app.error';
import type { CampaignImportEntity } from '../entities/campaign-import.entity';
import { type CampaignKey, CampaignImportsRepository } from './campaign-imports.repository';
import { OPEN_STATES } from './campaign-states';
import { CampaignTemplates } from './campaign-templates';
import type { CampaignView } from './campaigns.repository';
import { CsvBrokenError } from './csv-text';
import { type RawRecipient, type UnreadableLine, readCsv } from './recipient-csv';
import { type CheckedRecipient, RecipientLines } from './recipient-lines';
import type { ReceivedList } from './recipient-upload';

/** Lines that are stored in one transaction. */
const BATCH = 1_000;
const BREATHE_EVERY = 50;
/** Lines that an answer complains about; all that are kept can be read. */
const MOST_TOLD = 20;

/** What became of a list. */
export interface ImportResult {
  result: CampaignImportEntity;
  /** The first of the lines that are wrong. */
  errors: readonly UnreadableLine[];
}

/** Takes lists of recipients in, line by line: memory does not grow with the list, and a bad line costs only itself. */
@Injectable()
export class CampaignImport {
  private readonly log = new Logger(CampaignImport.name);

  constructor(
    private readonly imports: CampaignImportsRepository,
    private readonly templates: CampaignTemplates,
  ) {}

  async takeJson(
    view: CampaignView,
    recipients: readonly Omit<RawRecipient, 'line'>[],
  ): Promise<ImportResult> {
    const rows = recipients.map((recipient, index) => ({ ...recipient, line: index + 1 }));
    const lines = await this.linesOf(view);
    const importId = await this.imports.begin(view.campaign, {
      source: 'json',
      fileName: null,
      columns: null,
    });
    return this.run(view.campaign, importId, lines, rows, true);
  }

  /**
   * @param column the column with the phone number; found by its name where left out
   * @throws ValidationFailedError when nothing of the list can be used
   */
  async takeCsv(view: CampaignView, list: ReceivedList, column: string | undefined): Promise<ImportResult> {
    const lines = await this.linesOf(view);
    const { columns, rows } = await readCsv(list.bytes, column);
    const importId = await this.imports.begin(view.campaign, {
      source: 'csv',
      fileName: list.fileName,
      columns,
    });
    return this.run(view.campaign, importId, lines, rows, list.isComplete);
  }

  private async linesOf({ campaign }: CampaignView): Promise<RecipientLines> {
    if (!OPEN_STATES.includes(campaign.state))
      throw new ConflictError(
        'The campaign has been started: its recipients are fixed. Make another campaign for further people.',
        { state: campaign.state },
      );
    const { message, category } = await this.templates.known(campaign);
    return new RecipientLines(message, category === 'AUTHENTICATION');
  }

  private async run(
    key: CampaignKey,
    importId: string,
    lines: RecipientLines,
    rows: AsyncIterable<RawRecipient | UnreadableLine> | Iterable<RawRecipient | UnreadableLine>,
    isComplete: boolean,
  ): Promise<ImportResult> {
    const told: UnreadableLine[] = [];
    const failure = await this.store(key, importId, lines, rows, told).then(
      () => null,
      (error: unknown) => (error instanceof Error ? error : new Error('A list broke off.', { cause: error })),
    );
    const result = await this.imports.finish(
      key,
      importId,
      failure === null ? cutOff(isComplete) : reasonOf(failure),
    );
    if (failure !== null && !(failure instanceof AppError)) {
      this.log.warn(
        `A list of campaign ${key.id} broke off: ${failure instanceof Error ? failure.message : ''}`,
      );
      throw failure;
    }
    if (failure !== null && !(failure instanceof CsvBrokenError)) throw failure;
    if (result.added + result.duplicates === 0) throw nothingUsable(failure, told);
    return { result, errors: told };
  }

  private async store(
    key: CampaignKey,
    importId: string,
    lines: RecipientLines,
    rows: AsyncIterable<RawRecipient | UnreadableLine> | Iterable<RawRecipient | UnreadableLine>,
    told: UnreadableLine[],
  ): Promise<void> {
    let recipients: CheckedRecipient[] = [];
    let errors: UnreadableLine[] = [];
    let lineReached = 0;
    let seen = 0;
    const flush = async (): Promise<void> => {
      if (recipients.length + errors.length === 0) return;
      const batch = { recipients, errors, lineReached };
      [recipients, errors] = [[], []];
      await this.imports.addBatch(key, importId, batch);
    };
    try {
      for await (const row of rows) {
        const checked = 'to' in row ? await lines.check(row) : row;
        if ('recipient' in checked) recipients.push(checked);
        else {
          errors.push(checked);
          if (told.length < MOST_TOLD) told.push(checked);
        }
        lineReached = row.line;
        // Reading numbers takes the processor: others have their turn in between.
        if ((seen += 1) % BREATHE_EVERY === 0) await setImmediate();
        if (recipients.length + errors.length >= BATCH) await flush();
      }
    } catch (error) {
      // What came before the place where the file broke is good.
      if (error instanceof CsvBrokenError) await flush();
      throw error;
    }
    await flush();
  }
}

function cutOff(isComplete: boolean): { code: string; message: string } | null {
  if (isComplete) return null;
  return {
    code: 'UPLOAD_BROKEN',
    message:
      'The connection broke before the end of the list. Send the same list again: what is there stays.',
  };
}

function reasonOf(error: unknown): { code: string; message: string } {
  if (error instanceof CsvBrokenError) return { code: error.rule, message: error.message };
  if (error instanceof AppError) return { code: error.code, message: error.message };
  return {
    code: 'SERVER_ERROR',
    message: 'Something went wrong on our side. Send the same list again: what is there stays.',
  };
}

function nothingUsable(failure: unknown, told: readonly UnreadableLine[]): Error {
  const fields: FieldProblem[] = told.map(({ line, code, message }) => ({
    path: `line ${line}`,
    rule: code,
    message,
  }));
  if (failure instanceof CsvBrokenError)
    fields.push({ path: `line ${failure.line}`, rule: failure.rule, message: failure.message });
  if (fields.length === 0)
    return new CsvBrokenError('csv.empty', 0, 'The list names nobody. Send one person a line.');
  return new ValidationFailedError(fields, 'No line of the list can be used; see details.fields.');
}
