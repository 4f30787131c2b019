-- title: 走访发现的问题 | Problems found by visits
-- unit: 个 | problems
-- of: visit_note
-- by: topic = topic; month = month
-- drawing: bars
-- note: 走访记录中写明的问题 | problems written in notes
rows:
SELECT n.id AS id, n.topic AS topic, substr(n.visited_on, 1, 7) AS month FROM record_visit_note n WHERE n.zone = $1 AND n.problem <> ''
value:
SELECT count(*) FROM rows
