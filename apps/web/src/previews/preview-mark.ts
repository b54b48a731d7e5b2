import type { PreviewState } from '@moorage/deployments/list-previews'
import type { Mark } from '../parts/status-mark.tsx'

const marks: Record<PreviewState, Mark> = {
  new: { shape: 'dashed', tone: 'waiting', word: 'Not deployed' },
  waiting: { shape: 'ring', tone: 'warning', word: 'Waits for approval' },
  building: { shape: 'turning', tone: 'building', word: 'Deploying' },
  live: { shape: 'dot', tone: 'live', word: 'Live' },
  failed: { shape: 'cross', tone: 'failed', word: 'Failed' },
}

export const previewMark = (state: PreviewState): Mark => marks[state]
