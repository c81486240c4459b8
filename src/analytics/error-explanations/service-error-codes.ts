import type { GraphErrorOwner } from '../../graph-client/graph-error-rule';

/** What a code of this service, in place of one of Meta's, means for a message that failed with it. */
export interface ServiceErrorRule {
  title: string;
  cause: string;
  whoMustAct: GraphErrorOwner;
  action: string | null;
  retry: 'later' | 'after_action' | 'never';
}

export const SERVICE_ERROR_RULES: Readonly<Record<string, ServiceErrorRule>> = {
  UNKNOWN: {
    title: 'Failed without a code',
    cause: 'Meta said that the message failed and gave no code.',
    whoMustAct: 'nobody',
    action: null,
    retry: 'later',
  },
  OUTCOME_UNKNOWN: {
    title: 'Outcome unknown',
    cause: 'The answer of Meta to this message was lost, so that nobody knows whether it went out.',
    whoMustAct: 'business',
    action:
      'Ask the person, or wait: if it did go out, its status tells. Send it again only if a second one does no harm.',
    retry: 'after_action',
  },
  CANCELLED: {
    title: 'Taken back',
    cause: 'Somebody took the message back before it left. It counts as no failure.',
    whoMustAct: 'nobody',
    action: null,
    retry: 'never',
  },
  CAMPAIGN_CANCELLED: {
    title: 'Campaign cancelled',
    cause: 'The campaign was cancelled before the message left. It counts as no failure.',
    whoMustAct: 'nobody',
    action: null,
    retry: 'never',
  },
  WINDOW_CLOSED: {
    title: '24-hour window closed',
    cause:
      'The person last wrote more than 24 hours ago; only a template may be sent. It was not given to Meta.',
    whoMustAct: 'business',
    action: 'Send an approved template, or wait until the person writes.',
    retry: 'after_action',
  },
  RECIPIENT_OPTED_OUT: {
    title: 'Person does not want messages',
    cause: 'The person has opted out, so the message was not given to Meta.',
    whoMustAct: 'customer',
    action: null,
    retry: 'never',
  },
  TEMPLATE_INVALID: {
    title: 'Template cannot be sent',
    cause:
      'The template is not approved, paused or gone, or its parameters do not fit. It was not given to Meta.',
    whoMustAct: 'business',
    action: 'Look at the template’s status, or correct the parameters.',
    retry: 'after_action',
  },
  META_REAUTH_REQUIRED: {
    title: 'Meta account has to be connected again',
    cause: 'The token has expired, was revoked, or lacks a permission.',
    whoMustAct: 'business',
    action: 'Connect the Meta account again.',
    retry: 'after_action',
  },
  META_RATE_LIMITED: {
    title: 'Limited by Meta for too long',
    cause: 'Meta’s limit did not pass for as long as the message was worth waiting for.',
    whoMustAct: 'nobody',
    action: null,
    retry: 'later',
  },
  META_UNAVAILABLE: {
    title: 'Meta could not be reached',
    cause: 'Meta could not be reached for as long as the message was worth waiting for.',
    whoMustAct: 'meta',
    action: null,
    retry: 'later',
  },
  META_REJECTED: {
    title: 'Refused by Meta without a code',
    cause: 'Meta refused the message and gave no code; the message itself shows its words.',
    whoMustAct: 'developer',
    action: 'Read Meta’s words at the message and correct it.',
    retry: 'after_action',
  },
  ACCOUNT_NOT_FOUND: {
    title: 'Meta account no longer connected',
    cause: 'The account was disconnected before the message was sent.',
    whoMustAct: 'business',
    action: 'Connect the Meta account again.',
    retry: 'after_action',
  },
  NOT_FOUND: {
    title: 'Something the message needs is gone',
    cause: 'The number, file or template that the message names is no longer there.',
    whoMustAct: 'business',
    action: 'Order the message again with what there is.',
    retry: 'after_action',
  },
  SERVER_ERROR: {
    title: 'Failure of this service',
    cause: 'Something went wrong on our side while the message was being sent.',
    whoMustAct: 'developer',
    action: 'Look at the service’s log at the time of the failure.',
    retry: 'later',
  },
};
