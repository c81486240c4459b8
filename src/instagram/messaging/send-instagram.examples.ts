interface SendExample {
  summary: string;
  value: Record<string, unknown>;
}

const recipient = { id: '5614879045272581' };

/** Bodies to copy from the API documentation: every kind of message. */
export const SEND_INSTAGRAM_EXAMPLES: Record<string, SendExample> = {
  text: {
    summary: 'Text, within 24 hours of what the person wrote',
    value: { recipient, message: { text: 'Yes, until six in the evening.' } },
  },
  answer: {
    summary: 'Answer in a conversation of ours',
    value: {
      conversationId: '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10',
      message: { text: 'Yes, also in blue.' },
    },
  },
  human: {
    summary: 'Written by a human, up to 7 days later',
    value: { recipient, tag: 'HUMAN_AGENT', message: { text: 'Sorry for the wait: it has arrived.' } },
  },
  quick_replies: {
    summary: 'Quick replies',
    value: {
      recipient,
      message: {
        text: 'Shall we deliver tomorrow?',
        quick_replies: [
          { content_type: 'text', title: 'Yes', payload: 'DELIVERY_YES' },
          { content_type: 'text', title: 'No', payload: 'DELIVERY_NO' },
        ],
      },
    },
  },
  image: {
    summary: 'Image from a public address',
    value: {
      recipient,
      message: { attachment: { type: 'image', payload: { url: 'https://example.com/shop.jpg' } } },
    },
  },
  upload: {
    summary: 'Video that was uploaded here',
    value: {
      recipient,
      message: {
        attachment: { type: 'video', payload: { attachment_id: '0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b' } },
      },
    },
  },
  heart: { summary: 'Heart', value: { recipient, message: { attachment: { type: 'like_heart' } } } },
  share: {
    summary: 'Post of the account',
    value: {
      recipient,
      message: { attachment: { type: 'MEDIA_SHARE', payload: { id: '17873440459141021' } } },
    },
  },
  generic: {
    summary: 'Cards',
    value: {
      recipient,
      message: {
        attachment: {
          type: 'template',
          payload: {
            template_type: 'generic',
            elements: [
              {
                title: 'Blue Echeveria',
                image_url: 'https://example.com/echeveria.jpg',
                buttons: [{ type: 'web_url', title: 'Buy', url: 'https://shop.example.com/echeveria' }],
              },
            ],
          },
        },
      },
    },
  },
  button: {
    summary: 'Text with buttons',
    value: {
      recipient,
      message: {
        attachment: {
          type: 'template',
          payload: {
            template_type: 'button',
            text: 'What would you like to do?',
            buttons: [{ type: 'postback', title: 'Talk to us', payload: 'ASK_A_HUMAN' }],
          },
        },
      },
    },
  },
  react: {
    summary: 'React to a message',
    value: {
      recipient,
      sender_action: 'react',
      payload: { message_id: 'aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlE', reaction: 'love' },
    },
  },
  seen: { summary: 'Mark as seen', value: { recipient, sender_action: 'mark_seen' } },
};
