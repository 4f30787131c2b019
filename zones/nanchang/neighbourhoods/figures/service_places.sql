-- title: 邻里服务点 | Neighbourhood services
-- unit: 个 | places
-- of: service_place
-- good: up
-- by: neighbourhood = neighbourhood; kind = kind
-- drawing: bars
-- note: 在用的服务点 | service points in use
rows:
SELECT id, neighbourhood, kind FROM record_service_place WHERE zone = $1 AND (closed_on = '' OR closed_on IS NULL)
value:
SELECT count(*) FROM rows
