-- title: 培训人次 | Person-times trained
-- unit: 人次 | person-times
-- of: enrolment
-- good: up
-- by: month = month; series = series; field = field; course = course
-- drawing: bars
-- note: 已签到的人数之和;单位集体报名按人数计 | people who came, units by their number
rows:
SELECT e.id AS id, substr(x.held_on, 1, 7) AS month, c.series AS series, c.field AS field, x.course AS course, e.persons AS persons FROM record_enrolment e JOIN record_course_session x ON x.zone = e.zone AND x.number = e.session JOIN record_course c ON c.zone = x.zone AND c.number = x.course WHERE e.zone = $1 AND e.came_at IS NOT NULL
value:
SELECT coalesce(sum(persons), 0) FROM rows
