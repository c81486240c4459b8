import { startSandbox, type Sandbox } from '../sandbox/sandbox';
import { SEED } from '../sandbox/world-seed';

/** A person who wrote, so that the window for free messages is open. */
export const ANA = '+16505551234';
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABh6FO1AAAAABJRU5ErkJggg==',
  'base64',
);
export const FLOW = {
  version: '7.0',
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

/** The stand-in, a token, and calls past any library, for what the libraries are tried on. */
export class LibraryStage {
  private constructor(
    readonly sandbox: Sandbox,
    readonly token: string,
    /** Ana's business-scoped id. */
    readonly userId: string,
  ) {}

  static async start(): Promise<LibraryStage> {
    const sandbox = await startSandbox({ settings: { sending: { links: 'trust' } } });
    const { userId } = sandbox.control.playMessage({ from: ANA });
    return new LibraryStage(sandbox, sandbox.control.issueToken().token, userId);
  }

  close(): Promise<void> {
    return this.sandbox.close();
  }

  async post(path: string, body: object, token = this.token): Promise<unknown> {
    const response = await fetch(`${this.sandbox.url}/v26.0/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.json();
  }

  async statusesOf(id: string | undefined): Promise<string[] | undefined> {
    await this.sandbox.control.advance(1000);
    return this.sandbox.control.sentMessages().find((message) => message.id === id)?.statuses;
  }

  /** `rich` and `cards`: templates with all that a message can fill in. */
  async addTemplates(): Promise<void> {
    const buttons = [
      { type: 'QUICK_REPLY', text: 'Stop' },
      { type: 'URL', text: 'Track', url: 'https://a.b/{{1}}', example: ['https://a.b/8'] },
      { type: 'COPY_CODE', example: 'SALE25' },
    ];
    const card = {
      components: [
        { type: 'HEADER', format: 'IMAGE', example: { header_handle: ['4::x'] } },
        { type: 'BODY', text: 'For you, {{1}}, today.', example: { body_text: [['Ana']] } },
        { type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', text: 'More' }] },
      ],
    };
    const rich = [
      { type: 'HEADER', format: 'IMAGE', example: { header_handle: ['4::x'] } },
      { type: 'BODY', text: 'Hi {{1}}, you pay {{2}} only.', example: { body_text: [['Ana', '$1']] } },
      { type: 'BUTTONS', buttons },
    ];
    const carousel = [
      { type: 'BODY', text: 'See what is new.' },
      { type: 'CAROUSEL', cards: [card, card] },
    ];
    for (const [name, components] of [
      ['rich', rich],
      ['cards', carousel],
    ] as const) {
      const draft = { name, language: 'en_US', category: 'MARKETING', components };
      await this.post(`${SEED.wabaId}/message_templates`, draft);
      this.sandbox.control.setTemplateStatus({ name }, { status: 'APPROVED' });
    }
  }

  async addFlow(): Promise<string> {
    const flow = { name: 'Welcome', categories: ['OTHER'], flow_json: JSON.stringify(FLOW), publish: true };
    return ((await this.post(`${SEED.wabaId}/flows`, flow)) as { id: string }).id;
  }
}
