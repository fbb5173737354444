export { bringUp, standingOfMigrations, takeDown } from '../store/migrations/migrate-database.ts';
