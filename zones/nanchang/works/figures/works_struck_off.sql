-- title: 胡子工程已销号 | Long-delayed works struck off
-- unit: 个 | works
-- of: work
-- good: up
-- by: kind = kind; unit = unit
-- drawing: number
-- note: 曾超期一年以上、现已销号 | once more than a year late, closed since
rows:
SELECT id, kind, unit FROM record_work WHERE zone = $1 AND was_long = 1 AND closed_on <> ''
value:
SELECT count(*) FROM rows
