import type { VirtualClock } from '../clock';
import { carryProblem, LARGEST_MEDIA_BYTES, plainType, sniff, type MediaKind } from '../messages/media-rules';
import type { DownloadedFile, OutgoingHttp } from './outgoing-http';

/** A file that a message carries: uploaded before, or to be fetched. */
export interface SentFile {
  kind: MediaKind;
  id: string | undefined;
  link: string | undefined;
}

const CACHED_MS = 600_000;
const MOST_CACHED = 1000;
const FETCH_TIMEOUT_MS = 5000;

/** Files that messages link to, and the verdicts over them: Meta too keeps what it fetched for ten minutes. */
export class LinkedFiles {
  private readonly verdicts = new Map<string, { at: number; problem: Promise<string | null> }>();
  private readonly underWay = new Set<Promise<void>>();
  /** Rises with each reset: who waits for a file then belongs to a world that is gone. */
  private epoch = 0;

  constructor(
    private readonly clock: VirtualClock,
    private readonly http: OutgoingHttp,
  ) {}

  clear(): void {
    this.epoch++;
    this.verdicts.clear();
  }

  get busy(): boolean {
    return this.underWay.size > 0;
  }

  /** Resolves when nothing is being fetched. */
  async settled(): Promise<void> {
    while (this.busy) await Promise.all(this.underWay);
  }

  /** Fetches one after the other, and tells the first problem, or null. */
  inspect(files: readonly SentFile[], tell: (problem: string | null) => void): void {
    const { epoch } = this;
    const work = this.firstProblem(files).then((problem) => {
      this.underWay.delete(work);
      if (this.epoch === epoch) tell(problem);
    });
    this.underWay.add(work);
  }

  /** The file itself; rejects where there is none, or where it is too large. */
  async download(link: string, largestBytes: number): Promise<DownloadedFile> {
    const work = this.http.download(link, { timeoutMs: FETCH_TIMEOUT_MS, largestBytes });
    const done = work.then(
      () => undefined,
      () => undefined,
    );
    this.underWay.add(done);
    try {
      return await work;
    } finally {
      this.underWay.delete(done);
    }
  }

  private async firstProblem(files: readonly SentFile[]): Promise<string | null> {
    for (const { kind, link } of files) {
      const problem = link === undefined ? null : await this.problemOf(kind, link);
      if (problem !== null) return problem;
    }
    return null;
  }

  /** Why the file cannot be sent, or null. */
  private problemOf(kind: MediaKind, link: string): Promise<string | null> {
    const key = `${kind} ${link}`;
    const now = this.clock.now();
    const known = this.verdicts.get(key);
    if (known && now - known.at < CACHED_MS) return known.problem;
    if (this.verdicts.size >= MOST_CACHED) this.verdicts.clear();
    const problem = this.fetch(kind, link);
    this.verdicts.set(key, { at: now, problem });
    return problem;
  }

  private async fetch(kind: MediaKind, link: string): Promise<string | null> {
    try {
      const answer = await this.http.download(link, {
        timeoutMs: FETCH_TIMEOUT_MS,
        largestBytes: LARGEST_MEDIA_BYTES,
      });
      if (answer.status !== 200)
        return `Downloading media from weblink failed with http code ${answer.status}`;
      const named = plainType(answer.contentType ?? '');
      const isNamed = named !== '' && named !== 'application/octet-stream';
      return carryProblem(kind, isNamed ? named : (sniff(answer.bytes) ?? named), answer.bytes);
    } catch (error) {
      return `Downloading media from weblink failed: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}
