import type { BackupStore } from '@moorage/api/backup-transfer'
import { readEnv } from '../env.ts'

export function backupStore(): BackupStore {
  const { MOORAGE_DATA_DIR: dataDir, MOORAGE_MAX_BACKUP_MB } = readEnv()
  return { dataDir, maxBytes: MOORAGE_MAX_BACKUP_MB * 2 ** 20 }
}
