// Measures the analyzers on the labelled set: npm run eval:sentiment [-- --split dev] [--errors] [--fit]
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { fit } from './fit.mjs';
import { LABELS, labelledTexts } from './labelled-texts.mjs';
import { measure } from './measures.mjs';

const { values: options } = parseArgs({
  options: {
    split: { type: 'string', default: 'held-out' }, // dev, held-out or all
    errors: { type: 'boolean', default: false }, // prints every wrong answer; of held-out texts only when they are done with
    fit: { type: 'boolean', default: false }, // fits the weights, without the held-out part, and writes them
    json: { type: 'boolean', default: false },
    built: { type: 'string', default: 'dist/src' },
  },
});
/**
 * The lexica were made with the texts that the weights are fitted to at hand. Of others they know fewer words: each text is
 * read several times, each time with some of its words withheld, or confidences would be far too high.
 */
const READINGS = 5;
const WITHHELD = 0.35;
const root = resolve(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const built = (name) => require(join(resolve(root, options.built), 'sentiment', name));
const percent = (share) => (share === null ? '    –' : `${(share * 100).toFixed(1).padStart(5)}%`);

if (options.fit) fitWeights();
else {
  const { EmbeddedAnalyzer } = built('analysis/embedded-analyzer.js');
  const analyzers = [new EmbeddedAnalyzer(), ...remoteAnalyzers()];
  const report = {};
  for (const analyzer of analyzers) report[analyzer.model] = await evaluate(analyzer);
  if (options.json) console.log(JSON.stringify(report, null, 2));
}

async function evaluate(analyzer) {
  const report = {};
  if (!options.json) console.log(`\n=== ${analyzer.model}, ${options.split} texts ===`);
  for (const [language, all] of labelledTexts()) {
    const rows = all.filter(({ split }) => options.split === 'all' || split === options.split);
    const started = performance.now();
    const results = await analyzer.analyze(rows.map(({ text }) => text));
    const ms = performance.now() - started;
    report[language] = measure(rows, results);
    if (options.json) continue;
    print(language, report[language], ms);
    const varieties = [...new Set(rows.map(({ variety }) => variety))];
    if (varieties.length > 1)
      for (const variety of varieties.sort()) {
        const places = rows
          .map((row, index) => ({ row, index }))
          .filter(({ row }) => row.variety === variety);
        const { accuracy, texts } = measure(
          places.map(({ row }) => row),
          places.map(({ index }) => results[index]),
        );
        console.log(`  ${variety.padEnd(12)} ${percent(accuracy)} of ${texts}`);
      }
    if (options.errors)
      rows.forEach(({ label, text }, index) => {
        const { label: answer, confidence, score, language: found } = results[index];
        if (answer !== label)
          console.log(`  ${label} ≠ ${answer} ${confidence} (${score}, ${found}): ${text}`);
      });
  }
  return report;
}

function print(language, { texts, accuracy, macroF1, confusion, calibration, calibrationError }, ms) {
  console.log(
    `\n${language}: ${texts} texts, accuracy ${percent(accuracy)}, macro-F1 ${macroF1.toFixed(3)}, ${ms.toFixed(0)} ms`,
  );
  console.log(`  is \\ answered ${LABELS.map((label) => label.padStart(9)).join('')}`);
  for (const label of LABELS)
    console.log(
      `  ${label.padEnd(13)} ${LABELS.map((answer) => String(confusion[label][answer]).padStart(9)).join('')}`,
    );
  console.log(`  confidence → right (calibration error ${percent(calibrationError)})`);
  for (const bucket of calibration.filter(({ texts: number }) => number > 0))
    console.log(
      `  ${bucket.from.toFixed(1)}–${bucket.to.toFixed(1)} ${percent(bucket.confidence)} → ${percent(bucket.accuracy)} of ${bucket.texts}`,
    );
}

/** The analyzer behind SENTIMENT_API_URL, as the service itself would ask it. */
function remoteAnalyzers() {
  if (!process.env.SENTIMENT_API_URL) return [];
  const { Env } = built('../config/env.js');
  const { remoteSettings } = built('remote/remote-settings.js');
  const { RemoteAnalyzer } = built('remote/remote-analyzer.js');
  const given = ['SENTIMENT_API_URL', 'SENTIMENT_API_KEY', 'SENTIMENT_API_MODEL']
    .filter((name) => process.env[name])
    .map((name) => [name, process.env[name].replace(/\/+$/, '')]);
  const settings = remoteSettings(Object.assign(new Env(), Object.fromEntries(given)));
  return [new RemoteAnalyzer(settings, null, () => null)];
}

function fitWeights() {
  const { TextReader } = built('reading/text-reader.js');
  const { FEATURES, featuresOf } = built('reading/mood.js');
  const reader = new TextReader();
  const isKnown = withholding();
  const samples = [...labelledTexts().values()].flatMap((all) =>
    all
      .filter(({ split }) => split !== 'held-out')
      .flatMap(({ label, text }) =>
        Array.from({ length: READINGS }, () => ({
          label,
          features: featuresOf(reader.read(text, isKnown).valence),
          weight: 1,
        })),
      ),
  );
  const weights = fit(samples);
  const lines = LABELS.map((label) => `  ${label}: [${weights[label].join(', ')}],`);
  writeFileSync(
    join(root, 'src/sentiment/reading/mood-weights.ts'),
    `import type { SentimentLabel } from '../../conversations/conversation-types';

/** Made by \`npm run eval:sentiment -- --fit\`; in the order of FEATURES of mood.ts. */
export const MOOD_WEIGHTS: Readonly<Record<SentimentLabel, readonly number[]>> = {
${lines.join('\n')}
};
`,
  );
  console.log(`Fitted to ${samples.length} texts: ${FEATURES.join(', ')}\n${lines.join('\n')}`);
}

/** The same words each time that this is run: a linear congruential generator. */
function withholding() {
  let state = 20_261_121;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296 >= WITHHELD;
  };
}
