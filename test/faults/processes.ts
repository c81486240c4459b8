import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { eventually } from '../eventually';

/** A server of the tests' own: it may be killed, stopped and started again on the same data and port. */
export interface ServerCommand {
  command: string;
  args: readonly string[];
  options: {
    cwd: string;
    env: Readonly<Record<string, string>>;
    uid?: number | undefined;
    gid?: number | undefined;
  };
  /** For its standard input: settings that must not be seen in the list of processes. */
  input?: string | undefined;
  url: string;
  logFile: string;
}

/**
 * The process with all that it has started. Signals reach each of them; what such a process starts itself is in no group
 * that could be signalled at once, as PostgreSQL gives each of its processes a group of its own.
 */
export class ServerProcess {
  private child: ChildProcess | undefined;
  private stopped: readonly number[] = [];

  constructor(
    readonly name: string,
    private readonly server: ServerCommand,
    private readonly isAnswering: (url: string) => Promise<boolean>,
  ) {}

  /** Resolves when it answers. */
  async start(): Promise<void> {
    const { command, args, options, input, logFile } = this.server;
    const log = openSync(logFile, 'a', 0o600);
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ['pipe', log, log],
      ...(options.uid === undefined ? {} : { uid: options.uid }),
      ...(options.gid === undefined ? {} : { gid: options.gid }),
    });
    closeSync(log);
    child.on('error', () => undefined); // Then it has no pid, and never answers.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input ?? '');
    this.child = child;
    await eventually(
      async () => this.hasEnded() || (await this.isAnswering(this.server.url)),
      (isOver) => isOver,
      { timeoutMs: 60_000, intervalMs: 50 },
    );
    if (this.hasEnded()) throw new Error(`${this.name} ended right after its start:\n${this.lastLines()}`);
  }

  /** Kills it and everything that it has started, as a crash of the machine would. Resolves when all are gone. */
  async kill(): Promise<void> {
    if (this.hasEnded()) return;
    const { pid } = this;
    signalTo(pid, 'SIGSTOP'); // It must not start anything more, nor react to the death of one of its own.
    const family = [pid, ...descendantsOf(pid)];
    for (const member of family) signalTo(member, 'SIGKILL');
    await eventually(
      () => family.filter(isAlive),
      (left) => left.length === 0,
      { timeoutMs: 30_000 },
    );
    await eventually(
      () => this.hasEnded(),
      (ended) => ended,
    );
    this.stopped = [];
  }

  /** Takes it and everything that it has started off the processor; their connections stay. */
  pause(): void {
    signalTo(this.pid, 'SIGSTOP');
    this.stopped = [this.pid, ...descendantsOf(this.pid)];
    for (const member of this.stopped) signalTo(member, 'SIGSTOP');
  }

  resume(): void {
    for (const member of [...this.stopped].reverse()) signalTo(member, 'SIGCONT');
    this.stopped = [];
  }

  lastLines(): string {
    return tailOf(this.output());
  }

  /** Everything that it wrote, in earlier lives too. */
  output(): string {
    return existsSync(this.server.logFile) ? readFileSync(this.server.logFile, 'utf8') : '';
  }

  private get pid(): number {
    if (this.child?.pid === undefined) throw new Error(`${this.name} has not been started.`);
    return this.child.pid;
  }

  private hasEnded(): boolean {
    const { child } = this;
    return child?.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  }
}

/** The last lines, long ones cut off. */
export function tailOf(output: string, lines = 12): string {
  return output
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-lines)
    .map((line) => (line.length > 400 ? `${line.slice(0, 400)} …` : line))
    .join('\n');
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}

interface ProcessRow {
  pid: number;
  parent: number;
  /** Dead, only not yet buried by its parent. */
  isZombie: boolean;
}

function isAlive(pid: number): boolean {
  return processes().some((row) => row.pid === pid && !row.isZombie);
}

function descendantsOf(ancestor: number): number[] {
  const rows = processes();
  const found: number[] = [];
  for (let parents = [ancestor]; parents.length > 0;) {
    const children = rows.filter(({ parent }) => parents.includes(parent)).map(({ pid }) => pid);
    found.push(...children);
    parents = children;
  }
  return found;
}

/** From /proc where there is one: small images have no `ps`. */
function processes(): ProcessRow[] {
  if (existsSync('/proc/self/stat')) {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        try {
          const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
          // The name of the program stands in brackets and may hold anything.
          const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
          return [{ pid: Number(name), parent: Number(parent), isZombie: state === 'Z' }];
        } catch {
          return []; // ended meanwhile
        }
      });
  }
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,state='], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => {
    const [pid, parent, state] = line.trim().split(/\s+/);
    if (pid === undefined || parent === undefined || pid === '') return [];
    return [{ pid: Number(pid), parent: Number(parent), isZombie: state?.startsWith('Z') === true }];
  });
}
