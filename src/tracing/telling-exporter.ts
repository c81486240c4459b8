import type { Logger } from '@nestjs/common';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';

import { detached } from './work-scope';

type ExportCallback = Parameters<SpanExporter['export']>[1];

/** Of OpenTelemetry's ExportResultCode. */
const SUCCESS = 0;
const REPEAT_AFTER_MS = 10 * 60_000;

/** Says in the log when the collector does not take spans, and when it does again; OpenTelemetry itself says nothing. */
export class TellingExporter implements SpanExporter {
  private lost = 0;
  private toldAt: number | null = null;

  constructor(
    private readonly exporter: SpanExporter,
    private readonly log: Pick<Logger, 'log' | 'warn'>,
  ) {}

  export(spans: ReadableSpan[], done: ExportCallback): void {
    // On its own: it is called for everybody, from within the request that happened to end first.
    detached(() => {
      this.exporter.export(spans, (result) => {
        const { code }: { code: number } = result;
        if (code === SUCCESS) this.recordSuccess();
        else this.recordLoss(spans.length);
        done(result);
      });
    });
  }

  async forceFlush(): Promise<void> {
    await this.exporter.forceFlush?.();
  }

  async shutdown(): Promise<void> {
    await this.exporter.shutdown();
  }

  private recordLoss(count: number): void {
    this.lost += count;
    const now = Date.now();
    if (this.toldAt !== null && now - this.toldAt < REPEAT_AFTER_MS) return;
    this.toldAt = now;
    // Not its error: that holds the address with whatever is in it.
    this.log.warn(
      `The collector does not take traces: ${this.lost} spans were lost so far. Nothing else suffers`,
    );
  }

  private recordSuccess(): void {
    if (this.toldAt === null) return;
    this.log.log(`The collector takes traces again; ${this.lost} spans were lost`);
    this.lost = 0;
    this.toldAt = null;
  }
}
