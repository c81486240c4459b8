import type { Namespace, Server, Socket } from 'socket.io';
import type { UserId } from '../database/ids';

/** What other processes learn of a socket: no more than what people may see of each other. */
export interface SocketData {
  person: { id: UserId; name: string };
}

type Incoming = Record<string, (...payload: unknown[]) => void>;
type Outgoing = Record<string, (payload: unknown) => void>;

export type RealtimeSocket = Socket<Incoming, Outgoing, Incoming, SocketData>;
export type RealtimeNamespace = Namespace<Incoming, Outgoing, Incoming, SocketData>;
export type RealtimeServer = Server<Incoming, Outgoing, Incoming, SocketData>;

/** The room of those who have a conversation open. */
export function roomOf(conversationId: string): string {
  return `conversation:${conversationId}`;
}
