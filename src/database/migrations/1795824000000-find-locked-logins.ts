import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every minute it is looked which logins were locked lately, and the counts of an attack may be very many. */
export class FindLockedLogins1795824000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    // small: counts of a day, and where people came from within a month
    await db.query(
      'CREATE INDEX login_attempts_locked ON login_attempts (touched_at) WHERE locked_until IS NOT NULL',
    );
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP INDEX login_attempts_locked');
  }
}
