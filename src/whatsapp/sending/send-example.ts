/** A body to copy from the API documentation. */
export interface SendExample {
  summary: string;
  value: Record<string, unknown>;
}
