-- title: 居民户数 | Households
-- unit: 户 | households
-- of: community
-- by: neighbourhood = neighbourhood; kind = kind
-- drawing: bars
-- note: 在册小区的户数之和 | households of the estates on record
rows:
SELECT id, neighbourhood, kind, households FROM record_community WHERE zone = $1
value:
SELECT sum(households) FROM rows
