import { setTimeout as pause } from 'node:timers/promises';
import type { Context } from '@opentelemetry/api';

/** A block whose way is traced. */
export interface TracedBlock {
  readonly height: number;
  /** 64 hex digits, in the order that people read. */
  readonly hash: string;
}

/** When something began and ended, as `BlockTraces.now` counts. */
export interface Span {
  readonly beganMs: number;
  readonly endedMs: number;
}

/**
 * Notes the way of each block for whoever collects traces (OpenTelemetry). The trace of a block follows from its hash, so that what
 * several processes note of it is one trace, and nothing has to be handed on from one to the other.
 */
export interface BlockTraces extends AsyncDisposable {
  /** Milliseconds since 1970, by a clock that is not set back. */
  now(): number;
  /** The whole way of a block through the process that sees it first: what others note lies below it. */
  way(name: string, block: TracedBlock, span: Span): void;
  /** One step of the way. */
  step(name: string, block: TracedBlock, span: Span): void;
}

/** Where traces go, and who speaks. */
export interface TraceOptions {
  /** Of a collector that takes OTLP over HTTP: `http://host:4318/v1/traces`. */
  readonly url: string;
  readonly service: string;
  /** What all spans have. */
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Opens traces; null without a URL. What makes them is loaded only then. A collector that is away costs nothing but the spans of
 * that time: a bounded number waits.
 */
export async function openBlockTraces(
  options: Omit<TraceOptions, 'url'> & { readonly url: string | undefined },
): Promise<BlockTraces | null> {
  const { url, service, labels } = options;
  if (url === undefined) return null;
  const [api, sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const random = new sdk.RandomIdGenerator();
  /** The ids of the next span, where they follow from a block. */
  let given: { readonly trace: string; readonly span: string } | null = null;
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    spanProcessors: [
      new sdk.BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url, timeoutMillis }), scheduledDelayMillis }),
    ],
    idGenerator: {
      generateTraceId: () => given?.trace ?? random.generateTraceId(),
      generateSpanId: () => given?.span ?? random.generateSpanId(),
    },
  });
  const tracer = provider.getTracer('virtualchain');
  const note = (name: string, { height, hash }: TracedBlock, { beganMs, endedMs }: Span, context: Context): void => {
    const attributes = { ...labels, 'vchain.height': height, 'vchain.block': hash };
    tracer.startSpan(`${service}: ${name}`, { startTime: beganMs, attributes }, context).end(endedMs);
  };
  return {
    now: () => performance.timeOrigin + performance.now(),
    way(name, block, span) {
      given = idsOf(block.hash);
      note(name, block, span, api.ROOT_CONTEXT);
      given = null;
    },
    step(name, block, span) {
      const { trace: traceId, span: spanId } = idsOf(block.hash);
      const above = { traceId, spanId, traceFlags: api.TraceFlags.SAMPLED, isRemote: true };
      note(name, block, span, api.trace.setSpanContext(api.ROOT_CONTEXT, above));
    },
    // A collector that is away holds up no end.
    [Symbol.asyncDispose]: () =>
      Promise.race([provider.shutdown().catch(() => undefined), pause(endLimitMs, undefined, { ref: false })]),
  };
}

/** How long spans wait for others to go with. */
const scheduledDelayMillis = 1_000;
/** How long a collector may take for an answer, further tries included. */
const timeoutMillis = 2_000;
/** How long the last of them may take. */
const endLimitMs = 1_000;

/** The end of a block's hash is as good as random; its beginning is zeros. */
function idsOf(hash: string): { readonly trace: string; readonly span: string } {
  return { trace: hash.slice(32), span: hash.slice(48) };
}
