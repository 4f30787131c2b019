-- title: 结业证书 | Certificates issued
-- unit: 份 | certificates
-- of: course_certificate
-- good: up
-- by: month = month; course = course
-- drawing: bars
-- note: 按发证日期 | by the day of issue
rows:
SELECT id, substr(issued_on, 1, 7) AS month, course FROM record_course_certificate WHERE zone = $1
value:
SELECT count(*) FROM rows
