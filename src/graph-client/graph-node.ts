import { Expose, Transform } from 'class-transformer';
import { IsObject } from 'class-validator';
import { GraphId } from './graph-fields';

/** A node of the graph of which nothing but the id is certain: the caller reads the rest from `raw`. */
export class GraphNode {
  @GraphId() id!: string;
  /** As Meta sent it, the id included. */
  @Expose()
  @Transform(({ obj }: { obj: unknown }) => obj)
  @IsObject()
  raw!: Readonly<Record<string, unknown>>;
}
