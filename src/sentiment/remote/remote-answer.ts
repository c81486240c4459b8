import { SENTIMENT_LABELS } from '../../conversations/conversation-types';
import type { SentimentResult } from '../analysis/sentiment-analyzer';

export interface RemoteAnswer {
  /** Name of the model that answered. */
  model: string;
  results: SentimentResult[];
}

/** What came back is not what docs/sentiment-api.openapi.yaml describes. Says what is wrong, never what was sent. */
export class RemoteShapeError extends Error {
  constructor(problem: string) {
    super(`The sentiment service answers in a shape that is not agreed: ${problem}.`);
    this.name = RemoteShapeError.name;
  }
}

const LONGEST_MODEL_NAME = 200;

/**
 * @param count how many texts were sent
 * @throws RemoteShapeError
 */
export function readAnswer(body: string, count: number): RemoteAnswer {
  const answer = parsed(body);
  if (!isRecord(answer)) throw new RemoteShapeError('the body is no JSON object');
  const { model, results } = answer;
  if (typeof model !== 'string' || model.trim() === '' || model.length > LONGEST_MODEL_NAME)
    throw new RemoteShapeError('"model" is no name');
  if (!Array.isArray(results)) throw new RemoteShapeError('"results" is no list');
  if (results.length !== count)
    throw new RemoteShapeError(`"results" has ${results.length} items for ${count} texts`);
  return { model, results: results.map((result: unknown, index) => readResult(result, index)) };
}

function readResult(result: unknown, index: number): SentimentResult {
  const at = `results[${index}]`;
  if (!isRecord(result)) throw new RemoteShapeError(`${at} is no object`);
  const label = SENTIMENT_LABELS.find((known) => known === result.label);
  if (label === undefined)
    throw new RemoteShapeError(`${at}.label is none of ${SENTIMENT_LABELS.join(', ')}`);
  const confidence = numberWithin(result.confidence, 0, 1);
  if (confidence === null) throw new RemoteShapeError(`${at}.confidence is no number from 0 to 1`);
  const score = result.score ?? null;
  const known = score === null ? scoreOf(label, confidence) : numberWithin(score, -1, 1);
  if (known === null) throw new RemoteShapeError(`${at}.score is no number from -1 to 1`);
  const language = result.language ?? null;
  if (
    language !== null &&
    (typeof language !== 'string' || !/^[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*$/.test(language))
  )
    throw new RemoteShapeError(`${at}.language is no language code`);
  return { label, confidence, score: known, language: language === null ? null : shortCode(language) };
}

/** `ar-EG` is `ar` here; codes of three letters have no short form that we know. */
function shortCode(language: string): string | null {
  const [code = ''] = language.toLowerCase().split(/[-_]/);
  return code.length === 2 ? code : null;
}

function scoreOf(label: SentimentResult['label'], confidence: number): number {
  if (label === 'neutral') return 0;
  return label === 'positive' ? confidence : -confidence;
}

function numberWithin(value: unknown, least: number, most: number): number | null {
  return typeof value === 'number' && value >= least && value <= most ? value : null;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new RemoteShapeError('the body is no JSON');
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
