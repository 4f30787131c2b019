// What a matrix's definition says, as far as the face needs it.
export type MatrixState = 'done' | 'due' | 'overdue'
export interface MatrixMembers {
  rows: { register: string }
  items: { register: string }
  done: { register: string; row: string; item: string; on: string; ask?: string[] }
}
