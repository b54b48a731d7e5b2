'use client'
export { PageFault as default } from '../parts/page-fault.tsx'
