// Which figures answer which question. A figure that the pack has and no question names is shown at the
// end by itself; a name here that the pack does not have is left out.
export const kept = ['on_time_rate', 'overdue_open', 'first_response_minutes', 'handling_days']
export const pleased = ['satisfaction', 'bad_ratings', 'rectified_rate', 'rated_share', 'solved_rate']
export const unitColumns = ['requests_received', 'requests_open', 'overdue_open', 'on_time_rate', 'first_response_minutes', 'handling_days', 'satisfaction']

const placed = new Set([...kept, ...pleased, ...unitColumns, 'hot_topics', 'open_by_age'])
export const other = (name: string): boolean => !placed.has(name)
