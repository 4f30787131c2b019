-- title: 走访次数 | Visits made
-- unit: 次 | visits
-- of: visit_note
-- good: up
-- by: month = month; how = how
-- drawing: line
-- note: 走访记录数 | notes of visits
rows:
SELECT n.id AS id, substr(n.visited_on, 1, 7) AS month, n.how AS how FROM record_visit_note n WHERE n.zone = $1
value:
SELECT count(*) FROM rows
