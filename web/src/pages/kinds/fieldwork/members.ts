/** What the page's definition names; src/pack/pages.def. */
export interface Members {
  tasks: string
  list: string
  due?: string
  done: string
  last?: string
  within?: string
  /** the register that `within` refers to, and what of it whoever goes there should read */
  campaigns?: string
  brief?: string
  notes: string
  task: string
  fields: string[]
  today?: string
  raise?: string
  raise_if?: string
}
