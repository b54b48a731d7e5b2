'use client'
import { Toast } from '@base-ui/react/toast'
import { CircleAlert, CircleCheck, X } from 'lucide-react'
import type { ReactNode } from 'react'

/** Short answers in the corner; screen readers hear them. */
export function ToastProvider({ children }: { children: ReactNode }) {
  return (
    <Toast.Provider timeout={5000}>
      {children}
      <Toast.Portal>
        <Toast.Viewport className="fixed right-4 bottom-4 left-4 z-[80] mx-auto flex max-w-sm flex-col gap-2 max-md:bottom-20 md:left-auto md:mx-0 md:w-96">
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  )
}

function ToastList() {
  const { toasts } = Toast.useToastManager()
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className="pop rounded-lg border bg-raised p-3 text-sm shadow-lg shadow-[oklch(0.1_0.01_225/0.14)]"
    >
      <Toast.Content className="flex items-start gap-2.5">
        {toast.type === 'error' ? (
          <CircleAlert className="mt-0.5 size-4 shrink-0 text-failed" />
        ) : (
          <CircleCheck className="mt-0.5 size-4 shrink-0 text-live" />
        )}
        <div className="min-w-0 flex-1 break-words">
          <Toast.Title className="font-medium" />
          <Toast.Description className="text-muted" />
        </div>
        <Toast.Close aria-label="Dismiss" className="rounded-sm text-faint hover:text-text">
          <X className="size-4" />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ))
}
