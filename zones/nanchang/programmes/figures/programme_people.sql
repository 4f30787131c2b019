-- title: 参加人次 | People who took part
-- unit: 人次 | person-times
-- of: programme_action
-- good: up
-- by: month = month; item = item
-- drawing: bars
-- note: 活动记录上的参加人数之和 | people of all records
rows:
SELECT id, substr(done_on, 1, 7) AS month, item, people FROM record_programme_action WHERE zone = $1
value:
SELECT coalesce(sum(people), 0) FROM rows
