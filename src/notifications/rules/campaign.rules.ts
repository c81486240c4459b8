import { type RuleTable, clear, raise } from './finding';

const STATE = 'campaign.state';

export const CAMPAIGN_RULES: RuleTable = {
  'campaign.paused': ({ campaignId, name: campaign, automatic, reason }) =>
    // Whoever paused it knows.
    automatic
      ? [
          raise({
            kind: 'campaign.paused',
            topic: STATE,
            group: campaignId,
            subject: { type: 'campaign', id: campaignId, name: campaign },
            severity: 'warning',
            isLasting: true,
            one: (name) => ({
              title: `The campaign “${name}” was paused`,
              message: `${reason.message} Nobody else is written to until somebody resumes or cancels it.`,
            }),
            payload: { campaignId, reason },
          }),
        ]
      : [clear(STATE, campaignId)],
  'campaign.resumed': ({ campaignId }) => [clear(STATE, campaignId)],
  'campaign.cancelled': ({ campaignId }) => [clear(STATE, campaignId)],
  'campaign.completed': ({ campaignId, name: campaign, counts }) => {
    const total = counts?.total ?? null;
    const missed = (counts?.failed ?? 0) + (counts?.unknown ?? 0);
    return [
      raise({
        kind: 'campaign.completed',
        topic: STATE,
        group: campaignId,
        subject: { type: 'campaign', id: campaignId, name: campaign },
        severity: missed > 0 ? 'warning' : 'info',
        isLasting: false,
        one: (name) => ({
          title:
            missed > 0
              ? `The campaign “${name}” is completed, ${missed} ${missed === 1 ? 'message' : 'messages'} did not get through`
              : `The campaign “${name}” is completed`,
          message:
            missed > 0
              ? `${total === null ? '' : `It had ${total} recipients. `}Its recipients say why of each; those who failed can be tried again.`
              : `${total === null ? 'Every recipient has' : total === 1 ? 'Its one recipient has' : `All ${total} recipients have`} been dealt with.`,
        }),
        payload: { campaignId, counts: counts ?? null },
      }),
    ];
  },
};
