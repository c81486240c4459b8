import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from './src/database/data-source';

const url = process.env.DATABASE_URL;
if (url === undefined) throw new Error('Set DATABASE_URL to the database that the migrations are for.');

/** For the TypeORM CLI, through the `migration:*` scripts of package.json. */
export default new DataSource(dataSourceOptions(url, 2));
