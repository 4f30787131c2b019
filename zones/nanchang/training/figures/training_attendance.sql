-- title: 到课率 | Attendance
-- unit: %
-- of: enrolment
-- good: up
-- by: series = series; month = month
-- drawing: bars
-- note: 已举办场次中签到人数占报名人数 | of those enrolled for sessions that are over, who came
rows:
SELECT e.id AS id, substr(x.held_on, 1, 7) AS month, c.series AS series, e.persons AS persons, CASE WHEN e.came_at IS NOT NULL THEN e.persons ELSE 0 END AS came FROM record_enrolment e JOIN record_course_session x ON x.zone = e.zone AND x.number = e.session JOIN record_course c ON c.zone = x.zone AND c.number = x.course WHERE e.zone = $1 AND x.came > 0
value:
SELECT round(100.0 * sum(came) / sum(persons), 1) FROM rows
