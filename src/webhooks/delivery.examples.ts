/** Bodies as Meta sends them, for the API documentation. */
export const DELIVERY_EXAMPLES: Record<string, { summary: string; value: Record<string, unknown> }> = {
  whatsapp: {
    summary: 'WhatsApp: a customer writes',
    value: {
      object: 'whatsapp_business_account',
      entry: [
        {
          id: '102290129340398',
          changes: [
            {
              field: 'messages',
              value: {
                messaging_product: 'whatsapp',
                metadata: { display_phone_number: '15550783881', phone_number_id: '106540352242922' },
                contacts: [{ profile: { name: 'Ada Lovelace' }, wa_id: '16505551234' }],
                messages: [
                  {
                    from: '16505551234',
                    id: 'wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQzQTRB',
                    timestamp: '1773480413',
                    type: 'text',
                    text: { body: 'Do you deliver on Sundays?' },
                  },
                ],
              },
            },
          ],
        },
      ],
    },
  },
  messenger: {
    summary: 'Messenger: a person writes to a Page',
    value: {
      object: 'page',
      entry: [
        {
          id: '682498302938465',
          time: 1773480413412,
          messaging: [
            {
              sender: { id: '5345632652197354' },
              recipient: { id: '682498302938465' },
              timestamp: 1773480413000,
              message: { mid: 'm_4Fk2VQ8sT1', text: 'Do you deliver on Sundays?' },
            },
          ],
        },
      ],
    },
  },
};
