import { GraphError } from '../graph/graph-error';

/** Template refusals share code 100; the subcode and the user texts say what is wrong. */
export function templateError(subcode: number, title: string, message: string): GraphError {
  return new GraphError(100, 'Invalid parameter', {
    subcode,
    isTransient: false,
    userTitle: title,
    userMessage: message,
  });
}
