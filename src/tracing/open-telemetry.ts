import type {
  Attributes,
  Link,
  SpanKind as OtelSpanKind,
  Span,
  SpanContext,
  SpanStatusCode,
} from '@opentelemetry/api';
import type { Sampler } from '@opentelemetry/sdk-trace-base';
import { Logger } from '@nestjs/common';
import type { Env } from '../config/env';
import type { OpenSpan, SpanAttributes, SpanKind, SpanOptions, SpanSource } from './span';
import type { TraceParent } from './trace-parent';
import { TellingExporter } from './telling-exporter';
import { resourceAttributesOf, traceHeadersOf, tracesAddressOf } from './tracing-settings';

/** Spans that wait for the collector in this process; what comes beyond is dropped. About a kilobyte each. */
export const MOST_WAITING_SPANS = 4_096;
const SPANS_PER_EXPORT = 512;
const EXPORT_EVERY_MS = 2_000;
const LONGEST_CLOSE_MS = 3_000;

/** Loaded when tracing is on, and only then. */
async function loadOpenTelemetry() {
  const [api, sdk, resources, otlp] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-base'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ]);
  return { api, sdk, resources, otlp };
}
type OpenTelemetry = Awaited<ReturnType<typeof loadOpenTelemetry>>;

/**
 * Connects to the collector that the environment names. Nothing is registered globally: several applications in one process,
 * as in tests, do not meet, and what else is loaded into the process is left alone.
 */
export async function startOpenTelemetry(env: Env): Promise<SpanSource> {
  const modules = await loadOpenTelemetry();
  const { sdk, resources, otlp } = modules;
  const exporter = new otlp.OTLPTraceExporter({
    url: tracesAddressOf(env) ?? '',
    headers: traceHeadersOf(env),
    timeoutMillis: env.OTEL_EXPORTER_OTLP_TIMEOUT,
    concurrencyLimit: 4,
  });
  const provider = new sdk.BasicTracerProvider({
    resource: resources.defaultResource().merge(resources.resourceFromAttributes(resourceAttributesOf(env))),
    sampler: samplerOf(env, modules),
    spanLimits: {
      attributeCountLimit: 32,
      attributeValueLengthLimit: 256,
      linkCountLimit: 256,
      eventCountLimit: 8,
    },
    spanProcessors: [
      new sdk.BatchSpanProcessor(new TellingExporter(exporter, new Logger('Tracing')), {
        maxQueueSize: MOST_WAITING_SPANS,
        maxExportBatchSize: SPANS_PER_EXPORT,
        scheduledDelayMillis: EXPORT_EVERY_MS,
        exportTimeoutMillis: env.OTEL_EXPORTER_OTLP_TIMEOUT + 1_000,
      }),
    ],
  });
  return new OpenTelemetrySource(modules, provider);
}

/** The names of OpenTelemetry's OTEL_TRACES_SAMPLER. */
function samplerOf(
  { OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: share }: Env,
  { api, sdk }: OpenTelemetry,
): Sampler {
  const isParentBased = name.startsWith('parentbased_');
  const plain = name.replace('parentbased_', '');
  const root =
    plain === 'always_on'
      ? new sdk.AlwaysOnSampler()
      : plain === 'always_off'
        ? new sdk.AlwaysOffSampler()
        : new sdk.TraceIdRatioBasedSampler(share);
  // What was decided at the beginning holds for all of a trace. Callers from outside are believed only where that is asked
  // for; our own work always goes on with what was decided.
  const sampler = isParentBased ? new sdk.ParentBasedSampler({ root }) : root;
  return {
    shouldSample: (context, traceId, spanName, kind, attributes, links) => {
      const isOurs = links.length > 0 || kind !== api.SpanKind.SERVER;
      if (isOurs) return { decision: sdk.SamplingDecision.RECORD_AND_SAMPLED };
      return sampler.shouldSample(context, traceId, spanName, kind, attributes, links);
    },
    toString: () => `OwnWorkFollows(${sampler.toString()})`,
  };
}

class OpenTelemetrySource implements SpanSource {
  private readonly tracer: ReturnType<Provider['getTracer']>;
  private readonly kinds: Readonly<Record<SpanKind, OtelSpanKind>>;

  constructor(
    private readonly modules: OpenTelemetry,
    private readonly provider: Provider,
  ) {
    this.tracer = provider.getTracer('meta-backend');
    const { SpanKind: kinds } = modules.api;
    this.kinds = {
      internal: kinds.INTERNAL,
      server: kinds.SERVER,
      client: kinds.CLIENT,
      producer: kinds.PRODUCER,
      consumer: kinds.CONSUMER,
    };
  }

  start(
    name: string,
    { kind = 'internal', attributes = {}, parent, links = [] }: Parameters<SpanSource['start']>[1],
  ): OpenSpan {
    const { api } = this.modules;
    const context =
      parent === null ? api.ROOT_CONTEXT : api.trace.setSpanContext(api.ROOT_CONTEXT, contextOf(parent));
    const span = this.tracer.startSpan(
      name,
      {
        kind: this.kinds[kind],
        attributes: toAttributes(attributes),
        links: links.map((link): Link => ({ context: contextOf(link) })),
      },
      context,
    );
    return new RecordedSpan(this, span, api.SpanStatusCode.ERROR);
  }

  /** A collector that does not answer must not hold up the end of the process. */
  async close(): Promise<void> {
    const late = new Promise<void>((resolve) => {
      setTimeout(resolve, LONGEST_CLOSE_MS).unref();
    });
    await Promise.race([this.provider.shutdown().catch(() => undefined), late]);
  }
}
type Provider = InstanceType<OpenTelemetry['sdk']['BasicTracerProvider']>;

class RecordedSpan implements OpenSpan {
  readonly place: TraceParent;

  constructor(
    private readonly source: OpenTelemetrySource,
    private readonly span: Span,
    private readonly failed: SpanStatusCode,
  ) {
    const { traceId, spanId, traceFlags } = span.spanContext();
    this.place = { traceId, spanId, isSampled: (traceFlags & 1) === 1 };
  }

  child(name: string, options: SpanOptions = {}): OpenSpan {
    return this.source.start(name, { ...options, parent: this.place });
  }

  rename(name: string): void {
    this.span.updateName(name);
  }

  set(attributes: SpanAttributes): void {
    this.span.setAttributes(toAttributes(attributes));
  }

  end(failure: string | null = null): void {
    if (failure !== null) {
      this.span.setAttribute('error.type', failure);
      this.span.setStatus({ code: this.failed });
    }
    this.span.end();
  }
}

function contextOf({ traceId, spanId, isSampled }: TraceParent): SpanContext {
  return { traceId, spanId, traceFlags: isSampled ? 1 : 0, isRemote: true };
}

function toAttributes(attributes: SpanAttributes): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, typeof value === 'object' ? [...value] : value]),
  );
}
