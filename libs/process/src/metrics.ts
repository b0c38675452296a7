import { createRequire } from 'node:module';
import type { Counter, Gauge, Histogram, Metric } from 'prom-client';

/** What a metric is called and counts. Names get the prefix `vchain_`; units are spelled out at their end. */
export interface MetricOptions<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly Label[];
}

export interface GaugeOptions<Label extends string> extends MetricOptions<Label> {
  /** Asked whenever somebody reads the metrics; null for a value that is not known, which is left out. */
  readonly read?: () => number | null;
}

/** The metrics of one process, in a registry of their own. What is asked for again by its name is the same one. */
export interface Metrics {
  counter<Label extends string = never>(options: MetricOptions<Label>): Counter<Label>;
  gauge<Label extends string = never>(options: GaugeOptions<Label>): Gauge<Label>;
  histogram<Label extends string = never>(
    options: MetricOptions<Label> & { readonly buckets?: readonly number[] },
  ): Histogram<Label>;
  /** Adds labels that every metric carries from now on. */
  label(labels: Readonly<Record<string, string>>): void;
  /** Adds Node's own: memory, event loop, garbage collection. */
  watchProcess(): void;
  /** All of them in the text format of Prometheus. */
  expose(): Promise<{ readonly contentType: string; readonly body: string }>;
}

const require = createRequire(import.meta.url);

/** An empty set of metrics; every one carries the labels. */
export function createMetrics(defaultLabels: Readonly<Record<string, string>> = {}): Metrics {
  // Loaded by who counts: a command of the command line does not.
  const client = require('prom-client') as typeof import('prom-client');
  const registry = new client.Registry();
  let everywhere = defaultLabels;
  registry.setDefaultLabels(everywhere);
  const settings = <Label extends string>({ name, help, labels = [] }: MetricOptions<Label>) => ({
    name: `vchain_${name}`,
    help,
    labelNames: labels,
    registers: [registry],
  });
  const once = <Kind extends Metric>(name: string, make: () => Kind): Kind =>
    (registry.getSingleMetric(`vchain_${name}`) as Kind | undefined) ?? make();
  return {
    counter: (options) => once(options.name, () => new client.Counter(settings(options))),
    gauge: ({ read, ...options }) =>
      once(
        options.name,
        () => new client.Gauge({ ...settings(options), ...(read === undefined ? {} : { collect: collecting(read) }) }),
      ),
    histogram: ({ buckets, ...options }) =>
      once(
        options.name,
        () =>
          new client.Histogram({ ...settings(options), ...(buckets === undefined ? {} : { buckets: [...buckets] }) }),
      ),
    label(labels) {
      everywhere = { ...everywhere, ...labels };
      registry.setDefaultLabels(everywhere);
    },
    watchProcess: () => client.collectDefaultMetrics({ register: registry }),
    expose: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}

function collecting(read: () => number | null) {
  return function (this: Gauge<string>): void {
    const value = read();
    if (value === null) this.remove();
    else this.set(value);
  };
}
