import { type BuiltService, startBuiltService, untilReady } from '../built-service';
import { tailOf } from './processes';

/** One process of the service, at an address that it keeps over its deaths. */
export class FaultService {
  private process: BuiltService | undefined;
  private earlierOutput = '';

  constructor(
    readonly name: string,
    private readonly env: Readonly<Record<string, string>>,
    /** The folder of the release that it is of; this one's where nothing is said. */
    private readonly release?: string,
  ) {}

  get url(): string {
    return this.running.api.url;
  }

  get api(): BuiltService['api'] {
    return this.running.api;
  }

  /** Resolves when it is ready. */
  async start(): Promise<void> {
    this.keepOutput();
    this.process = startBuiltService(this.env, this.release);
    await untilReady(this.process, 180_000); // A machine that is busy with other things is no fault of the service.
  }

  async kill(): Promise<void> {
    this.process?.kill('SIGKILL');
    await this.process?.exitCode;
  }

  /** Off the processor, its connections and transactions open. */
  pause(): void {
    this.running.kill('SIGSTOP');
  }

  resume(): void {
    this.running.kill('SIGCONT');
  }

  /** Asks it to end. */
  async terminate(): Promise<{ exitCode: number | null; tookMs: number }> {
    const begun = Date.now();
    this.running.kill('SIGTERM');
    const exitCode = await this.running.exitCode;
    return { exitCode, tookMs: Date.now() - begun };
  }

  /** Whether the process that was started last is still there: it came through by itself. */
  async isStillRunning(): Promise<boolean> {
    return (await Promise.race([this.running.exitCode, Promise.resolve('running')])) === 'running';
  }

  /** Everything that it wrote since it was started last. */
  output(): string {
    return `${this.running.stdout()}\n${this.running.stderr()}`;
  }

  lastLines(): string {
    this.keepOutput();
    return this.earlierOutput;
  }

  private get running(): BuiltService {
    if (this.process === undefined) throw new Error(`${this.name} was not started.`);
    return this.process;
  }

  private keepOutput(): void {
    if (this.process !== undefined) this.earlierOutput = tailOf(`${this.earlierOutput}\n${this.output()}`);
  }
}
