/** One answer of a form, by Meta's name of the question. */
export interface LeadAnswer {
  name: string;
  values: string[];
}

export const LEAD_STATES = ['pending', 'read', 'failed'] as const;
export type LeadState = (typeof LEAD_STATES)[number];

export interface StoredLead {
  id: string;
  leadId: string;
  formId: string | null;
  adId: string | null;
  state: LeadState;
  answers: LeadAnswer[] | null;
  error: string | null;
  submittedAt: Date;
  readAt: Date | null;
}

/** A review as the store gives it out. */
export interface StoredRating {
  id: string;
  storyId: string;
  reviewer: { id: string | null; name: string | null } | null;
  recommendation: string | null;
  rating: number | null;
  text: string | null;
  ratedAt: Date;
  removedAt: Date | null;
}
