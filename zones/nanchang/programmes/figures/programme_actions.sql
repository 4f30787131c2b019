-- title: 活动次数 | Actions done
-- unit: 次 | actions
-- of: programme_action
-- good: up
-- by: month = month; item = item; branch = branch
-- drawing: bars
-- note: 按月份、事项、组织 | by month, item and organisation
rows:
SELECT id, substr(done_on, 1, 7) AS month, item, branch FROM record_programme_action WHERE zone = $1
value:
SELECT count(*) FROM rows
