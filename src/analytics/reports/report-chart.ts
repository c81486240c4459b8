import { createRequire } from 'node:module';
import type { EChartsOption, LineSeriesOption, BarSeriesOption } from 'echarts';
import type { AnalyticsTable, TableCell, TableColumn } from '../tables/analytics-table';
import type { CellWords } from './cell-words';

type Echarts = Pick<typeof import('echarts'), 'init'>;

const WIDTH = 920;
const HEIGHT = 340;
/** More cannot be told apart. */
const MOST_SERIES = 10;
const MOST_BARS = 40;
const MOST_POINTS = 1_000;
const LONGEST_NAME = 28;
/** Of points each of which is marked. */
const MOST_MARKED = 40;
/** Control characters, and two that are none. */
const FORBIDDEN = /[\p{Cc}\ufffe\uffff]/gu;
/** Stands for the colour of the page's text, whichever that is, and is replaced by it: charts know no others than fixed ones. */
const INK = '#010203';
/** Told apart with every kind of colour vision, on light and on dark ground. */
const COLOURS = ['#0a7abf', '#d98200', '#009e73', '#c4609a', '#4aa8dd', '#d55e00', '#8c8c8c', '#a38a00'];

/** What is drawn, and what of it was left out. */
export interface ReportChart {
  svg: string;
  /** A sentence where not all of the table could be drawn. */
  note: string | null;
}

interface Line {
  name: string;
  unit: TableColumn['unit'];
  values: Map<string, number | null>;
  sum: number;
}

/**
 * Draws a table as its `chart` says. Texts of the table are in it as text only.
 * @param rows all of them
 * @returns null where there is nothing to draw
 */
export function chartOf(
  { columns, chart, title }: AnalyticsTable,
  rows: readonly (readonly TableCell[])[],
  words: CellWords,
): ReportChart | null {
  if (chart === undefined) return null;
  const placeOf = (key: string): number => columns.findIndex((column) => column.key === key);
  const [xPlace, seriesPlace] = [placeOf(chart.x), chart.series === undefined ? -1 : placeOf(chart.series)];
  const drawn = chart.y.map(placeOf).filter((place) => place !== -1);
  const xColumn = columns[xPlace];
  if (xColumn === undefined || drawn.length === 0 || rows.length === 0) return null;
  const most = chart.kind === 'bar' && xColumn.unit !== 'time' ? MOST_BARS : MOST_POINTS;
  const names: string[] = [];
  const known = new Set<string>();
  const lines = new Map<string, Line>();
  let hasAll = true;
  for (const row of rows) {
    const x = words.of(row[xPlace] ?? null, xColumn.unit);
    if (!known.has(x)) {
      if (names.length === most) {
        hasAll = false;
        continue;
      }
      known.add(x);
      names.push(x);
    }
    for (const place of drawn)
      addTo(lines, { row, place, seriesPlace, x, columns, words, several: drawn.length > 1 });
  }
  const all = [...lines.values()];
  const shown = [...all].sort((one, other) => other.sum - one.sum).slice(0, MOST_SERIES);
  if (shown.every(({ values }) => [...values.values()].every((value) => value === null))) return null;
  // In the order of the table.
  const series = all.filter((line) => shown.includes(line));
  const left = [
    ...(hasAll ? [] : [`the first ${names.length} rows`]),
    ...(series.length === all.length ? [] : [`the ${series.length} largest of ${all.length} lines`]),
  ];
  return {
    svg: accessible(render(optionOf(chart.kind, names, series, words)), title),
    note: left.length === 0 ? null : `The picture shows ${left.join(', ')}; the table has all.`,
  };
}

function addTo(
  lines: Map<string, Line>,
  {
    row,
    place,
    seriesPlace,
    x,
    columns,
    words,
    several,
  }: {
    row: readonly TableCell[];
    place: number;
    seriesPlace: number;
    x: string;
    columns: readonly TableColumn[];
    words: CellWords;
    several: boolean;
  },
): void {
  const column = columns[place];
  if (column === undefined) return;
  const group =
    seriesPlace === -1 ? null : words.of(row[seriesPlace] ?? null, columns[seriesPlace]?.unit ?? 'text');
  const name = group === null ? column.title : several ? `${group} · ${column.title}` : group;
  const line = lines.get(name) ?? {
    name,
    unit: column.unit,
    values: new Map<string, number | null>(),
    sum: 0,
  };
  lines.set(name, line);
  const cell = row[place];
  const value = typeof cell === 'number' && Number.isFinite(cell) ? cell : null;
  line.values.set(x, value);
  line.sum += Math.abs(value ?? 0);
}

function optionOf(
  kind: 'line' | 'bar',
  names: readonly string[],
  lines: readonly Line[],
  words: CellWords,
): EChartsOption {
  const unit = lines[0]?.unit ?? 'count';
  const faint = { lineStyle: { color: INK, opacity: 0.18 } };
  const label = { color: INK, fontSize: 12 };
  return {
    animation: false,
    color: COLOURS,
    textStyle: { color: INK, fontFamily: 'system-ui, sans-serif' },
    grid: { left: 12, right: 20, top: 16, bottom: lines.length > 1 ? 48 : 12, containLabel: true },
    legend: {
      show: lines.length > 1,
      type: 'plain',
      bottom: 0,
      selectedMode: false,
      textStyle: label,
      formatter: shortened,
    },
    xAxis: {
      type: 'category',
      data: [...names],
      axisLabel: {
        ...label,
        hideOverlap: true,
        formatter: shortened,
        ...(kind === 'bar' && names.length > 8 ? { rotate: 35 } : {}),
      },
      axisLine: { lineStyle: { color: INK, opacity: 0.5 } },
      axisTick: { show: false },
    },
    yAxis: {
      type: 'value',
      axisLabel: { ...label, formatter: (value: number) => words.of(value, unit) },
      splitLine: faint,
      ...(unit === 'count' ? { minInterval: 1 } : {}),
    },
    series: lines.map(({ name, values }): LineSeriesOption | BarSeriesOption => {
      const data = names.map((x) => values.get(x) ?? null);
      return kind === 'line'
        ? {
            type: 'line',
            name,
            data,
            silent: true,
            showSymbol: names.length <= MOST_MARKED,
            connectNulls: false,
          }
        : { type: 'bar', name, data, silent: true, barMaxWidth: 36 };
    }),
  };
}

function shortened(name: string): string {
  const signs = Array.from(name);
  return signs.length > LONGEST_NAME ? `${signs.slice(0, LONGEST_NAME - 1).join('')}…` : name;
}

let loaded: Echarts | undefined;

/** Loaded when the first picture is drawn: it is large, and most processes never draw one. */
function echarts(): Echarts {
  loaded ??= createRequire(__filename)('echarts') as Echarts;
  return loaded;
}

function render(option: EChartsOption): string {
  const chart = echarts().init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  try {
    chart.setOption(option);
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

/** As wide as the page, in the colour of its text, and with a name for those who do not see it. */
function accessible(svg: string, title: string): string {
  const name = escapeXml(`Chart: ${title}. The table after it says the same.`);
  return svg
    .replaceAll(`"${INK}"`, '"currentColor"')
    .replace(/<style\b[\s\S]*?<\/style>/g, '')
    .replace(/ ecmeta_\w+="[^"]*"/g, '')
    .replace(
      /^<svg [^>]*>/,
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${name}"><title>${name}</title>`,
    );
}

/** For text and for values of attributes in quotes. What XML forbids is left out. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(FORBIDDEN, (sign) => (/[\t\n\r]/.test(sign) ? sign : ''))
    .replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
