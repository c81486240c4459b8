import type { FacebookPublicationEntity } from '../entities/facebook-publication.entity';
import type { PublicationProblem, PublicationState } from './publication-states';

/** From which states, and for whom, a change holds. */
export interface From {
  states: readonly PublicationState[];
  /** Only for the worker that has it. */
  claimId?: string;
}

/** What a publication becomes; what is left out stays. */
export interface Change {
  state?: PublicationState;
  /** Beside a new state, in the history: what led to it. */
  note?: string;
  postId?: string | null;
  videoId?: string | null;
  permalinkUrl?: string | null;
  message?: string | null;
  scheduledAt?: Date;
  target?: FacebookPublicationEntity['target'];
  error?: PublicationProblem | null;
  media?: FacebookPublicationEntity['media'];
  /** Milliseconds from now until a worker looks at it again; null: never. */
  dueInMs?: number | null;
  /** The call that publishes begins now. */
  isStarting?: true;
  /** Sets the count anew, or adds to it. */
  readings?: number | 'one more';
  attempts?: number;
}

const MOST_STEPS = 50;

/** What an UPDATE sets. @param bind makes a parameter of a value */
export function assignmentsOf(change: Change, bind: (value: unknown) => string): string[] {
  const sets: string[] = [];
  const set = (column: string, value: unknown): void => {
    if (value !== undefined) sets.push(`${column} = ${bind(value)}`);
  };
  set('state', change.state);
  set('post_id', change.postId);
  set('video_id', change.videoId);
  set('permalink_url', change.permalinkUrl);
  set('message', change.message);
  set('target', change.target);
  set(
    'scheduled_at',
    change.target !== undefined && change.target !== 'scheduled' ? null : change.scheduledAt,
  );
  set('attempts', change.attempts);
  if (change.error !== undefined)
    sets.push(`error = ${bind(change.error === null ? null : JSON.stringify(change.error))}::jsonb`);
  if (change.media !== undefined) sets.push(`media = ${bind(JSON.stringify(change.media))}::jsonb`);
  if (change.readings === 'one more') sets.push('readings = readings + 1');
  else set('readings', change.readings);
  if (change.isStarting === true) sets.push('started_at = clock_timestamp()');
  if (change.dueInMs === null) sets.push('due_at = NULL', 'claim_id = NULL');
  else if (change.dueInMs !== undefined) {
    sets.push(`due_at = now() + ${bind(change.dueInMs)}::double precision * interval '1 millisecond'`);
    // Only who publishes stays with it; in all other cases whoever comes first goes on.
    if (change.state !== 'publishing') sets.push('claim_id = NULL');
  }
  if (change.state !== undefined) {
    const isOpen = ['preparing', 'publishing', 'unknown', 'processing'].includes(change.state);
    sets.push(`settled_at = ${isOpen ? 'NULL' : 'coalesce(settled_at, now())'}`);
    const step = bind(
      JSON.stringify({ state: change.state, ...(change.note !== undefined && { note: change.note }) }),
    );
    // The oldest steps go first, should something go to and fro for long.
    sets.push(
      `history = CASE WHEN jsonb_array_length(history) >= ${MOST_STEPS} THEN history - 1 ELSE history END
                 || jsonb_build_array(${step}::jsonb || jsonb_build_object('at', now()))`,
    );
  }
  return sets;
}
