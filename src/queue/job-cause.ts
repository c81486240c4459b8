/** Beside a job's own data: a name that no payload has. */
const CAUSE = '__cause';

interface Caused<T> {
  payload: T;
  /** The request that the job was added for. */
  requestId: string | null;
  /** Where the job goes on in a trace. */
  traceParent: string | null;
}

/** A job's data with what it was added for. Jobs without data are mere wake-ups, which stand for many causes and name none. */
export function causedBy<T>(payload: T, requestId: string | null, traceParent: string | null): T {
  const isAboutSomething = typeof payload === 'object' && payload !== null && Object.keys(payload).length > 0;
  if (!isAboutSomething || (requestId === null && traceParent === null)) return payload;
  return { ...payload, [CAUSE]: { requestId, traceParent } };
}

/** What `causedBy` put together; also of jobs that an earlier release has added. */
export function causeOf<T>(data: T): Caused<T> {
  const cause: unknown = typeof data === 'object' && data !== null && CAUSE in data ? data[CAUSE] : undefined;
  if (typeof cause !== 'object' || cause === null)
    return { payload: data, requestId: null, traceParent: null };
  const payload = { ...data };
  Reflect.deleteProperty(payload as object, CAUSE);
  return {
    payload,
    requestId: 'requestId' in cause && typeof cause.requestId === 'string' ? cause.requestId : null,
    traceParent: 'traceParent' in cause && typeof cause.traceParent === 'string' ? cause.traceParent : null,
  };
}
