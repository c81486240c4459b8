/** One error: HTTP status, texts, and what else stands in Graph's envelope. */
export interface CatalogueEntry {
  status: number;
  title: string;
  details: string;
  subcode?: number;
  transient?: boolean;
}
