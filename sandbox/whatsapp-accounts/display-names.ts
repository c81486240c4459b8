import { tellNameDecision } from './account-events';
import type { SandboxContext } from '../context';
import { invalidParameter } from '../graph/graph-error';
import type { PhoneRecord } from '../world';

export type NameDecision = 'APPROVED' | 'REJECTED' | 'DEFERRED' | 'PENDING';

const SHORTEST_NAME = 3;
const LONGEST_NAME = 512;

/** A new display name, or the name of a new number, waits for Meta's review like a template does. */
export function startNameReview(context: SandboxContext, phone: PhoneRecord, name: string): void {
  const { settings, clock } = context;
  if (name.trim().length < SHORTEST_NAME || name.length > LONGEST_NAME) {
    throw invalidParameter(`The display name must be ${SHORTEST_NAME} to ${LONGEST_NAME} characters long.`);
  }
  if (phone.newName?.status === 'PENDING_REVIEW') {
    throw invalidParameter('A display name of this phone number is in review already.');
  }
  const change = { name, status: 'PENDING_REVIEW' as const };
  phone.newName = change;
  if (phone.verifiedName === name) phone.nameStatus = 'PENDING_REVIEW';
  if (settings.review.mode === 'none') return;
  const isRefused = name.toLowerCase().includes(settings.review.rejectWhenNameContains.toLowerCase());
  clock.schedule(settings.review.delayMs, () => {
    if (phone.newName === change) decideName(context, phone, isRefused ? 'REJECTED' : 'APPROVED');
  });
}

/** Ends the review with this verdict, with webhook. Without a name in review, that of the number is decided again. */
export function decideName(
  context: SandboxContext,
  phone: PhoneRecord,
  decision: NameDecision,
  rejectionReason?: string,
): number {
  const name = phone.newName?.name ?? phone.verifiedName;
  const isPresentName = name === phone.verifiedName;
  if (decision === 'APPROVED') {
    phone.verifiedName = name;
    phone.nameStatus = 'APPROVED';
    phone.newName = null;
  } else if (decision === 'REJECTED') {
    phone.newName = { name, status: 'DECLINED' };
    if (isPresentName) phone.nameStatus = 'DECLINED';
  }
  const reason = decision === 'REJECTED' ? (rejectionReason ?? 'NAME_DOES_NOT_MATCH_BUSINESS') : null;
  return tellNameDecision(context, phone, name, decision, reason);
}
