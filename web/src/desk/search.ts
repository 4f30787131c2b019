// What the search over all cases can be narrowed by; the same words as the interface's query.
export const searchKeys = ['q', 'status', 'unit', 'topic', 'month', 'colour', 'channel', 'rating', 'enterprise', 'order'] as const
export type SearchKey = (typeof searchKeys)[number]
export type SearchFilter = Record<SearchKey, string>
export const statuses = ['active', 'open', 'replied', 'closed', 'withdrawn', 'merged'] as const
export const colours = ['broken', 'red', 'amber', 'green', 'paused', 'met', 'met_late'] as const
