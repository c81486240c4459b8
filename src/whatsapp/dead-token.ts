import { GraphError } from '../graph-client/graph.error';
import { verdictOf } from '../meta-auth/token-verdict';

/** True when no further call with this token can succeed, so that going on with the next WABA or number is pointless. */
export function isDeadToken(error: unknown): boolean {
  return error instanceof GraphError && verdictOf(error.meta) !== null;
}
