import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { PersonTraces } from './person-erasers';

/** What a module has of a person, beside what is handed out anyway. */
export interface PersonExporter {
  /** The name of the list in the export. */
  readonly section: string;
  /**
   * @param tx the snapshot that everything is read from
   * @param after the last row of the part before; null for the first
   * @returns some hundreds of rows at most; it is called again until it gives none
   */
  read(tx: EntityManager, person: PersonTraces, after: ExportedRow | null): Promise<readonly ExportedRow[]>;
}

/** As JSON has it. Its `id` says where to go on. */
export type ExportedRow = Readonly<Record<string, unknown>> & { id: string };

/** Each module registers what it knows of people. */
@Injectable()
export class PersonExporters {
  private readonly exporters: PersonExporter[] = [];

  /** Called from a module's `onModuleInit`. */
  register(exporter: PersonExporter): void {
    this.exporters.push(exporter);
  }

  all(): readonly PersonExporter[] {
    return this.exporters;
  }
}
