import { NothingHere } from '../parts/nothing-here.tsx'

export default function NotFound() {
  return <NothingHere as="main" />
}
