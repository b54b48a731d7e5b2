export { NothingHere as default } from '../../parts/nothing-here.tsx'
