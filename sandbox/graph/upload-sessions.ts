export interface UploadSession {
  length: number;
  type: string;
  received: Buffer;
  /** Unix ms. */
  expiresAt: number;
}

/** Resumable uploads under way, and the handles that came of them. */
export class Uploads {
  readonly sessions = new Map<string, UploadSession>();
  readonly handles = new Set<string>();

  clear(): void {
    this.sessions.clear();
    this.handles.clear();
  }
}
