import type { ApiClient } from '../api-client';

export interface FlowView {
  id: string;
  flowId: string;
  name: string;
  status: string;
  endpointUri: string | null;
  forwardUrl: string | null;
  validationErrors: Record<string, unknown>[];
  alerts: Record<string, Record<string, unknown> | undefined>;
  lastClientError: Record<string, unknown> | null;
}

/** A flow of one screen without an endpoint. */
export const GOOD_FLOW = {
  version: '6.0',
  screens: [
    {
      id: 'WELCOME',
      title: 'Welcome',
      terminal: true,
      layout: {
        type: 'SingleColumnLayout',
        children: [
          { type: 'TextHeading', text: 'Hello' },
          { type: 'Footer', label: 'Done', 'on-click-action': { name: 'complete', payload: {} } },
        ],
      },
    },
  ],
};

/** The same, which asks an endpoint for its data. */
export const FLOW_WITH_ENDPOINT = { ...GOOD_FLOW, data_api_version: '3.0', routing_model: { WELCOME: [] } };

export async function aFlow(client: ApiClient, body: Record<string, unknown> = {}): Promise<FlowView> {
  const made = await client.post<FlowView>('/api/meta/whatsapp/flows', {
    name: 'Survey',
    categories: ['SURVEY'],
    ...body,
  });
  if (made.status !== 201) throw new Error(`Making a flow answered ${made.status}: ${made.text}`);
  return made.body.data;
}
