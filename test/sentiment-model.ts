import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** What the model does with one request; sentiment-model-server.mjs has what it all can. */
export interface ModelBehaviour {
  kind: 'answer' | 'status' | 'body' | 'huge' | 'hang' | 'reset' | 'halfway';
  ms?: number;
  status?: number;
  headers?: Readonly<Record<string, string>>;
  body?: unknown;
  bytes?: number;
}

export interface SeenRequest {
  path: string;
  authorization: string | null;
  body: { texts: string[]; model?: string };
}

export const MODEL_KEY = 'the-right-key';

/** A model server in a process of its own. */
export class SentimentModel {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(): Promise<SentimentModel> {
    const child = fork(join(__dirname, 'sentiment-model-server.mjs'), {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      execArgv: [],
    });
    if (child.stdout === null) throw new Error('The model server has no output.');
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return new SentimentModel(`http://127.0.0.1:${Number(line.toString())}`, child);
  }

  /** What the next requests get, one each; those that were seen so far are forgotten. */
  async behave(script: readonly ModelBehaviour[], model = 'stand-in-1'): Promise<void> {
    await fetch(`${this.url}/control`, { method: 'POST', body: JSON.stringify({ script, model }) });
  }

  async seen(): Promise<SeenRequest[]> {
    const response = await fetch(`${this.url}/control`);
    return ((await response.json()) as { seen: SeenRequest[] }).seen;
  }

  async close(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }
}
