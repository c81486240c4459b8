import { type RuleTable, capital, clear, raise } from './finding';

const PAGE_ACCESS = 'page.access';
const PAGE_POLICY = 'page.policy';
const INSTAGRAM_ACCESS = 'instagram.access';

const OK = 'ok';
const NOTHING_COMES = 'Until then nothing can be sent or read for it, and what people write may not come in.';

export const CHANNEL_RULES: RuleTable = {
  'facebook.page.updated': ({ pageId, name, what, current, reason, severity }) => {
    const subject = { type: 'page' as const, id: pageId, name };
    if (what === 'policy') {
      if (current === OK) return [clear(PAGE_POLICY, pageId)];
      const isBlocked = current === 'block';
      return [
        raise({
          kind: 'page.policy',
          topic: PAGE_POLICY,
          group: pageId,
          subject,
          severity,
          isLasting: isBlocked,
          one: (page) => ({
            title: isBlocked
              ? `Meta stops ${page} from sending messages`
              : `Meta warns ${page} over its policies`,
            message: `${reason ?? 'Meta gave no reason.'} Look at Page quality in Meta Business Suite, and settle or appeal it there.`,
          }),
          payload: { pageId, action: current, reason },
        }),
      ];
    }
    if (current === OK) return [clear(PAGE_ACCESS, pageId)];
    return [
      raise({
        kind: 'page.reauth_required',
        topic: PAGE_ACCESS,
        group: pageId,
        subject,
        severity,
        isLasting: true,
        one: (page) => ({
          title: `${capital(page)} has to be connected again`,
          message: `${reason ?? 'Meta no longer accepts its token.'} ${NOTHING_COMES}`,
        }),
        payload: { pageId, problem: current, reason },
      }),
    ];
  },
  'instagram.account.updated': ({ igAccountId, name, current, reason, severity }) => {
    if (current === OK) return [clear(INSTAGRAM_ACCESS, igAccountId)];
    return [
      raise({
        kind: 'instagram.reauth_required',
        topic: INSTAGRAM_ACCESS,
        group: igAccountId,
        subject: { type: 'instagram', id: igAccountId, name },
        severity,
        isLasting: true,
        one: (account) => ({
          title: `${capital(account)} has to be connected again`,
          message: `${reason ?? 'Meta no longer lets us reach it.'} ${NOTHING_COMES}`,
        }),
        payload: { igAccountId, problem: current, reason },
      }),
    ];
  },
  'page.lead_received': ({ leadId, assetId, formId }) => [
    raise({
      kind: 'page.lead_received',
      topic: `page.lead:${leadId}`,
      subject: { type: 'page', id: assetId, assetId },
      severity: 'info',
      isLasting: false,
      one: (page) => ({
        title: `Somebody filled in a form of ${page}`,
        message: 'The answers are among the leads of the Page.',
      }),
      many: (count) => ({
        title: `Forms were filled in at ${count} Pages`,
        message: 'The answers are among the leads of each Page.',
      }),
      payload: { leadId, assetId, formId },
    }),
  ],
  'page.rated': ({ ratingId, assetId, recommendation, isRemoved }) => {
    if (isRemoved || recommendation !== 'NEGATIVE') return [];
    return [
      raise({
        kind: 'page.negative_review',
        topic: `page.review:${ratingId}`,
        group: ratingId,
        subject: { type: 'page', id: assetId, assetId },
        severity: 'warning',
        isLasting: false,
        one: (page) => ({
          title: `Somebody advises against ${page}`,
          message:
            'What they wrote is among the reviews of the Page. An answer there is read by others, too.',
        }),
        payload: { ratingId, assetId },
      }),
    ];
  },
};
