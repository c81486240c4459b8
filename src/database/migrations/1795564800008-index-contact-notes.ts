import type { MigrationInterface, QueryRunner } from 'typeorm';

/** People are found by what the team knows of them, too; and not any more from the moment on that their data is to go. */
export class IndexContactNotes1795564800008 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TRIGGER contacts_search_noted AFTER UPDATE ON contacts FOR EACH ROW
        WHEN ((OLD.note, OLD.attributes, OLD.told_name, OLD.erasing_at)
              IS DISTINCT FROM (NEW.note, NEW.attributes, NEW.told_name, NEW.erasing_at))
        EXECUTE FUNCTION note_search_change('contact');
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TRIGGER contacts_search_noted ON contacts');
  }
}
