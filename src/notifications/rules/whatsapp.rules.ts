import { type RuleTable, clear, inWords, raise } from './finding';

const FLOW_STATUS_CHANGE = 'FLOW_STATUS_CHANGE';

/** What is told of flows, groups and onboardings. */
export const WHATSAPP_RULES: RuleTable = {
  'whatsapp.flow.updated': ({ id, flowId, wabaId, name: flow, event, previous, status, severity }) => {
    const isStatus = event === FLOW_STATUS_CHANGE;
    const topic = isStatus ? 'flow.status' : `flow.alert:${event}`;
    if (severity === 'info') return [clear(topic, id)];
    return [
      raise({
        kind: 'whatsapp.flow_problem',
        topic,
        group: `${id}:${event}`,
        subject: { type: 'flow', id, name: flow === '' ? null : flow },
        severity,
        isLasting: true,
        one: (name) => ({
          title: isStatus ? `The flow ${name} is ${inWords(status)}` : `The flow ${name}: ${inWords(event)}`,
          message: isStatus
            ? 'Its endpoint fails or answers too slowly, so Meta lets fewer people or nobody open it. Mend the endpoint; Meta looks again by itself.'
            : 'Its endpoint or the people’s phones report too many errors or take too long. Look at it before Meta throttles or blocks the flow.',
        }),
        payload: { flowId, wabaId, event, previous, status },
      }),
    ];
  },
  'whatsapp.group.updated': ({ id, groupId, phoneNumberId, type }) => {
    if (type === 'group_suspend_cleared' || type === 'group_delete') return [clear('group.suspension', id)];
    if (type !== 'group_suspend') return [];
    return [
      raise({
        kind: 'whatsapp.group_suspended',
        topic: 'group.suspension',
        group: id,
        subject: { type: 'group', id },
        severity: 'warning',
        isLasting: true,
        one: () => ({
          title: 'Meta suspended a group',
          message: 'Nothing can be sent to it until Meta ends that. See WhatsApp Manager for the reason.',
        }),
        payload: { groupId, phoneNumberId, type },
      }),
    ];
  },
  'whatsapp.onboarding.step': ({ onboardingId, wabaId, phoneNumberId, step, state, error }) => {
    const topic = `onboarding.step:${step}`;
    if (state === 'done') return [clear(topic, onboardingId)];
    return [
      raise({
        kind: 'whatsapp.onboarding_failed',
        topic,
        group: `${onboardingId}:${step}`,
        subject: { type: 'onboarding', id: onboardingId, name: wabaId },
        severity: 'critical',
        isLasting: true,
        one: () => ({
          title: `Setting up WhatsApp stopped at the step “${step}”`,
          message: `${error?.message ?? 'Meta refused it.'} Settle that, then retry the onboarding.`,
        }),
        payload: { onboardingId, wabaId, phoneNumberId, step, error },
      }),
    ];
  },
};
