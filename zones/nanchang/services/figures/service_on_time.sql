-- title: 政务服务按时办结率 | Decided on time
-- unit: %
-- good: up
-- by: unit = unit; month = month
-- drawing: bars
-- note: 已作出决定的办件中未超过承诺时限的比例。 | Share decided within the promised time.
rows:
SELECT id, number, title, unit, month, on_time FROM service_case WHERE zone = $1 AND on_time IS NOT NULL
value:
SELECT round(100.0 * sum(on_time) / count(*), 1) FROM rows
