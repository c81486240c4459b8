/** This process may not change tables, and nobody who may has brought them up to date in time. */
export class SchemaNotReadyError extends Error {
  constructor(seconds: number) {
    super(
      `The tables are older than this release, and the role in DATABASE_URL may not change them. Within ${seconds} s ` +
        'nobody else did. Run npm run migrate with the owner’s address in MIGRATION_DATABASE_URL.',
    );
    this.name = SchemaNotReadyError.name;
  }
}
