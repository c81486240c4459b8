import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SENTIMENT_LABELS } from '../../conversations/conversation-types';
import { EmbeddedAnalyzer } from './embedded-analyzer';

interface Row {
  label: string;
  split: string;
  text: string;
}

function heldOut(language: string): Row[] {
  const path = join(__dirname, '../../../eval/sentiment', `${language}.tsv`);
  const [, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  return lines
    .map((line) => {
      const [label = '', split = '', , text = ''] = line.split('\t');
      return { label, split, text };
    })
    .filter(({ split }) => split === 'held-out');
}

/** Somewhat below what `npm run eval:sentiment` prints: who changes a lexicon must not make it worse for texts it never saw. */
describe.each([
  { language: 'en', accuracy: 0.84, macroF1: 0.84 },
  { language: 'ar', accuracy: 0.74, macroF1: 0.74 },
])('the embedded analyzer on held-out texts ($language)', ({ language, accuracy, macroF1 }) => {
  const rows = heldOut(language);

  it('is right as often as documented', async () => {
    const results = await new EmbeddedAnalyzer().analyze(rows.map(({ text }) => text));
    const right = rows.filter(({ label }, index) => results[index]?.label === label);
    const scores = SENTIMENT_LABELS.map((name) => {
      const found = right.filter(({ label }) => label === name).length;
      const answered = results.filter(({ label }) => label === name).length;
      return (2 * found) / (answered + rows.filter(({ label }) => label === name).length);
    });
    expect(rows.length).toBeGreaterThan(100);
    expect(right.length / rows.length).toBeGreaterThanOrEqual(accuracy);
    expect(scores.reduce((sum, score) => sum + score, 0) / scores.length).toBeGreaterThanOrEqual(macroF1);
  });

  it('knows when it is sure', async () => {
    const results = await new EmbeddedAnalyzer().analyze(rows.map(({ text }) => text));
    const sure = results
      .map(({ label, confidence }, index) => ({ confidence, isRight: label === rows[index]?.label }))
      .filter(({ confidence }) => confidence > 0.9);
    expect(sure.length).toBeGreaterThan(rows.length / 3);
    expect(sure.filter(({ isRight }) => isRight).length / sure.length).toBeGreaterThanOrEqual(0.95);
  });
});
