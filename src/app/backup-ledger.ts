export { createBackup, restoreBackup } from '../store/backup.ts';
