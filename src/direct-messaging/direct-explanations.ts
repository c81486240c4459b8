import type { MessageError } from '../conversations/conversation-types';
import { GraphError, type GraphErrorMeta, GraphRateLimitedError } from '../graph-client/graph.error';

/** What one of Meta's refusals means for whoever wrote the message. */
export interface DirectExplanation {
  /** In a few words. */
  title: string;
  /** What can be done. */
  advice: string;
}

interface Rule extends DirectExplanation {
  codes: readonly number[];
  subcodes?: readonly number[];
  /** Where Meta gives the same code, or the same subcode, for different things. */
  says?: RegExp;
}

const WINDOW: DirectExplanation = {
  title: 'The time for an answer is over',
  advice:
    'The person last wrote more than 24 hours ago. A human may answer for 7 days with "tag": "HUMAN_AGENT"; else wait until the person writes again.',
};
const UNREACHABLE: DirectExplanation = {
  title: 'The person cannot be reached',
  advice:
    'They have blocked the business, turned messages off, or deactivated their account. Nothing can be sent until they write again.',
};
const NOT_OURS: DirectExplanation = {
  title: 'Another app has the conversation',
  advice:
    'Take the conversation over (thread control), or let the app that has it answer, before writing again.',
};
const REPLIED: DirectExplanation = {
  title: 'The comment cannot be answered privately any more',
  advice: 'A comment can be answered privately once, within 7 days. Answer below the comment instead.',
};
const TOO_FAST: DirectExplanation = {
  title: 'Meta limits how fast may be sent',
  advice: 'Nothing has to be done: it is sent again after a while.',
};
const DEAD_TOKEN: DirectExplanation = {
  title: 'The connection to Meta has ended',
  advice: 'Connect the account again; then send the message again.',
};

/** The most particular first. Source: Messenger Platform, error codes; those with words beside a subcode are doubtful. */
const RULES: readonly Rule[] = [
  { codes: [10, 200], says: /controlling this thread|thread (?:owner|control)/i, ...NOT_OURS },
  { codes: [10], says: /outside (?:of )?(?:the )?allowed window/i, ...WINDOW },
  { codes: [10], subcodes: [2018278, 2534022], ...WINDOW },
  { codes: [10], subcodes: [2018300], says: /repl|comment|activity/i, ...REPLIED },
  // Without Meta's words this is what the subcode means most often.
  { codes: [10], subcodes: [2018300], ...NOT_OURS },
  { codes: [10900, 10903], ...REPLIED },
  { codes: [551], ...UNREACHABLE },
  { codes: [10, 200], subcodes: [1545041, 2018108], ...UNREACHABLE },
  {
    codes: [100],
    subcodes: [2018001],
    title: 'There is no such person here',
    advice:
      'The id belongs to somebody of another Page or account, or to nobody: each Page and account knows people by ids of its own. Take the id from their messages.',
  },
  {
    codes: [9010],
    title: 'There is no such person here',
    advice: 'The account knows nobody by this id. Take the id from their messages.',
  },
  {
    codes: [10],
    subcodes: [1893063],
    title: 'Meta has restricted the Page',
    advice: 'Look at Page quality in Meta Business Suite and settle or appeal the restriction.',
  },
  {
    codes: [200],
    subcodes: [2018028],
    title: 'The Meta app may write to nobody without a role on it',
    // Meta answers the same for both causes, and tells neither.
    advice:
      'Probably it is in development: switch it to live mode, or give the person a role on it. If it is live, ask Meta for Advanced Access to pages_messaging.',
  },
  {
    codes: [100],
    subcodes: [2018007, 2018008, 2018294],
    title: 'Meta could not fetch the file',
    advice:
      'Its address must be public, https, quick, and of a type and size that Meta takes; or upload the file.',
  },
  {
    codes: [100],
    subcodes: [2018109, 2018074],
    title: 'The file does not fit',
    advice:
      'Images may have 8 MB, everything else 25 MB; an uploaded file has to be sent as what it was uploaded as.',
  },
  {
    codes: [100],
    says: /\btag\b/i,
    title: 'Meta does not take this tag',
    advice:
      'HUMAN_AGENT is the only one that is left, and the Meta app needs the feature Human Agent for it.',
  },
  {
    codes: [230],
    title: 'The person has not agreed to it',
    advice:
      'They agree by writing to the account. Until then only a private reply to a comment reaches them.',
  },
  {
    codes: [368],
    title: 'Meta blocks sending for a while',
    advice:
      'It looked like abuse or broke a policy. See account quality in Meta Business Suite; usually it ends within 24 hours.',
  },
  {
    codes: [2022],
    title: 'The Meta app may not send commerce messages at present',
    advice: 'Meta has turned them off for the app for a while; see the app dashboard.',
  },
  { codes: [4, 17, 32, 341, 613, 80001, 80002, 80006], ...TOO_FAST },
  { codes: [102, 190], ...DEAD_TOKEN },
];

const NO_HUMAN_AGENT: DirectExplanation = {
  title: 'The Meta app may not use HUMAN_AGENT',
  advice:
    'Request the feature Human Agent in the App Review of the Meta app; until then answer within 24 hours.',
};
const NO_PERMISSION: DirectExplanation = {
  title: 'A permission or a role on the Page is missing',
  advice:
    'Connect the account again and grant the permission for messages, with a person who may answer messages on the Page.',
};

/** @param wasTagged it was sent with HUMAN_AGENT, which Meta refuses like a missing permission */
export function explainDirect(error: unknown, wasTagged: boolean): DirectExplanation | null {
  const meta = error instanceof GraphError ? error.meta : null;
  const code = meta?.code ?? null;
  if (meta === null || code === null) return error instanceof GraphRateLimitedError ? TOO_FAST : null;
  const rule = RULES.find((each) => fits(each, code, meta));
  if (rule !== undefined) return { title: rule.title, advice: rule.advice };
  if (code !== 10 && (code < 200 || code > 299)) return null;
  return wasTagged ? NO_HUMAN_AGENT : NO_PERMISSION;
}

function fits({ codes, subcodes, says }: Rule, code: number, { subcode, message }: GraphErrorMeta): boolean {
  return (
    codes.includes(code) &&
    (subcodes === undefined || (subcode !== null && subcodes.includes(subcode))) &&
    (says === undefined || says.test(message))
  );
}

/** What is kept with the message: Meta's code and words, and ours for people. */
export function explainedError(told: MessageError, error: unknown, wasTagged: boolean): MessageError {
  const explanation = explainDirect(error, wasTagged);
  const { code = null, subcode = null } = error instanceof GraphError ? (error.meta ?? {}) : {};
  // What looks to the client like a missing permission is mostly something else here, and the connection is well.
  const isConnection =
    explanation === null || explanation === NO_PERMISSION || explanation.title === DEAD_TOKEN.title;
  const details = [explanation?.advice ?? told.details, subcode === null ? null : `Subcode ${subcode}.`];
  return {
    ...told,
    code: isConnection ? told.code : (code ?? told.code),
    title: explanation?.title ?? told.title,
    details: details.filter((part) => part !== null).join(' ') || null,
  };
}
