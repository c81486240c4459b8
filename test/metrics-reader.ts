import type { ApiClient } from './api-client';

/** One line of Prometheus' text format. */
export interface Sample {
  name: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

export interface Served {
  text: string;
  samples: Sample[];
  /** Type by name of metric, as `# TYPE` lines say. */
  types: ReadonlyMap<string, string>;
}

const LABEL = /([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"/g;

/** Asks for /metrics as Prometheus does and takes the answer apart. */
export async function readMetrics(api: ApiClient): Promise<Served> {
  const { status, text } = await api.get('/metrics');
  if (status !== 200) throw new Error(`/metrics answered ${status}: ${text}`);
  return parseMetrics(text);
}

/** @throws Error for a line that is not of the format */
export function parseMetrics(text: string): Served {
  const samples: Sample[] = [];
  const types = new Map<string, string>();
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const type = /^# TYPE (\S+) (counter|gauge|histogram|summary)$/.exec(line);
    if (type?.[1] !== undefined && type[2] !== undefined) types.set(type[1], type[2]);
    if (line.startsWith('#')) continue;
    const [, name, labels = '', value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`Not a line of metrics: ${line}`);
    const pairs = [...labels.matchAll(LABEL)].map(([, key = '', text_ = '']): [string, string] => [
      key,
      text_,
    ]);
    samples.push({ name, labels: Object.fromEntries(pairs), value: Number(value) });
  }
  return { text, samples, types };
}

/** The value of the one series with these labels; undefined where there is none. */
export function valueOf(
  { samples }: Served,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  return samples.find(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  )?.value;
}
